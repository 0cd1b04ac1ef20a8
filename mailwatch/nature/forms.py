"""Mail that a web form's robot relays: whose words it carries, and where the citizen can be answered.

A contact form writes from an address of the site, often one of our own; the citizen stands in Reply-To
(RFC 5322 section 3.6.2) or in a field of the form, never in From.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailwatch.addresses import is_ours
from mailwatch.model import Institution, Message
from mailwatch.wording import fold, fold_text

ROBOT = re.compile(
    r"(?:no|ne|pas|do)[-_.]?(?:t|pas)?[-_.]?(?:repl|repond)|noreply|donotreply|nepasrepondre|"
    r"^(?:www-data|wwwrun|apache|nginx|webmaster|root|daemon|nobody|mailer-daemon|postmaster|robot|bot)$|"
    r"formulaire|^form(?:s)?[-_.]|contact-?form|^portail|^site[-_.]?(?:web|internet)|notification"
)
"""Local parts behind which nobody reads."""

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_FIELD = re.compile(r"^[ \t>*•-]{0,8}([^\W\d_][^:\n]{0,60}?)[ \t*]{0,4}:[ \t*]{0,4}(.*)$")
_ADDRESS_NAMES = ("adresse electronique", "adresse mail", "adresse email", "adresse e mail")
_ADDRESS_WORDS = frozenset(
    {"mail", "email", "courriel", "mel", "contact", "expediteur", "de", "from"}
)
_TEXT_WORDS = frozenset(
    "message question demande texte contenu commentaire commentaires observations description "
    "precisions remarque remarques suggestion reclamation avis motif".split()
)
_OTHER_WORDS = frozenset(
    "nom prenom civilite commune ville departement telephone tel portable rubrique theme sujet objet "
    "type service adresse cp code pseudo lieu date qualite profil categorie numero dossier demandeur "
    "usager ip page url navigateur".split()
)
_LEAST_FIELDS = 2
_KIND_WORDS = frozenset({"type", "rubrique", "theme", "sujet", "objet", "categorie", "nature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form's robot relays: the citizen's words, the kind they ticked, the address to answer to."""

    text: str
    kind: str
    address: str


def is_robot(address: str) -> bool:
    """Say whether nobody reads the mail of `address`, by its local part."""
    return ROBOT.search(address.rpartition("@")[0].lower()) is not None


def read_form(message: Message, institution: Institution) -> Form | None:
    """Read the form that `message` relays; None when it relays none.

    A form has a robot's sender or subject, fields, and a citizen's address that is neither ours nor a robot's.
    """
    if not _is_relayed(message):
        return None
    fields = _fields(message.text)
    if len(fields) < _LEAST_FIELDS:
        return None
    address = _address(message, fields, institution)
    if not address:
        return None
    kind = " ".join(value for name, value in fields if _words(name) & _KIND_WORDS)
    return Form(text=_text(fields) or message.own, kind=kind, address=address)


_FORM_WORDS = re.compile(
    r"\bformulaire\b|\bsite (?:web|internet)\b|\bdepuis (?:le|votre) (?:site|portail)\b|\bportail\b|"
    r"\[contact\]|\bcontact form\b|\bboite a idees\b|\bnouveau message (?:depuis|de contact)\b"
)
_MAILERS = ("phpmailer", "drupal", "spip", "wordpress", "symfony", "swiftmailer", "typo3", "joomla")
_MAILER_FIELDS = ("x-mailer", "user-agent", "x-generator")


def _is_relayed(message: Message) -> bool:
    """Say whether a robot, not a person, sent the fields."""
    if not message.senders or is_robot(message.senders[0].address):
        return True
    if "x-php-originating-script" in message.headers:
        return True
    mailer = " ".join(value for name in _MAILER_FIELDS for value in message.headers.get(name, ()))
    if any(name in mailer.lower() for name in _MAILERS):
        return True
    return message.senders[0].address in {who.address for who in message.to} or (
        _FORM_WORDS.search(fold_text(f"{message.subject} {message.senders[0].name}")) is not None
    )


def _fields(text: str) -> tuple[tuple[str, str], ...]:
    """The `name : value` fields of a form in their order, a text over several lines kept whole."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.rstrip() in {"--", "---", "___"}:
            break
        field = _FIELD.match(line)
        if field and _is_name(field[1]):
            found.append((field[1], [field[2]]))
        elif found:
            found[-1][1].append(line)
    return tuple((fold(name), "\n".join(lines).strip()) for name, lines in found)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", name))


def _is_name(name: str) -> bool:
    """Say whether `name` is that of a form's field: a few words, one of them known."""
    words = _words(fold(name))
    return len(words) <= 6 and not words.isdisjoint(_ADDRESS_WORDS | _TEXT_WORDS | _OTHER_WORDS)


def _address(
    message: Message, fields: tuple[tuple[str, str], ...], institution: Institution
) -> str:
    """The citizen's address: the form's own field, else Reply-To, never ours nor a robot's."""
    written = [
        found.group().lower()
        for name, value in fields
        if name.startswith(_ADDRESS_NAMES) or _words(name) & _ADDRESS_WORDS
        for found in _ADDRESS.finditer(value.partition("\n")[0])
    ]
    for address in (*(who.address for who in message.reply_to), *written):
        if not is_ours(address, institution) and not is_robot(address):
            return address
    return ""


def _text(fields: tuple[tuple[str, str], ...]) -> str:
    """The citizen's words: the longest field that is named for a text, else none."""
    texts = [value for name, value in fields if _words(name) & _TEXT_WORDS]
    return max(texts, key=len, default="")
