"""Facts about a case on its way to the money: whether somebody objects, whether its cap is free of debts of others."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.platform import AuditEvent
from marketplace.models.subsidy import GrantObjection, PublicityRow, Recovery, SubsidyCase
from marketplace.services.subsidy import world
from marketplace.services.subsidy.recoveries import PAID_OUT


def is_objected(case: SubsidyCase) -> bool:
    """Return whether an objection against any publication of the case is still open."""
    return bool(open_objections(case))


def open_objections(case: SubsidyCase) -> int:
    """Return how many objections against publications of the case are still open."""
    query = select(func.count(GrantObjection.id)).join(PublicityRow, PublicityRow.id == GrantObjection.row_id)
    query = query.where(PublicityRow.case_id == case.id, GrantObjection.state == "open")
    return int(db.session.scalar(query) or 0)


def fixed_by(person_id: int | None, case_ids: Collection[int]) -> set[int]:
    """Return those of the cases whose amount a person fixed, as the trail says."""
    query = select(AuditEvent.subject_id).where(
        AuditEvent.tag == "subsidy_case.fix",
        AuditEvent.subject_kind == "subsidy_case",
        AuditEvent.subject_id.in_(case_ids),
        AuditEvent.actor_id == person_id,
    )
    return {case_id for case_id in db.session.scalars(query.distinct()) if case_id is not None}


def is_unburdened(case: SubsidyCase) -> bool:
    """Return whether the amount fits the cap beside all money that is really out, open 追回 included (DOMAIN §3, 5)."""
    return not burdens(case)


def burdens(case: SubsidyCase) -> Sequence[Recovery]:
    """Return the open 追回 on whose cap the amount rests, the oldest first; none where it fits beside them.

    An open recovery frees the cap in the arithmetic; what rests on that freed part is not paid out before it is settled
    or written off.
    """
    version = case.policy
    cap = version.parameters.get("cap_fen") if version is not None else None
    if version is None or cap is None or case.traded_id is None:
        return []
    about = _shares_cap_with(case.traded_id)
    buyer = case.organisation_id if version.parameters["cap_scope"] == "achievement_buyer" else None
    open_ = _open(about, buyer)
    if not open_:
        return []
    out = _paid_fen(about, buyer, case.clause) - _recoveries_fen(about, buyer, ("settled", "written_off"))
    return [] if out + (case.fixed_fen or 0) <= int(cap) else open_


def _open(about: Collection[int], buyer: int | None) -> Sequence[Recovery]:
    query = select(Recovery).where(
        Recovery.kind == "recovery", Recovery.traded_id.in_(about), Recovery.state == "open"
    )
    if buyer is not None:
        query = query.where(Recovery.organisation_id == buyer)
    return db.session.scalars(query.order_by(Recovery.id)).unique().all()


def _shares_cap_with(traded_id: int) -> Collection[int]:
    groups = world.cap_groups()
    mine = groups.get(str(traded_id))
    return {int(one) for one, group in groups.items() if group == mine} if mine else {traded_id}


def _paid_fen(about: Collection[int], buyer: int | None, clause: str) -> int:
    query = select(func.coalesce(func.sum(SubsidyCase.fixed_fen), 0)).where(
        SubsidyCase.clause == clause, SubsidyCase.traded_id.in_(about), SubsidyCase.state.in_(PAID_OUT)
    )
    if buyer is not None:
        query = query.where(SubsidyCase.organisation_id == buyer)
    return int(db.session.scalar(query) or 0)


def _recoveries_fen(about: Collection[int], buyer: int | None, states: Collection[str]) -> int:
    query = select(func.coalesce(func.sum(Recovery.amount_fen), 0)).where(
        Recovery.kind == "recovery", Recovery.traded_id.in_(about), Recovery.state.in_(states)
    )
    if buyer is not None:
        query = query.where(Recovery.organisation_id == buyer)
    return int(db.session.scalar(query) or 0)
