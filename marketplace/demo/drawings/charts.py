"""Measured values: curves over axes with units, bars of before and after, heat maps, fields seen from above."""

from collections.abc import Mapping
from typing import Any

from marketplace.demo.drawings.sheet import (
    GRID,
    INK,
    PAST,
    SOFT,
    arrow,
    circle,
    hue,
    path,
    rect,
    sheet,
    text,
)

_LEFT, _RIGHT, _TOP, _BOTTOM = 92.0, 690.0, 96.0, 372.0


def curve(entry: Mapping[str, Any]) -> str:
    """Draw ``lines`` (name, points) in the ranges ``xr``, ``yr``; ``x``, ``y`` name the axes with their units."""
    full, _pale = hue(entry["caption"])
    (x0, x1), (y0, y1) = entry["xr"], entry["yr"]

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + (x - x0) / (x1 - x0) * (_RIGHT - _LEFT),
            _BOTTOM - (y - y0) / (y1 - y0) * (_BOTTOM - _TOP),
        )

    parts = []
    for step in range(6):
        value, place = y0 + (y1 - y0) * step / 5, x0 + (x1 - x0) * step / 5
        (_, y), (x, _) = at(x0, value), at(place, y0)
        parts.append(path(f"M{_LEFT} {y:.1f}H{_RIGHT}", GRID, 1))
        parts.append(text(_LEFT - 8, y + 5, f"{value:g}", 14, SOFT, "end"))
        parts.append(text(x, _BOTTOM + 20, f"{place:g}", 14, SOFT))
    parts.append(path(f"M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}", SOFT, 2))
    parts.append(text(_LEFT - 60, _TOP - 16, entry["y"], 15, SOFT, "start"))
    parts.append(text((_LEFT + _RIGHT) / 2, _BOTTOM + 44, entry["x"], 15, SOFT))
    inks = (full, PAST, "#b8862b", "#6f8f5a")
    legend = _RIGHT
    for (name, points), ink in reversed(list(zip(entry["lines"], inks, strict=False))):
        legend -= 16 * len(name) + 40
        parts.append(path(f"M{legend} 75h24", ink, 4) + text(legend + 30, 80, name, 15, INK, "start"))
        spots = [at(x, y) for x, y in points]
        parts.append(path("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in spots), ink, 3))
        parts += [circle(x, y, 4.5, "#ffffff", ink) for x, y in spots]
    return sheet(entry["caption"], *parts)


def bars(entry: Mapping[str, Any]) -> str:
    """Draw ``rows`` (indicator, before, after, unit) as pairs of bars, each pair in its own scale."""
    full, _pale = hue(entry["caption"])
    before, after = entry.get("names", ("现行", "本成果"))
    parts = [
        rect(430, 66, 16, 12, PAST), text(452, 78, before, 15, INK, "start"),
        rect(560, 66, 16, 12, full), text(582, 78, after, 15, INK, "start"),
    ]  # fmt: skip
    rows = entry["rows"]
    height = 300 / len(rows)
    for place, (name, old, new, unit) in enumerate(rows):
        y = 104 + place * height
        thick = min(26.0, height / 3)
        most = max(old, new)
        parts.append(text(34, y + thick + 4, name, 16, INK, "start"))
        for shift, value, ink in ((0.0, old, PAST), (thick + 5, new, full)):
            wide = max(2.0, 330 * value / most)
            parts.append(rect(230, y + shift, wide, thick, ink))
            parts.append(text(238 + wide, y + shift + thick / 2 + 6, f"{value:g} {unit}", 15, SOFT, "start"))
    parts.append(path("M230 94V412", SOFT, 2))
    return sheet(entry["caption"], *parts)


def heat(entry: Mapping[str, Any]) -> str:
    """Draw ``values`` (rows of numbers) as tinted cells; ``rows``, ``columns`` name them, ``unit`` the scale."""
    full, _pale = hue(entry["caption"])
    values = entry["values"]
    low, high = min(map(min, values)), max(map(max, values))
    wide, tall = 560 / len(values[0]), 270 / len(values)
    parts = []
    for row, line in enumerate(values):
        y = 104 + row * tall
        parts.append(text(118, y + tall / 2 + 5, entry["rows"][row], 15, INK, "end"))
        for column, value in enumerate(line):
            x = 126 + column * wide
            share = (value - low) / (high - low)
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 3:.1f}" height="{tall - 3:.1f}" fill="{full}"'
                f' fill-opacity="{0.12 + 0.8 * share:.2f}"/>'
            )
            ink = "#ffffff" if share > 0.5 else INK
            parts.append(text(x + wide / 2 - 1, y + tall / 2 + 4, f"{value:g}", 15, ink))
    for column, name in enumerate(entry["columns"]):
        parts.append(text(126 + column * wide + wide / 2, 96, name, 14, SOFT))
    parts.append(text(126, 404, entry["unit"], 15, SOFT, "start"))
    return sheet(entry["caption"], *parts)


def plots(entry: Mapping[str, Any]) -> str:
    """Draw a field from above: ``grid`` (rows of letters), ``legend`` (letter → words), ``note`` beneath."""
    full, pale = hue(entry["caption"])
    letters = list(entry["legend"])
    inks = dict(zip(letters, (full, pale, "#e9d9a8", "#c3d6b4", "#d5dbe2"), strict=False))
    grid = entry["grid"]
    wide, tall = 420 / max(map(len, grid)), 270 / len(grid)
    parts = []
    for row, line in enumerate(grid):
        for column, letter in enumerate(line):
            if letter in inks:
                x, y = 40 + column * wide, 84 + row * tall
                parts.append(rect(x, y, wide - 5, tall - 5, inks[letter], "#ffffff", 2))
                parts += [
                    path(f"M{x + 8:.0f} {y + step * (tall - 5) / 4:.0f}h{wide - 21:.0f}", "#ffffff", 1.2)
                    for step in (1, 2, 3)
                ]
    for place, (letter, words) in enumerate(entry["legend"].items()):
        name, _, note = words.partition("|")
        y = 104 + place * 62
        parts.append(rect(486, y - 14, 20, 20, inks[letter], SOFT))
        parts.append(text(516, y + 1, name, 16, INK, "start") + text(516, y + 23, note, 15, SOFT, "start"))
    parts.append(arrow(640, 396, 640, 356) + text(640, 348, "北", 15, SOFT))
    parts.append(text(40, 392, entry["note"], 15, SOFT, "start"))
    return sheet(entry["caption"], *parts)
