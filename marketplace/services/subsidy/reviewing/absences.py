"""Reviewers on leave: from when to when, who deputises, and how what was given to them passes on.

A deputy decides by a role of their own: where nobody else holds it, an administrator grants it for those days.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Role, may, require
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.states import REVIEW_TASK
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import ReviewerAbsence, ReviewTask
from marketplace.models.subsidy import SubsidyCase
from marketplace.services import workflow
from marketplace.services.people import actors
from marketplace.services.platform import audit, notices, reviews
from marketplace.services.subsidy.reviewing import competence
from marketplace.services.unit import unit_of_work

LONGEST = timedelta(days=180)
ONE_DAY = timedelta(days=1)
CHUNK = 50


def deputies(actor: Actor) -> list[Person]:
    """Return who could stand in for the actor: others who hold one of the actor's reviewing roles, by name."""
    wanted = {Role(role) for role in actor.roles if may(_only(actor, role), Permission.SEE_REVIEW_DESK)}
    held = actors.holders_of(*wanted) if wanted else []
    query = select(Person).where(
        Person.id.in_(held), Person.id != actor.person_id, Person.closed_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Person.name, Person.id)))


def _only(actor: Actor, role: Role) -> Actor:
    grants = frozenset(grant for grant in actor.grants if grant.role is role)
    return Actor(person_id=actor.person_id, grants=grants)


def declare(
    actor: Actor, first_on: date | None, last_on: date | None, deputy_id: int | None
) -> ReviewerAbsence:
    """Write down when the actor is away and who deputises; on the first day open tasks pass on.

    Raises ValidationFailed (``first_on``, ``last_on``, ``deputy``); the same absence again is the same row.
    """
    require(actor, Permission.SEE_REVIEW_DESK)
    known = [one for one in of_actor(actor) if (one.first_on, one.last_on) == (first_on, last_on)]
    if known and known[0].deputy_id == deputy_id:
        return known[0]
    faults = _faults(actor, first_on, last_on, deputy_id)
    if faults:
        raise ValidationFailed(faults)
    row = ReviewerAbsence(person_id=actor.person_id, deputy_id=deputy_id, first_on=first_on, last_on=last_on)
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "reviewer_absence.create", "reviewer_absence", row.id, person=row.person_id, deputy=deputy_id,
        first_on=row.first_on.isoformat(), last_on=row.last_on.isoformat(),
    )  # fmt: skip
    return row


def _faults(
    actor: Actor, first_on: date | None, last_on: date | None, deputy_id: int | None
) -> list[FieldError]:
    faults = []
    if first_on is None or first_on < clock.today():
        faults.append(FieldError("first_on", "day_past", N_("请填写开始日期，不早于今天")))
    if last_on is None or first_on is None or not first_on <= last_on <= first_on + LONGEST:
        told = {"most": LONGEST.days}
        words = N_("请填写结束日期，不早于开始日期，最长%(most)d日")
        faults.append(FieldError("last_on", "span_wrong", words, told))
    if deputy_id is not None and deputy_id not in {one.id for one in deputies(actor)}:
        words = N_("请从列表中选择代办人：须有相同的审核角色，没有的请管理员先授予有期限的角色")
        faults.append(FieldError("deputy", "deputy_unfit", words))
    if not faults and first_on is not None and last_on is not None:
        faults += _overlapping(actor, first_on, last_on)
    return faults


def _overlapping(actor: Actor, first_on: date, last_on: date) -> list[FieldError]:
    words = N_("与已登记的外出（%(first)s至%(last)s）重叠，请先结束那一次")
    return [
        FieldError(
            "first_on",
            "overlaps",
            words,
            {"first": one.first_on.isoformat(), "last": one.last_on.isoformat()},
        )
        for one in of_actor(actor)
        if one.first_on <= last_on and first_on <= one.last_on
    ]


def of_actor(actor: Actor) -> Sequence[ReviewerAbsence]:
    """Return the actor's absences that are not over, the earliest first."""
    query = select(ReviewerAbsence).where(
        ReviewerAbsence.person_id == actor.person_id, ReviewerAbsence.last_on >= clock.today()
    )
    return db.session.scalars(query.order_by(ReviewerAbsence.first_on, ReviewerAbsence.id)).unique().all()


def current(actor: Actor) -> Sequence[ReviewerAbsence]:
    """Return who is away or will be, for people of the review desk; the earliest first."""
    require(actor, Permission.SEE_REVIEW_DESK)
    query = select(ReviewerAbsence).where(ReviewerAbsence.last_on >= clock.today())
    return db.session.scalars(query.order_by(ReviewerAbsence.first_on, ReviewerAbsence.id)).unique().all()


def away() -> Mapping[int, ReviewerAbsence]:
    """Return person → absence for everybody who is away today."""
    today = clock.today()
    query = select(ReviewerAbsence).where(ReviewerAbsence.first_on <= today, ReviewerAbsence.last_on >= today)
    return {one.person_id: one for one in db.session.scalars(query.order_by(ReviewerAbsence.id)).unique()}


def end(actor: Actor, absence_id: int) -> None:
    """End an own absence: one under way ends yesterday, one to come is taken back. What has passed on stays there."""
    row = db.session.get(ReviewerAbsence, absence_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound()
    today = clock.today()
    if row.last_on < today:
        raise Conflict(N_("这次外出已经结束"))
    audit.record(actor, "reviewer_absence.end", "reviewer_absence", row.id, person=row.person_id)
    if row.first_on >= today:
        db.session.delete(row)
    else:
        row.last_on = today - ONE_DAY
    db.session.flush()


def require_present(person_id: int) -> None:
    """Raise DomainError (``assignee``) where a person is away today, naming until when and who deputises."""
    row = away().get(person_id)
    if row is None:
        return
    told = {"name": row.person.name, "last": row.last_on.isoformat()}
    if row.deputy is None:
        words = N_("%(name)s外出至%(last)s，请分派给其他人")
        raise DomainError("away", words, field="assignee", **told)
    words = N_("%(name)s外出至%(last)s，由%(deputy)s代办，请分派给代办人")
    raise DomainError("away", words, field="assignee", deputy=row.deputy.name, **told)


def hand_over() -> int:
    """Pass on the open tasks of people whose absence has begun; return how many. A chore of the clock."""
    today = clock.today()
    query = select(ReviewerAbsence.id).where(
        ReviewerAbsence.first_on <= today,
        ReviewerAbsence.last_on >= today,
        ReviewerAbsence.handed_over_at.is_(None),
    )
    chosen = list(db.session.scalars(query.order_by(ReviewerAbsence.id).limit(CHUNK)))
    db.session.rollback()
    passed = 0
    for absence_id in chosen:
        with unit_of_work():
            passed += _pass_on(db.session.get_one(ReviewerAbsence, absence_id))
    return passed


def _pass_on(row: ReviewerAbsence) -> int:
    """Give the open tasks of who is away to the deputy, or free those that the deputy must not decide."""
    row.handed_over_at = clock.now()
    query = select(ReviewTask).where(ReviewTask.state == "open", ReviewTask.assignee_id == row.person_id)
    tasks = list(db.session.scalars(query.order_by(ReviewTask.id)))
    absent = actors.actor_of(row.person_id)
    for task in tasks:
        if row.deputy_id is not None and _fits(row.deputy_id, task):
            workflow.apply(REVIEW_TASK, task, "assign", absent, reviews.subject_of(task))
            task.assignee_id = row.deputy_id
            name = row.person.name
            notices.notify(
                [row.deputy_id], "review_deputised", "review_task", task.id, name=name, title=task.title
            )
        else:
            task.assignee_id = None
    db.session.flush()
    return len(tasks)


def _fits(person_id: int, task: ReviewTask) -> bool:
    deputy = actors.actor_of(person_id)
    if task.subject_kind != "subsidy_case":
        return may(deputy, Permission.REVIEW, reviews.subject_of(task))
    # Whoever must not decide the case itself does not get its task either: the first reviewer, people of a party.
    return competence.may_review(deputy, db.session.get_one(SubsidyCase, task.subject_id))
