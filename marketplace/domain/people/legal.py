"""The user agreement, the privacy notice and the 保密承诺, by version; none is edited once people agreed to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from marketplace.domain.clock import today
from marketplace.domain.text import N_

DOCUMENTS: Mapping[str, str] = {"agreement": N_("用户服务协议"), "privacy": N_("隐私政策")}
"""What people agree to when they sign up; each has a page under /legal."""

SECRECY = "secrecy"
"""What an organisation accepts in a thread before files that are for both sides only open to it."""

_FOLDER = Path(__file__).parent.parent / "data" / "legal"


@dataclass(frozen=True)
class Section:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class LegalText:
    """One version of a document, in force from ``effective_on`` until the next."""

    document: str
    version: str
    title: str
    effective_on: date
    sections: tuple[Section, ...]


@lru_cache(maxsize=len(DOCUMENTS) + 1)
def versions(document: str) -> tuple[LegalText, ...]:
    """Return all versions of a document, newest first. Raises KeyError for an unknown document."""
    if document not in DOCUMENTS and document != SECRECY:
        raise KeyError(document)
    texts = [_read(document, path) for path in _FOLDER.glob(f"{document}-*.txt")]
    return tuple(sorted(texts, key=lambda text: text.effective_on, reverse=True))


def current(document: str, on: date | None = None) -> LegalText:
    """Return the version in force on a day (default today); before the first one, the first."""
    found = versions(document)
    return next((text for text in found if text.effective_on <= (on or today())), found[-1])


def current_versions() -> dict[str, str]:
    """Return the version in force today of every document."""
    return {document: current(document).version for document in DOCUMENTS}


def _read(document: str, path: Path) -> LegalText:
    """Read ``<document>-<version>.txt``: title, day of effect, then ``## heading`` and one paragraph a line."""
    title, effective, *lines = path.read_text(encoding="utf-8").splitlines()
    sections: list[Section] = []
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("## "):
            sections.append(Section(line.removeprefix("## "), ()))
        else:
            last = sections.pop()
            sections.append(Section(last.heading, (*last.paragraphs, line)))
    version = path.stem.removeprefix(f"{document}-")
    return LegalText(document, version, title, date.fromisoformat(effective), tuple(sections))
