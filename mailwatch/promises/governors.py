"""The words that a date may belong to: those that promise, and those that speak of something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailwatch.ruleset import Rule, RulePack
from mailwatch.wording import Hit, Words

_ENGAGES = frozenset({"promise", "present"})
_TITLE_REACH = 200
"""How far, in characters, a pronoun may stand for a title."""
_WE = re.compile(r" (?:je|j|nous|on)(?: ne| vous| te| t| le| la| les| l| en| y){0,3} $")
_OURS = re.compile(
    " (?:(?:et|mais|,) (?:une|la|ma|notre|vous|votre)|je|j|nous(?! (?:a|ont|avait|avaient|indique|dit"
    "|signale|informe|confirme|assure|promet|annonce) )) "
)
"""Who speaks within the words of another body: « je vois l’ARS lundi et je vous écris »."""
_WHETHER = re.compile(
    r" (?:sai[st]|savoir|savons|voir|verifi\w*|demand\w*|dire|dirai|di[st]|confirm\w*|ignor\w*|precis\w*|regard\w*"
    r"|examin\w*|determin\w*)(?: [^ ?!.;¶]+){0,5}? $"
)
_PRONOUN = re.compile(r" (?:il|elle|ils|elles) (?:vous )?$")
_THEY = re.compile(
    r" (?:il|elle|ils|elles)(?: (?:qui|vous|te|en|le|la|les|l|y|lui|meme|memes)){0,3} $"
)
_FUTURE = re.compile("r(?:ai|ons) ")
_NOTHING_NEW = (
    "inform|indiqu|precis|signal|remerci|pri|invit|demand|conseill|recommand|sugger|souhait|attend|recoi|recev|accueill"
    "|convoqu|convi|laiss|accord|autoris|dispens|join|excus|felicit|assur|orient|dirig|renvo|engag|met[st]|comprend"
    "|entend|plain|incit|encourag|interdi|somm|sollicit|deconseill|reserv|doi|dev|sai|sav|sui|peu|pouv|veu|voul|propos"
    "|avez|avons|etes|serai|serons"
)
_DO = re.compile(
    rf" (?:(?:je|nous|on) (?:vous|te|t)|(?:et|puis|,|:) (?:vous|te|t)) (?:(?:en|le|la|les|l|y) )?"
    rf"(?!{_NOTHING_NEW})(?P<does>[a-z]{{3,20}}(?:s|e|x|d|t|i)|di[st]) "
    rf"| (?:je|j|nous|on|m|et) (?:(?:m|s|nous|y|en|le|la|les|l) ){{0,2}}(?!{_NOTHING_NEW})"
    rf"(?P<works>(?:reprend|regard|verifi|trait|etudi|examin|instrui|fai|faison|occup|charg|pench|attaqu|rediscut|tranch"
    rf"|decid|reun|statu|boucl|termin|fini|saisi|repren|voi|voy|appell|rencontr|relanc|interrog|consult|travaill|avanc"
    rf"|cherch|revien|reven|repass|recontact|rappell|ecri|repond|prolong|edit|surveill|valid|corrig|debloqu|lanc|sign"
    rf"|port|donn|redig|imprim|expedi|remet|apport|telephon)[a-z]{{0,5}}(?<!er)(?<!ir)(?<!re)(?<!ez)(?<!ant)) "
)
"""What somebody of ours does for the citizen, or about the matter: with a date, it promises something."""
_NO_PROMISE = frozenset(
    (
        "serai serons aurai aurons pourrai pourrons devrai devrons vrai environs "
        "passerai passerons viendrai viendrons irai irons voterai partirai resterai quitterai rentrerai rentrerons "
        "arriverai arriverons attendrai attendrons "
        "fermerons rouvrirons ouvrirons recevrons accueillerons organiserons tiendrons "
        "ouvrons rouvrons offrons entrons rentrons montrons demontrons rencontrons enregistrons administrons "
        "esperons considerons preferons declarons assurons preparons separons reparons livrons delivrons retirons "
        "tirons attirons admirons desirons inspirons respirons ignorons ameliorons adorons demeurons mesurons assurons "
        "rassurons figurons procurons jurons durons couvrons decouvrons souffrons courons parcourons concourons "
        "integrons operons gerons suggerons reiterons moderons tolerons liberons acquerons requerons"
    ).split()
)
"""Words that end like « répondrai » and promise nothing, or an event."""
_NOT = re.compile("(?:donc )?(?:pas|plus|jamais|point|aucun(?:e|ement)?|rien) ")
_NE = re.compile(r" (?:ne|n)(?: (?:vous|te|me|nous|les?|la|l|lui|leur|en|y|serai|serons)){0,3} $")
"""« je ne vous le donnerai pas »: what surrounds a verb that is denied."""
_BARE = {
    "bare-noun": re.compile(
        r" (?:sa|leur|son|mon|ton|votre|de|au|du|des|(?:voici|voila|trouverez) (?:la|ma|notre|une|votre)) $"
    ),
    "bare-act": re.compile(r"(?<![,:;.!?(¶]) (?<! et )$"),
}
"""What stands before a noun that announces nothing by itself (« absent, de retour lundi », « la décision … »)."""
_ABSENCE = re.compile(" (?:de|a|des|apres|avant) (?:son|mon|leur|notre) retour $")
"""« vous aurez de mes nouvelles dès son retour »: no return of an answer."""
_RECEIVED = re.compile(r"vous (?:l|les?|la) (?:recevrez|aurez|obtiendrez) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Governor:
    """Words that a date may belong to."""

    label: str
    weight: int
    start: int
    end: int

    @property
    def engages(self) -> bool:
        """Say whether these words bind us."""
        return self.label in _ENGAGES


def governors(own: Words, rules: RulePack) -> tuple[Governor, ...]:
    """All the governing words of a text, in its order."""
    found = [
        Governor(label=rule.label, weight=rule.weight, start=hit.start, end=hit.end)
        for rule, hit in rules.find(own)
        if not _is_mistaken(rule, hit, own.line)
    ]
    found.extend(_futures(own.line))
    found.extend(_doings(own.line))
    found.sort(key=lambda governor: governor.start)
    return tuple(_but_titles(own.line, _but_others(own.line, found)))


def _is_mistaken(rule: Rule, hit: Hit, line: str) -> bool:
    """Say whether the writer speaks in the words of another body, or « si » asks instead of making a condition."""
    label = rule.label
    if rule.id in _BARE:
        return _BARE[rule.id].search(line, max(0, hit.start - 24), hit.start) is not None
    if label == "outside":
        return _OURS.search(line, hit.start, hit.end) is not None
    if rule.id == "answer-noun" and _ABSENCE.search(line, hit.start, hit.end):
        return True
    if label in _ENGAGES:
        return _is_denied(line, hit.start, hit.end)
    return (
        label == "condition"
        and line.startswith("si ", hit.start)
        and _WHETHER.search(line, max(0, hit.start - 60), hit.start) is not None
    )


def _is_denied(line: str, start: int, end: int) -> bool:
    """Say whether a verb stands between « ne » and « pas »."""
    if line.startswith("manqu", start) or not _NE.search(line, max(0, start - 30), start):
        return False
    verb = line.find(" ", start, end) + 1
    return bool(_NOT.match(line, end) or _NOT.match(line, verb))


def _futures(line: str) -> Iterator[Governor]:
    """Every verb of ours in the future (« je publierai »): with a date, it promises something."""
    for match in _FUTURE.finditer(line):
        start = line.rfind(" ", 0, match.start()) + 1
        denied = _is_denied(line, start, match.end())
        if line[start : match.end() - 1] not in _NO_PROMISE and not denied:
            yield Governor(label="present", weight=1, start=start, end=match.end())


def _doings(line: str) -> Iterator[Governor]:
    """Every verb of ours in the present that does something (« je vous fixe », « je reprends »)."""
    for match in _DO.finditer(line):
        weight, verb = (2, "does") if match["does"] else (1, "works")
        yield Governor(
            label="present", weight=weight, start=match.start(verb), end=match.end(verb) + 1
        )


def _but_others(line: str, found: Iterable[Governor]) -> Iterator[Governor]:
    """Leave out what « elle » will do where another body was named last (« la mairie est saisie, elle … »)."""
    others_end = -_TITLE_REACH
    for governor in found:
        if governor.label in ("body", "own"):
            others_end = governor.end if governor.label == "body" else -_TITLE_REACH
        elif (
            not governor.engages
            or governor.start - others_end >= _TITLE_REACH
            or not _THEY.search(line, max(0, governor.start - 24), governor.start)
        ):
            yield governor


def _but_titles(line: str, found: Iterable[Governor]) -> Iterator[Governor]:
    """Leave out what becomes of a title just named (« votre titre … ; il vous sera adressé »)."""
    title_end = -_TITLE_REACH
    for governor in found:
        if governor.label == "title":
            title_end = governor.end
        elif not governor.engages:
            yield governor
        elif governor.start - title_end >= _TITLE_REACH or not _takes_up(line, governor):
            title_end = -_TITLE_REACH
            yield governor


def _takes_up(line: str, governor: Governor) -> bool:
    """Say whether a pronoun stands for what gets sent (« il vous sera adressé », « vous la recevrez »)."""
    subject = _PRONOUN.search(line, max(0, governor.start - 12), governor.start)
    return subject is not None or _RECEIVED.match(line, governor.start) is not None


def holding(line: str, inside: Sequence[Governor]) -> tuple[Governor, ...]:
    """The governing words of a sentence that longer words do not take back."""
    if not any(governor.engages for governor in inside):
        return ()
    return tuple(governor for governor in inside if not _void(governor, line, inside))


def _void(governor: Governor, line: str, inside: Sequence[Governor]) -> bool:
    """Say whether longer words take these back.

    « je répondrai volontiers à vos questions » promises nothing; « adressée le » is no past event in « une
    réponse vous sera adressée le ».
    """
    if governor.engages:
        ours = _is_ours(governor, line)
        return any(
            (other.label == "elsewhere" and other.start < governor.end <= other.end)
            or (
                other.label == "outside" and other.start <= governor.start <= other.end and not ours
            )
            for other in inside
        )
    return governor.label == "done" and any(
        other.engages and other.start < governor.start < other.end <= governor.end
        for other in inside
    )


def _is_ours(governor: Governor, line: str) -> bool:
    """Say whether the verb is in the first person, by its subject or its ending."""
    subject = _WE.search(line, max(0, governor.start - 24), governor.start)
    return subject is not None or _FUTURE.search(line, governor.start, governor.end) is not None
