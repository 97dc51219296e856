"""Review tasks: the queue, assignment, remarks, and the record of the decision.

What a decision does to its subject is the business of the subject's own service; it calls ``finish`` here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select

from marketplace.domain import clock
from marketplace.domain.access import REVIEWERS, SYSTEM, Actor, Permission, Subject, may, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import REVIEW_TASK
from marketplace.domain.text import N_, Words, clean_text
from marketplace.extensions import db
from marketplace.models.people import Organisation, Person, RoleGrant
from marketplace.models.platform import FileLink, ReviewRemark, ReviewTask
from marketplace.services import workflow
from marketplace.services.people import actors
from marketplace.services.platform import audit, deadlines, notices
from marketplace.services.unit import unit_of_work

ONE_DAY, LOOKED_BACK = timedelta(days=1), timedelta(days=30)

Elements = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FieldRow:
    """A field under review, as elements of words (domain/catalogue/diff.py); a remark may stand beside ``key``.

    ``before`` is what is in force now, None where nothing is.
    """

    key: str
    label: str
    elements: Elements
    before: Elements | None = None

    @property
    def changed(self) -> bool:
        """Whether approval would put something else in force."""
        return self.before is not None and self.before != self.elements


@dataclass(frozen=True)
class Content:
    """What a task is about, as its service shows it to the reviewer. ``preview``: path of the public page's look."""

    rows: Sequence[FieldRow]
    files: Sequence[FileLink] = ()
    warnings: Sequence[Words] = ()
    preview: str = ""


def waits_for(task: ReviewTask | None, kind: str) -> Words:
    """Return 等谁 of something under review: the person the task was given to, else those who may decide it."""
    if task is not None and task.assignee is not None:
        return Words(N_("审核人员 %(name)s"), {"name": task.assignee.name})
    return Words(TASK_KINDS[kind].waits_for)


def subject_of(task: ReviewTask, makers: frozenset[int] = frozenset()) -> Subject:
    """Return what the rules need to know of a task."""
    parties = frozenset(task.parties)
    return Subject(
        task.kind, organisation_id=task.organisation_id, parties=parties, makers=makers, scope=task.scope
    )


def open_task(
    kind: str,
    subject_kind: str,
    subject_id: int,
    organisation: Organisation,
    title: str,
    parties: Iterable[int] = (),
    scope: str | None = None,
) -> ReviewTask:
    """Open a task of ``kind`` (a key of access.REVIEWERS), due by its setting.

    ``parties``: ids of organisations whose people must not decide it, beside those of ``organisation``.
    ``scope``: the division whose office decides it, where not the whole city does.
    """
    task = ReviewTask(
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        organisation_id=organisation.id,
        title=title[:200],
        parties=sorted(set(parties)),
        scope=scope,
        due_on=deadlines.due(f"review.limit.{kind}"),
    )
    db.session.add(task)
    db.session.flush()
    return task


def open_task_for(subject_kind: str, subject_id: int) -> ReviewTask | None:
    """Return the open task of a subject."""
    return db.session.scalar(
        select(ReviewTask).where(
            ReviewTask.subject_kind == subject_kind,
            ReviewTask.subject_id == subject_id,
            ReviewTask.state == "open",
        )
    )


def get_for(actor: Actor, task_id: int) -> ReviewTask:
    """Return a task that the actor may read; NotFound otherwise."""
    task = db.session.get(ReviewTask, task_id)
    if task is None or not may(actor, Permission.READ_REVIEW, subject_of(task)):
        raise NotFound()
    return task


def queue(actor: Actor, kinds: list[str], state: str = "open") -> Select[ReviewTask]:
    """Return the query of tasks of ``kinds`` that the actor may read, most urgent first (done: newest first)."""
    readable = [kind for kind in kinds if may(actor, Permission.READ_REVIEW, Subject(kind))]
    query = select(ReviewTask).where(ReviewTask.kind.in_(readable), ReviewTask.state == state)
    if state == "open":
        return query.order_by(ReviewTask.due_on, ReviewTask.id)
    return query.order_by(ReviewTask.decided_at.desc(), ReviewTask.id.desc())


def assign(actor: Actor, task: ReviewTask, person_id: int) -> None:
    """Give a task to a person who may decide it; raises DomainError when that person may not."""
    if not may(actors.actor_of(person_id), Permission.REVIEW, subject_of(task)):
        raise DomainError("not_a_reviewer", N_("此人不能审核这一事项，请另选他人"), field="assignee")
    workflow.apply(REVIEW_TASK, task, "assign", actor, subject_of(task))
    task.assignee_id = person_id
    if person_id != actor.person_id:
        notices.notify([person_id], "review_assigned", "review_task", task.id, title=task.title)


def release_lost(person_id: int | None = None) -> int:
    """Free the open tasks of people (of ``person_id``) who may no longer decide them; return how many.

    Who moved to another office, lost a role or left does not keep a task that nobody else would look for.
    """
    query = select(ReviewTask).where(ReviewTask.state == "open", ReviewTask.assignee_id.is_not(None))
    if person_id is not None:
        query = query.where(ReviewTask.assignee_id == person_id)
    lost = [
        task
        for task in db.session.scalars(query.order_by(ReviewTask.id))
        if not may(actors.actor_of(task.assignee_id), Permission.REVIEW, subject_of(task))
    ]
    for task in lost:
        task.assignee_id = None
    db.session.flush()
    return len(lost)


def release_expired() -> None:
    """Free the tasks of people whose grants ran out these days; a chore of the clock."""
    today = clock.today()
    ended = select(RoleGrant.person_id).where(
        RoleGrant.valid_to.between(today - LOOKED_BACK, today - ONE_DAY)
    )
    wanted = select(ReviewTask.assignee_id).where(
        ReviewTask.state == "open", ReviewTask.assignee_id.in_(ended)
    )
    people = list(db.session.scalars(wanted.distinct()))
    if people:
        with unit_of_work():
            for person in people:
                release_lost(person)


def colleagues(task: ReviewTask) -> list[Person]:
    """Return the people who could decide an open task, by id; nobody once it is closed."""
    if task.state != "open":
        return []
    holders = actors.holders_of(*REVIEWERS[task.kind])
    query = select(Person).where(Person.id.in_(holders)).order_by(Person.id)
    found = db.session.scalars(query).all()
    subject, known = subject_of(task), actors.actors_of(found)
    return [
        person for person in found if person.id in known and may(known[person.id], Permission.REVIEW, subject)
    ]


def remark(actor: Actor, task: ReviewTask, field: str, text: str) -> ReviewRemark | None:
    """Write a remark beside a field of what is reviewed; an empty text takes the open remark back."""
    require(actor, Permission.REVIEW, subject_of(task))
    if task.state != "open":
        raise DomainError("task_closed", N_("此事项已办结，不能再写意见"))
    row = next((each for each in task.remarks if each.field == field), None)
    text = clean_text(text)
    if not text:
        if row is not None:
            db.session.delete(row)
            db.session.flush()
        return None
    if row is None:
        row = ReviewRemark(task_id=task.id, field=field, text=text, author_id=actor.person_id)
        db.session.add(row)
    row.text, row.author_id = text, actor.person_id or 0
    db.session.flush()
    audit.record(actor, "review_task.remark", "review_task", task.id, field=field)
    return row


def finish(
    actor: Actor, task: ReviewTask, outcome: str, reasons: list[str], note: str, makers: frozenset[int]
) -> None:
    """Record the decision on a task. ``makers`` are the people who submitted what was decided."""
    subject = subject_of(task, makers)
    REVIEW_TASK.decide(task.state, "finish", actor, subject)
    # Written before the state moves: the database accepts no task that is done without a date.
    task.outcome, task.reasons, task.note = outcome, reasons, clean_text(note)
    task.decided_by, task.decided_at = actor.person_id, clock.now()
    workflow.apply(REVIEW_TASK, task, "finish", actor, subject, reasons)


def cancel(task: ReviewTask) -> None:
    """Close a task whose subject was withdrawn."""
    workflow.apply(REVIEW_TASK, task, "cancel", SYSTEM, subject_of(task))
