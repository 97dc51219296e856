"""调减 and 追回: what is granted above the entitlement, found by the arithmetic and tracked until it is settled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.domain.access import SYSTEM, Subject
from marketplace.domain.money import format_yuan
from marketplace.domain.states import RECOVERY
from marketplace.extensions import db
from marketplace.models.people import Organisation
from marketplace.models.subsidy import PolicyVersion, Recovery, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import deadlines
from marketplace.services.subsidy import cases, policies, world
from marketplace.services.subsidy.world import World

PAID_OUT = ("tracking", "closed")
"""States of a case whose money has left."""

LIMIT = "subsidy.recovery_limit"
"""The dated setting of the days in which what is asked back has to be paid."""

Key = tuple[str, int, int]
"""(cause, traded achievement, organisation)"""


@dataclass(frozen=True)
class Wanted:
    """A recovery as the arithmetic posts it."""

    cause: str
    traded_id: int
    uscc: str
    amount_fen: int


def sync(version: PolicyVersion, about: Collection[int] | None = None) -> list[Recovery]:
    """Post what has to be reduced or asked back under a version, and let lapse what no longer has to be.

    Runs after every refund, change, deregistration, change of evidence, release and correction (rules 7 and 8); twice
    is the same as once. Returns what was posted now. Before the payout the case is reduced at once and, where it had
    been published, is published again; after it the recovery stays open until repaid or written off. ``about``: only
    these achievements and what shares a cap with them, which is much quicker where there are many.
    """
    policies.lock_clause(version.clause)
    if about is None:
        wanted, standing = _wanted(world.world_of(version)), _standing(version)
    else:
        sets = set(world.sharing_of(about, world.cap_groups()).values())
        wanted = [one for each in sets for one in _wanted(world.part_of(version, min(each)))]
        standing = _standing(version, frozenset[int]().union(*sets))
    organisations = _organisations({one.uscc for one in wanted})
    keyed = {
        (one.cause, one.traded_id, organisations[one.uscc]): one.amount_fen
        for one in wanted
        if one.uscc in organisations
    }
    posted = []
    for key in sorted({*keyed, *standing}):
        rows, amount = standing.get(key, []), keyed.get(key, 0)
        if sum(row.amount_fen for row in rows) == amount:
            continue
        for row in rows:
            if row.state == "open":
                workflow.apply(RECOVERY, row, "lapse", SYSTEM, Subject("recovery"))
                cases.tell(row.case, "recovery_lapsed")
        # What is settled stays settled: only the difference is asked for.
        settled = sum(row.amount_fen for row in rows if row.state != "lapsed")
        posted += _post(version, key, amount - settled)
    return posted


def _wanted(seen: World) -> list[Wanted]:
    ledger = seen.ledger()
    # Corrections of records are no events; what they take away is asked back at the end.
    ledger.settle()
    causes = {place: entry.cause for place, entry in enumerate(seen.entries)}
    return [
        Wanted(
            causes.get(one.after_event, "correction"),
            int(one.achievement),
            one.buyer_uscc,
            one.amount_fen,
        )
        for one in ledger.outcome().recoveries
    ]


def _organisations(usccs: set[str]) -> dict[str, int]:
    rows = db.session.execute(select(Organisation.uscc, Organisation.id).where(Organisation.uscc.in_(usccs)))
    return {row.uscc: row.id for row in rows}


def _standing(version: PolicyVersion, about: Collection[int] | None = None) -> dict[Key, list[Recovery]]:
    query = select(Recovery).where(Recovery.policy_version_id == version.id, Recovery.state != "lapsed")
    if about is not None:
        query = query.where(Recovery.traded_id.in_(about))
    found: dict[Key, list[Recovery]] = {}
    for row in db.session.scalars(query.order_by(Recovery.id)):
        found.setdefault((row.cause, row.traded_id, row.organisation_id), []).append(row)
    return found


def _post(version: PolicyVersion, key: Key, amount_fen: int) -> list[Recovery]:
    """Share a recovery over the cases of the pair: what is not paid out yet is reduced first, the last fixed first."""
    cause, traded_id, organisation_id = key
    left, made = amount_fen, []
    for case in _cases(version, traded_id, organisation_id):
        part = min(left, held_fen(case))
        if part <= 0:
            continue
        paid_out = case.state in PAID_OUT
        row = Recovery(
            policy_version_id=version.id,
            cause=cause,
            traded_id=traded_id,
            organisation_id=organisation_id,
            case_id=case.id,
            kind="recovery" if paid_out else "reduction",
            amount_fen=part,
            due_on=deadlines.due(LIMIT) if paid_out else None,
        )
        db.session.add(row)
        db.session.flush()
        if paid_out:
            due = row.due_on.isoformat() if row.due_on else ""
            cases.tell(case, "recovery_opened", amount=format_yuan(part), due=due)
        else:
            _reduce(case, row)
        made.append(row)
        left -= part
    return made


def held_fen(case: SubsidyCase) -> int:
    """Return what a case still holds in 分: what was fixed, less what is asked back from it after the payout."""
    asked = select(func.coalesce(func.sum(Recovery.amount_fen), 0)).where(
        Recovery.case_id == case.id, Recovery.kind == "recovery", Recovery.state != "lapsed"
    )
    return (case.fixed_fen or 0) - int(db.session.scalar(asked) or 0)


def _reduce(case: SubsidyCase, row: Recovery) -> None:
    """Lower the fixed amount of a case that is not paid out yet; nothing left means nothing granted."""
    rest = (case.fixed_fen or 0) - row.amount_fen
    # Amount and state change in one UPDATE: the database accepts neither without the other.
    with db.session.no_autoflush:
        case.fixed_fen = rest or None
        cases.act(SYSTEM, case, "reduce" if rest else "reduce_to_nothing", note=row.cause)
    workflow.apply(RECOVERY, row, "deduct", SYSTEM, Subject("recovery"))


def _cases(version: PolicyVersion, traded_id: int, organisation_id: int) -> Sequence[SubsidyCase]:
    query = select(SubsidyCase).where(
        SubsidyCase.policy_version_id == version.id,
        SubsidyCase.traded_id == traded_id,
        SubsidyCase.organisation_id == organisation_id,
        SubsidyCase.fixed_fen.is_not(None),
    )
    paid_out = SubsidyCase.state.in_(PAID_OUT)
    return db.session.scalars(query.order_by(paid_out, SubsidyCase.fixed_at.desc())).all()
