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
    **dict.fromkeys(("premier", "premiere", "1er", "1re", "1ere"), 1),
    **dict.fromkeys(("deuxieme", "second", "seconde", "2e", "2eme"), 2),
    **dict.fromkeys(("troisieme", "3e", "3eme"), 3),
    **dict.fromkeys(("quatrieme", "4e", "4eme", "dernier", "derniere"), 4),
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
_DAY = (
    rf"(?:1er|1 er|premier|[0-3]?\d|(?:vingt(?: et un| (?:{_ONE}))?|trente(?: et un)?|{_ONE})"
    rf"(?= (?:{_MONTH}) ))"
)
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
    rf"(?:prochaine?s |petite?s? |bons? |bonnes? |tout petits )?(?P<unit>{_PERIOD}|h|j)"
    r"(?P<half> et demie?)?(?: (?:ou|voire) (?P<more>deux|trois|quatre|[2-4])(?![^ ]))?"
    r"|(?P<glued>\d{1,3})(?P<glued_unit>h|j)"
    rf"|(?:une )?(?P<about>{'|'.join(ABOUT)})(?: (?:de|d) (?P<about_unit>jours?|semaines?))?"
    r")(?![^ ])(?: (?P<worked>ouvre+s?|ouvrables?|francs?))?"
)
_NAMED = (
    rf"(?P<week_of>semaine du )?(?:(?:(?:{_WD}) )?(?:le )?{_DAY} (?:(?:{_MONTH}|\d\d?) )?"
    rf"(?:\d\d(?:\d\d)? )?(?:et|ou|au|a|voire) (?:le |au |du )?|{_DAY} (?=\d\d? (?:{_MONTH}) ))?"
    rf"(?:(?P<weekday>{_WD}) (?:prochain )?(?:, )?(?:le )?)?(?P<day>{_DAY}|20\d\d)(?![^ ])"
    rf"(?! (?:trimestre|semestre|quinzaine|semaine|h|heures?|{_WD}) )(?: (?P<month>{_MONTH})(?![^ ])"
    r"(?:(?: \.)? (?P<year>20\d\d)(?![^ ]))?"
    r"| (?P<day_of>courant|du mois prochain|du mois (?:en cours|courant)|de ce mois)| \d)?"
)
_WEEK = (
    r"(?:(?P<week_part>debut|milieu|mi|fin|courant) (?:de |d )?)?(?:la |l )?(?P<this_week>cette )?"
    r"(?:semaines?|sem)(?: \.)?(?: (?:n |no |numero )?(?:[0-5]?\d (?:ou|et|a|voire) (?=\d\d? (?!h )))?"
    r"(?P<week>[0-5]?\d)(?![^ ])| (?P<next_week>prochaine|suivante|a venir|qui vient|d apres)"
    r"| (?P<after_it>qui (?:suit|suivra|suivrait))"
    r"| (?P<its_week>(?<=cette semaine )la|d[eu] (?:son|mon|leur|notre|cette|la|ce)"
    r" (?:retour|reprise|date|reunion|seance|commission|visite|echeance|rendez vous))| en cours)?"
    r"(?! (?:derniere|passee|precedente))|s(?P<short_week>[0-5]\d)"
)
_SPAN = (
    r"(?:(?P<part>debut|mi|milieu|fin|courant|premiers jours|derniers jours"
    rf"|(?P<nth>{'|'.join(ORDINALS)}) (?P<part_day>semaine|quinzaine|{_WD})) (?:(?:de|d|du|le|la|l) ){{0,3}})?"
    rf"(?:(?:mois (?:de |d ))?(?P<span_month>{_MONTH})(?![^ ])(?: (?P<span_year>20\d\d)(?![^ ]))?"
    r"|(?P<next_month>mois (?:prochain|suivant|a venir|qui vient)|prochain mois)"
    r"|(?:ce )?(?P<this_month>mois)(?: en cours| courant| ci)?"
    r"|(?P<this_year>annee)(?: (?P<next_year>prochaine)| en cours| civile)?|(?P<year_only>20\d\d)"
    rf"|(?:ce )?(?:(?P<ordinal>{'|'.join(ORDINALS)}) )?(?P<fraction>trimestre|semestre)"
    r"(?: (?P<next_fraction>prochain|suivant|a venir|qui vient)| en cours| (?:de )?(?P<fraction_year>20\d\d))?)"
    r"(?![^ ])"
)
_PART_OF_DAY = "matin|matinee|midi|apres midi|aprem|soir|soiree|journee"
_FEAST = (
    "noel|saint sylvestre|nouvel an|jour de l an|fete du travail|fete nationale|assomption|toussaint"
    "|armistice|paques|ascension|pentecote"
)
_WORD = (
    rf"(?:(?P<feast_day>{_WD}|veille|lendemain|pont|week end) de (?:la |l )?)?(?P<feast>{_FEAST})"
    rf"|(?:(?:{_WD}) (?:ou|voire|et) )?(?P<only_weekday>{_WD})"
    r"(?: (?P<which>prochain|suivant|d apres|qui (?:vient|suit|suivra)|en huit|en quinze"
    r"|de la semaine (?:prochaine|suivante)|de cette semaine))?"
    rf"(?! (?:dernier(?! delai)|passe|(?:au|et|ou) (?:{_WD})|de \d))"
    r"|(?P<word>apres demain|demain|aujourd hui|ce (?:jour|moment|terme) la"
    r"|cette (?:meme )?(?:date|echeance)(?: la)?|d ici la|(?:jour|date|moment) meme|meme (?:jour|date)"
    r"|ce (?:soir|jour|matin|midi)|cette nuit|cet (?:apres midi|aprem)|(?:fin du )?week end"
    r"|(?<=dans l )heure|(?<=dans la )demi heure"
    r"|(?:sur)?lendemain|(?:(?:fin|debut|milieu) (?:de (?:la )?|d )?)?(?:journee|matinee|apres midi|soiree|midi)"
    rf"(?! (?:de |du |d )?(?:demain|apres demain|{_WD}|le)))"
)
_HOUR = r"(?:(?:avant|vers|a|d ici|des|pour|,) )?(?:midi|minuit|\d\d?h(?:\d\d)?|\d\d? (?:h|heures?)(?: \d\d)?)(?![^ ])"
_TAIL = (
    r"(?:(?: ,)? (?:(?:en|a|au|dans|des) )?(?:(?:la|le|l) )?(?:(?:fin|debut|milieu) (?:de|d) (?:(?:la|l) )?)?"
    rf"(?:{_PART_OF_DAY}))?(?: ,)?"
    rf"(?: (?P<latest>au plus tard(?! (?:le|la|au|en|mi|fin|debut|demain|dans|{_WD}|\d))"
    r"|(?:au )?(?:grand )?maximum|maxi|max|dernier delai|au plus(?! tard)))?"
)
WHEN = re.compile(
    rf"{_LEAD}(?:(?P<a_delay>{_DELAY})|(?P<a_date>{_NAMED})|(?P<a_week>{_WEEK})|(?P<a_span>{_SPAN})"
    rf"|(?P<a_word>{_WORD}))(?![^ ]){_TAIL} "
)

WHEN_NAMED = re.compile(rf"(?<= ){_NAMED}")
"""A day by its name within the words of an event (« à compter du 12 mars »)."""

RELATIVE = re.compile(
    r" (?:suiv\w+|plus tard|apres|(?:sur)?lendemain|la|meme|qui sui\w+|d[eu] (?:sa|son|mon|cette|la)) "
)
"""What counts from a day named before."""

SAME_DAY = frozenset(("heure", "demi heure", "journee", "matinee", "apres midi"))
"""Words that count from an event when they follow one (« dès que je sais, je vous le dis dans l’heure »)."""

AT_HOUR = re.compile(rf"(?: ,)? {_HOUR} ")
"""The time of a day just named (« demain avant 17 h »): no other day."""

START = re.compile(
    r"(?<= )(?:patient\w*|patience|attendre|laissez|accordez|donnez|(?:nous )?donnons|(?<= me )donne|compter|prevoir"
    r"|delais?|(?<! de )(?<! du )(?<! depuis )(?<! depuis le )"
    r"(?:au?|aux|d|pas|plus|sous|avant|dans|entre|pour|en|des|vers|autour|environ|maximum|moins|comptez"
    r"|prevoyez|prend\w*|necessit\w*|demand\w*|durera|requiert|faut|faudra|besoin|un|le|la|ce|cet|ces|les|cette"
    r"|courant|debut|milieu|mi|fin|semaines?|sem|s\d\d|premiere?|seconde?|deuxieme|troisieme|quatrieme|derniere?"
    r"|[1-4](?:er?|re|eme)|mois|fixee?|prevue?|demain|apres|(?<! compter d )(?<! partir d )(?<! dater d )aujourd"
    rf"|(?:sur)?lendemain|week|:|(?<! au )(?<! le )(?:{_WD})"
    rf"|{_NUMBER}(?= (?:jours?|semaines?|mois) (?:plus tard|apres) )))(?= )"
)
"""Where a date may start; not within « du 3 mars », « depuis lundi »."""
UNTIL = re.compile(r" jusqu (?:(?:a|au|en)(?: (?:la|l))? )?$")
"""Before a date until which something lasts: it is named, and nothing is due then."""

# --- around a date --------------------------------------------------------------------------------

NOT_A_DAY = re.compile(
    r" (?:\d|rue|avenue|place|bis|ter|boulevard|h|heures?|euros?|pieces?|documents?|exemplaires?|fois|points?) "
)
"""What follows a number after « le » that is no day of the month."""
CITIZENS = re.compile(
    r" (?:votre|vos|leur reception|depot|pieces?|documents?|justificatifs?|dossier|complet\w*) "
)
"""An event that is the citizen’s to bring about."""
RUNS_FROM = re.compile(
    r" (?:(?:a compter|a partir|a dater) (?:de|du|d)|suivants?|apres|plus tard|qui (?:suivent|suivront|suivra|suit)"
    r"|des|a (?=reception)|d[eu] (?=(?:(?:la|l|sa|son|leur|cette|cet) )?(?:reception|seance|reunion|remise|notification"
    r"|parution|publication|decision|depot|audience|entretien|rendez vous|visite|audition|passage|retour|date) ))"
    r"((?: [^\s?!.;¶]+){0,7})"
)
"""« à compter de la réception de votre dossier complet »."""
ALREADY = re.compile(
    r" (?:(?:ce|le) jour|aujourd hui|presente?|ce (?:message|courriel|mail)|(?:votre|vos|de la|du) "
    r"(?:demande|message|courriel|mail|courrier|requete|question|saisine|envoi|relance)s?) "
)
"""What has happened when the answer is written."""
