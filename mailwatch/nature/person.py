"""What a person wants who writes to the administration: the strongest of what their words say."""

from __future__ import annotations

from mailwatch.model import Nature, Reading
from mailwatch.nature.voices import HINTED, SAID, Voices, certainty

ANSWER_DUE = frozenset({Nature.REQUEST, Nature.REMINDER, Nature.COMPLAINT, Nature.SUGGESTION})
"""What calls for an answer (conventions of judgement)."""

_SHORT = 25
"""Words within which an acceptance is all that is said."""
_CURT = 15
"""Words within which a bare « merci » closes."""
_LABELS = {
    Nature.REMINDER: ("reminder",),
    Nature.COMPLAINT: ("complaint", "obstacle", "anger", "plight", "target"),
    Nature.SUGGESTION: ("suggestion",),
    Nature.THANKS: ("thanks", "closing", "noted", "praise", "politeness"),
    Nature.REQUEST: ("ask", "need"),
}


def wanted(voices: Voices, *, replies: bool) -> Reading:
    """Say what the words of a person are; `replies` when they answer something of ours."""
    nature, points = _strongest(voices, replies=replies)
    also = tuple(
        other
        for other, strength in _side_notes(voices).items()
        if other is not nature and strength >= SAID
    )
    return Reading(
        nature=nature,
        also=also,
        answer_due=nature in ANSWER_DUE,
        evidence=voices.evidence(*_LABELS[nature]),
        confidence=certainty(points),
    )


def _strongest(voices: Voices, *, replies: bool) -> tuple[Nature, int]:
    reminder = voices.points("reminder")
    if reminder >= SAID and not _settled(voices):
        return Nature.REMINDER, reminder
    complaint = 0 if _hindered(voices) else _dissatisfaction(voices)
    suggestion = voices.points("suggestion")
    if voices.asked and not (complaint >= SAID and _all_reproach(voices)):
        return Nature.REQUEST, max(HINTED, voices.points("ask"))
    if max(complaint, suggestion) >= SAID:
        kind = Nature.COMPLAINT if complaint >= suggestion else Nature.SUGGESTION
        return kind, max(complaint, suggestion)
    thanks = _gratitude(voices, replies=replies)
    if thanks:
        return Nature.THANKS, thanks
    return _best_guess(voices, complaint, suggestion, reminder, replies=replies)


def _account(voices: Voices, *, replies: bool) -> Nature | None:
    """What somebody tells who asks for nothing and met our services: how badly it went, or how well."""
    praise, plight = voices.points("praise"), voices.points("plight")
    met = replies or voices.points("target", "politeness") or praise >= HINTED
    if voices.points("need") >= HINTED or not met:
        return None
    if voices.points("target") and plight > praise:
        return Nature.COMPLAINT
    return Nature.THANKS if praise else None


def _best_guess(
    voices: Voices, complaint: int, suggestion: int, reminder: int, *, replies: bool
) -> tuple[Nature, int]:
    """What is hinted, in the order of what an answer is owed to most; a request when nothing is."""
    for kind, points in (
        (Nature.REMINDER, reminder),
        (Nature.SUGGESTION, suggestion),
        (Nature.COMPLAINT, complaint),
    ):
        if points >= HINTED and points >= voices.points("need"):
            return kind, points
    told = _account(voices, replies=replies)
    if told is not None:
        return told, HINTED
    if replies and not voices.points("need") and voices.words <= _CURT:
        return Nature.THANKS, 0
    return Nature.REQUEST, min(HINTED, voices.points("need"))


def _side_notes(voices: Voices) -> dict[Nature, int]:
    return {
        Nature.COMPLAINT: _dissatisfaction(voices),
        Nature.SUGGESTION: voices.points("suggestion"),
        Nature.THANKS: voices.points("thanks"),
    }


def _dissatisfaction(voices: Voices) -> int:
    """Complaint by what happened; anger counts only with something a complaint can be about."""
    about = voices.points("complaint", "obstacle")
    return about + (voices.points("anger") if about or voices.points("target") else 0)


def _hindered(voices: Voices) -> bool:
    """Say whether somebody calmly tells of an obstacle to what they need: they ask for help."""
    calm = not voices.points("complaint", "anger")
    return calm and voices.points("need") >= HINTED


def _all_reproach(voices: Voices) -> bool:
    """Say whether every question stands in a sentence of reproach."""
    reproach = {v.sentence for v in voices.heard if v.label in {"complaint", "anger"}}
    return voices.asked <= reproach


def _settled(voices: Voices) -> bool:
    return voices.says("closing") and not voices.asked


def _wants(voices: Voices) -> bool:
    """Say whether a need is told; one told in a sentence of praise was met: « grâce à vous, j’ai pu obtenir… »."""
    if voices.points("need") < HINTED:
        return False
    praised = {voice.sentence for voice in voices.heard if voice.label == "praise"}
    needs = [v.rule for v in voices.heard if v.label == "need" and v.sentence not in praised]
    return sum({rule.id: rule.weight for rule in needs}.values()) >= HINTED


def _gratitude(voices: Voices, *, replies: bool) -> int:
    """How surely the person only thanks or closes; 0 when something is still wanted."""
    if voices.says("closing"):
        return voices.points("closing")
    wants = _wants(voices)
    thanks = voices.points("thanks")
    if thanks >= SAID:
        return 0 if wants and not replies else thanks
    polite = voices.points("noted", "politeness")
    if polite >= SAID or (polite and voices.words <= _CURT):
        return polite if not wants and voices.words <= _SHORT else 0
    return polite if polite >= HINTED and replies and voices.words <= _SHORT and not wants else 0
