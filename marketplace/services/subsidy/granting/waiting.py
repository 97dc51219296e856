"""What waits on the way to the money for people of the authority: one line of the workbench for each step."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.states import RECOVERY, SUBSIDY_CASE, State
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.subsidy import FollowUp, Recovery
from marketplace.services.subsidy.granting import queue

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


def of_actor(actor: Actor) -> Iterator[Step]:
    """Yield the steps that the actor may take, where something waits in them; two queries at most."""
    mine = [step for step in _STEPS if may(actor, step[1])]
    counts = queue.counts(actor) if mine else {}
    for name, _permission, state, missing in mine:
        if counts[name]:
            path = f"/admin/grant-queue?step={name}"
            label, _states = queue.STEPS[name]
            yield Step(label, counts[name], path, SUBSIDY_CASE.states[state], Words(missing))
    if may(actor, Permission.PAY_GRANT):
        query = select(func.count()).select_from(Recovery).where(Recovery.state == "open")
        if number := db.session.scalar(query):
            words = Words(N_("登记退回的款项"))
            yield Step(N_("追回"), number, "/admin/recoveries", RECOVERY.states["open"], words)
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
