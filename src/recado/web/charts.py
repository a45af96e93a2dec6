"""Charts as SVG, drawn here from the data: no script, no style attribute, words that a screen reader can read.

Each stands beside the table of the same numbers; its colours come from `recado.css`. Lengths are those of the viewBox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from recado.web.formatting import thousands

_WIDTH, _HEIGHT, _FOOT, _TOP = 720, 220, 24, 18
_LINE, _LABEL, _FIGURE = 30, 220, 80


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, and the lengths of its pieces from the axis on."""

    label: str
    pieces: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.pieces)


def columns(title: str, bars: Sequence[Bar]) -> SafeString:
    """Bars side by side, their pieces upon each other; not every label is written where there are many."""
    most = max((bar.total for bar in bars), default=0) or 1
    step = _WIDTH / max(1, len(bars))
    room = _HEIGHT - _FOOT - _TOP
    every = -(-len(bars) * 48 // _WIDTH)
    drawn = []
    for number, bar in enumerate(bars):
        y = float(_HEIGHT - _FOOT)
        for place, piece in enumerate(bar.pieces):
            height = room * piece / most
            y -= height
            if piece:
                drawn.append(_rectangle(number * step + step * 0.1, y, step * 0.8, height, place))
        if number % every == 0:
            drawn.append(_text((number + 0.5) * step, _HEIGHT - 6, bar.label, "middle"))
    axis = format_html(
        '<line class="rc-axis" x1="0" x2="{}" y1="{}" y2="{}"/>', _WIDTH, _HEIGHT - _FOOT, _HEIGHT - _FOOT
    )
    drawn += [axis, _text(0, 12, f"máximo {thousands(most)}" if any(bar.total for bar in bars) else "", "start")]
    return _svg(title, _HEIGHT, drawn)


def rows(title: str, bars: Sequence[Bar]) -> SafeString:
    """Bars below each other, with label before and figure behind."""
    most = max((bar.total for bar in bars), default=0) or 1
    drawn = []
    for number, bar in enumerate(bars):
        y = number * _LINE
        length = (_WIDTH - _LABEL - _FIGURE) * bar.total / most
        drawn += [
            _text(_LABEL - 8, y + 19, bar.label, "end"),
            _rectangle(_LABEL, y + 4, max(length, 1), _LINE - 8, 0),
            _text(_LABEL + length + 6, y + 19, thousands(bar.total), "start"),
        ]
    return _svg(title, max(1, len(bars)) * _LINE, drawn)


def _svg(title: str, height: int, drawn: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="rc-chart" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>',
        _WIDTH,
        height,
        title,
        format_html_join("", "{}", ((part,) for part in drawn)),
    )


def _rectangle(x: float, y: float, width: float, height: float, place: int) -> SafeString:
    return format_html(
        '<rect class="rc-bar-{}" x="{}" y="{}" width="{}" height="{}"/>',
        place,
        *(f"{value:.1f}" for value in (x, y, width, height)),
    )


def _text(x: float, y: float, words: str, anchor: str) -> SafeString:
    return format_html('<text x="{}" y="{}" text-anchor="{}">{}</text>', f"{x:.1f}", f"{y:.1f}", anchor, words)
