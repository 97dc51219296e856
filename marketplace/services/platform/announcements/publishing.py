"""Publishing, pinning and withdrawing announcements. A policy is published by somebody who did not write it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.states import ANNOUNCEMENT, Transition
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.platform import Announcement
from marketplace.services import workflow
from marketplace.services.platform import audit
from marketplace.services.platform.announcements import writing

MOST_PINNED = 3
NOTE_LENGTH = 2000


def subject_of(row: Announcement) -> Subject:
    """Return what the rules need to know: who wrote a policy may not publish it."""
    makers = {row.created_by, row.edited_by} if row.kind == "policy" and row.state == "draft" else set()
    facts = frozenset({"complete"} if row.title and row.body else ())
    return Subject(writing.SUBJECT, makers=frozenset(one for one in makers if one is not None), facts=facts)


def available(actor: Actor, row: Announcement) -> Sequence[Transition]:
    """Return what ``actor`` may do with an announcement now."""
    return workflow.available_actions(ANNOUNCEMENT, row, actor, subject_of(row))


def waiting_count(actor: Actor) -> int:
    """Return how many policies wait for ``actor`` to read and publish them: drafts that others wrote."""
    if not may(actor, Permission.PUBLISH_ANNOUNCEMENT):
        return 0
    query = select(func.count()).where(
        Announcement.kind == "policy",
        Announcement.state == "draft",
        Announcement.created_by.is_distinct_from(actor.person_id),
        Announcement.edited_by.is_distinct_from(actor.person_id),
    )
    return db.session.scalar(query) or 0


def act(
    actor: Actor, announcement_id: int, action: str, note: str = "", expected: int | None = None
) -> Announcement:
    """Publish, withdraw or discard. The same press again changes nothing.

    ``expected``: the version that the actor read; a draft that was written or got other files since is not published
    unread. Raises NotAllowed (also for who wrote a policy), DomainError (``note``), Conflict where somebody was faster.
    """
    row = writing.get(announcement_id, lock=True)
    words = clean_text(note)[:NOTE_LENGTH]
    target = {"publish": "published", "withdraw": "withdrawn", "discard": "discarded"}[action]
    mine = row.published_by if action == "publish" else row.edited_by
    if row.state == target and mine == actor.person_id and (action == "publish" or row.state_note == words):
        return row
    if row.state == "draft" and expected is not None and row.version != expected:
        raise Conflict(N_("这篇公告刚被改过，请返回看过新的内容再办理"), code="stale")
    if action == "withdraw" and row.state == "published" and not words:
        require(actor, Permission.PUBLISH_ANNOUNCEMENT, subject_of(row))
        raise DomainError("reason_missing", N_("请填写撤回的原因，公告页会显示"), field="note")
    with db.session.no_autoflush:
        subject = subject_of(row)
        if action == "publish":
            row.published_at, row.published_on, row.published_by = clock.now(), clock.today(), actor.person_id
        else:
            row.pinned, row.edited_by = False, actor.person_id
        workflow.apply(ANNOUNCEMENT, row, action, actor, subject, note=words)
    row.state_note = words
    db.session.flush()
    return row


def pin(actor: Actor, announcement_id: int, pinned: bool) -> Announcement:
    """Put a published announcement on top of the list, or back to its place. Raises Conflict, DomainError."""
    require(actor, Permission.PUBLISH_ANNOUNCEMENT)
    row = writing.get(announcement_id, lock=True)
    if row.state != "published":
        raise Conflict(N_("只有已发布的公告可以置顶"), code="wrong_state")
    if row.pinned == pinned:
        return row
    if pinned and db.session.query(Announcement).filter_by(pinned=True).count() >= MOST_PINNED:
        raise DomainError(
            "too_many_pinned", N_("最多置顶%(most)d篇，请先取消其他公告的置顶"), most=MOST_PINNED
        )
    row.pinned = pinned
    db.session.flush()
    audit.record(actor, "announcement.pin", writing.SUBJECT, row.id, pinned=pinned)
    return row
