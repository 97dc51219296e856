"""Drafts: saved at any moment however incomplete, submitted only when complete, withdrawn, given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.catalogue import submission, typed
from marketplace.domain.catalogue.diff import Change, differences
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.states import REVISION
from marketplace.domain.states.revisions import EDITABLE_STATES
from marketplace.domain.taxonomy import CITY_TAGS
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.platform import FileLink
from marketplace.services import workflow
from marketplace.services.catalogue import listings, revisions
from marketplace.services.platform import files, numbering, reviews

LONGEST_NOTE = 500


class Stale(Conflict):
    """Somebody else saved the same fields meanwhile; ``theirs`` tells what, from the reader's own beginning."""

    def __init__(self, theirs: list[Change], revision: Revision) -> None:
        super().__init__(N_("您填写期间，这一页已被再次保存（同事或您的另一个窗口）"), code="stale_draft")
        self.theirs = theirs
        self.revision = revision


@dataclass(frozen=True)
class Saved:
    """The revision after saving, and what of the typed text could not be read and so was left as it was."""

    revision: Revision
    errors: list[FieldError]


def editable(actor: Actor, listing_id: int, lock: bool = False) -> Revision:
    """Return the revision of an own listing that may be typed into now.

    Raises NotFound where none is in work, Conflict while one is under review.
    """
    listing = listings.get_own(actor, listing_id, lock)
    revision = revisions.in_work(listing)
    if revision is None:
        raise NotFound()
    if revision.state not in EDITABLE_STATES:
        raise Conflict(
            N_("当前状态为“%(state)s”，不能修改内容，撤回后可以继续修改"),
            code="under_review",
            state=REVISION.states[revision.state].label,
        )
    return revision


def save(
    actor: Actor, listing_id: int, typing: Mapping[str, Any], base: Mapping[str, Any] | None = None
) -> Saved:
    """Save what is well-formed of the typed fields (see ``typed.take``) into the draft of an own listing.

    ``base`` is the content the person began with. Raises Stale where somebody else has since changed one of
    these fields to something the person did not type; other fields' changes stand beside one another.
    """
    revision = editable(actor, listing_id, lock=True)
    taken = typed.take(revision.kind, typing)
    if base is not None:
        theirs = _changed_by_others(revision, base, taken.values)
        if theirs:
            raise Stale(theirs, revision)
    before = revisions.content_of(revision)
    retired = _retired(before, taken.values)
    revisions.write(revision, {name: value for name, value in taken.values.items() if name not in retired})
    if revisions.content_of(revision) != before or revision.version == 1:
        touch(revision)
    return Saved(revision, [*taken.errors, *retired.values()])


def _retired(before: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, FieldError]:
    """Return what is wrong with 产业方向 that are not chosen from today's list; what was held may be kept."""
    offered = {term.code for term in CITY_TAGS.offered} | set(before.get("tags") or ())
    gone = [CITY_TAGS.label_of(code) for code in typed.get("tags") or () if code not in offered]
    words = N_("“%(labels)s”已停用，请改选现行的产业方向")
    return {"tags": FieldError("tags", "term_retired", words, {"labels": "、".join(gone)})} if gone else {}


def touch(revision: Revision) -> None:
    """Count up the version: rights and files stand in tables of their own, and the clock may stand still."""
    revision.updated_at = clock.now()
    flag_modified(revision, "updated_at")
    db.session.flush()


def _changed_by_others(revision: Revision, base: Mapping[str, Any], mine: Mapping[str, Any]) -> list[Change]:
    now = revisions.content_of(revision)
    began = {**now, **typed.take(revision.kind, base).values}
    theirs = differences(revision.kind, began, now)
    return [each for each in theirs if each.field in base and mine.get(each.field) != now[each.field]]


def problems(revision: Revision) -> list[FieldError]:
    """Return everything that is still missing or contradictory, in the order of the form."""
    return submission.check(
        revision.kind,
        revisions.content_of(revision),
        clock.today(),
        revision.listing.organisation.name,
    )


def submit(actor: Actor, listing_id: int, declared: bool, change_note: str = "") -> Revision:
    """Submit the draft of an own listing to review; a second press changes nothing.

    ``declared``: 不涉密 and 权属 are both declared, today and by this person. The number is taken at the first
    submission. Raises ValidationFailed with everything missing, DomainError for an unverified organisation.
    """
    listing = listings.get_own(actor, listing_id, lock=True)
    present = revisions.in_work(listing)
    if present is not None and present.state == "submitted":
        return present
    revision = editable(actor, listing_id)
    missing = problems(revision)
    if missing:
        raise ValidationFailed(missing)
    revision.declared_at = clock.now() if declared else None
    revision.change_note = _note(change_note)
    REVISION.decide(revision.state, "submit", actor, revisions.subject_of(revision))
    listing.number = listing.number or numbering.listing_number(listing.kind)
    revision.submitted_by, revision.submitted_at = actor.person_id, clock.now()
    workflow.apply(
        REVISION,
        revision,
        "submit",
        actor,
        revisions.subject_of(revision),
        listing=listing.id,
        ordinal=revision.ordinal,
    )
    reviews.open_task(revision.kind, "revision", revision.id, listing.organisation, revision.title)
    return revision


def _note(change_note: str) -> str:
    note = clean_text(change_note)
    if len(note) > LONGEST_NOTE:
        raise DomainError(
            "too_long", typed.TOO_LONG, field="change_note", limit=LONGEST_NOTE, length=len(note)
        )
    return note


def withdraw(actor: Actor, listing_id: int) -> Revision:
    """Take a submitted revision back, to change it or to give it up; a second press changes nothing."""
    listing = listings.get_own(actor, listing_id, lock=True)
    revision = revisions.in_work(listing)
    if revision is None:
        raise NotFound()
    if revision.state == "withdrawn":
        return revision
    workflow.apply(REVISION, revision, "withdraw", actor, revisions.subject_of(revision))
    task = reviews.open_task_for("revision", revision.id)
    if task is not None:
        reviews.cancel(task)
    return revision


def discard(actor: Actor, listing_id: int) -> Listing:
    """Give up the revision in work; what is public stays. A second press changes nothing."""
    listing = listings.get_own(actor, listing_id, lock=True)
    revision = revisions.in_work(listing)
    if revision is not None:
        workflow.apply(REVISION, revision, "discard", actor, revisions.subject_of(revision))
    return listing


def add_file(
    actor: Actor, listing_id: int, name: str, content: bytes, purpose: str, level: str, caption: str = ""
) -> FileLink:
    """Put an image or an attachment on the draft of an own listing; DomainError says what is wrong with it."""
    revision = editable(actor, listing_id, lock=True)
    if purpose not in ("image", "attachment"):
        raise DomainError("purpose_unknown", N_("请从列表中选择"), field="purpose")
    caption = clean_line(caption)
    if len(caption) > files.CAPTION_LENGTH:
        raise DomainError(
            "too_long", typed.TOO_LONG, field="caption", limit=files.CAPTION_LENGTH, length=len(caption)
        )
    stored = files.store(actor, name, content, purpose)
    link = files.attach(actor, stored, "revision", revision.id, purpose, level, caption)
    touch(revision)
    return link


def remove_file(actor: Actor, listing_id: int, link_id: int) -> None:
    """Take a file off the draft of an own listing; NotFound for a file of anything else."""
    revision = editable(actor, listing_id, lock=True)
    files.detach(actor, files.get_link("revision", revision.id, link_id))
    touch(revision)
