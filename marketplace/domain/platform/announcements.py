"""Announcements: their kinds, and the plain writing that becomes paragraphs, headings, lists and links.

Nobody writes HTML. An empty line ends a paragraph; ``## `` begins a heading; ``- `` or ``1. `` a line of a list;
``[words](address)`` or a bare address is a link, to the site's own pages (``/help``) or to http(s) and mailto.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from marketplace.domain.text import N_

KINDS: Mapping[str, str] = {
    "notice": N_("通知公告"),
    "policy": N_("政策文件"),
    "guide": N_("办事指南"),
}
"""What the authority announces. A policy is published by another person than those who wrote it."""

TITLE_LENGTHS = (4, 120)
BODY_LENGTHS = (10, 20_000)

_ADDRESS = r"(?:https?://[^\s<>\"'（）()，。；、）】》]+|mailto:[^\s<>\"'（）()，。；、]+)"
_LINK = re.compile(
    rf"\[(?P<words>[^\[\]\n]{{1,200}})\]\((?P<to>{_ADDRESS}|/[^\s()<>\"']*)\)|(?P<bare>{_ADDRESS})"
)
_NUMBERED = re.compile(r"\d{1,3}[.、．)）]\s*")
_BULLETS = ("- ", "* ", "• ", "· ")


@dataclass(frozen=True)
class Segment:
    """Some words; with ``url`` they are a link."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list. ``kind``: heading, text, list or steps; ``lines`` of segments."""

    kind: str
    lines: tuple[tuple[Segment, ...], ...]


def segments(line: str) -> tuple[Segment, ...]:
    """Return a line as words and links; what is no safe address stays words."""
    found, at = [], 0
    for match in _LINK.finditer(line):
        url = match["to"] or match["bare"]
        if url.startswith("//"):
            continue
        if match.start() > at:
            found.append(Segment(line[at : match.start()]))
        found.append(Segment(match["words"] or url, url))
        at = match.end()
    return (*found, Segment(line[at:])) if at < len(line) else tuple(found)


def blocks(text: str) -> list[Block]:
    """Return ``text`` as blocks. Lines of a paragraph that were broken by hand stay broken."""
    found: list[Block] = []
    for kind, line in _lines(text):
        if not kind:
            found.append(Block("", ()))
        elif found and found[-1].kind == kind and kind != "heading":
            found[-1] = Block(kind, (*found[-1].lines, segments(line)))
        else:
            found.append(Block(kind, (segments(line),)))
    return [block for block in found if block.kind]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for raw in text.splitlines():
        line = raw.strip()
        numbered = _NUMBERED.match(line)
        if not line:
            yield "", ""
        elif line.startswith("## "):
            yield "heading", line.removeprefix("## ").strip()
        elif line.startswith(_BULLETS):
            yield "list", line[2:].strip()
        elif numbered and len(line) > numbered.end():
            yield "steps", line[numbered.end() :]
        else:
            yield "text", line


def plain(text: str, length: int) -> str:
    """Return the beginning of an announcement as one line of words, for lists, feeds and mail."""
    words = " ".join("".join(part.text for part in line) for block in blocks(text) for line in block.lines)
    return words if len(words) <= length else words[: length - 1].rstrip("，、：； ") + "…"
