"""Tasks of the subsidy that are late: who holds them is told, and so is who stands above them, once for each."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import REVIEWERS, Actor, Role
from marketplace.extensions import db
from marketplace.models.platform import Notice, ReviewTask
from marketplace.models.subsidy import GrantObjection
from marketplace.services.people import actors
from marketplace.services.platform import notices, reviews
from marketplace.services.unit import unit_of_work

RISES_TO: Mapping[str, Role] = {
    "subsidy_first_review": Role.SUBSIDY_REVIEWER,
    "subsidy_review": Role.SUBSIDY_APPROVER,
    "subsidy_appeal": Role.AUDITOR,
    "grant_objection": Role.SUBSIDY_APPROVER,
}
"""Kind of task → to whom it rises when it is late: the city over an office, who approves over who reviews."""
CHUNK = 100


def rise() -> int:
    """Tell who holds a late task, or could take it, and those above, once for each; return for how many."""
    query = select(ReviewTask).where(
        ReviewTask.kind.in_(RISES_TO), ReviewTask.state == "open", ReviewTask.due_on < clock.today()
    )
    told = _told()
    found = [task.id for task in db.session.scalars(query.order_by(ReviewTask.id)) if task.id not in told]
    db.session.rollback()
    if found:
        with unit_of_work():
            for task_id in found[:CHUNK]:
                _tell(db.session.get_one(ReviewTask, task_id))
    return len(found[:CHUNK])


def _told() -> set[int]:
    """Return the open tasks of which somebody has been told that they are late."""
    query = select(Notice.params).where(Notice.kind == "review_overdue")
    return {params["task"] for params in db.session.scalars(query)}


def _tell(task: ReviewTask) -> None:
    mine = (
        [task.assignee_id] if task.assignee_id is not None else [one.id for one in reviews.colleagues(task)]
    )
    people = {*mine, *actors.holders_of(RISES_TO[task.kind])}
    told: dict[str, Any] = {"title": task.title, "due": task.due_on.isoformat(), "task": task.id}
    # The page of the case: those above read it, though the task is not theirs to decide.
    notices.notify(people, "review_overdue", "subsidy_review", _case_of(task), **told)


def _case_of(task: ReviewTask) -> int:
    if task.subject_kind == "subsidy_case":
        return task.subject_id
    return db.session.get_one(GrantObjection, task.subject_id).row.case_id


def below(actor: Actor) -> Mapping[str, int]:
    """Return kind → number of late tasks that rise to the actor, without those the actor decides anyway."""
    kinds = [
        kind for kind, role in RISES_TO.items() if role in actor.roles and not actor.roles & REVIEWERS[kind]
    ]
    if not kinds:
        return {}
    query = select(ReviewTask.kind, func.count()).where(
        ReviewTask.kind.in_(kinds), ReviewTask.state == "open", ReviewTask.due_on < clock.today()
    )
    return {kind: int(number) for kind, number in db.session.execute(query.group_by(ReviewTask.kind))}
