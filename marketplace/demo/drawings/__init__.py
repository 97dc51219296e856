"""Drawings of the demonstration's achievements: from the numbers of a text file to SVG, shipped as small PNG.

``texts/drawings/*.toml`` says what each drawing shows. ``python -m tests.demo.render_drawings`` draws the pictures
anew with a browser; the site itself only reads them, so that loading costs no drawing.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marketplace.demo.drawings import charts, outlines, schemes

PICTURES = Path(__file__).parent / "pictures"
_TEXTS = Path(__file__).parent.parent / "texts" / "drawings"

KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "curve": charts.curve,
        "bars": charts.bars,
        "heat": charts.heat,
        "plots": charts.plots,
        "flow": schemes.flow,
        "layers": schemes.layers,
        "line": schemes.line,
        "net": schemes.net,
        "split": schemes.split,
        "outline": outlines.outline,
    }
)
"""Families of drawings, by the ``kind`` of an entry."""


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Mapping[str, Any]]:
    """Return what is drawn for whom: key of an achievement → entry with ``kind`` and ``caption``."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(_TEXTS.glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(found)


def svg(key: str) -> str:
    """Return the drawing of an achievement as SVG; KeyError when it has none."""
    entry = entries()[key]
    return KINDS[entry["kind"]](entry)


def caption(key: str) -> str:
    """Return what a drawing shows, in words; "" when there is none."""
    return str(entries().get(key, {}).get("caption", ""))


def picture(key: str) -> bytes | None:
    """Return the rendered PNG of an achievement, or None when it has no drawing."""
    return (PICTURES / f"{key}.png").read_bytes() if key in entries() else None


def fingerprint(key: str) -> str:
    """Return the mark by which a picture is known to be drawn from the present text."""
    return hashlib.sha256(svg(key).encode()).hexdigest()[:16]


def drawn() -> dict[str, str]:
    """Return the marks of the shipped pictures, by key."""
    return dict(json.loads((PICTURES / "drawn.json").read_text(encoding="utf-8")))
