"""What is said of a text in the making, to its owner and to its reviewer: the meter and what looks like it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.catalogue import typed
from marketplace.domain.catalogue.content import ITEMS, step_of
from marketplace.domain.catalogue.diff import words
from marketplace.domain.catalogue.quality.clarity import clarity
from marketplace.domain.catalogue.quality.completeness import completeness
from marketplace.domain.catalogue.quality.meter import Meter
from marketplace.domain.errors import NotFound
from marketplace.domain.states.revisions import EDITABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Correction, DemandRevision, Revision
from marketplace.models.platform import ReviewTask
from marketplace.services.catalogue import revisions
from marketplace.services.catalogue.quality import corrections, duplicates
from marketplace.services.catalogue.quality.duplicates import Duplicate
from marketplace.services.platform import files
from marketplace.services.platform.reviews import FieldRow


@dataclass(frozen=True)
class Look:
    """``asked``: corrections that the owner was asked for and that this version should carry out."""

    kind: str
    meter: Meter
    duplicates: Sequence[Duplicate]
    asked: Sequence[Correction] = ()

    def step_of(self, field: str) -> str:
        """Return the key of the step of the form where a field of some advice is written."""
        return step_of(self.kind, field)


def meter(kind: str, content: Mapping[str, Any], pictures: int = 0, attachments: int = 0) -> Meter:
    """Return the meter of a kind for a content."""
    if kind == "demand":
        return clarity(content, clock.today())
    return completeness(content, pictures, attachments)


def look(actor: Actor, revision: Revision, typing: Mapping[str, Any] | None = None) -> Look:
    """Return what is to be said of a revision, with ``typing`` (form text by field) over what is stored."""
    content = revisions.content_of(revision)
    if typing:
        content |= typed.take(revision.kind, typing).values
    return Look(
        revision.kind,
        _meter_of(revision, content),
        duplicates.find(actor, revision.kind, content, revision.listing),
        corrections.asked_of(revision.listing_id),
    )


def _meter_of(revision: Revision, content: Mapping[str, Any]) -> Meter:
    purposes = [link.purpose for link in files.links_of("revision", revision.id)]
    return meter(revision.kind, content, purposes.count("image"), purposes.count("attachment"))


def of_task(actor: Actor, task: ReviewTask) -> Look | None:
    """Return what is to be said to the reviewer of a submitted revision; None for other tasks."""
    revision = db.session.get(Revision, task.subject_id) if task.subject_kind == "revision" else None
    if revision is None:
        return None
    content = revisions.content_of(revision)
    return Look(
        revision.kind,
        _meter_of(revision, content),
        duplicates.find(actor, revision.kind, content, revision.listing, reviewing=True)
        if task.state == "open"
        else (),
        corrections.asked_of(revision.listing_id),
    )


@dataclass(frozen=True)
class Beside:
    """A version under review beside a listing that looks like it; only fields that either has."""

    revision: Revision
    other: Duplicate
    rows: Sequence[FieldRow]


def beside(actor: Actor, task: ReviewTask, listing_id: int) -> Beside:
    """Return the version under review beside what was found to look like it; NotFound for anything else."""
    revision = db.session.get(Revision, task.subject_id) if task.subject_kind == "revision" else None
    if revision is None:
        raise NotFound()
    content = revisions.content_of(revision)
    found = duplicates.find(actor, revision.kind, content, revision.listing, reviewing=True)
    other = next((each for each in found if each.listing_id == listing_id), None)
    if other is None:
        raise NotFound()
    theirs = revisions.content_of(other.revision)
    rows = [
        FieldRow(name, item.label, words(item, content[name]), words(item, theirs[name]))
        for name, item in ITEMS[revision.kind].items()
        if content[name] or theirs[name]
    ]
    return Beside(revision, other, rows)


def meters(found: Iterable[Revision]) -> dict[int, Meter]:
    """Return id → meter for the revisions that may still be written in, by a constant number of queries."""
    wanted = [revision for revision in found if revision.state in EDITABLE_STATES]
    ids = {kind: [each.id for each in wanted if each.kind == kind] for kind in ("achievement", "demand")}
    rows: list[Revision] = []
    if ids["demand"]:
        rows += db.session.scalars(select(DemandRevision).where(DemandRevision.id.in_(ids["demand"])))
    if ids["achievement"]:
        query = select(AchievementRevision).where(AchievementRevision.id.in_(ids["achievement"]))
        rows += db.session.scalars(query.options(selectinload(AchievementRevision.ip_rights)))
    linked = files.links_of_many("revision", ids["achievement"])
    purposes = {key: [link.purpose for link in links] for key, links in linked.items()}
    return {
        row.id: meter(
            row.kind,
            revisions.content_of(row),
            purposes.get(row.id, []).count("image"),
            purposes.get(row.id, []).count("attachment"),
        )
        for row in rows
    }
