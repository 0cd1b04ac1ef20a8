"""What CSS does to the visibility of text: inline declarations, and the simple rules of style blocks.

Not a cascade: only what hides words from a reader, or gives them back, is read. Selectors of one compound
(`tag`, `.class`, `tag.class`, `#id`) count; media queries with conditions do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from colorsys import hls_to_rgb
from dataclasses import dataclass, replace
from functools import lru_cache

SHEET_LIMIT = 128 * 1024
_SELECTOR_LIMIT = 200

Colour = tuple[int, int, int]

_NAMED: Mapping[str, Colour] = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "azure": (240, 255, 255),
    "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240), "whitesmoke": (245, 245, 245),
    "mintcream": (245, 255, 250), "seashell": (255, 245, 238), "linen": (250, 240, 230),
    "black": (0, 0, 0), "windowtext": (0, 0, 0), "window": (255, 255, 255), "gray": (128, 128, 128),
    "grey": (128, 128, 128), "silver": (192, 192, 192), "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211), "gainsboro": (220, 220, 220), "red": (255, 0, 0), "maroon": (128, 0, 0),
    "blue": (0, 0, 255), "navy": (0, 0, 128), "darkblue": (0, 0, 139), "green": (0, 128, 0),
    "lime": (0, 255, 0), "yellow": (255, 255, 0), "lightyellow": (255, 255, 224), "orange": (255, 165, 0),
    "purple": (128, 0, 128), "teal": (0, 128, 128), "olive": (128, 128, 0), "aqua": (0, 255, 255),
    "cyan": (0, 255, 255), "magenta": (255, 0, 255), "fuchsia": (255, 0, 255), "beige": (245, 245, 220),
}  # fmt: skip
_UNCHANGED = frozenset({"inherit", "initial", "unset", "currentcolor", "auto", ""})
_LENGTH = re.compile(r"(-?\d{0,9}(?:\.\d{1,9})?)\s*([a-z%]*)")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "in": 96.0,
           "cm": 37.8, "mm": 3.78, "ch": 8.0, "vw": 10.0, "vh": 10.0, "%": 0.16}  # fmt: skip
_SHORTHAND_SIZE = re.compile(r"(?:\A|\s)(\d{1,4}(?:\.\d{1,4})?)(px|pt|em|rem|%)?(?:/|\s|\Z)")
_HEX = re.compile(r"#([0-9a-f]{3,8})\Z")
_RGB = re.compile(r"(rgb|hsl)a?\(([^)]{0,60})\)")
_NO_SIGHT = re.compile(
    r"rect\(\s*0[a-z]*[\s,]+0[a-z]*[\s,]+0[a-z]*[\s,]+0|rect\(\s*1px|inset\(\s*(?:50|100)%|circle\(\s*0"
    r"|opacity\s*[(=]\s*0(?:\.0)?%?\s*\)|scale[xy]?\(\s*0(?:\.0)?\s*[,)]|translate[xy]?\([^)]{0,20}-\d{4}"
)
"""Clipped away, made transparent, shrunk to nothing or moved out of the page."""
_COLOUR_WORD = re.compile(r"#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^)]{0,60}\)|[a-z]{3,20}")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?([.#][\w-]+)?\Z")
_BY_ATTRIBUTE = re.compile(r"\*?\[(class|id)[~*^|]?=[\"']?([\w-]+)[\"']?\]")
_OF_STRUCTURE = re.compile(
    r"(?:(?:html|body|div|table|tbody|tr|center)\s*>?\s*)+(?:\*\s*)?(?=(?:\s|(?<=[\s>]))[a-z0-9]*[.#])"
)
_CSS_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_ALWAYS = re.compile(r"@media\s*(?:(?:only\s+)?(?:screen|all))?\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the declarations of one element say; None is silence, so that the parent's word holds."""

    hides: bool | None = None
    """Out of sight with all it holds: `display: none` and its equals."""
    unseen: bool | None = None
    """`visibility: hidden`: a descendant may be visible again."""
    tiny: bool | None = None
    ink: Colour | None = None
    clear_ink: bool | None = None
    """The text is transparent."""
    paper: Colour | None = None
    papered: bool = False
    """A background is declared; without `paper`, a picture or a gradient whose colour nobody knows."""
    pre: bool | None = None
    width: float | None = None
    height: float | None = None
    close: bool = False
    """Paragraphs without space between them."""
    margin_line: bool = False
    """The blue line that Outlook draws beside a quoted message."""
    frameless: bool = False
    """`border: none`: an indented paragraph, when on a block quotation."""


PLAIN = Look()


@lru_cache(maxsize=4096)
def inline(declarations: str) -> Look:
    """Read the declarations of a `style` attribute."""
    found: dict[str, str] = {}
    for declaration in declarations.lower().split(";")[:100]:
        name, mark, value = declaration.partition(":")
        if mark:
            found[name.strip()] = value.replace("!important", "").strip()
    return _look(found) if found else PLAIN


def over(look: Look, later: Look) -> Look:
    """Lay `later` over `look`: what it says holds, the rest stays."""
    changes = {
        name: value
        for name in Look.__slots__
        if (value := getattr(later, name)) not in (None, False)
    }
    if later.hides is False:
        changes["hides"] = False
    for name in ("unseen", "tiny", "clear_ink"):
        if getattr(later, name) is False:
            changes[name] = False
    return replace(look, **changes) if changes else look


def _look(found: Mapping[str, str]) -> Look:
    width, height = pixels(found.get("width", "")), pixels(found.get("height", ""))
    ink, clear_ink = _ink(found.get("color", ""))
    paper, papered = _paper(found.get("background-color", ""), found.get("background", ""))
    margin = found.get("margin", "") + found.get("margin-bottom", "")
    return Look(
        hides=_hides(found),
        unseen=found["visibility"] in ("hidden", "collapse") if "visibility" in found else None,
        tiny=_tiny(found),
        ink=ink,
        clear_ink=clear_ink,
        paper=paper,
        papered=papered,
        pre=found["white-space"].startswith("pre") if "white-space" in found else None,
        width=width,
        height=height,
        close=margin.startswith("0"),
        margin_line=found.get("border-left", "").startswith("solid blue"),
        frameless=found.get("border", "").startswith(("none", "0", "medium none"))
        and "border-left" not in found,
    )


def _hides(found: Mapping[str, str]) -> bool | None:
    if (
        found.get("display", "").startswith("none")
        or found.get("mso-hide", "").startswith("all")
        or _faint(found.get("opacity", ""))
        or _NO_SIGHT.search(
            " ".join(
                found[name]
                for name in ("clip", "clip-path", "filter", "transform")
                if name in found
            )
        )
        or _collapsed(found)
        or _off_screen(found)
        or found.get("zoom", "") in ("0", "0%")
        or found.get("content-visibility") == "hidden"
    ):
        return True
    return False if found.get("display") else None


def _faint(opacity: str) -> bool:
    match = _LENGTH.match(opacity)
    if not match or match[1] in ("", "-", "."):
        return False
    return float(match[1]) <= (5 if match[2] == "%" else 0.05)


def _collapsed(found: Mapping[str, str]) -> bool:
    """No room for the text, and what overflows is cut."""
    if not found.get("overflow", found.get("overflow-y", "")).startswith(("hidden", "clip")):
        return False
    return any(
        (room := pixels(found.get(name, ""))) is not None and room <= 1
        for name in ("max-height", "height", "max-width", "width")
    )


def _off_screen(found: Mapping[str, str]) -> bool:
    names = ["text-indent", "margin-left", "margin-top"]
    if found.get("position", "").startswith(("absolute", "fixed")):
        names += ["left", "top", "right", "bottom"]
    return any(
        (place := pixels(found.get(name, ""))) is not None and place <= -400 for name in names
    )


def _tiny(found: Mapping[str, str]) -> bool | None:
    size = found.get("font-size", "")
    if not size and "font" in found:
        match = _SHORTHAND_SIZE.search(found["font"][:200])
        size = f"{match[1]}{match[2] or ''}" if match else ""
    if not size:
        return None
    number = pixels(size)
    return number is not None and number <= 1.4


def pixels(length: str) -> float | None:
    """A CSS length in pixels, near enough to judge sight; None for `auto` and the like."""
    match = _LENGTH.match(length.strip()) if length else None
    if not match or match[1] in ("", "-", ".", "-."):
        return None
    scale = _PIXELS.get(match[2])
    return float(match[1]) * scale if scale is not None else None


# --- colours --------------------------------------------------------------------------------------


def colour(word: str) -> Colour | None:
    """The colour a CSS or HTML colour word names; None when it is no colour known here."""
    word = word.strip().lower()
    if word in _NAMED:
        return _NAMED[word]
    match = _HEX.match(word if word.startswith("#") else f"#{word}")
    if match:
        digits = match[1]
        if len(digits) in (3, 4):
            digits = "".join(digit * 2 for digit in digits)
        return (
            (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))
            if len(digits) >= 6
            else None
        )
    numbers = _channels(word)
    return (int(numbers[0]), int(numbers[1]), int(numbers[2])) if len(numbers) >= 3 else None


def alike(ink: Colour, paper: Colour) -> bool:
    """Say whether text in `ink` cannot be told from `paper`."""
    return all(abs(one - other) <= 12 for one, other in zip(ink, paper, strict=True))


def _channels(word: str) -> list[float]:
    match = _RGB.match(word)
    parts = [part for part in re.split(r"[\s,/]+", match[2].strip()) if part] if match else []
    try:
        if match and match[1] == "hsl":
            return _of_hue(parts)
        scales = (2.55, 2.55, 2.55, 0.01)
        return [
            min(255.0, max(0.0, float(part.rstrip("%")) * (scale if part.endswith("%") else 1.0)))
            for part, scale in zip(parts, scales, strict=False)
        ]
    except ValueError:
        return []


def _of_hue(parts: list[str]) -> list[float]:
    """Red, green and blue of hue, saturation and lightness, the opacity kept; empty when one is missing."""
    if len(parts) < 3:
        return []
    hue = float(parts[0].removesuffix("deg")) % 360 / 360
    saturation, light = (min(1.0, max(0.0, float(part.rstrip("%")) / 100)) for part in parts[1:3])
    opacity = [
        float(part.rstrip("%")) * (0.01 if part.endswith("%") else 1.0) for part in parts[3:4]
    ]
    return [*(round(255 * level) for level in hls_to_rgb(hue, light, saturation)), *opacity]


def _ink(value: str) -> tuple[Colour | None, bool | None]:
    if value in _UNCHANGED:
        return None, None
    if value == "transparent" or _see_through(value):
        return None, True
    found = colour(value)
    return found, False if found else None


def _see_through(value: str) -> bool:
    channels = _channels(value)
    if len(channels) == 4:
        return channels[3] <= 0.05
    match = _HEX.match(value)
    return (
        bool(match)
        and len(value) in (5, 9)
        and set(value[-1 if len(value) == 5 else -2 :]) == {"0"}
    )


def _paper(value: str, shorthand: str) -> tuple[Colour | None, bool]:
    if "url(" in shorthand or "gradient" in shorthand:
        return None, True
    for word in (value, *_COLOUR_WORD.findall(shorthand[:200])):
        if word not in _UNCHANGED and not _see_through(word):
            found = colour(word) if not word.isalpha() or word in _NAMED else None
            if found:
                return found, True
    return None, False


# --- style blocks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The rules of the style blocks of one document that bear on sight, by selector."""

    rules: Mapping[str, Look]


@lru_cache(maxsize=64)
def read_sheet(css: str) -> Sheet:
    """Read style blocks; equal blocks give the same sheet, so that what follows from it is kept."""
    rules: dict[str, Look] = {}
    css = _CSS_COMMENT.sub(" ", css.lower()).replace("<!--", " ").replace("-->", " ")
    for selectors, declarations in _rules(css):
        look = inline(declarations)
        if look is PLAIN or not _bears_on_sight(look):
            continue
        for selector in map(_plain_selector, selectors.split(",")[:200]):
            if selector:
                rules[selector] = over(rules[selector], look) if selector in rules else look
    return Sheet(rules)


def _plain_selector(selector: str) -> str:
    """Bring a selector to `element.class` or `element#id`, where that means the same or nearly so.

    An ancestor that is a mere element of structure is one that every element of a mail has.
    """
    if len(selector) > _SELECTOR_LIMIT:
        return ""
    plain = _OF_STRUCTURE.sub("", _BY_ATTRIBUTE.sub(_by_name, selector.strip()), count=1)
    return plain if _SELECTOR.match(plain) else ""


def _by_name(match: re.Match[str]) -> str:
    return f"{'.' if match[1] == 'class' else '#'}{match[2]}"


def _bears_on_sight(look: Look) -> bool:
    return any(
        value not in (None, False)
        for value in (
            look.hides,
            look.unseen,
            look.tiny,
            look.ink,
            look.clear_ink,
            look.papered,
            look.close,
        )
    ) or (look.pre is True)


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield `(selectors, declarations)`; the rules of a conditional block (`@media print`) are passed over."""
    skipping = depth = 0
    for piece in css.split("}"):
        *openers, declarations = piece.split("{")
        for opener in openers:
            depth += 1
            if opener.strip().startswith("@") and not skipping:
                if not _ALWAYS.match(opener.strip()):
                    skipping = depth
            elif not skipping and opener is openers[-1]:
                yield opener.strip(), declarations
        depth = max(0, depth - 1)
        if depth < skipping:
            skipping = 0
