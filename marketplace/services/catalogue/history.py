"""The history of a listing: its revisions, what was decided on them, and how two of them differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain.access import Actor
from marketplace.domain.catalogue.diff import Change, differences
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.people import Person
from marketplace.models.platform import ReviewTask
from marketplace.services.catalogue import listings, revisions


@dataclass(frozen=True)
class Version:
    """A revision with its decisions, newest first, and the names of people by id."""

    revision: Revision
    decisions: Sequence[ReviewTask]
    author: str
    submitter: str


def versions(actor: Actor, listing_id: int) -> tuple[Listing, list[Version]]:
    """Return a listing and its revisions, newest first: all for the owner, submitted ones for reviewers.

    Raises NotFound for those who may read neither.
    """
    listing = listings.get_readable(actor, listing_id)
    found = _readable(actor, listing)
    names = _names(found)
    decisions = decisions_on([revision.id for revision in found])
    return listing, [
        Version(
            revision,
            decisions.get(revision.id, []),
            names.get(revision.created_by or 0, ""),
            names.get(revision.submitted_by or 0, ""),
        )
        for revision in found
    ]


def _readable(actor: Actor, listing: Listing) -> list[Revision]:
    query = select(Revision).where(Revision.listing_id == listing.id).order_by(Revision.ordinal.desc())
    if actor.organisation_id != listing.organisation_id:
        query = query.where(Revision.submitted_at.is_not(None))
    return list(db.session.scalars(query))


def _names(found: Sequence[Revision]) -> dict[int, str]:
    ids = {revision.created_by for revision in found} | {revision.submitted_by for revision in found}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


def version(actor: Actor, listing_id: int, ordinal: int | None = None) -> Revision:
    """Return a revision the actor may read, the newest by default; NotFound for any other."""
    listing = listings.get_readable(actor, listing_id)
    for revision in _readable(actor, listing):
        if ordinal in (None, revision.ordinal):
            return revision
    raise NotFound()


def decisions_on(revision_ids: Sequence[int]) -> dict[int, list[ReviewTask]]:
    """Return the decided tasks of revisions with their remarks, newest first."""
    query = (
        select(ReviewTask)
        .where(
            ReviewTask.subject_kind == "revision",
            ReviewTask.subject_id.in_(revision_ids),
            ReviewTask.state == "done",
        )
        .options(selectinload(ReviewTask.remarks))
        .order_by(ReviewTask.id.desc())
    )
    found: dict[int, list[ReviewTask]] = {}
    for task in db.session.scalars(query):
        found.setdefault(task.subject_id, []).append(task)
    return found


def last_decision(revision: Revision) -> ReviewTask | None:
    """Return the newest decision on a revision, or None."""
    return next(iter(decisions_on([revision.id]).get(revision.id, [])), None)


@dataclass(frozen=True)
class Comparison:
    """Two revisions of one listing and what differs between them."""

    listing: Listing
    old: Revision
    new: Revision
    changes: Sequence[Change]


def compare(actor: Actor, listing_id: int, old: int, new: int) -> Comparison:
    """Return how revision ``new`` differs from ``old`` (ordinals); NotFound for what the actor may not read."""
    listing = listings.get_readable(actor, listing_id)
    found = {revision.ordinal: revision for revision in _readable(actor, listing)}
    if old not in found or new not in found:
        raise NotFound()
    return Comparison(listing, found[old], found[new], changes_between(found[old], found[new]))


def changes_between(old: Revision, new: Revision) -> list[Change]:
    """Return the differences between two revisions, their files included."""
    return differences(
        new.kind,
        {**revisions.content_of(old), "files": revisions.files_of(old)},
        {**revisions.content_of(new), "files": revisions.files_of(new)},
    )
