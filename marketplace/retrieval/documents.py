"""What the index is given: one document for each distinct text of a listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["achievement", "demand", "organisation"]
Audience = Literal["public", "verified", "admin"]
Subject = tuple[Kind, int]

KINDS: tuple[Kind, ...] = ("achievement", "demand", "organisation")
AUDIENCES: tuple[Audience, ...] = ("public", "verified", "admin")


@dataclass(frozen=True, slots=True)
class Document:
    """A text as some audiences may see it.

    A listing whose public text is shorter than its full text has two documents: one for ``public``, one for
    ``verified`` and ``admin``. For any audience at most one document of a listing carries it. ``facets`` holds
    the values of each facet, ``numbers`` what results can be sorted by (see ``index.SORTS``), as integers.
    ``keywords`` are its own words for itself, as they are written: what may be suggested and meant.
    """

    key: str
    kind: Kind
    subject_id: int
    audiences: frozenset[Audience]
    title: str
    body: str
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """The listing (or organisation) that the text belongs to."""
        return (self.kind, self.subject_id)
