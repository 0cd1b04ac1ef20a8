"""A fault of the file in one French sentence: where it stands, what is wrong, what would be right."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mailwatch.settings.contradictions import WHERE
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
    "string_type": "un texte entre guillemets",
    "string_too_short": "un texte qui ne soit pas vide",
    "tuple_type": "une liste entre crochets",
    "model_type": "une table",
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


def sentence(error: ErrorDetails) -> str:
    """Say one error of pydantic's."""
    # What is wrong at the top of the file stands in no section, unless a whole section is wrong.
    inside = len(error["loc"]) > 1 or error["type"] == "value_error"
    return placed(error["loc"] if inside else (), _words(error))


def placed(place: Place, words: str) -> str:
    """Put the section of a place before what is said of it, as the file writes it: `[[box]] n° 2`."""
    title = _title(place)
    return f"{title} : {words}" if title else words


def key_sentence(place: Place, words: str) -> str:
    """Say `words` of the key at a place."""
    return placed(place if len(place) > 1 else (), f"« {shown(str(place[-1]))} » : {words}")


def no_secret(place: Place) -> str:
    """Refuse a secret that stands in the file; it is not shown."""
    where = WHERE.replace("secret =", "key =", 1) if place == ("register", "key") else WHERE
    return key_sentence(
        place,
        "un secret ne s’écrit jamais dans ce fichier, qui se lit et se copie ; retirez-le, changez-le "
        f"s’il a servi, et dites plutôt où il se trouve : {where}",
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
            return f"[[{shown(name)}]] n° {at + 1}"
        case (str(name), *_):
            written = (title for title in SECTIONS if title.strip("[]") == name)
            return next(written, f"[{shown(name)}]")
        case _:
            return ""


def _key(place: Place) -> str:
    """Name the key of a place, and which value of its list: `« domains », 2e valeur : `."""
    match place:
        case (str(), int(), str(key), *inner) | (str(), str(key), *inner):
            return f"« {shown(key)} »{''.join(map(_step, inner))} : "
        case (str(key),) if key in _TOP:
            return f"« {key} » : "
        case _:  # a whole entry of a section, and the section is named already
            return ""


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f", {step + 1}{'e' if step else 're'} valeur"
    return f", « {shown(step)} »"


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


# --- words ----------------------------------------------------------------------------------------


def _words(error: ErrorDetails) -> str:
    place, value = error["loc"], error["input"]
    match error["type"]:
        case "extra_forbidden":
            return _key(place[:-1]) + unknown(place, value)
        case "missing":
            return f"{_key(place[:-1])}la clé « {place[-1]} » manque"
        case "value_error":
            return f"{_key(place)}{error['ctx']['error']}"
        case "tuple_type" | "model_type" if len(place) == 1:
            return f"« {place[0]} » s’écrit comme une section, {_title(place)}"
        case "enum":
            options = re.sub(r"'(\w+)'", r"« \1 »", error["ctx"]["expected"]).replace(
                " or ", " ou "
            )
            return f"{_key(place)}il faut {options}, pas {_what(value)}"
        case kind:
            wanted = _WANTED.get(kind, error["msg"])
            # What stands beside the place of a secret may be the secret.
            hidden = any(isinstance(step, str) and _SECRET.search(step) for step in place)
            found = "" if hidden or kind == "string_too_short" else f", pas {_what(value)}"
            return f"{_key(place)}il faut {wanted}{found}"


def unknown(place: Place, value: object) -> str:
    """Say that a key is unknown, and which is nearest."""
    key = str(place[-1])
    homes: dict[str, str] = {}
    for section, model in SECTIONS.items():
        homes = dict.fromkeys(_keys(model), section) | homes
    own = _own_keys(place)
    if key in _TOP and len(place) > 1:
        advice = "elle va en tête du fichier, avant la première section"
    elif key in homes:
        advice = f"elle va dans {homes[key]}"
    elif near := _usual(key, own) or _nearest(key, own, 0.7):
        advice = f"vouliez-vous dire « {near} » ?"
    elif elsewhere := _nearest(key, homes, 0.7) if len(key) > 4 else "":
        advice = f"vouliez-vous dire « {elsewhere} », dans {homes[elsewhere]} ?"
    elif near := _nearest(key, own, 0.55):
        advice = f"vouliez-vous dire « {near} » ?"
    else:
        advice = f"connues : {', '.join(own)}"
    kind = "section" if len(place) == 1 and isinstance(value, (Mapping, list)) else "clé"
    return f"{kind} « {shown(key)} » inconnue ; {advice}"


def _own_keys(place: Place) -> list[str]:
    """List the keys that the table around `place` may hold."""
    around = next((step for step in reversed(place[:-1]) if isinstance(step, str)), "")
    if len(place) > 2 and around in _INNER:
        return _keys(_INNER[around])
    for section, model in SECTIONS.items():
        if len(place) > 1 and section.strip("[]") == place[0]:
            return _keys(model)
    return _keys(Settings)


def _what(value: object) -> str:
    if isinstance(value, str):
        return f"le texte « {shown(_USERINFO.sub('…@', value[:200]))} »"
    if isinstance(value, (list, Mapping)):
        return "une liste" if isinstance(value, list) else "une table"
    if isinstance(value, int) and abs(value) > sys.maxsize:
        return "un nombre démesuré"  # Python refuses to print the longest ones
    return f"la valeur {str(value).lower()}"


def shown(text: str) -> str:
    """Show a key or a value on one line, whatever it holds."""
    line = "".join(c if c.isprintable() else " " for c in text[:MAX_LENGTH])
    return line + "…" * (len(text) > MAX_LENGTH)


def _usual(word: str, known: Iterable[str]) -> str:
    plain = word.lower().replace("-", "_")
    return next((key for key in known if plain in _USUAL.get(key, "").split()), "")


def _nearest(word: str, known: Iterable[str], cutoff: float) -> str:
    return next(iter(get_close_matches(word[:80].lower(), list(known), n=1, cutoff=cutoff)), "")
