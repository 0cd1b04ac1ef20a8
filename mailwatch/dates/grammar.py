"""The grammar of French dates and delays, over `Words.line` (folded words between single spaces).

A lead (« avant le », « sous », « dans un délai de »), then one of five shapes: a delay, a named date, a week,
a span (month, quarter, year), a day's name. Every repetition is bounded: hostile text costs its length.
"""

from __future__ import annotations

import re

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"),
            ("fevrier", "fevr", "fev"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        start=1,
    )
    for name in names
}
ABOUT = {"huitaine": 8, "dizaine": 10, "quinzaine": 15, "vingtaine": 20, "trentaine": 30}
ORDINALS = {
    **dict.fromkeys(("premier", "1er"), 1),
    **dict.fromkeys(("deuxieme", "second", "2e", "2eme"), 2),
    **dict.fromkeys(("troisieme", "3e", "3eme"), 3),
    **dict.fromkeys(("quatrieme", "4e", "4eme", "dernier"), 4),
}
_ONES = (
    *(
        "zero",
        "un",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "sept",
        "huit",
        "neuf",
        "dix",
        "onze",
    ),
    *("douze", "treize", "quatorze", "quinze", "seize"),
)
_VALUES = {word: value for value, word in enumerate(_ONES)} | {
    "une": 1,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "cent": 100,
}


def number(text: str) -> int:
    """Value of a number written in figures or in folded words (« quatre vingt dix »)."""
    if text.isdecimal():
        return int(text)
    words = text.split()
    if text.startswith("quatre vingt"):
        return 80 + sum(_VALUES.get(word, 0) for word in words[2:])
    return sum(_VALUES.get(word, 0) for word in words)


_WD = "|".join(WEEKDAYS)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ONE = "|".join(("dix sept", "dix huit", "dix neuf", "une", *sorted(_ONES, key=len, reverse=True)))
_NUMBER = (
    r"(?:\d{1,4}|(?:quatre vingts?|vingt|trente|quarante|cinquante|soixante|cent)"
    rf"(?: et (?:une?|onze)| (?:{_ONE}))?|{_ONE})"
)
_DAY = r"(?:1er|1 er|premier|[0-3]?\d)"
_PERIOD = "jours?|semaines?|mois|heures?|quinzaines?|ans?|annees?"

# --- the lead -------------------------------------------------------------------------------------

_SPACED_TERM = (
    r"(?:(?:un |ces )?delais? (?:[^\s?!.;¶,]+ ){0,9}?(?:de|d|:|a|sous)"
    r"|(?:patient\w*|attendre|patience|(?:laissez|accordez|donnez)(?: nous| moi)?|nous donnons|me donne)"
    r" (?:[^\s?!.;¶]+ ){0,3}?jusqu(?: au?| en)?)"
)
"""Words that bring a term after some others: « un délai moyen de réponse de »."""
_TERM = (
    r"(?:(?:au |d au )?plus tard|pas plus tard que|d ici|sous|avant|dans(?: le courant)?|a compter"
    r"|a partir|a l horizon|au cours|en cours|courant(?= (?:de|du))|entre|pour|en|des|vers|autour"
    r"|aux alentours|aux environs|environ|au (?:maximum|max|plus|moins)|maximum|moins|comptez|compter"
    r"|prevoyez|prevoir|patienter|attendre|(?:laissez|accordez|donnez) (?:nous|moi)(?: encore)?"
    r"|(?:journee|matinee|soiree|apres midi) (?:de|du|d)|fixee? au|prevue? au"
    r"|(?:prend(?:ra|ront)?|necessit(?:e|era|eront)|demand(?:e|era)|durera|requiert|faut|faudra|besoin (?:de|d))"
    rf"(?: encore| environ)?(?= {_NUMBER} (?:[^ ]+ ){{0,3}}(?:{_PERIOD}) ))"
)
_ARTICLE = rf"le|la|l|les|ce|a|au|aux|du|de|d|que|:|,(?= (?:le|{_TERM}|{_WD}) )"
_JOINED = rf"(?>(?:(?:{_TERM}|{_ARTICLE}) ){{0,6}})"
_LEAD = (
    rf"(?:(?P<term>(?:{_TERM} {_JOINED})?{_SPACED_TERM} {_JOINED}|{_TERM} {_JOINED})"
    r"|(?P<plain>(?:le|la|ce|(?<!\d )au|:) (?:le )?))?"
)

# --- the five shapes ------------------------------------------------------------------------------

_DELAY = (
    rf"(?:{_NUMBER} (?:jours?|semaines?|mois) (?:a|ou|voire) )?"
    rf"(?:(?P<count>{_NUMBER}) (?:(?:a|ou|et|voire|au) (?:de )?)?(?:(?P<upper>{_NUMBER}) )?"
    rf"(?:prochaine?s |petite?s |bons? |bonnes? )?(?P<unit>{_PERIOD}|h|j)"
    r"|(?P<glued>\d{1,3})(?P<glued_unit>h|j)"
    rf"|(?:une )?(?P<about>{'|'.join(ABOUT)})(?: (?:de|d) (?P<about_unit>jours?|semaines?))?"
    r")(?![^ ])(?: (?P<worked>ouvre+s?|ouvrables?|francs?))?"
)
_NAMED = (
    rf"(?P<week_of>semaine du )?(?:(?:(?:{_WD}) )?(?:le )?{_DAY} (?:(?:{_MONTH}|\d\d?) )?"
    rf"(?:\d\d(?:\d\d)? )?(?:et|ou|au|a|voire) (?:le |au |du )?|{_DAY} (?=\d\d? (?:{_MONTH}) ))?"
    rf"(?:(?P<weekday>{_WD}) (?:le )?)?(?P<day>{_DAY}|20\d\d)(?![^ ])"
    rf"(?! (?:trimestre|semestre|quinzaine))(?: (?P<month>{_MONTH})(?![^ ])"
    r"(?:(?: \.)? (?P<year>20\d\d)(?![^ ]))?"
    r"| (?P<day_of>courant|du mois prochain|du mois (?:en cours|courant)|de ce mois)| \d)?"
)
_WEEK = (
    r"(?:(?P<week_part>debut|milieu|mi|fin|courant) (?:de |d )?)?(?:la |l )?(?P<this_week>cette )?"
    r"(?:semaine|sem)(?: \.)?(?: (?:n |no |numero )?(?P<week>[0-5]?\d)(?![^ ])"
    r"| (?P<next_week>prochaine|suivante|a venir|qui vient|d apres)| en cours)?"
    r"(?! (?:derniere|passee|precedente))|s(?P<short_week>[0-5]\d)"
)
_SPAN = (
    r"(?:(?P<part>debut|mi|milieu|fin|courant|(?:premiere|1re|1ere) quinzaine"
    r"|(?:seconde|deuxieme|2e|2eme) quinzaine) (?:(?:de|d|du|le|la|l) ){0,3})?"
    rf"(?:(?:mois (?:de |d ))?(?P<span_month>{_MONTH})(?![^ ])(?: (?P<span_year>20\d\d)(?![^ ]))?"
    r"|(?P<next_month>mois (?:prochain|suivant|a venir|qui vient)|prochain mois)"
    r"|(?:ce )?(?P<this_month>mois)(?: en cours| courant| ci)?"
    r"|(?P<this_year>annee)(?: (?P<next_year>prochaine)| en cours| civile)?|(?P<year_only>20\d\d)"
    rf"|(?P<ordinal>{'|'.join(ORDINALS)}) (?P<fraction>trimestre|semestre)"
    r"(?: (?:de )?(?P<fraction_year>20\d\d))?)(?![^ ])"
)
_WORD = (
    rf"(?:(?:{_WD}) (?:ou|voire|et) )?(?P<only_weekday>{_WD})"
    r"(?: (?P<which>prochain|suivant|qui vient|en huit|en quinze|de la semaine prochaine|de cette semaine))?"
    rf"(?! (?:dernier(?! delai)|passe|(?:au|et|ou) (?:{_WD})|de \d))"
    r"|(?P<word>apres demain|demain|aujourd hui|ce (?:jour|moment) la|cette date la|(?:jour|date|moment) meme"
    r"|meme (?:jour|date)|that same day|ce (?:soir|jour|matin)|cet (?:apres midi|aprem)|(?:fin du )?week end"
    r"|(?:sur)?lendemain|(?:fin de (?:la )?)?(?:journee|matinee|apres midi)|noel|toussaint|paques)"
)
_TAIL = (
    r"(?: (?:dans (?:la|l) )?(?:matin|matinee|midi|apres midi|soir|soiree|journee))?(?: ,)?"
    rf"(?: (?P<latest>au plus tard(?! (?:le|la|au|en|mi|fin|debut|demain|dans|{_WD}|\d))"
    r"|au maximum|maximum|maxi|max|dernier delai|au plus(?! tard)))?"
)
WHEN = re.compile(
    rf"{_LEAD}(?:(?P<a_delay>{_DELAY})|(?P<a_date>{_NAMED})|(?P<a_week>{_WEEK})|(?P<a_span>{_SPAN})"
    rf"|(?P<a_word>{_WORD}))(?![^ ]){_TAIL} "
)

START = re.compile(
    r"(?<= )(?:patient\w*|patience|attendre|laissez|accordez|donnez|(?:nous )?donnons|(?<= me )donne|compter|prevoir"
    r"|delais?"
    r"|(?<! de )(?<! du )(?<! jusqu )(?<! jusqu a )(?<! depuis )(?<! depuis le )"
    r"(?:au?|aux|d|pas|plus|sous|avant|dans|entre|pour|en|des|vers|autour|environ|maximum|moins|comptez"
    r"|prevoyez|prend\w*|necessit\w*|demand\w*|durera|requiert|faut|faudra|besoin|un|le|la|ce|cet|ces|les|cette|that"
    r"|courant|debut|milieu"
    r"|mi|fin|semaine|sem|s\d\d|premiere?|seconde?|deuxieme|troisieme|quatrieme|dernier|[1-4](?:er?|re|eme)"
    rf"|mois|fixee?|prevue?|demain|apres|aujourd|(?:sur)?lendemain"
    rf"|noel|toussaint|paques|week|:|(?<! au )(?<! le )(?:{_WD})))(?= )"
)
"""Where a date may start; not within « du 3 mars », « jusqu’à lundi », « depuis lundi »."""

# --- around a date --------------------------------------------------------------------------------

FIGURES = re.compile(r"([0-3]?\d)\s?([/.-])\s?([01]?\d)(?:\s?\2\s?(20\d\d|\d\d))?(?!\w|[/.-]\d)")
"""12/03, 12.03.26, 12-03-2026, in the text as written."""
ISO = re.compile(r"(20\d\d)-([01]\d)-([0-3]\d)(?!\w)")
NOT_A_DAY = re.compile(
    r" (?:\d|rue|avenue|place|bis|ter|boulevard|h|heures?|euros?|pieces?|documents?|exemplaires?|fois|points?) "
)
"""What follows a number after « le » that is no day of the month."""
CITIZENS = re.compile(r" (?:votre|vos|reception|depot|pieces?|dossier|complet\w*) ")
"""An event that is the citizen’s to bring about."""
RUNS_FROM = re.compile(
    r" (?:(?:a compter|a partir|a dater) (?:de|du|d)|suivants?|apres|qui (?:suivent|suivront|suivra|suit)"
    r"|des|a (?=reception))((?: [^\s?!.;¶]+){0,7})"
)
"""« à compter de la réception de votre dossier complet »."""
ALREADY = re.compile(
    r" (?:(?:ce|le) jour|aujourd hui|presente?|ce (?:message|courriel|mail)|(?:votre|vos|de la|du) "
    r"(?:demande|message|courriel|mail|courrier|requete|question|saisine|envoi|relance)s?) "
)
"""What has happened when the answer is written."""
