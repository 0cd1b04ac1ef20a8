"""The word lists of `rules/mentions.toml`, folded and compiled once for each pack of rules.

What a unit, a territory or a first name *is* stands in the rule file; this module only turns the lists into
sets and patterns that the other modules of the package search with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailwatch.ruleset import RulePack
from mailwatch.wording import fold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicon:
    """The lists of one pack of rules: folded sets, and patterns over text that `page.plain` folded.

    Compared by identity, so that what is read with it may be cached.
    """

    titles: frozenset[str]
    ranks: frozenset[str]
    particles: frozenset[str]
    first_names: frozenset[str]
    surnames_too: frozenset[str]
    """First names that are also frequent surnames."""
    functions: frozenset[str]
    role_units: frozenset[str]
    not_names: frozenset[str]
    places: frozenset[str]
    """Towns and territories, and the longer words of their names."""
    surname_words: frozenset[str]
    address_words: frozenset[str]
    sentence_words: frozenset[str]
    sentence_words_lower: frozenset[str]
    salutations: frozenset[str]
    acronyms: frozenset[str]
    state_acronyms: frozenset[str]
    standalone_units: frozenset[str]
    broad_units: frozenset[str]
    domains: frozenset[str]
    """What a service deals with, as the first word of its name."""
    head_titles: frozenset[str]
    """Titles that name a unit by who heads it."""
    leads: frozenset[str]
    """First words of a line that stands by itself: a unit, a function, a title, an institution."""
    unit: re.Pattern[str]
    """A unit's first word, or the title of who heads it, and what completes it, as `head` and `rest`."""
    institution: re.Pattern[str]
    """A State body named with its territory."""
    territory: re.Pattern[str]
    """What ties an acronym to its territory: « DDT *du Jura* », « CERT *de Besançon* »."""
    office_behind: re.Pattern[str]
    """« Marne Prefecture », as it is said in English."""
    town_office: re.Pattern[str]
    """A préfecture or sous-préfecture of a place that the lists may not know."""


_INSTITUTION_HEADS = (
    "prefecture",
    "prefet",
    "prefete",
    "sous-prefecture",
    "haut-commissariat",
    "ddt",
    "ddtm",
)


@lru_cache(maxsize=8)
def lexicon(rules: RulePack) -> Lexicon:
    """Compile the lists of `rules`; a list that the file does not hold is empty."""

    def words(key: str) -> frozenset[str]:
        return frozenset(fold(word) for word in rules.lists.get(key, ()))

    acronyms, state = words("acronyms"), words("state_acronyms")
    units = (*rules.lists.get("units", ()), *rules.lists.get("broad_units", ()))
    head_titles = rules.lists.get("head_titles", ())
    places = [
        written
        for key in ("departments", "regions", "towns")
        for word in rules.lists.get(key, ())
        for written in _spellings(word)
    ]
    heads = frozenset(fold(unit).split()[0] for unit in units)
    functions, titles, named_places = words("functions"), words("titles"), _place_words(rules.lists)
    return Lexicon(
        titles=titles,
        ranks=words("ranks"),
        particles=words("particles"),
        first_names=words("first_names"),
        surnames_too=words("surnames_too"),
        functions=functions,
        role_units=words("role_units"),
        not_names=words("not_names") | heads | functions | acronyms | state | named_places,
        places=named_places,
        surname_words=words("surname_words"),
        address_words=words("address_words"),
        sentence_words=words("sentence_words"),
        sentence_words_lower=words("sentence_words_lower"),
        salutations=words("salutations"),
        acronyms=acronyms | state,
        state_acronyms=state,
        standalone_units=words("standalone_units"),
        broad_units=words("broad_units"),
        domains=words("domains"),
        leads=heads | functions | titles | acronyms | frozenset(_INSTITUTION_HEADS),
        head_titles=words("head_titles"),
        unit=_unit((*units, *head_titles)),
        territory=re.compile(rf"(?:{_JOINT}(?:{_alternatives(places)})|[ -]{_NUMBER})(?![\w-])"),
        institution=_institution(places, rules.lists.get("state_acronyms", ())),
        office_behind=re.compile(rf"(?<![\w'@#-])(?:{_alternatives(places)}) prefecture(?![\w-])"),
        town_office=re.compile(
            rf"(?<![\w'-]){_OFFICE}(?: de| du| des| d'| de la| de l'| a| en)[ ]?(?P<place>[a-z][a-z'-]+)"
        ),
    )


def _spellings(place: str) -> tuple[str, ...]:
    """A place as it is written in full, and with « St »."""
    short = re.sub(r"\b([Ss])aint(e?)(?=[ -])", r"\1t\2", place)
    return (place,) if short == place else (place, short)


def _place_words(lists: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Each place, and each longer word of a territory: none is, alone, the name of a person."""
    found = {fold(town) for town in lists.get("towns", ())}
    for territory in (*lists.get("departments", ()), *lists.get("regions", ())):
        folded = fold(territory)
        found.update(
            (folded, *(word for word in folded.replace("'", " ").split() if len(word) > 3))
        )
    return frozenset(found)


# --- patterns -------------------------------------------------------------------------------------

_OFFICE = r"(?:sous[ -]prefe(?:cture|te|t)|prefe(?:cture|te|t))"
_JOINT = (
    r"(?: (?:de |du |des |d'|de la |de l'|en |dans la |dans le |dans les |dans l'|a |a la |of )?| ?[-:,|] ?(?:du )?"
    r"| ?\((?:de |du |des |d'|de la |de l')?)"
)


_STREET = (
    r"(?:bis |ter )?,? ?(?:rue|quai|av|avenue|bd|boulevard|place|cours|chemin|route|allee|impasse|square|esplanade"
    r"|faubourg)\b"
)
_NUMBER = rf"(?:0[1-9]|[1-8]\d|9[0-5]|2[ab]|97[1-8]|98[678])(?!\d|[ ./-]?\d| ?,? ?{_STREET})"
"""A department by its number; « 17 quai … » is an address."""


def _alternatives(phrases: Iterable[str]) -> str:
    """One alternation, the longest first, in which a hyphen, an apostrophe and a space are one."""
    folded = sorted({fold(phrase) for phrase in phrases}, key=len, reverse=True)
    return "|".join(re.sub(r"(?:\\-|'|\\ )+", "[ '-]", re.escape(phrase)) for phrase in folded)


def _unit(units: Iterable[str]) -> re.Pattern[str]:
    comma = r", (?=(?:de|du|des|et|aux)\b|d'|a l'|[a-z]+(?:, [a-z]+){0,3} et )"
    step = rf"(?: |'|-| ?& ?|{comma}| ?« ?|)[a-z][a-z]*(?: ?»)?| \([a-z]+\)"
    return re.compile(rf"(?<![\w-])(?P<head>{_alternatives(units)})(?![\w-])(?P<rest>(?:{step})*)")


def _institution(places: Iterable[str], state: Iterable[str]) -> re.Pattern[str]:
    territory = rf"(?:{_alternatives(places)})(?![\w-])"
    qualified = (
        r"(?: de police| de (?:la )?region| deleguee?| maritime"
        r"| de (?:la )?zone(?: de defense(?: et de securite)?)?|)"
    )
    body = (
        rf"(?:{_OFFICE}s?{qualified}|s/?p|pref['.]?|services de l'etat|secretariat general commun(?: departemental)?"
        rf"|secretariat general de la prefecture"
        rf"|agence regionale de (?:la )?sante|rectorat|academie|groupement de gendarmerie(?: departementale?)?"
        rf"|commissariat(?: de police| central)?|circonscription(?: \w+)? de (?:police nationale|securite publique)"
        rf"|(?:unite|direction|directeur|directrice|delegation|inspection)s? (?:militaire )?(?:inter|intra)?"
        rf"(?:departementale?|regionale?|territoriale?|academique|zonale?)s?"
        rf"(?: [a-z'-]+,?){{0,14}}?"
        rf"|direction (?:de l'environnement|de l'economie|de la mer|de l'alimentation|des services|des territoires),?"
        rf"(?: [a-z'-]+,?){{0,12}}?"
        rf"|{_alternatives(state)}|d\.(?:[a-z]\.){{2,7}}|s\.g\.(?:[a-z]\.){{1,2}})"
    )
    alone = (
        r"prefe(?:cture|te|t) de police(?: de paris| des bouches-du-rhone)?"
        r"|haut[ -]commissa(?:riat|ire)(?: de la republique)?(?: (?:en|de|de la))"
        r" (?:polynesie francaise|nouvelle[ -]caledonie)"
        r"|haussa(?:riat|ire)(?: (?:en|de|de la))? (?:polynesie francaise|nouvelle[ -]caledonie|nc|pf)"
        r"|administra(?:tion|teur|trice) superieure?(?: des iles| de| des)? (?:iles )?wallis[ -]et[ -]futuna"
        r"|(?:administra(?:tion|teur|trice) superieure? des )?terres australes et antarctiques francaises"
        r"|(?:subdivision|circonscription) administrative des iles [a-z-]+(?: [a-z-]+)?"
        r"|office (?:national des (?:anciens )?combattants(?: et (?:des )?victimes de(?: la)? guerre)?"
        r"|francais de (?:la biodiversite|l'immigration et de l'integration))"
        r"|(?:consulat(?: general)?|ambassade) de france (?:a|au|en|aux) [a-z-]+"
    )
    return re.compile(
        rf"(?<![\w'@#-])(?:(?:{body})(?: \([a-z-]{{2,12}}\))?(?:(?: ?\d{{2,3}})?{_JOINT}{territory}"
        rf"(?: et (?:de |du |des |d')?{territory})?|[ -]?(?:du )?{_NUMBER})|{alone})(?![\w-])"
    )
