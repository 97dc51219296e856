"""纠错: a reader says what is wrong with a listing; a reviewer answers; the owner changes it.

The owner reads what the reviewer asks for, never who reported it, nor their words.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, func, select

from marketplace.domain import clock
from marketplace.domain.access import REVIEWERS, SYSTEM, Actor, Permission, Subject, may
from marketplace.domain.catalogue.content import ITEMS, OTHER_LABELS
from marketplace.domain.errors import DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.states import CORRECTION, LISTING
from marketplace.domain.text import N_, clean_line, clean_text, compact
from marketplace.extensions import db
from marketplace.models.catalogue import Correction, Listing, Revision
from marketplace.models.platform import ReviewTask
from marketplace.services import workflow
from marketplace.services.catalogue import listings, visibility
from marketplace.services.people import actors
from marketplace.services.platform import audit, deadlines, notices, reviews
from marketplace.services.unit import unit_of_work

SHORTEST, LONGEST = 10, 300
LONGEST_SOURCE = 200
LONGEST_ANSWER = 500
CHUNK = 200
MOST_OF_VISITORS = 20
"""Open reports of one listing beyond which nobody unknown may add another: each is work for every reviewer."""

PLACES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "achievement": (
            "title", "benefit", "summary", "problem", "advantages", "metrics", "maturity", "ip_rights", "team",
            "completed_by", "ways", "price_fen", "cases", "contact_name", "files",
        ),
        "demand": (
            "title", "summary", "situation", "metrics", "due_on", "budget_fen", "ways", "ip_ownership", "requirements",
            "contact_name", "files",
        ),
    }
)  # fmt: skip
"""Fields that a reader can point at, by kind, in the order of the page."""

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Signs of a code: none that is mistaken for another when read aloud or written down."""
_CODE_LENGTH = 10


def label_of(kind: str, field: str) -> str:
    """Return the msgid of a place; '' for no one place."""
    return ITEMS[kind][field].label if field in ITEMS[kind] else OTHER_LABELS.get(field, "")


def report(actor: Actor, listing: Listing, message: str, field: str = "", source: str = "") -> Correction:
    """Keep what a reader finds wrong with a listing they see, and open a task for the reviewers of its kind.

    Sent twice it is one report. Raises ValidationFailed (``message``, ``field``, ``source``), and DomainError for a
    visitor while very many reports of others are open.
    """
    said = _checked(listing.kind, message, field, source)
    listings.lock_row(listing.id)
    db.session.refresh(listing)
    if listing.published_id is None:
        raise NotFound()
    known = {"listing_id": listing.id, "revision_id": listing.published_id, "reporter_id": actor.person_id}
    before = db.session.scalar(select(Correction).filter_by(**known, **said, state="open").limit(1))
    if before is not None:
        return before
    _refuse_flood(actor, listing)
    row = Correction(**known, **said, code="".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)))
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "correction.create", "correction", row.id, listing=listing.id, revision=listing.published_id
    )
    parties = [actor.organisation_id] if actor.organisation_id is not None else []
    kind, title = task_kind(listing.kind), _title(row)
    reviews.open_task(kind, "correction", row.id, listing.organisation, title, parties)
    notices.notify(
        actors.holders_of(*REVIEWERS[kind]),
        "correction_received",
        "correction_task",
        row.id,
        title=title,
        message=row.message,
    )
    return row


def _refuse_flood(actor: Actor, listing: Listing) -> None:
    if actor.signed_in:
        return
    open_ = select(func.count()).where(
        Correction.listing_id == listing.id, Correction.reporter_id.is_(None), Correction.state == "open"
    )
    if (db.session.scalar(open_) or 0) >= MOST_OF_VISITORS:
        raise DomainError(
            "too_many_reports", N_("这一项已有很多纠错等待处理，请过几天再来，或登录后提交"), field="message"
        )


def task_kind(kind: str) -> str:
    """Return the kind of task (access.REVIEWERS) that a report about a kind of listing opens."""
    return f"{kind}_correction"


def _checked(kind: str, message: str, field: str, source: str) -> dict[str, str]:
    text, source = clean_text(message), clean_line(source)
    faults = []
    if not SHORTEST <= len(text) <= LONGEST:
        words = N_("请写 %(least)s 到 %(most)s 个字")
        faults.append(FieldError("message", "message_length", words, {"least": SHORTEST, "most": LONGEST}))
    elif not any(sign.isalnum() for sign in text):
        faults.append(FieldError("message", "only_signs", N_("请用文字写明错在哪里，不能只有标点")))
    if field and field not in PLACES[kind]:
        faults.append(FieldError("field", "not_in_list", N_("请从列表中选择")))
    if len(source) > LONGEST_SOURCE:
        words = N_("最多%(limit)d个字，您填了%(length)d个字，请删减")
        faults.append(
            FieldError("source", "too_long", words, {"limit": LONGEST_SOURCE, "length": len(source)})
        )
    if faults:
        raise ValidationFailed(faults)
    return {"message": text, "field": field, "source": source}


def _title(row: Correction) -> str:
    """Return the name of the listing as the reporter read it."""
    return db.session.get_one(Revision, row.revision_id).title


def get_task(actor: Actor, correction_id: int) -> tuple[Correction, ReviewTask]:
    """Return a report with its task, open or decided, for who may read the task; NotFound otherwise."""
    row = db.session.get(Correction, correction_id)
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "correction", ReviewTask.subject_id == correction_id
    )
    task = db.session.scalar(query.order_by(ReviewTask.id.desc()).limit(1))
    if row is None or task is None:
        raise NotFound()
    return row, reviews.get_for(actor, task.id)


def subject_of(row: Correction, task: ReviewTask) -> Subject:
    """Return what the rules need to know: whose listing it is, and who reported it."""
    makers = frozenset({row.reporter_id} if row.reporter_id is not None else ())
    return reviews.subject_of(task, makers)


def decide(actor: Actor, correction_id: int, action: str, answer: str, request: str = "") -> Correction:
    """Answer a report: ``accept``, which asks the owner for ``request`` by a day, or ``reject``.

    Raises ValidationFailed (``answer``, ``request``), NotAllowed for people of the owner or the reporter, Conflict
    where somebody was faster. The same press twice is harmless.
    """
    row, task = get_task(actor, correction_id)
    _lock(row)
    target = CORRECTION.table["open", action].target
    known = {target, "mended", "settled"} if action == "accept" else {target}
    if row.state in known and row.decided_by == actor.person_id:
        return row
    open_ended = changeable(row.listing)
    words, asked = check_answer(action if open_ended else "reject", answer, request)
    subject = subject_of(row, task)
    CORRECTION.decide(row.state, action, actor, subject)
    due = deadlines.due("correction.limit") if action == "accept" else None
    # Written just before the state moves, in one UPDATE: the database accepts neither without the other.
    row.answer, row.decided_by, row.decided_at = words, actor.person_id, clock.now()
    row.request, row.due_on = asked, due
    transition = workflow.apply(CORRECTION, row, action, actor, subject, note=words)
    reviews.finish(actor, task, target, [], words, subject.makers)
    if action == "accept" and not open_ended:
        _lapse(row)
        return row
    _tell_reporter(row, transition.notice)
    if due is not None:
        notices.notify(
            notices.members_of(row.listing.organisation_id),
            "correction_asked",
            "my_listing",
            row.listing_id,
            title=_title(row),
            request=asked,
            due=due.isoformat(),
        )
    return row


def changeable(listing: Listing) -> bool:
    """Return whether a new version of a listing could still be published."""
    return (listing.state, "publish") in LISTING.table


def _lapse(row: Correction) -> None:
    subject = Subject(task_kind(row.listing.kind), row.listing.organisation_id)
    row.ended_at = clock.now()
    transition = workflow.apply(CORRECTION, row, "lapse", SYSTEM, subject)
    _tell_reporter(row, transition.notice)


def lapse_ended() -> int:
    """Lay down the accepted reports whose listing has since been dealt or solved; return how many. A chore."""
    ended = [state for state in LISTING.states if (state, "publish") not in LISTING.table]
    query = (
        select(Correction)
        .join(Listing, Listing.id == Correction.listing_id)
        .where(Correction.state == "accepted", Listing.state.in_(ended))
        .order_by(Correction.id)
        .limit(CHUNK)
    )
    waiting = db.session.scalar(query.with_only_columns(Correction.id).limit(1))
    db.session.rollback()
    if waiting is None:
        return 0
    with unit_of_work():
        rows = list(db.session.scalars(query))
        for row in rows:
            _lapse(row)
    return len(rows)


def check_answer(action: str, answer: str, request: str) -> tuple[str, str]:
    """Return the words for the reporter and for the owner, cleaned; raises ValidationFailed for what is missing."""
    words, asked = clean_text(answer), clean_text(request)
    faults = []
    if not words:
        faults.append(FieldError("answer", "missing", N_("请写明给反映人的答复")))
    if action == "accept" and not asked:
        faults.append(FieldError("request", "missing", N_("请写明请发布单位改什么")))
    for name, text in (("answer", words), ("request", asked)):
        if len(text) > LONGEST_ANSWER:
            long = N_("最多%(limit)d个字，您填了%(length)d个字，请删减")
            faults.append(FieldError(name, "too_long", long, {"limit": LONGEST_ANSWER, "length": len(text)}))
    if faults:
        raise ValidationFailed(faults)
    return words, asked if action == "accept" else ""


def settle(actor: Actor, correction_id: int, words: str) -> Correction:
    """Lay an accepted report down that no new version will mend, with words added to the answer.

    Raises DomainError (field ``answer``) without words; the same press twice is harmless.
    """
    row, task = get_task(actor, correction_id)
    _lock(row)
    if row.state == "settled":
        return row
    added = clean_text(words)
    if not added or len(added) > LONGEST_ANSWER:
        raise DomainError(
            "settle_words", N_("请写明了结的原因，最多%(limit)d个字"), field="answer", limit=LONGEST_ANSWER
        )
    subject = subject_of(row, task)
    CORRECTION.decide(row.state, "settle", actor, subject)
    row.answer, row.ended_at = f"{row.answer}\n{added}", clock.now()
    transition = workflow.apply(CORRECTION, row, "settle", actor, subject, note=added)
    _tell_reporter(row, transition.notice, answer=added)
    return row


def _lock(row: Correction) -> None:
    listings.lock_row(row.listing_id)
    db.session.refresh(row)


def _tell_reporter(row: Correction, kind: str | None, answer: str = "") -> None:
    if row.reporter_id is None or kind is None:
        return
    params: dict[str, Any] = {"title": _title(row)} | (
        {} if kind == "correction_mended" else {"answer": answer or row.answer}
    )
    notices.notify([row.reporter_id], kind, "correction", row.id, **params)


def mend(revision: Revision) -> None:
    """Close the accepted reports that a version just published, submitted after they were passed on, mends."""
    for row in asked_of(revision.listing_id):
        if row.decided_at is None or revision.submitted_at is None or revision.submitted_at < row.decided_at:
            continue
        subject = Subject(task_kind(revision.kind), row.listing.organisation_id)
        row.mended_by, row.ended_at = revision.id, clock.now()
        transition = workflow.apply(CORRECTION, row, "mend", SYSTEM, subject)
        _tell_reporter(row, transition.notice)


def asked_of(listing_id: int) -> list[Correction]:
    """Return the reports that the owner of a listing still has to carry out, the oldest first."""
    query = select(Correction).where(Correction.listing_id == listing_id, Correction.state == "accepted")
    return list(db.session.scalars(query.order_by(Correction.id)))


def own(actor: Actor) -> Select[Correction]:
    """Return the query of what the actor reported, newest first."""
    query = select(Correction).where(Correction.reporter_id == actor.person_id)
    return query.order_by(Correction.id.desc())


def get_own(actor: Actor, correction_id: int) -> Correction:
    """Return one of the actor's own reports; NotFound for any other."""
    row = db.session.scalar(own(actor).where(Correction.id == correction_id)) if actor.signed_in else None
    if row is None:
        raise NotFound()
    return row


def find(code: str) -> Correction | None:
    """Return the report with this code, typed in any way; None where there is none."""
    typed = "".join(sign for sign in compact(code) if sign in _LETTERS)
    return db.session.scalar(select(Correction).where(Correction.code == typed))


def shown_code(row: Correction) -> str:
    """Return the code of a report in groups, as one writes it down."""
    return f"{row.code[:4]}-{row.code[4:7]}-{row.code[7:]}"


def readable_title(actor: Actor, row: Correction) -> str:
    """Return the name of the listing as it was reported, or '' where the actor may not read the listing now."""
    seen = visibility.visible_listings(actor, row.listing.kind).where(Listing.id == row.listing_id)
    return _title(row) if db.session.scalar(seen.with_only_columns(Listing.id)) is not None else ""


@dataclass(frozen=True)
class Count:
    """How often a listing was reported, and what came of it."""

    total: int = 0
    waiting: int = 0
    right: int = 0
    rejected: int = 0


def counts(listing_ids: Iterable[int]) -> dict[int, Count]:
    """Return the reports of each listing, counted by one query; listings without any are left out."""
    query = (
        select(Correction.listing_id, Correction.state, func.count())
        .where(Correction.listing_id.in_(set(listing_ids)))
        .group_by(Correction.listing_id, Correction.state)
    )
    by_listing: dict[int, dict[str, int]] = {}
    for listing_id, state, number in db.session.execute(query):
        by_listing.setdefault(listing_id, {})[state] = number
    return {
        listing_id: Count(
            total=sum(states.values()),
            waiting=states.get("open", 0),
            right=sum(states.get(each, 0) for each in ("accepted", "mended", "settled")),
            rejected=states.get("rejected", 0),
        )
        for listing_id, states in by_listing.items()
    }


def count_for(actor: Actor, listing: Listing) -> Count | None:
    """Return the reports of a listing for who reviews or audits its kind; None for everybody else."""
    if not may(actor, Permission.READ_REVIEW, Subject(task_kind(listing.kind))):
        return None
    return counts([listing.id]).get(listing.id, Count())


def register(
    actor: Actor, kind: str = "", state: str = "", listing_id: int | None = None
) -> Select[Correction]:
    """Return the query of the reports that the actor may read as a reviewer, open ones first, then the newest."""
    kinds = [
        each
        for each in listings.KINDS
        if kind in ("", each) and may(actor, Permission.READ_REVIEW, Subject(task_kind(each)))
    ]
    query = (
        select(Correction).join(Listing, Listing.id == Correction.listing_id).where(Listing.kind.in_(kinds))
    )
    if state:
        query = query.where(Correction.state == state)
    if listing_id is not None:
        query = query.where(Correction.listing_id == listing_id)
    return query.order_by((Correction.state == "open").desc(), Correction.id.desc())


def revisions_of(rows: Iterable[Correction]) -> dict[int, Revision]:
    """Return id → revision that was reported, by one query, for lists."""
    ids = {row.revision_id for row in rows}
    return {each.id: each for each in db.session.scalars(select(Revision).where(Revision.id.in_(ids)))}
