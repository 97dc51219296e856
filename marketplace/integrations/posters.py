"""Share pictures: 1200 × 630 PNG in our own letters, for the cards that other sites draw around a link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from marketplace.integrations.documents import FONT

WIDTH, HEIGHT = 1200, 630
EDGE = 64
BAND = 104
FOOT = HEIGHT - 158
PICTURE = (416, 260)
KEPT = 64
"""Pictures kept by a process: a link that is shared is asked for many times within minutes."""

_INK, _INK_PALE, _TEXT, _MUTED, _WHEAT, _LINE = (
    "#12366b",
    "#cfdef1",
    "#1c2430",
    "#5b6471",
    "#b7791f",
    "#e4e1db",
)
_TOGETHER = re.compile(r"[0-9A-Za-z.,%℃+\-/]{1,16}|.")
"""What a line break must not part: numbers with their unit, words of Latin letters."""
_NO_BREAK_BEFORE = "，。、；：！？）》”’」』】%％℃"


@dataclass(frozen=True)
class Poster:
    """What a share picture says, in the reader's language. ``picture``: an image of the item, empty for none."""

    site: str
    subtitle: str
    kind: str
    title: str
    line: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    picture: bytes = b""


@lru_cache(maxsize=KEPT)
def draw(poster: Poster) -> bytes:
    """Return the picture as PNG; the same poster is drawn once."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    _head(pen, poster)
    right = WIDTH - EDGE
    if poster.picture and _paste(image, poster.picture):
        right -= PICTURE[0] + 40
    room = right - EDGE
    size = next((one for one in (60, 52) if len(_lines(poster.title, room, one, 9)) < 3), 46)
    y = _write(pen, _balanced(poster.title, room, size, 3), EDGE, BAND + 50, size, _INK, stroke=1) + 14
    _write(pen, _lines(poster.line, room, 32, (FOOT - 12 - y) // 44), EDGE, y, 32, _TEXT)
    _foot(pen, poster)
    made = BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def _head(pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    pen.rectangle((0, 0, WIDTH, BAND), fill=_INK)
    pen.rectangle((0, BAND, WIDTH, BAND + 6), fill=_WHEAT)
    _ear(pen, EDGE + 22, BAND // 2)
    wide = _font(28).getlength(poster.kind) + 48 if poster.kind else 0.0
    room = WIDTH - 2 * EDGE - 62 - wide - 24
    for name in _lines(poster.site, room, 36, 1):
        pen.text((EDGE + 62, 16), name, font=_font(36), fill="white", stroke_width=1, stroke_fill="white")
    for line in _lines(poster.subtitle, room, 20, 1):
        pen.text((EDGE + 62, 66), line, font=_font(20), fill=_INK_PALE)
    if poster.kind:
        box = (WIDTH - EDGE - wide, 27, WIDTH - EDGE, 77)
        pen.rounded_rectangle(box, 25, outline=_INK_PALE, width=2)
        pen.text((WIDTH - EDGE - wide / 2, 51), poster.kind, font=_font(28), fill="white", anchor="mm")


def _ear(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """Draw the site's mark, an ear of wheat."""
    colour = "#f0c36d"
    pen.line((x, y - 8, x, y + 34), fill=colour, width=4)
    for top, wide in ((-22, 0), (-8, 16), (8, 16)):
        if not wide:
            pen.ellipse((x - 5, y + top - 12, x + 5, y + top + 8), fill=colour)
        for side in (-1, 1) if wide else ():
            points = [
                (x + side * 3, y + top + 14),
                (x + side * wide, y + top - 4),
                (x + side * 4, y + top - 2),
            ]
            pen.polygon(points, fill=colour)


def _foot(pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    if poster.facts:
        pen.line((EDGE, FOOT, WIDTH - EDGE, FOOT), fill=_LINE, width=2)
    # Each fact takes what it needs; what is left over parts them evenly.
    wide = [max(_font(22).getlength(label), _font(30).getlength(value)) for label, value in poster.facts]
    gap = max(24.0, (WIDTH - 2 * EDGE - sum(wide)) / max(1, len(wide)))
    x = float(EDGE)
    for (label, value), room in zip(poster.facts, wide, strict=True):
        (first, *_rest) = _lines(value, WIDTH - EDGE - x, 30, 1) or [""]
        pen.text((x, FOOT + 14), label, font=_font(22), fill=_MUTED)
        pen.text((x, FOOT + 46), first, font=_font(30), fill=_INK, stroke_width=1, stroke_fill=_INK)
        x += room + gap
        if x >= WIDTH - EDGE - 60:
            break
    for name in _lines(poster.owner, WIDTH - 2 * EDGE, 22, 1):
        pen.text((EDGE, HEIGHT - 52), name, font=_font(22), fill=_MUTED)


def _paste(image: Image.Image, content: bytes) -> bool:
    """Put an image of the item at the right; a broken one is left out."""
    try:
        with Image.open(BytesIO(content)) as opened:
            small = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return False
    small.thumbnail(PICTURE)
    x, y = WIDTH - EDGE - PICTURE[0], BAND + 56
    image.paste(small, (x + (PICTURE[0] - small.width) // 2, y + (PICTURE[1] - small.height) // 2))
    ImageDraw.Draw(image).rounded_rectangle(
        (x - 1, y - 1, x + PICTURE[0], y + PICTURE[1]), 12, outline=_LINE, width=2
    )
    return True


def _write(
    pen: ImageDraw.ImageDraw, lines: Sequence[str], x: int, y: int, size: int, colour: str, stroke: int = 0
) -> int:
    """Write some lines; return where the next may begin."""
    for line in lines:
        pen.text((x, y), line, font=_font(size), fill=colour, stroke_width=stroke, stroke_fill=colour)
        y += round(size * 1.36)
    return y


def _balanced(text: str, room: int, size: int, most: int) -> Sequence[str]:
    """Break ``text`` as ``_lines`` does, its lines about equally long: no single character is left over."""
    lines = _lines(text, room, size, most)
    for narrower in range(room // len(lines) if lines else room, room, size // 4):
        closer = _lines(text, narrower, size, most + 1)
        if len(closer) == len(lines):
            return lines if lines[-1].endswith("…") else closer
    return lines


def _lines(text: str, room: float, size: int, most: int) -> Sequence[str]:
    """Break ``text`` into lines of at most ``room`` pixels; the last one of too many ends in an ellipsis."""
    if most < 1:
        return []
    font, lines, line = _font(size), [], ""
    for sign in _TOGETHER.findall(" ".join(text.split())):
        if line and font.getlength(line + sign) > room and sign not in _NO_BREAK_BEFORE:
            lines.append(line)
            line = sign.strip()
            if len(lines) == most:
                lines[-1] = lines[-1][:-1] + "…"
                return lines
        else:
            line += sign
    return [*lines, line] if line else lines


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
