"""Bars of a chart as numbers: where each stands, how high it is. The template only draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 200
"""Of the plot, in pixels."""
_FILL = 0.72
"""The share of its place that a group of bars fills."""


@dataclass(frozen=True)
class Bar:
    """A bar: left edge and width in percent of the chart, top and height in pixels, which series, and its words."""

    x: float
    width: float
    y: float
    height: float
    series: int
    words: str


@dataclass(frozen=True)
class Chart:
    """A chart of grouped bars. ``labels``: (middle in percent, words, whether figures are withheld there)."""

    bars: list[Bar]
    labels: list[tuple[float, str, bool]]
    zero: float
    top_fen: int
    series: Sequence[str]
    words: str


def grouped(
    groups: Sequence[tuple[str, Sequence[int | None], Sequence[str]]], series: Sequence[str], words: str
) -> Chart | None:
    """Return the chart of ``groups`` (label, 分 of each series, words of each bar); None where nothing is to draw.

    None as an amount is withheld: no bar stands there.
    """
    known = [fen for _label, amounts, _words in groups for fen in amounts if fen is not None]
    top, bottom = max(known, default=0), min([0, *known])
    if top <= 0:
        return None
    scale = HEIGHT / (top - bottom)
    place = 100 / len(groups)
    width = place * _FILL / len(series)
    bars, labels = [], []
    for index, (label, amounts, told) in enumerate(groups):
        left = index * place + place * (1 - _FILL) / 2
        labels.append((round((index + 0.5) * place, 2), label, None in amounts))
        for number, fen in enumerate(amounts):
            if fen:
                high = round(abs(fen) * scale, 2)
                y = round((top - max(fen, 0)) * scale, 2)
                bars.append(
                    Bar(round(left + number * width, 2), round(width, 2), y, high, number, told[number])
                )
    return Chart(bars, labels, round(top * scale, 2), top, series, words)
