"""A bar chart as SVG, which the page holds and the PDF draws."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from mailwatch.report.terms import Bar, Chart

_STEP, _WIDTH, _HEIGHT, _BASE = 64, 40, 100, 118
INK, IN_TIME, REST = "#1b1b35", "#1f6b47", "#e3b9b7"


def svg(chart: Chart, *, fonts: str = "Arial, sans-serif") -> str:
    """Draw a chart; its title and description say what it shows to who does not see it."""
    tallest = max((bar.whole for bar in chart.bars), default=0) or 1
    width = 20 + len(chart.bars) * _STEP
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-titre {name}-texte" '
        'viewBox="0 0 {width} 142" width="{shown}" font-family="{fonts}" font-size="9">'
        '<title id="{name}-titre">{title}</title><desc id="{name}-texte">{words}</desc>'
    ).format(
        name=chart.name,
        width=width,
        shown=min(width * 3 // 2, 960),
        fonts=fonts,
        title=chart.title,
        words=described(chart),
    )
    bars = Markup("").join(
        drawn for place, bar in enumerate(chart.bars) for drawn in _bar(bar, place, tallest)
    )
    axis = Markup(
        '<line x1="10" y1="{base}" x2="{end}" y2="{base}" stroke="{ink}"></line></svg>'
    ).format(base=_BASE, end=width - 10, ink=INK)
    return str(head + bars + axis)


def described(chart: Chart) -> str:
    """The chart in words."""
    bars = "".join(
        f"{bar.label} : {bar.part} dans le délai sur {bar.whole}. " for bar in chart.bars
    )
    return f"{bars}Les mêmes chiffres sont dans le tableau qui suit."


def _bar(bar: Bar, place: int, tallest: int) -> Iterator[Markup]:
    left, middle = 22 + place * _STEP, 22 + place * _STEP + _WIDTH // 2
    whole, part = (round(_HEIGHT * count / tallest) for count in (bar.whole, bar.part))
    rectangle = Markup(
        '<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{ink}" stroke-width="0.5">'
        "</rect>"
    )
    for height, fill in ((whole, REST), (part, IN_TIME)):
        if height:
            yield rectangle.format(
                x=left, y=_BASE - height, width=_WIDTH, height=height, fill=fill, ink=INK
            )
    text = Markup('<text x="{x}" y="{y}" text-anchor="middle" fill="{ink}">{words}</text>')
    yield text.format(x=middle, y=_BASE - whole - 4, ink=INK, words=f"{bar.part}/{bar.whole}")
    yield text.format(x=middle, y=_BASE + 13, ink=INK, words=bar.label)
