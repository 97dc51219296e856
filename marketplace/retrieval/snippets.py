"""Marking what was found, in the text the reader may see, exactly as it is written there.

Matches are found in the compared form of the text and carried back to its own characters: a character may have
become several (㎡ → m2) or a spelling another one (甬桥 → 埇桥), but no match ever begins or ends inside one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.retrieval import pinyin
from marketplace.retrieval.analysis import Analyzer, normalise_character
from marketplace.retrieval.query import parse

_SENTENCE_ENDS = "。！？；!?;\n"
_CUT = "…"
_LEAD = 12
"""Characters shown before the first match of a snippet, unless a sentence begins nearer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text, marked or not."""

    text: str
    marked: bool


Span = tuple[int, int]


def highlight(text: str, typed: str, analyzer: Analyzer | None = None) -> list[Segment]:
    """The text (a title) in segments that join to it exactly, with what a query (as typed) found in it marked: what
    contains it, or else what sounds like it."""
    spans = _spans(text, typed, analyzer) or _spoken(text, typed, analyzer)
    return _segments(text, 0, len(text), spans)


def snippet(text: str, typed: str, length: int = 90, analyzer: Analyzer | None = None) -> list[Segment]:
    """The part of a text, about ``length`` characters, that shows most of what was found; the beginning if nothing
    was. Line breaks become blanks, cut ends are shown by …"""
    text = " ".join(text.split())
    spans = _spans(text, typed, analyzer)
    start = _start(text, spans, length)
    end = min(len(text), start + length)
    for first, last in spans:
        if first < end < last:
            end = last
    segments = _segments(text, start, end, spans)
    if start > 0:
        segments.insert(0, Segment(_CUT, False))
    if end < len(text):
        segments.append(Segment(_CUT, False))
    return segments


def _spans(text: str, typed: str, analyzer: Analyzer | None) -> list[Span]:
    """Matches in order, none overlapping or touching another."""
    marks = parse(typed, analyzer or Analyzer.default()).marks
    form, origins = mapped(text)
    found: list[Span] = []
    for mark in marks:
        at = form.find(mark)
        while at >= 0:
            if not _inside_word(form, at):
                found.append((origins[at], origins[at + len(mark) - 1] + 1))
            at = form.find(mark, at + 1)
    return _merged(found)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spoken(text: str, typed: str, analyzer: Analyzer | None) -> list[Span]:
    """What sounds like a typed word: first letters stand for nothing in running text, but for much in a title."""
    form, origins = mapped(text)
    sounds = filter(None, parse(typed, analyzer or Analyzer.default()).sounds)
    found = (span for one in sounds for span in pinyin.spans(form, one))
    return _merged((origins[start], origins[end - 1] + 1) for start, end in found)


def mapped(text: str) -> tuple[str, Sequence[int]]:
    """The compared form of a text, and for each of its characters the number of the one it came from."""
    table = {ord(letter): " " if letter.isspace() else normalise_character(letter) for letter in set(text)}
    if all(len(part) == 1 for part in table.values()):
        return text.translate(table), range(len(text))
    parts: list[str] = []
    origins: list[int] = []
    for number, character in enumerate(text):
        part = table[ord(character)]
        parts.append(part)
        origins += [number] * len(part)
    return "".join(parts), origins


def _inside_word(form: str, at: int) -> bool:
    """Whether a match begins in the middle of a Latin word or a number: those are found from their start only."""
    if at == 0:
        return False
    before, first = form[at - 1], form[at]
    return (_is_letter(before) and _is_letter(first)) or (before.isdigit() and first.isdigit())


def _is_letter(character: str) -> bool:
    return character.isalpha() and not "\u2e80" <= character <= "\ud7ff" and character < "\uf900"


def _start(text: str, spans: list[Span], length: int) -> int:
    """Where the stretch with most marked characters begins, moved back to a sentence's start if one is near."""
    if not spans or len(text) <= length:
        return 0
    lead = min(_LEAD, length // 3)
    starts = [max(0, first - lead) for first, _ in spans]
    best = max(starts, key=lambda start: (_marked(spans, start, start + length), -start))
    latest = len(text) - length
    best = min(best, latest)
    first = next(first for first, last in spans if last > best)
    for at in range(min(first, latest), max(0, best - lead), -1):
        if text[at - 1] in _SENTENCE_ENDS:
            return at
    return 0 if first <= lead else best


def _marked(spans: list[Span], start: int, end: int) -> int:
    return sum(max(0, min(last, end) - max(first, start)) for first, last in spans)


def _segments(text: str, start: int, end: int, spans: list[Span]) -> list[Segment]:
    segments: list[Segment] = []
    at = start
    for first, last in spans:
        first, last = max(first, start), min(last, end)
        if first >= last:
            continue
        if first > at:
            segments.append(Segment(text[at:first], False))
        segments.append(Segment(text[first:last], True))
        at = last
    if at < end:
        segments.append(Segment(text[at:end], False))
    return segments
