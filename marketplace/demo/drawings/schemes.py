"""How something is done or built: steps, layers, machines in a row, parts around a centre, what becomes of what."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from marketplace.demo.drawings.sheet import PAST, SOFT, arrow, circle, hue, path, rect, sheet, text


def _two_lines(x: float, y: float, words: str) -> str:
    name, _, note = words.partition("|")
    if not note:
        return text(x, y + 6, name, 17)
    return text(x, y - 4, name, 17) + text(x, y + 19, note, 15, SOFT)


def flow(entry: Mapping[str, Any]) -> str:
    """Draw ``steps`` ("name|number") in rows of three, and perhaps ``back``: the words of what returns."""
    full, pale = hue(entry["caption"])
    steps = entry["steps"]
    rows = [list(range(start, min(start + 3, len(steps)))) for start in range(0, len(steps), 3)]
    tall = 340 / len(rows)
    places: list[tuple[float, float]] = []
    for row, members in enumerate(rows):
        order = members if row % 2 == 0 else list(reversed(members))
        spots = {
            step: (130 + 230 * (column if row % 2 == 0 else column + 3 - len(members)), 92 + row * tall)
            for column, step in enumerate(order)
        }
        places += [spots[step] for step in members]
    box = min(86.0, tall - 44)
    parts = []
    for (x, y), (next_x, next_y) in pairwise(places):
        if y == next_y:
            way = 1 if next_x > x else -1
            parts.append(arrow(x + way * 92, y + box / 2, next_x - way * 92, next_y + box / 2))
        else:
            parts.append(arrow(x, y + box, next_x, next_y - 2))
    for place, ((x, y), words) in enumerate(zip(places, steps, strict=True)):
        last = place == len(steps) - 1
        parts.append(rect(x - 90, y, 180, box, pale if last else "#f6f8fa", full if last else PAST, 6))
        parts.append(_two_lines(x, y + box / 2, words))
    if "back" in entry:
        (x, y), (to_x, _) = places[-1], places[0]
        low = y + box + 20
        parts.append(
            path(f"M{x} {y + box}V{low}H{to_x - 106}V{92 + box / 2}H{to_x - 92}", full, 2, dash="6 5")
        )
        parts.append(text((x + to_x) / 2, low + 20, entry["back"], 15, full))
    return sheet(entry["caption"], *parts)


_FILLS = {"dots": "dots", "lines": "lines", "cross": "cross", "plain": ""}


def layers(entry: Mapping[str, Any]) -> str:
    """Draw a cross-section: ``layers`` (words "name|thickness", weight, dots|lines|cross|plain), from the top."""
    full, pale = hue(entry["caption"])
    patterns = (
        f'<defs><pattern id="dots" width="14" height="14" patternUnits="userSpaceOnUse">{circle(4, 4, 2.2, full)}'
        f'</pattern><pattern id="lines" width="12" height="12" patternUnits="userSpaceOnUse">'
        f'{path("M0 12L12 0", full, 1.4)}</pattern><pattern id="cross" width="16" height="16"'
        f' patternUnits="userSpaceOnUse">{path("M0 8H16M8 0V16", full, 1.2)}</pattern></defs>'
    )
    parts = [patterns]
    total = sum(weight for _words, weight, _fill in entry["layers"])
    y = 76.0
    for place, (words, weight, fill) in enumerate(entry["layers"]):
        tall = 330 * weight / total
        parts.append(rect(60, y, 330, tall, pale if place % 2 == 0 else "#f1f4f7", SOFT))
        if _FILLS[fill]:
            parts.append(rect(60, y, 330, tall, f"url(#{_FILLS[fill]})"))
        middle = y + tall / 2
        parts.append(path(f"M390 {middle:.1f}H432", SOFT, 1.2))
        name, _, note = words.partition("|")
        parts.append(text(440, middle + (0 if note and tall >= 44 else 6), name, 16, anchor="start"))
        if note and tall >= 44:
            parts.append(text(440, middle + 21, note, 15, SOFT, "start"))
        elif note:
            parts.append(text(446 + 16 * len(name), middle + 6, note, 14, SOFT, "start"))
        y += tall
    if "arrow" in entry:
        parts.append(arrow(34, 90, 34, 392, full) + text(24, 424, entry["arrow"], 15, full, "start"))
    return sheet(entry["caption"], *parts)


def line(entry: Mapping[str, Any]) -> str:
    """Draw machines in a row on a conveyor: ``stations`` ("shape:name|number")."""
    full, pale = hue(entry["caption"])
    stations = entry["stations"]
    step = 640 / len(stations)
    parts = [path("M40 300H680", SOFT, 3), path("M40 318H680", SOFT, 3)]
    parts += [circle(x, 309, 8, "#ffffff", SOFT) for x in range(52, 680, 44)]
    for place, station in enumerate(stations):
        shape, _, words = station.partition(":")
        x = 40 + step * (place + 0.5)
        parts.append(_machine(shape, x, full, pale))
        name, _, note = words.partition("|")
        low = 352 if place % 2 == 0 or step > 150 else 394
        parts.append(path(f"M{x:.1f} 322V{low - 18}", PAST, 1.2))
        parts.append(text(x, low, name, 16) + text(x, low + 20, note, 14, SOFT))
    parts.append(arrow(300, 84, 420, 84) + text(360, 76, entry.get("way", "物料方向"), 14, SOFT))
    return sheet(entry["caption"], *parts)


def _machine(shape: str, x: float, full: str, pale: str) -> str:
    if shape == "hopper":
        return path(f"M{x - 50} 150H{x + 50}L{x + 16} 250V296H{x - 16}V250Z", full, 2, pale)
    if shape == "tank":
        return rect(x - 42, 160, 84, 136, pale, full, 20) + path(f"M{x - 42} 215q21-14 42 0t42 0", full)
    if shape == "drum":
        return circle(x, 236, 58, pale, full) + circle(x, 236, 40, "#ffffff", full) + circle(x, 236, 6, full)
    if shape == "tunnel":
        return path(f"M{x - 56} 296V190q0-40 56-40t56 40V296Z", full, 2, pale) + path(
            f"M{x - 34} 230h68M{x - 34} 256h68", full
        )
    if shape == "camera":
        beam = path(f"M{x - 14} 178L{x - 46} 292H{x + 46}L{x + 14} 178Z", "none", 0, pale)
        return beam + rect(x - 26, 128, 52, 50, "#ffffff", full, 5) + circle(x, 164, 11, pale, full)
    if shape == "press":
        return (
            rect(x - 50, 140, 100, 36, pale, full)
            + path(f"M{x} 176V232", full, 10)
            + rect(x - 46, 232, 92, 26, pale, full)
        )
    if shape == "robot":
        arm = path(f"M{x - 34} 296V236L{x + 12} 170L{x + 44} 226", full, 9)
        return (
            arm
            + circle(x - 34, 236, 10, pale, full)
            + circle(x + 12, 170, 10, pale, full)
            + circle(x + 44, 232, 7, full)
        )
    if shape == "tower":
        return rect(x - 30, 110, 60, 186, pale, full, 8) + path(
            f"M{x - 30} 160h60M{x - 30} 205h60M{x - 30} 250h60", full
        )
    if shape == "fan":
        blades = "".join(path(f"M{x} 226 {turn}", full, 7) for turn in ("l0 -44", "l38 22", "l-38 22"))
        return circle(x, 226, 56, pale, full) + blades + circle(x, 226, 8, full)
    return rect(x - 48, 176, 96, 120, pale, full, 6) + rect(x - 30, 196, 60, 34, "#ffffff", full, 3)


def net(entry: Mapping[str, Any]) -> str:
    """Draw ``hub`` in the middle and ``nodes`` ("name|number") around it."""
    full, pale = hue(entry["caption"])
    nodes = entry["nodes"]
    left, right = nodes[: (len(nodes) + 1) // 2], nodes[(len(nodes) + 1) // 2 :]
    parts = []
    for column, members, way in ((130, left, 1), (590, right, -1)):
        for place, words in enumerate(members):
            y = 92 + 310 / len(members) * (place + 0.5)
            start, end = column + way * 104, 360 - way * 82
            if way > 0:
                parts.append(arrow(start, y, end, 236 + (y - 236) * 0.2))
            else:
                parts.append(arrow(end, 236 + (y - 236) * 0.2, start, y))
            parts.append(
                rect(column - 104, y - 34, 208, 68, "#f6f8fa", PAST, 6) + _two_lines(column, y, words)
            )
    parts.append(rect(278, 176, 164, 120, pale, full, 10) + _two_lines(360, 236, entry["hub"]))
    return sheet(entry["caption"], *parts)


def split(entry: Mapping[str, Any]) -> str:
    """Draw what ``source`` becomes: ``outputs`` (words "name|amount", share), as wide as their shares."""
    full, pale = hue(entry["caption"])
    total = sum(share for _words, share in entry["outputs"])
    inks = (full, pale, "#e9d9a8", "#c3d6b4", "#d5dbe2")
    parts = [rect(40, 110, 130, 260, pale, full, 4), _two_lines(105, 240, entry["source"])]
    start, end = 110.0, 84.0
    gap = 24.0
    room = 330 - gap * (len(entry["outputs"]) - 1)
    for (words, share), ink in zip(entry["outputs"], inks, strict=False):
        width, far = 260 * share / total, room * share / total
        parts.append(
            path(
                f"M172 {start:.1f}C300 {start:.1f} 300 {end:.1f} 430 {end:.1f}V{end + far:.1f}"
                f"C300 {end + far:.1f} 300 {start + width:.1f} 172 {start + width:.1f}Z", "none", 0, ink,
            )
        )  # fmt: skip
        name, _, note = words.partition("|")
        parts.append(text(444, end + far / 2 - 2, name, 16, anchor="start"))
        parts.append(text(444, end + far / 2 + 18, note, 15, SOFT, "start"))
        start, end = start + width, end + far + gap
    return sheet(entry["caption"], *parts)
