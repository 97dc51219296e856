"""Cleaning of typed text, and the marker for translatable words."""

import re
import unicodedata

_LINE_BREAKS = re.compile(r"\r\n?")
_SPACES = re.compile(r"[^\S\n]+")
_MANY_BREAKS = re.compile(r"\n{3,}")


def N_(message: str) -> str:
    """Mark ``message`` for extraction without translating it: domain and services have no locale."""
    return message


def clean_text(value: str | None) -> str:
    """Return ``value`` in NFC without NUL and control characters, trimmed; line breaks stay, at most two in a row."""
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", value or ""))
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def clean_line(value: str | None) -> str:
    """Return ``value`` cleaned and on one line."""
    return " ".join(clean_text(value).split())
