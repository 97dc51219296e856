"""The sheet all drawings are made on: size, colours, and SVG elements as text."""

from html import escape
from zlib import crc32

WIDTH, HEIGHT = 720, 450
INK, SOFT, GRID, PAPER = "#22313f", "#5d6b7a", "#dde3ea", "#ffffff"
PAST = "#a9b4c0"
"""Colour of what is done today."""
HUES = (
    ("#1f5fa8", "#dbe8f6"),
    ("#2a7f6f", "#d9eee9"),
    ("#9a5b13", "#f5e8d6"),
    ("#5b4a9c", "#e5e0f3"),
    ("#33658a", "#dce9f1"),
    ("#8a4253", "#f4e0e5"),
)
"""Pairs of a full and a pale colour."""


def hue(caption: str) -> tuple[str, str]:
    """Return the pair of colours of a drawing, the same for the same caption."""
    return HUES[crc32(caption.encode()) % len(HUES)]


def text(x: float, y: float, words: str, size: int = 16, fill: str = INK, anchor: str = "middle") -> str:
    """Return one line of words; ``anchor``: start, middle or end at ``x``."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def rect(
    x: float, y: float, width: float, height: float, fill: str, edge: str = "none", round_: float = 0
) -> str:
    """Return a rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round_}"'
        f' fill="{fill}" stroke="{edge}" stroke-width="2"/>'
    )


def circle(x: float, y: float, radius: float, fill: str, edge: str = "none") -> str:
    """Return a circle."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{edge}" stroke-width="2"/>'
    )


def path(points: str, edge: str, width: float = 2, fill: str = "none", dash: str = "") -> str:
    """Return a path; ``points`` is SVG's own path language."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{points}" fill="{fill}" stroke="{edge}" stroke-width="{width}"'
        f' stroke-linejoin="round"{dashed}/>'
    )


def arrow(x1: float, y1: float, x2: float, y2: float, edge: str = SOFT) -> str:
    """Return a straight arrow."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{edge}" stroke-width="2"'
        ' marker-end="url(#tip)"/>'
    )


def leader(x: float, y: float, to_x: float, to_y: float, words: str) -> str:
    """Return words at (to_x, to_y) with a thin line from the part at (x, y) they name; "a|b" is two lines."""
    name, _, note = words.partition("|")
    anchor = "start" if to_x >= x else "end"
    shift = 6 if anchor == "start" else -6
    found = path(f"M{x} {y} L{to_x} {to_y}", SOFT, 1.2) + circle(x, y, 3, SOFT)
    found += text(to_x + shift, to_y + 2 if note else to_y + 6, name, 16, INK, anchor)
    return found + (text(to_x + shift, to_y + 22, note, 15, SOFT, anchor) if note else "")


def sheet(caption: str, *parts: str) -> str:
    """Return the whole drawing: a heading, the parts, and the mark that it is invented."""
    full, _pale = hue(caption)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="WenQuanYi Zen Hei, sans-serif">'
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path d="M0 0L10 5L0 10z" fill="{SOFT}"/></marker></defs>'
        + rect(0, 0, WIDTH, HEIGHT, PAPER)
        + rect(24, 22, 5, 22, full)
        + text(40, 40, caption, 19, INK, "start")
        + "".join(parts)
        + text(WIDTH - 20, HEIGHT - 12, "演示数据", 13, PAST, "end")
        + "</svg>"
    )
