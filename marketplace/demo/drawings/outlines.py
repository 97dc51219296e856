"""Outlines of single things, with leaders to their parts; ``labels`` are "name|number", in the order of the parts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from marketplace.demo.drawings.sheet import INK, PAST, SOFT, circle, hue, leader, path, rect, sheet

Shape = tuple[str, tuple[tuple[float, float, float, float], ...]]
"""The drawing, and for each label where its leader begins and where its words stand."""


def outline(entry: Mapping[str, Any]) -> str:
    """Draw the ``shape`` with its ``labels``."""
    full, pale = hue(entry["caption"])
    drawing, places = SHAPES[entry["shape"]](full, pale)
    labels = (leader(*place, words) for place, words in zip(places, entry["labels"], strict=False))
    return sheet(entry["caption"], drawing, *labels)


def _drone(full: str, pale: str) -> Shape:
    arms = path("M270 200L450 280M450 200L270 280", full, 8)
    rotors = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="72" ry="16" fill="{pale}" stroke="{full}" stroke-width="2"/>'
        for x, y in ((250, 190), (470, 190), (250, 282), (470, 282))
    )
    body = rect(310, 208, 100, 66, pale, full, 14) + circle(360, 288, 13, "#ffffff", full)
    spray = path("M330 300L300 366M350 304L340 366M372 304L382 366M392 300L424 366", PAST, 2, dash="3 6")
    return arms + rotors + body + spray, (
        (392, 300, 540, 386), (372, 286, 540, 326), (320, 230, 190, 130), (310, 350, 190, 392),
    )  # fmt: skip


def _boom(full: str, pale: str) -> Shape:
    bus = rect(90, 210, 110, 110, pale, full, 6) + circle(145, 265, 34, "#ffffff", full)
    boom = path("M200 250C330 236 470 244 600 250V280C470 286 330 294 200 280Z", full, 2, pale)
    section = path("M470 120q40-38 80 0q-40 38-80 0Z", full, 3, "#ffffff")
    panel = rect(600, 220, 26, 90, pale, full) + path("M600 250h26M600 280h26", full)
    return bus + boom + section + panel, (
        (145, 265, 190, 384), (400, 262, 430, 350), (470, 120, 440, 116), (612, 300, 560, 400),
    )  # fmt: skip


def _strip(full: str, pale: str) -> Shape:
    body = rect(70, 190, 500, 90, "#f6f8fa", SOFT, 8) + circle(140, 235, 22, pale, full)
    window = rect(230, 208, 240, 54, "#ffffff", SOFT, 4)
    lines = "".join(rect(x, 212, 12, 46, ink) for x, ink in ((280, full), (340, full), (420, PAST)))
    return body + window + lines, (
        (140, 226, 180, 120), (286, 214, 330, 130), (346, 256, 380, 340), (426, 214, 500, 150), (560, 262, 580, 320),
    )  # fmt: skip


def _shoe(full: str, pale: str) -> Shape:
    upper = path("M150 300V190q40-20 70 6q90 70 200 76q90 6 110 28Z", full, 2, "#f6f8fa")
    sole = path("M140 300H536q12 34-20 48H170q-34-4-30-48Z", full, 2, pale)
    cells = "".join(
        circle(178 + 24 * step, 324 + (step % 3) * 6 - 6, 5, "#ffffff", full) for step in range(14)
    )
    track = path("M150 300q190 16 384 0", full, 3, dash="4 6")
    return upper + sole + cells + track, (
        (250, 326, 250, 400), (430, 302, 540, 200), (210, 210, 300, 130), (520, 330, 560, 390),
    )  # fmt: skip


def _can(full: str, pale: str) -> Shape:
    jar = path("M190 150H330V180q20 16 20 44V372H170V224q0-28 20-44Z", full, 2, "#f6f8fa")
    fill = rect(172, 240, 176, 130, pale) + path("M172 240q44-12 88 0t88 0", full)
    lid = rect(182, 126, 156, 26, pale, full, 5)
    probe = rect(238, 70, 44, 40, "#ffffff", full, 4) + path("M260 110v14", full, 5)
    waves = "".join(
        path(f"M{372 + 18 * step} {150 - 10 * step}q14 26 0 {44 + 20 * step}", full, 2) for step in range(3)
    )
    return jar + fill + lid + probe + waves, (
        (282, 90, 400, 92), (430, 170, 500, 190), (330, 140, 500, 260), (300, 300, 500, 330),
    )  # fmt: skip


def _bearing(full: str, pale: str) -> Shape:
    rings = circle(250, 246, 150, pale, full) + circle(250, 246, 100, "#ffffff", full)
    inner = circle(250, 246, 52, pale, full)
    spots = ((76, 0), (38, 66), (-38, 66), (-76, 0), (-38, -66), (38, -66))
    balls = "".join(circle(250 + x, 246 + y, 20, "#ffffff", full) for x, y in spots)
    burn = path("M352 136A150 150 0 0 1 392 196", "#b05a2b", 9)
    probe = path("M384 150l60-44l22 30l-60 44Z", full, 2, "#ffffff")
    drawing = f'<g transform="translate(60 60) scale(.75)">{rings}{inner}{balls}{burn}{probe}</g>'
    return drawing, (
        (398, 150, 480, 120), (351, 200, 480, 200), (357, 255, 480, 280), (320, 262, 480, 360),
    )  # fmt: skip


def _bridge(full: str, pale: str) -> Shape:
    deck = rect(60, 220, 600, 26, pale, full) + path("M60 246H660", full, 2)
    piers = "".join(rect(x, 246, 34, 110, "#f6f8fa", SOFT) for x in (110, 343, 576))
    water = path("M40 372q40-12 80 0t80 0t80 0t80 0t80 0t80 0t80 0t80 0", full, 2)
    truck = rect(270, 166, 90, 42, pale, full, 4) + rect(362, 180, 34, 28, pale, full, 4)
    wheels = "".join(circle(x, 212, 9, "#ffffff", INK) for x in (292, 316, 378))
    sensors = "".join(rect(x, 248, 18, 12, full) for x in (220, 290, 430, 500))
    return deck + piers + water + truck + wheels + sensors, (
        (222, 258, 226, 318), (316, 170, 380, 110), (508, 258, 560, 160), (360, 300, 430, 330),
    )  # fmt: skip


def _crate(full: str, pale: str) -> Shape:
    shell = rect(120, 110, 300, 270, pale, full, 10) + rect(146, 136, 248, 218, "#ffffff", full, 6)
    plates = "".join(rect(x, y, wide, tall, pale, full, 3) for x, y, wide, tall in (
        (152, 142, 236, 18), (152, 330, 236, 18), (152, 164, 18, 160), (370, 164, 18, 160)))  # fmt: skip
    goods = "".join(
        rect(190 + 44 * column, 186 + 44 * row, 36, 36, "#f6f8fa", PAST)
        for column in range(4)
        for row in range(3)
    )
    return shell + plates + goods, (
        (408, 140, 480, 120), (380, 230, 480, 210), (330, 250, 480, 290), (270, 338, 480, 370),
    )  # fmt: skip


def _platform(full: str, pale: str) -> Shape:
    track = path("M190 330H430q26 0 26 24t-26 24H190q-26 0-26-24t26-24Z", full, 2, "#f6f8fa")
    wheels = "".join(circle(x, 354, 14, pale, full) for x in (196, 252, 310, 368, 424))
    lift = path("M220 330L390 250M390 330L220 250", full, 6) + rect(190, 226, 230, 24, pale, full, 3)
    sides = rect(130, 230, 60, 14, "#ffffff", full) + rect(420, 230, 60, 14, "#ffffff", full)
    tree = path("M80 378V250M80 280q-30-60 10-120q120-70 260-40q90 20 110 70", "#7a8f6a", 5)
    fruit = "".join(
        circle(x, y, 9, "#e9d9a8", "#9a8a4a") for x, y in ((170, 150), (240, 138), (320, 142), (390, 160))
    )
    return track + wheels + lift + sides + tree + fruit, (
        (300, 238, 520, 160), (470, 238, 520, 230), (440, 350, 520, 310), (300, 378, 520, 390),
    )  # fmt: skip


def _house(full: str, pale: str) -> Shape:
    roof = path("M90 190L330 96L570 190", full, 3, "none") + rect(110, 190, 440, 180, "#f6f8fa", full)
    tiers = "".join(
        rect(150 + 130 * column, 216 + 48 * row, 100, 30, pale, full, 3)
        for column in range(3)
        for row in range(3)
    )
    duct = path("M110 206H60V120h40", full, 8) + circle(330, 150, 18, pale, full)
    return roof + tiers + duct, (
        (60, 160, 150, 110), (330, 150, 420, 100), (500, 276, 590, 250), (250, 330, 300, 404),
    )  # fmt: skip


SHAPES: Mapping[str, Callable[[str, str], Shape]] = MappingProxyType(
    {
        "drone": _drone,
        "boom": _boom,
        "strip": _strip,
        "shoe": _shoe,
        "can": _can,
        "bearing": _bearing,
        "bridge": _bridge,
        "crate": _crate,
        "platform": _platform,
        "house": _house,
    }
)
"""What can be drawn as an outline."""
