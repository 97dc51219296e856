"""Cleaning of typed text, and the marker for translatable words."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LINE_BREAKS = re.compile(r"\r\n?")
_SPACES = re.compile(r"[^\S\n]+")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MANY_BREAKS = re.compile(r"\n{3,}")

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Translation of full-width forms to ASCII and nothing more: NFKC would also turn 10² into 102."""
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


def N_(message: str) -> str:
    """Mark ``message`` for extraction without translating it: domain and services have no locale."""
    return message


def clean_text(value: str | None) -> str:
    """Return ``value`` in NFC without control and invisible characters, trimmed; at most two line breaks in a row.

    The invisible ones (zero-width blanks, soft hyphens, marks that turn the direction of writing) come along with
    pasted text, and would keep it from being found or make it look like another.
    """
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", value or ""))
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def clean_line(value: str | None) -> str:
    """Return ``value`` cleaned and on one line."""
    return " ".join(clean_text(value).split())


def compact(value: str | None) -> str:
    """Return ``value`` in half-width upper case without white space: how numbers are compared."""
    return "".join(upper_ascii((value or "").translate(FULL_WIDTH)).split())


def has_words(value: str) -> bool:
    """Return whether a text has a letter, a digit or a character of a script: not only signs."""
    return any(char.isalnum() for char in value)


def upper_ascii(value: str) -> str:
    """Return ``value`` with a–z in upper case; str.upper would also turn ﬁ into FI and ß into SS."""
    return value.translate(_UPPER)


def first_match(pattern: str, value: str) -> tuple[int, str] | None:
    """Return place (from 1) and text of the first match of ``pattern``, to name it in a message."""
    found = re.search(pattern, value)
    return (found.start() + 1, found.group()) if found else None


def shown(char: str) -> str:
    """Return ``char`` as a message can show it; an invisible one by its code point."""
    return char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"


@dataclass(frozen=True)
class Words:
    """A msgid with what fills it, for the web or mail room to translate."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
