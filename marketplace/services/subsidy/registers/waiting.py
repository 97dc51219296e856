"""What waits in the registers for people of the authority: versions to be confirmed, cap groups to be decided."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, Subject, may
from marketplace.domain.states import CAP_GROUP, POLICY_VERSION, State
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.subsidy import CapGroup, CapGroupMember, PolicyVersion


@dataclass(frozen=True)
class Waiting:
    """Something that the reader may decide: how it is called, what kind it is, where to go, and what has to be done."""

    title: str
    kind: Words
    path: str
    state: State
    missing: Words


def of_actor(actor: Actor) -> Iterator[Waiting]:
    """Yield what waits for the actor; a version never waits for who proposed it. Two queries at most."""
    if may(actor, Permission.CONFIRM_POLICY):
        query = select(PolicyVersion).where(PolicyVersion.state == "proposed").order_by(PolicyVersion.id)
        for row in db.session.scalars(query):
            makers = frozenset({row.proposed_by} if row.proposed_by else ())
            if may(actor, Permission.CONFIRM_POLICY, Subject("policy_version", makers=makers)):
                yield Waiting(
                    CLAUSES[row.clause].label,
                    Words(N_("政策版本 %(n)d"), {"n": row.ordinal}),
                    f"/admin/policies/{row.id}",
                    POLICY_VERSION.states[row.state],
                    Words(N_("第二人确认")),
                )
    if may(actor, Permission.FIX_GRANT):
        yield from _groups()


def _groups() -> Iterator[Waiting]:
    pending = select(CapGroupMember.group_id).where(CapGroupMember.standing == "pending")
    query = select(CapGroup).where((CapGroup.state == CAP_GROUP.initial) | CapGroup.id.in_(pending))
    for row in db.session.scalars(query.order_by(CapGroup.id)):
        words = N_("确认或不合并") if row.state == CAP_GROUP.initial else N_("对新发现的成果作出决定")
        yield Waiting(
            row.shared_number,
            Words(N_("上限合并组")),
            f"/admin/cap-groups/{row.id}",
            CAP_GROUP.states[CAP_GROUP.initial],
            Words(words),
        )
