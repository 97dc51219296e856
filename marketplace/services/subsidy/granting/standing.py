"""Facts about a case on its way to the money: whether somebody objects, whether its cap is free of debts of others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.platform import AuditEvent
from marketplace.models.subsidy import GrantObjection, PublicityRow, Recovery, SubsidyCase
from marketplace.services.subsidy import world
from marketplace.services.subsidy.recoveries import PAID_OUT


def is_objected(case: SubsidyCase) -> bool:
    """Return whether an objection against any publication of the case is still open."""
    return case.id in open_objections([case])


def open_objections(found: Sequence[SubsidyCase]) -> dict[int, int]:
    """Return case id → how many objections against its publications are still open, where there are any."""
    query = select(PublicityRow.case_id, func.count(GrantObjection.id))
    query = query.join(GrantObjection, GrantObjection.row_id == PublicityRow.id).where(
        PublicityRow.case_id.in_([case.id for case in found]), GrantObjection.state == "open"
    )
    rows = db.session.execute(query.group_by(PublicityRow.case_id))
    return {case_id: int(number) for case_id, number in rows}


def fixed_by(person_id: int | None, case_ids: Collection[int]) -> set[int]:
    """Return those of the cases whose amount a person fixed, as the trail says."""
    query = select(AuditEvent.subject_id).where(
        AuditEvent.tag == "subsidy_case.fix",
        AuditEvent.subject_kind == "subsidy_case",
        AuditEvent.subject_id.in_(case_ids),
        AuditEvent.actor_id == person_id,
    )
    return {case_id for case_id in db.session.scalars(query.distinct()) if case_id is not None}


def burdens(found: Sequence[SubsidyCase]) -> dict[int, list[Recovery]]:
    """Return case id → the open 追回 on whose cap its amount rests, the oldest first; only cases that do not fit
    beside them. A number of queries that does not grow with the cases.

    An open recovery frees the cap in the arithmetic; what rests on that freed part is not paid out before it is settled
    or written off (DOMAIN §3, 5).
    """
    capped = [case for case in found if case.traded_id is not None and _cap(case) is not None]
    if not capped:
        return {}
    groups = world.cap_groups()
    shared = world.sharing_of({case.traded_id for case in capped if case.traded_id is not None}, groups)
    open_ = _open(frozenset[int]().union(*shared.values()))
    burdened = {row.traded_id for row in open_}
    asked = [case for case in capped if shared[case.traded_id or 0] & burdened]
    if not asked:
        return {}
    about = frozenset[int]().union(*(shared[case.traded_id or 0] for case in asked))
    paid, returned = _paid_fen(about), _returned_fen(about)
    made = {}
    for case in asked:
        mine = _Cap(shared[case.traded_id or 0], case.organisation_id if _has_own_cap(case) else None)
        rows = [row for row in open_ if mine.holds(row.traded_id, row.organisation_id)]
        out = sum(
            fen for (clause, *key), fen in paid.items() if clause == case.clause and mine.holds(*key)
        ) - sum(fen for key, fen in returned.items() if mine.holds(*key))
        if rows and out + (case.fixed_fen or 0) > int(_cap(case) or 0):
            made[case.id] = rows
    return made


@dataclass(frozen=True)
class _Cap:
    """Whose money counts against a cap: of these achievements, and where each buyer has one, of this buyer."""

    about: frozenset[int]
    buyer: int | None

    def holds(self, traded_id: int, organisation_id: int) -> bool:
        return traded_id in self.about and self.buyer in (None, organisation_id)


def _cap(case: SubsidyCase) -> int | None:
    return case.policy.parameters.get("cap_fen") if case.policy is not None else None


def _has_own_cap(case: SubsidyCase) -> bool:
    return case.policy is not None and case.policy.parameters["cap_scope"] == "achievement_buyer"


def _open(about: Collection[int]) -> Sequence[Recovery]:
    query = select(Recovery).where(
        Recovery.kind == "recovery", Recovery.traded_id.in_(about), Recovery.state == "open"
    )
    return db.session.scalars(query.order_by(Recovery.id)).unique().all()


def _paid_fen(about: Collection[int]) -> dict[tuple[str, int, int], int]:
    """Return (clause, achievement, organisation) → what was paid out and not reduced, in 分."""
    key = (SubsidyCase.clause, SubsidyCase.traded_id, SubsidyCase.organisation_id)
    query = select(*key, func.sum(SubsidyCase.fixed_fen)).where(
        SubsidyCase.traded_id.in_(about), SubsidyCase.state.in_(PAID_OUT)
    )
    return {
        (clause, traded_id or 0, buyer): int(fen or 0)
        for clause, traded_id, buyer, fen in db.session.execute(query.group_by(*key))
    }


def _returned_fen(about: Collection[int]) -> dict[tuple[int, int], int]:
    """Return (achievement, organisation) → what came back, or was written off, in 分."""
    key = (Recovery.traded_id, Recovery.organisation_id)
    query = select(*key, func.sum(Recovery.amount_fen)).where(
        Recovery.kind == "recovery",
        Recovery.traded_id.in_(about),
        Recovery.state.in_(("settled", "written_off")),
    )
    return {
        (traded_id, buyer): int(fen) for traded_id, buyer, fen in db.session.execute(query.group_by(*key))
    }
