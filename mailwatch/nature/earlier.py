"""What a writer tells of earlier letters: that one was sent, on which day, how many, and that nobody answered.

People who write again seldom say that they remind: they date what they sent and count the days. These signs stand
beside the words in an opinion (`leaning`); none of them decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwatch.dates.grammar import MONTHS, WEEKDAYS
from mailwatch.wording import Words

_MONTH = "|".join((
    *sorted(MONTHS, key=len, reverse=True), "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december",
))  # fmt: skip
_DAY = (
    rf"(?:(?:1er|\d\d?) (?:{_MONTH})|(?:{_MONTH}) \d\d?|\d\d? \. \d\d? \. \d+|\d\d? \d\d? \d{{4}}"
    rf"|(?:{'|'.join(WEEKDAYS)}) (?:dernier|passe|\d\d?))"
)
_WROTE = (
    r"(?:ecri(?:s|ts?|tes?)|envoye\w*|adresse\w*|transmis\w*|depose\w*|contacte\w*|relance\w*|appele\w*|telephone\w*"
    r"|saisi\w*|sollicite\w*|demande\w*|wrote|written|sent|mail\w*|called|escrito)"
)
_SOME = r"(?:[^ ?!.;¶]+ )"
"""A word of the same sentence."""

_SIGNS = {
    "=i wrote": rf"(?:j|je|nous|on|i) (?:vous )?(?:(?:ai|avons|avais|avions|a|have|had) )?"
    rf"(?:(?:deja|bien|vous|pourtant|en|encore|already) ){{0,3}}{_WROTE} ",
    "=wrote on": rf"{_WROTE} {_SOME}{{0,5}}?(?:(?:le|du|en|depuis|on|in|the|dated|au) )?{_DAY} ",
    "=my mail of": r"(?:mon|notre|ma|mes|nos|le|votre|vos|une?|deux|trois|my|our|messages?|mails?|courriels?|lettre"
    rf"|courriers?|demande) {_SOME}{{0,3}}?(?:du|des|de|le|en|of|from) {_DAY} ",
    "=nobody": r"(?:personne|aucune?|rien|ni|nobody|nothing|no|pas|jamais|sans|toujours|ningun|tjrs?)"
    rf" {_SOME}{{0,4}}?(?:repon\w*|retour|recu\w*|nouvelles?|rep|answer\w*|reply|replied|respon\w*|ecrit|suite|signe"
    r"|lu|eu|arrive\w*|bouge\w*) ",
    "=nth": r"(?:deuxieme|troisieme|quatrieme|cinquieme|\deme|\de|second|third|fourth|deux|trois|quatre|plusieurs|\d)"
    r" (?:fois|mails?|messages?|courriels?|lettres?|courriers?|relances?|times?|emails?|appels?) ",
    "=since": rf"(?:depuis|fait|voila|il y a|since|for) {_SOME}{{0,2}}?(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit"
    rf"|dix|douze|quinze|vingt|trente|plusieurs|des|a|two|three) {_SOME}?"
    r"(?:jours?|semaines?|mois|ans?|annees?|weeks?|months?|days?) ",
    "=still": rf"(?:toujours|tjrs?|encore|still) {_SOME}{{0,3}}?(?:pas|rien|aucune?|attend\w*|attente|sans|not|no"
    r"|nothing|waiting) ",
}  # fmt: skip
_DATED = frozenset((*_MONTH.split("|"), *WEEKDAYS, *map(str, range(2000, 2100))))
_NEEDED = {
    "=i wrote": frozenset(("j", "je", "nous", "on", "i")),
    "=wrote on": _DATED,
    "=my mail of": _DATED,
    "=nobody": frozenset((
        "personne", "aucun", "aucune", "rien", "ni", "nobody", "nothing", "no", "pas", "jamais", "sans", "toujours",
        "ningun", "tjr", "tjrs",
    )),
    "=nth": frozenset((
        "fois", "mail", "mails", "message", "messages", "courriel", "courriels", "lettre", "lettres", "courrier",
        "courriers", "relance", "relances", "time", "times", "email", "emails", "appel", "appels",
    )),
    "=since": frozenset((
        "jour", "jours", "semaine", "semaines", "mois", "an", "ans", "annee", "annees", "week", "weeks", "month",
        "months", "day", "days",
    )),
    "=still": frozenset(("toujours", "tjr", "tjrs", "encore", "still")),
}  # fmt: skip
"""Words of which one stands in every text that bears the sign: most texts need not be searched."""
_TELLS = tuple(
    (sign, _NEEDED[sign], re.compile(f" (?:{pattern})")) for sign, pattern in _SIGNS.items()
)


def earlier(words: Words) -> Iterator[str]:
    """Yield a sign for each thing that a text tells of earlier letters."""
    spoken = frozenset(words.tokens)
    for sign, needed, tells in _TELLS:
        if not needed.isdisjoint(spoken) and tells.search(words.line):
            yield sign
