"""Written decisions beside the machine: doubtful sellers, a 失信 entry overridden. The last of a kind holds."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.regions import CITY_PREFIX
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.people import Organisation
from marketplace.models.subsidy import DishonestEntry, SubsidyCase, SubsidyDecision
from marketplace.services.deals import contracts
from marketplace.services.platform import audit, outbox
from marketplace.services.subsidy import cases, policies
from marketplace.services.subsidy.registers import dishonest as dishonest_list

SELLERS: Mapping[str, str] = {
    "outside": N_("卖方按市外对待，属于购买市外成果"),
    "inside": N_("卖方按市内对待，不属于购买市外成果"),
}
"""Outcomes of a decision on the sellers of a contract (DOMAIN §3, 16)."""

DISHONEST: Mapping[str, str] = {
    "overridden": N_("虽在失信名单上，仍可提交和拨付"),
    "upheld": N_("按失信名单停止办理"),
}
"""Outcomes of a decision on a case whose applicant stands on a 失信 list (DOMAIN §3, 20)."""


HELD_UP = frozenset({"draft", "returned", "approved"})
"""States that a case of a listed applicant does not leave without such a decision."""


def sellers(actor: Actor, contract_id: int, outcome: str, words: str) -> SubsidyDecision:
    """Decide whether joint or doubtful sellers of a contract count as outside the city, with the reason.

    What was granted and is no longer due is reduced or asked back by the worker. Raises NotFound, NotAllowed to
    people of a party, DomainError for an unknown outcome or without a reason.
    """
    contract = contracts.get_for(actor, contract_id)
    require(actor, Permission.FIX_GRANT, Subject("contract", parties=contracts.organisations_of(contract)))
    policies.lock_clause("purchase")
    row = _add(actor, "sellers", SELLERS, outcome, "contract", contract_id, words)
    outbox.enqueue("contract", contract=contract_id)
    return row


def barred_case(actor: Actor, case_id: int) -> SubsidyCase:
    """Return a case that ``dishonest`` decides on. Raises NotFound, NotAllowed.

    A draft is reached too while its applicant stands on a list, though only its applicant reads it: without the
    decision it can never be submitted.
    """
    case = db.session.get(SubsidyCase, case_id)
    if case is None:
        raise NotFound()
    require(actor, Permission.APPROVE_GRANT, cases.subject_of(case))
    if case.state == "draft" and not dishonest_list.listed(case.organisation.uscc, clock.today()):
        raise NotFound()
    return case


def barred_by(actor: Actor, entries: Iterable[DishonestEntry]) -> Mapping[str, Sequence[SubsidyCase]]:
    """Return USCC → the cases that entries of a list hold up, for who may decide on them; nothing for others."""
    usccs = {one.uscc for one in entries if one.removed_on is None or one.removed_on > clock.today()}
    if not usccs or not may(actor, Permission.APPROVE_GRANT):
        return {}
    query = (
        select(SubsidyCase)
        .join(Organisation, Organisation.id == SubsidyCase.organisation_id)
        .options(contains_eager(SubsidyCase.organisation))
        .where(Organisation.uscc.in_(usccs), SubsidyCase.state.in_(HELD_UP))
        .order_by(SubsidyCase.id)
    )
    found: dict[str, list[SubsidyCase]] = {}
    for case in db.session.scalars(query).unique():
        found.setdefault(case.organisation.uscc, []).append(case)
    return found


def dishonest(actor: Actor, case_id: int, outcome: str, words: str) -> SubsidyDecision:
    """Decide on a case whose applicant stands on a 失信 list, with the reason. Raises as ``barred_case`` does, and
    DomainError for an unknown outcome or without a reason.
    """
    cases.lock_row(case_id)
    barred_case(actor, case_id)
    return _add(actor, "dishonest", DISHONEST, outcome, "subsidy_case", case_id, words)


def _add(
    actor: Actor,
    kind: str,
    outcomes: Mapping[str, str],
    outcome: str,
    about: str,
    subject_id: int,
    words: str,
) -> SubsidyDecision:
    if outcome not in outcomes:
        raise DomainError("outcome_unknown", N_("请选择决定"), field="outcome")
    if not clean_text(words):
        raise DomainError("words_missing", N_("请写明依据和理由"), field="words")
    row = SubsidyDecision(
        kind=kind, outcome=outcome, subject_kind=about, subject_id=subject_id, words=clean_text(words),
        decided_by=actor.person_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "subsidy_decision.create", "subsidy_decision", row.id, kind=kind)
    return row


def of(kind: str, subject_id: int) -> list[SubsidyDecision]:
    """Return the decisions of a kind on a contract or case, the one that holds first."""
    query = select(SubsidyDecision).where(
        SubsidyDecision.kind == kind, SubsidyDecision.subject_id == subject_id
    )
    return list(db.session.scalars(query.order_by(SubsidyDecision.id.desc())))


def is_doubtful(contract: Contract) -> bool:
    """Return whether the sellers are joint and not all outside, or the domicile of one is not known."""
    found = contracts.sellers_of(contract)
    inside = [bool((party.division or "").startswith(CITY_PREFIX)) for party in found]
    unknown = any(not party.division and party.country in ("", "CN") for party in found)
    return unknown or (len(found) > 1 and any(inside))
