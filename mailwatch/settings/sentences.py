"""A fault of the file in one sentence: where it stands, what is wrong, what would be right."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mailwatch.errors import Remark
from mailwatch.settings.contradictions import where
from mailwatch.settings.schema import (
    BoxSection,
    ExceptionSection,
    InstitutionSection,
    ManualAnswerSection,
    Settings,
)
from mailwatch.settings.service import (
    AccountSection,
    AlertSection,
    FolderSection,
    IntakeAddressSection,
    IntakeSection,
    JournalSection,
    MetricsSection,
    PrivacySection,
    RegisterSection,
    SecretSection,
    SmtpSection,
)
from mailwatch.settings.values import Place, Section

MAX_LENGTH = 40
"""How much of a key or a value is shown, in characters."""

SECTIONS: Mapping[str, type[Section]] = {
    "[institution]": InstitutionSection,
    "[[exception]]": ExceptionSection,
    "[[box]]": BoxSection,
    "[[manual_answer]]": ManualAnswerSection,
    "[[account]]": AccountSection,
    "[intake]": IntakeSection,
    "[smtp]": SmtpSection,
    "[alert]": AlertSection,
    "[register]": RegisterSection,
    "[journal]": JournalSection,
    "[privacy]": PrivacySection,
    "[metrics]": MetricsSection,
}
_TOP = frozenset({"rules", "templates"})
"""The keys that stand before the first section."""
_INNER: Mapping[str, type[Section]] = {
    "secret": SecretSection,
    "key": SecretSection,
    "folders": FolderSection,
    "addresses": IntakeAddressSection,
}
"""The tables that a key holds."""

_WANTED = {
    "string_type": Remark("un texte entre guillemets"),
    "string_too_short": Remark("un texte qui ne soit pas vide"),
    "tuple_type": Remark("une liste entre crochets"),
    "model_type": Remark("une table"),
}
_USUAL = {
    "name": "nom titre",
    "user": "login username utilisateur identifiant compte",
    "host": "server serveur hostname hote adresse_serveur",
    "security": "ssl tls starttls use_ssl encryption chiffrement securite",
    "authentication": "auth authentification mechanism",
    "folders": "dossiers mailboxes boites",
    "ca_file": "ca cafile certificat certificate",
    "sender": "from expediteur emetteur",
    "recipients": "to destinataires",
    "weekday": "day jour",
    "at": "hour heure time horaire",
    "poll_every": "interval intervalle period poll",
    "reconcile_at": "nightly reconciliation rapprochement nuit",
    "state": "dossier folder path chemin directory database",
    "file": "fichier path chemin",
    "env": "environment variable environnement",
    "addresses": "adresses recipients destinataires",
    "max_size": "size_limit message_size_limit taille taille_max",
    "intake": "reception lmtp journaling",
    "signing_key": "key cle signature signing",
    "timestamp_command": "tsa timestamp horodatage",
    "timestamp_ca": "tsa_ca timestamp_authority",
    "account": "imap compte comptes mail messagerie",
    "smtp": "mail envoi submission",
    "alert": "alerte alertes",
    "register": "registre database db",
    "privacy": "rgpd gdpr vie_privee confidentialite conservation retention",
    "metrics": "prometheus metriques monitoring supervision mesures",
    "textfile": "path file fichier prom",
    "keep": "conservation retention duree garder conserver",
    "box": "boite bal mailbox",
    "rules": "regles rules_d rules.d rules_folder regles_locales",
    "templates": "courriels courriels_type modeles gabarits lettres_type",
}
"""What people write for our keys, having met it elsewhere."""

_SECRET = re.compile(
    r"pass?_?w|^pass$|pwd|mot_?de_?passe|^mdp|secret|token|jeton|credential|api_?key|cle_?api",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(?<=://)[^@/]*@|^[^:@/]*:[^@]*@")


def sentence(error: ErrorDetails) -> Remark:
    """Say one error of pydantic's."""
    # What is wrong at the top of the file stands in no section, unless a whole section is wrong.
    inside = len(error["loc"]) > 1 or error["type"] == "value_error"
    return placed(error["loc"] if inside else (), _words(error))


def placed(place: Place, words: Remark) -> Remark:
    """Put the section of a place before what is said of it, as the file writes it: `[[box]] n° 2`."""
    title = _title(place)
    return Remark("{title} : {words}", title=title, words=words) if title else words


def key_sentence(place: Place, words: Remark) -> Remark:
    """Say `words` of the key at a place."""
    said = Remark("« {key} » : {words}", key=shown(str(place[-1])), words=words)
    return placed(place if len(place) > 1 else (), said)


def no_secret(place: Place) -> Remark:
    """Refuse a secret that stands in the file; it is not shown."""
    return key_sentence(
        place,
        Remark(
            "un secret ne s’écrit jamais dans ce fichier, qui se lit et se copie ; retirez-le, changez-le "
            "s’il a servi, et dites plutôt où il se trouve : {where}",
            where=where("key") if place == ("register", "key") else where(),
        ),
    )


def is_secret(around: str | int, key: str | int, value: object) -> bool:
    """Say whether a key of the table `around` holds a secret, and not the place of one."""
    if key == "secret" or (around, key) == ("register", "key"):
        return not isinstance(value, Mapping)
    if key == "token_command" or (key == "credential" and around in {"secret", "key"}):
        return False
    return isinstance(key, str) and bool(_SECRET.search(key))


# --- places ---------------------------------------------------------------------------------------


def _title(place: Place) -> str:
    match place:
        case (str(name), int(at), *_):
            return Remark("[[{name}]] n° {number}", name=shown(name), number=at + 1)
        case (str(name), *_):
            written = (title for title in SECTIONS if title.strip("[]") == name)
            return next(written, f"[{shown(name)}]")
        case _:
            return ""


def _of_the_key(place: Place, words: Remark) -> Remark:
    """Name the key of a place, and which value of its list: `« domains », 2e valeur : `."""
    match place:
        case (str(), int(), str(key), *inner) | (str(), str(key), *inner):
            return Remark("{key} : {words}", key=_inside(key, inner), words=words)
        case (str(key),) if key in _TOP:
            return Remark("« {key} » : {words}", key=key, words=words)
        case _:  # a whole entry of a section, and the section is named already
            return words


def _inside(key: str, steps: Iterable[str | int]) -> Remark:
    said = Remark("« {key} »", key=shown(key))
    for step in steps:
        if isinstance(step, str):
            said = Remark("{key}, « {step} »", key=said, step=shown(step))
        elif step:
            said = Remark("{key}, {rank}e valeur", key=said, rank=step + 1)
        else:
            said = Remark("{key}, 1re valeur", key=said)
    return said


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


# --- words ----------------------------------------------------------------------------------------


def _words(error: ErrorDetails) -> Remark:
    place, value = error["loc"], error["input"]
    match error["type"]:
        case "extra_forbidden":
            return _of_the_key(place[:-1], unknown(place, value))
        case "missing":
            return _of_the_key(place[:-1], Remark("la clé « {key} » manque", key=place[-1]))
        case "value_error":
            return _of_the_key(place, Remark("{fault}", fault=error["ctx"]["error"]))
        case "tuple_type" | "model_type" if len(place) == 1:
            return Remark(
                "« {key} » s’écrit comme une section, {title}", key=place[0], title=_title(place)
            )
        case kind:
            # What stands beside the place of a secret may be the secret.
            hidden = any(isinstance(step, str) and _SECRET.search(step) for step in place)
            silent = hidden or kind == "string_too_short"
            return _of_the_key(place, _other(_wanted(error), None if silent else _what(value)))


def _wanted(error: ErrorDetails) -> str:
    """Say what should stand there: our own types say it themselves (`values.wanted`)."""
    context = error.get("ctx", {})
    if error["type"] == "enum":
        return _either(re.findall(r"'(\w+)'", context["expected"]))
    return _WANTED.get(error["type"]) or context.get("words") or error["msg"]


def _either(words: Sequence[str]) -> Remark:
    first, *rest = [Remark("« {word} »", word=word) for word in words]
    for word in rest[:-1]:
        first = Remark("{before}, {word}", before=first, word=word)
    return Remark("{before} ou {word}", before=first, word=rest[-1]) if rest else first


def _other(wanted: str, found: Remark | None) -> Remark:
    if found is None:
        return Remark("il faut {wanted}", wanted=wanted)
    return Remark("il faut {wanted}, pas {found}", wanted=wanted, found=found)


def unknown(place: Place, value: object) -> Remark:
    """Say that a key is unknown, and which is nearest."""
    key, advice = shown(str(place[-1])), _advice(place)
    if len(place) == 1 and isinstance(value, (Mapping, list)):
        return Remark("section « {key} » inconnue ; {advice}", key=key, advice=advice)
    return Remark("clé « {key} » inconnue ; {advice}", key=key, advice=advice)


def _advice(place: Place) -> Remark:
    key, own = str(place[-1]), _own_keys(place)
    homes: dict[str, str] = {}
    for section, model in SECTIONS.items():
        homes = dict.fromkeys(_keys(model), section) | homes
    if key in _TOP and len(place) > 1:
        return Remark("elle va en tête du fichier, avant la première section")
    if key in homes:
        return Remark("elle va dans {section}", section=homes[key])
    if near := _usual(key, own) or _nearest(key, own, 0.7):
        return Remark("vouliez-vous dire « {near} » ?", near=near)
    if elsewhere := _nearest(key, homes, 0.7) if len(key) > 4 else "":
        return Remark(
            "vouliez-vous dire « {near} », dans {section} ?",
            near=elsewhere,
            section=homes[elsewhere],
        )
    if near := _nearest(key, own, 0.55):
        return Remark("vouliez-vous dire « {near} » ?", near=near)
    return Remark("connues : {known}", known=", ".join(own))


def _own_keys(place: Place) -> list[str]:
    """List the keys that the table around `place` may hold."""
    around = next((step for step in reversed(place[:-1]) if isinstance(step, str)), "")
    if len(place) > 2 and around in _INNER:
        return _keys(_INNER[around])
    for section, model in SECTIONS.items():
        if len(place) > 1 and section.strip("[]") == place[0]:
            return _keys(model)
    return _keys(Settings)


def _what(value: object) -> Remark:
    match value:
        case str():
            text = shown(_USERINFO.sub("…@", value[:200]))
            return Remark("le texte « {text} »", text=text)
        case list():
            return Remark("une liste") if value else Remark("une liste vide")
        case Mapping():
            return Remark("une table")
        case tuple():
            return Remark("une liste vide")
        case int() if abs(value) > sys.maxsize:
            return Remark("un nombre démesuré")  # Python refuses to print the longest ones
        case _:
            return Remark("la valeur {value}", value=str(value).lower())


def shown(text: str) -> str:
    """Show a key or a value on one line, whatever it holds."""
    line = "".join(c if c.isprintable() else " " for c in text[:MAX_LENGTH])
    return line + "…" * (len(text) > MAX_LENGTH)


def _usual(word: str, known: Iterable[str]) -> str:
    plain = word.lower().replace("-", "_")
    return next((key for key in known if plain in _USUAL.get(key, "").split()), "")


def _nearest(word: str, known: Iterable[str], cutoff: float) -> str:
    return next(iter(get_close_matches(word[:80].lower(), list(known), n=1, cutoff=cutoff)), "")
