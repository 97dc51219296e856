"""What waits on the way to the money for people of the authority: one line of the workbench for each step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import RECOVERY, REVIEW_TASK, SUBSIDY_CASE, State
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.subsidy import FollowUp, Recovery
from marketplace.services.subsidy.granting import queue
from marketplace.services.subsidy.reviewing import overdue

_STEPS = (
    ("fix", Permission.FIX_GRANT, "accepted", N_("定额，或待预算")),
    ("publish", Permission.PUBLISH_GRANT, "proposed", N_("发布公示")),
    ("approve", Permission.APPROVE_GRANT, "cleared", N_("批准或不予批准")),
    ("pay", Permission.PAY_GRANT, "approved", N_("拨付并登记凭证")),
)


@dataclass(frozen=True)
class Step:
    """A step in which cases wait: how it is called and how many they are, where to go, and what has to be done."""

    title: str
    count: int
    path: str
    state: State
    missing: Words
    due: date | None = None


def of_actor(actor: Actor) -> Iterator[Step]:
    """Yield the steps that the actor may take, where something waits in them; a constant number of queries."""
    mine = [step for step in _STEPS if may(actor, step[1])]
    counts = queue.counts(actor) if mine else {}
    for name, _permission, state, missing in mine:
        if counts[name]:
            path = f"/admin/grant-queue?step={name}"
            label, _states = queue.STEPS[name]
            yield Step(label, counts[name], path, SUBSIDY_CASE.states[state], Words(missing))
    if may(actor, Permission.PAY_GRANT):
        yield from _recoveries()
    yield from _late(actor)
    if may(actor, Permission.FIX_GRANT):
        query = select(func.count()).select_from(FollowUp).where(FollowUp.state == "given")
        if number := db.session.scalar(query):
            words = Words(N_("验收年度绩效报告"))
            yield Step(
                N_("绩效跟踪"),
                number,
                "/admin/follow-ups?state=given",
                SUBSIDY_CASE.states["tracking"],
                words,
            )


def _recoveries() -> Iterator[Step]:
    late = func.sum(case((Recovery.due_on < clock.today(), 1), else_=0))
    query = select(func.count(), late, func.min(Recovery.due_on)).where(Recovery.state == "open")
    number, overdue_ones, due = db.session.execute(query).one()
    if number:
        words = Words(N_("登记退回的款项"))
        if overdue_ones:
            words = Words(N_("%(late)d 项已超期，请催收或决定核销"), {"late": int(overdue_ones)})
        yield Step(N_("追回"), int(number), "/admin/recoveries", RECOVERY.states["open"], words, due)


def _late(actor: Actor) -> Iterator[Step]:
    """Late tasks of those below the actor, who cannot decide them but can see to it."""
    for kind, number in overdue.below(actor).items():
        words = Words(N_("已过办理期限，请督促办理"))
        path = "/admin/subsidies?overdue=1"
        yield Step(TASK_KINDS[kind].label, number, path, REVIEW_TASK.states["open"], words)
