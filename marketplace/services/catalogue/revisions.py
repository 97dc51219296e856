"""Revisions as content: reading one, writing one, beginning the next."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from marketplace.domain.access import Actor, Subject
from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.errors import Conflict
from marketplace.domain.states import LISTING
from marketplace.domain.states.revisions import EDITABLE_STATES
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, IpRight, Listing, Revision
from marketplace.services.platform import audit, files

IN_WORK = EDITABLE_STATES | {"submitted"}
"""States of the one revision that is being made; the database allows one at a time."""

_CLASSES: Mapping[str, type[AchievementRevision] | type[DemandRevision]] = {
    "achievement": AchievementRevision,
    "demand": DemandRevision,
}


def subject_of(revision: Revision) -> Subject:
    """Return what the rules need to know of a revision: whose it is, who made it, what is established."""
    facts = set()
    if revision.listing.organisation.state == "verified":
        facts.add("owner_verified")
    if revision.declared_at is not None:
        facts.add("declared")
    makers = frozenset(each for each in (revision.created_by, revision.submitted_by) if each is not None)
    return Subject(revision.kind, revision.listing.organisation_id, makers=makers, facts=frozenset(facts))


def in_work(listing: Listing) -> Revision | None:
    """Return the revision that is being made or reviewed, or None."""
    query = select(Revision).where(Revision.listing_id == listing.id, Revision.state.in_(IN_WORK))
    return db.session.scalar(query)


def latest(listing: Listing) -> Revision | None:
    """Return the newest revision, whatever became of it."""
    query = select(Revision).where(Revision.listing_id == listing.id)
    return db.session.scalar(query.order_by(Revision.ordinal.desc()).limit(1))


def new(actor: Actor, listing: Listing, ordinal: int) -> Revision:
    """Return an empty draft that the database has not seen yet."""
    return _CLASSES[listing.kind](listing_id=listing.id, ordinal=ordinal, created_by=actor.person_id)


def add(actor: Actor, listing: Listing) -> Revision:
    """Add an empty draft to a listing."""
    last = db.session.scalar(select(func.max(Revision.ordinal)).where(Revision.listing_id == listing.id)) or 0
    revision = new(actor, listing, last + 1)
    db.session.add(revision)
    db.session.flush()
    audit.record(
        actor, "revision.create", "revision", revision.id, listing=listing.id, ordinal=revision.ordinal
    )
    return revision


def begin_next(actor: Actor, listing: Listing) -> Revision:
    """Return the revision in work; begin one from what is public (or was last written) where there is none.

    The public text stays as it is until the new one is approved. Raises Conflict for a listing that has ended.
    """
    present = in_work(listing)
    if present is not None:
        return present
    if (listing.state, "publish") not in LISTING.table:
        raise Conflict(
            N_("当前状态为“%(state)s”，不能修改内容"), code="ended", state=LISTING.states[listing.state].label
        )
    source = listing.published or latest(listing)
    revision = add(actor, listing)
    if source is not None:
        write(revision, content_of(source))
        files.copy_links(("revision", source.id), ("revision", revision.id))
    return revision


def content_of(revision: Revision) -> dict[str, Any]:
    """Return the content of a revision, as domain/catalogue/content.py describes it."""
    return {name: _read(revision, name) for name in ITEMS[revision.kind]}


def _read(revision: Revision, name: str) -> Any:
    if name == "maturity":
        scale, level = getattr(revision, "maturity_scale", ""), getattr(revision, "maturity_level", None)
        return (scale, level) if scale and level else None
    value = getattr(revision, name)
    if name == "ip_rights":
        columns = [column.name for column in ITEMS[revision.kind][name].columns]
        return [{column: getattr(right, column) for column in columns} for right in value]
    return [dict(row) for row in value] if name == "metrics" else value


def write(revision: Revision, values: Mapping[str, Any]) -> None:
    """Put well-formed values into a revision; fields that are not named stay as they are."""
    fill(revision, values)
    db.session.flush()


def fill(revision: Revision, values: Mapping[str, Any]) -> None:
    """Do what ``write`` does, and leave it to the caller when the database learns of it: for many at once."""
    for name, value in values.items():
        if name == "maturity":
            scale, level = value or ("generic", None)
            for column, each in (("maturity_scale", scale), ("maturity_level", level)):
                setattr(revision, column, each)
        elif name == "ip_rights" and isinstance(revision, AchievementRevision):
            _write_rights(revision, value)
        else:
            setattr(revision, name, value)


def _write_rights(revision: AchievementRevision, rows: list[dict[str, Any]]) -> None:
    """Keep the rows that stay, by place: rewriting all of them would give each a new id."""
    for position, row in enumerate(rows):
        if position < len(revision.ip_rights):
            right = revision.ip_rights[position]
        else:
            right = IpRight()
            revision.ip_rights.append(right)
        right.position = position
        for column, value in row.items():
            setattr(right, column, value)
    del revision.ip_rights[len(rows) :]


def files_of(revision: Revision) -> list[dict[str, str]]:
    """Return the files of a revision as the differences compare them."""
    return [
        {
            "name": link.file.name,
            "caption": link.caption,
            "level": link.level,
            "digest": link.file.sha256[:12],
        }
        for link in files.links_of("revision", revision.id)
    ]
