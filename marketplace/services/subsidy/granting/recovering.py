"""追回 after the payout: what was paid back, until nothing is left or the rest is written off by decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Role, Subject, require
from marketplace.domain.deals.vouchers import TYPED_BANKS, normalise_serial
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.states import RECOVERY
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import Notice
from marketplace.models.subsidy import Recovery, Repayment, SubsidyCase, SubsidyDecision
from marketplace.services import workflow
from marketplace.services.people import actors
from marketplace.services.platform import audit, notices
from marketplace.services.subsidy import cases, policies
from marketplace.services.subsidy.granting import releasing
from marketplace.services.subsidy.reviewing import competence
from marketplace.services.unit import unit_of_work

CHUNK = 100
CAUSES = {
    "refund": N_("退款"),
    "amend": N_("合同变更"),
    "deregister": N_("合同注销或撤销登记"),
    "evidence": N_("付款凭证变化"),
    "release": N_("其他补助撤销后重新计算"),
    "correction": N_("记录更正"),
}
"""What posted a recovery → words."""


@dataclass(frozen=True)
class Standing:
    """A recovery with what came back on it and what is left, in 分; ``surplus_fen`` goes back to the enterprise."""

    recovery: Recovery
    repaid_fen: int
    left_fen: int
    surplus_fen: int = 0

    @property
    def is_overdue(self) -> bool:
        """Whether the day by which it had to be paid back is over."""
        row = self.recovery
        return row.state == "open" and row.due_on is not None and row.due_on < clock.today()


@dataclass(frozen=True)
class Received:
    """What 财务 enters of money that came back: amount in 分, day, bank (a code) and serial."""

    amount_fen: int | None
    paid_on: date | None
    bank: str
    serial: str


def listed(actor: Actor, state: str = "open") -> Sequence[Standing]:
    """Return the recoveries in a state, with what is left of each; reductions before the payout under ``settled``.

    Open ones by the day they are due, overdue ones first; the others from the newest on.
    """
    require(actor, Permission.READ_CASES)
    order = (Recovery.due_on, Recovery.id) if state == "open" else (Recovery.id.desc(),)
    query = select(Recovery).join(SubsidyCase, SubsidyCase.id == Recovery.case_id)
    query = query.where(Recovery.state == state, competence.of_offices(actor)).order_by(*order)
    found = db.session.scalars(query).unique().all()
    standings = standings_of(found)
    return [standings[row.id] for row in found]


def remind() -> int:
    """Tell enterprises, 财务 and who approves of recoveries that are overdue, once for each; return how many."""
    query = select(Recovery).where(Recovery.state == "open", Recovery.due_on < clock.today())
    told = _told()
    found = [row.id for row in db.session.scalars(query.order_by(Recovery.id)).unique() if row.id not in told]
    db.session.rollback()
    if found:
        with unit_of_work():
            for recovery_id in found[:CHUNK]:
                _tell(db.session.get_one(Recovery, recovery_id))
    return len(found[:CHUNK])


def _told() -> set[int]:
    query = select(Notice.params).where(Notice.kind.in_(("recovery_overdue", "recovery_unpaid")))
    return {params["recovery"] for params in db.session.scalars(query)}


def _tell(row: Recovery) -> None:
    due = row.due_on.isoformat() if row.due_on is not None else ""
    told: dict[str, Any] = {"amount": format_yuan(standing_of(row).left_fen), "due": due, "recovery": row.id}
    cases.tell(row.case, "recovery_overdue", **told)
    people = actors.holders_of(Role.FINANCE, Role.SUBSIDY_APPROVER)
    title = cases.title_of(row.case)
    notices.notify(people, "recovery_unpaid", "recovery", row.id, title=title, **told)


def get_for(actor: Actor, recovery_id: int, lock: bool = False) -> Recovery:
    """Return a recovery for who may read its case; ``lock`` makes others who move money of its clause wait."""
    row = db.session.get(Recovery, recovery_id)
    if row is None:
        raise NotFound()
    case = cases.get_for(actor, row.case_id)
    if lock:
        policies.lock_clause(case.clause)
        db.session.execute(select(Recovery.id).where(Recovery.id == row.id).with_for_update())
        db.session.refresh(row)
    return row


def of_case(case_id: int) -> Sequence[Recovery]:
    """Return what was reduced and asked back of a case, the oldest first."""
    return db.session.scalars(select(Recovery).where(Recovery.case_id == case_id).order_by(Recovery.id)).all()


def subject_of(row: Recovery) -> Subject:
    """Return what the rules need to know of a recovery."""
    return Subject("recovery", organisation_id=row.organisation_id)


def standing_of(row: Recovery) -> Standing:
    """Return what came back on a recovery and what is left of it."""
    return standings_of([row])[row.id]


def standings_of(found: Sequence[Recovery]) -> dict[int, Standing]:
    """Return recovery id → what came back on it and what is left of it, by two queries.

    What was paid back on one that has been replaced since (same case, same cause) counts for the one that stands.
    """
    kept: dict[tuple[int, str], list[Recovery]] = {}
    query = select(Recovery).where(
        Recovery.case_id.in_({row.case_id for row in found}), Recovery.kind == "recovery"
    )
    for row in db.session.scalars(query.order_by(Recovery.id)).unique():
        kept.setdefault((row.case_id, row.cause), []).append(row)
    sums = select(Repayment.recovery_id, func.sum(Repayment.amount_fen)).where(
        Repayment.recovery_id.in_({row.id for rows in kept.values() for row in rows})
    )
    repaid = {key: int(fen) for key, fen in db.session.execute(sums.group_by(Repayment.recovery_id))}
    return {row.id: _standing(row, kept.get((row.case_id, row.cause), []), repaid) for row in found}


def _standing(row: Recovery, same: Sequence[Recovery], repaid: Mapping[int, int]) -> Standing:
    """``same``: the recoveries of the same case and cause, this one included; ``repaid``: recovery id → 分."""
    if row.kind == "reduction":
        return Standing(row, 0, 0)
    own = repaid.get(row.id, 0)
    if row.state != "open":
        replaced = any(one.state in ("open", "settled") for one in same)
        surplus = own if row.state == "lapsed" and not replaced else 0
        return Standing(row, own, 0, surplus)
    settled = sum(one.amount_fen for one in same if one.state == "settled")
    counted = max(own, sum(repaid.get(one.id, 0) for one in same) - settled)
    return Standing(row, counted, max(0, row.amount_fen - counted), max(0, counted - row.amount_fen))


def record(actor: Actor, recovery_id: int, received: Received) -> Repayment:
    """Record money that came back; what covers the rest settles the recovery. The same transfer counts once.

    Raises ValidationFailed by field (never more than is left), Conflict once the recovery is not open any more.
    """
    row = get_for(actor, recovery_id, lock=True)
    require(actor, Permission.PAY_GRANT, subject_of(row))
    serial = normalise_serial(received.serial)
    known = db.session.scalar(
        select(Repayment).where(Repayment.bank == received.bank, Repayment.serial == serial)
    )
    if known is not None and (known.recovery_id, known.amount_fen) == (row.id, received.amount_fen):
        return known
    if row.state != "open":
        raise Conflict(N_("这项追回已经办结"))
    left = standing_of(row).left_fen
    _check(row, received, serial, left, known is not None)
    repayment = Repayment(
        recovery_id=row.id,
        amount_fen=received.amount_fen,
        paid_on=received.paid_on,
        bank=received.bank,
        serial=serial,
        recorded_by=actor.person_id,
    )
    row.repayments.append(repayment)
    db.session.flush()
    audit.record(actor, "repayment.create", "repayment", repayment.id, recovery=row.id)
    if repayment.amount_fen == left:
        settle(actor, row.id)
    return repayment


def _check(row: Recovery, received: Received, serial: str, left: int, is_known: bool) -> None:
    faults = []
    if received.amount_fen is None or not 0 < received.amount_fen <= left:
        amount = {"amount": format_yuan(left)}
        faults.append(
            FieldError("amount", "amount_wrong", N_("请填写退回金额，不超过尚未退回的%(amount)s元"), amount)
        )
    first = clock.beijing(row.created_at).date()
    if received.paid_on is None or not first <= received.paid_on <= clock.today():
        faults.append(
            FieldError("paid_on", "day_wrong", N_("请填写到账日期，不早于提出追回之日，也不晚于今天"))
        )
    if received.bank not in TYPED_BANKS:
        faults.append(FieldError("bank", "bank_missing", N_("请选择付款银行")))
    if not serial:
        faults.append(FieldError("serial", "serial_missing", N_("请填写银行流水号")))
    elif is_known:
        faults.append(FieldError("serial", "serial_known", N_("这个流水号已经登记过，请核对")))
    if faults:
        raise ValidationFailed(faults)


def settle(actor: Actor, recovery_id: int) -> Recovery:
    """Settle a recovery of which nothing is left, and tell the enterprise. Raises DomainError while something is."""
    row = get_for(actor, recovery_id, lock=True)
    if row.state == "settled":
        return row
    if standing_of(row).left_fen:
        raise DomainError("not_repaid", N_("还没有全部退回，不能结清"))
    workflow.apply(RECOVERY, row, "settle", actor, subject_of(row))
    cases.tell(db.session.get_one(SubsidyCase, row.case_id), "recovery_settled")
    return row


def write_off(actor: Actor, recovery_id: int, note: str) -> Recovery:
    """Write the rest off by a recorded decision with its reasons. A second press changes nothing.

    Raises DomainError (``note``) without words, NotAllowed, Conflict once it is not open any more.
    """
    row = get_for(actor, recovery_id, lock=True)
    if row.state == "written_off" and row.decided_by == actor.person_id:
        return row
    words = releasing.check_words(note)
    RECOVERY.decide(row.state, "write_off", actor, subject_of(row))
    decision = SubsidyDecision(
        kind="written_off",
        outcome="written_off",
        subject_kind="recovery",
        subject_id=row.id,
        words=words,
        decided_by=actor.person_id,
    )
    row.decision_note, row.decided_by, row.decided_at = words, actor.person_id, clock.now()
    db.session.add(decision)
    workflow.apply(RECOVERY, row, "write_off", actor, subject_of(row), note=words)
    audit.record(actor, "subsidy_decision.create", "subsidy_decision", decision.id, kind="written_off")
    cases.tell(db.session.get_one(SubsidyCase, row.case_id), "recovery_written_off")
    return row
