"""Decisions on submitted revisions: approve, which publishes, or return for correction."""

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.catalogue import submission
from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.catalogue.diff import words
from marketplace.domain.errors import Conflict, NotFound
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.states import REVISION
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import Revision
from marketplace.models.platform import ReviewTask
from marketplace.services import workflow
from marketplace.services.catalogue import listings, revisions
from marketplace.services.catalogue.quality import corrections
from marketplace.services.platform import files, notices, reviews
from marketplace.services.platform.reviews import Content, FieldRow


def revision_of(task: ReviewTask) -> Revision:
    """Return what a task is about."""
    revision = db.session.get(Revision, task.subject_id) if task.subject_kind == "revision" else None
    if revision is None:
        raise NotFound()
    return revision


def approve(actor: Actor, task: ReviewTask, note: str = "") -> Revision:
    """Approve and publish. Neither makers nor anybody of the owning organisation may; a second press is harmless.

    Raises Conflict where the revision was withdrawn or returned meanwhile, or the listing has ended.
    """
    revision = _decide(actor, task, "approve", [], note)
    if revision is None:
        return revision_of(task)
    listings.publish(revision.listing, revision)
    corrections.mend(revision)
    _tell(revision, "listing_approved", revision.kind)
    return revision


def return_(actor: Actor, task: ReviewTask, reasons: list[str], note: str = "") -> Revision:
    """Return for correction, with coded reasons and words. Raises as ``approve``, and for unknown reasons."""
    reasons = check_reasons(task.kind, reasons, note)
    revision = _decide(actor, task, "return", reasons, note)
    if revision is None:
        return revision_of(task)
    _tell(revision, "listing_returned", "my_listing")
    return revision


_OUTCOMES = {"approve": "approved", "return": "returned"}


def _decide(actor: Actor, task: ReviewTask, action: str, reasons: list[str], note: str) -> Revision | None:
    """Move the revision and close its task; None where this very decision was made before."""
    revision = revision_of(task)
    listings.lock_row(revision.listing_id)
    db.session.refresh(revision)
    db.session.refresh(task)
    if task.state == "done":
        if (task.outcome, task.decided_by) == (_OUTCOMES[action], actor.person_id):
            return None
        raise Conflict(N_("此事项已由他人办结，请刷新页面查看结果"), code="task_closed")
    subject = revisions.subject_of(revision)
    REVISION.decide(revision.state, action, actor, subject)
    revision.decided_by, revision.decided_at = actor.person_id, clock.now()
    workflow.apply(
        REVISION,
        revision,
        action,
        actor,
        subject,
        reasons,
        note,
        listing=revision.listing_id,
        ordinal=revision.ordinal,
    )
    reviews.finish(actor, task, _OUTCOMES[action], reasons, note, subject.makers)
    return revision


def _tell(revision: Revision, kind: str, page: str) -> None:
    members = notices.members_of(revision.listing.organisation_id)
    notices.notify(members, kind, page, revision.listing_id, title=revision.title)


def material(task: ReviewTask) -> Content:
    """Return the fields beside what is public now, the files, and what a reviewer should look at twice."""
    revision = revision_of(task)
    public = revision.listing.published
    now = revisions.content_of(revision)
    before = revisions.content_of(public) if public is not None and public.id != revision.id else None
    rows = [
        FieldRow(
            name, item.label, words(item, now[name]), None if before is None else words(item, before[name])
        )
        for name, item in ITEMS[revision.kind].items()
    ]
    if revision.change_note:
        rows.insert(0, FieldRow("change_note", N_("修改说明"), ((revision.change_note,),)))
    return Content(
        rows=rows,
        files=files.links_of("revision", revision.id),
        warnings=_warnings(revision, now),
        preview=f"/desk/listings/{revision.listing_id}/preview",
    )


def _warnings(revision: Revision, content: dict[str, object]) -> list[Words]:
    found = []
    if revision.listing.organisation.state != "verified":
        found.append(Words(N_("提交单位目前不是已认证状态，通过后也不会公开")))
    if revision.state == "submitted":
        missing = submission.check(revision.kind, content, clock.today(), revision.listing.organisation.name)
        found += [Words(each.message, each.params) for each in missing]
    return found
