"""The world of a policy version: everything the site holds under it, as the arithmetic reads it (docs/subsidy.md).

Events stand in the order in which they were recorded: a contract when it was registered, a payment when it was
verified, a claim when a case reached 拟补助. Corrections of a record are no events: the world is read anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.deals.terms import TYPE_WORDS, category_of
from marketplace.domain.policy import records
from marketplace.domain.policy.arithmetic import Ledger
from marketplace.domain.subsidy.parameters import policy_of
from marketplace.extensions import db
from marketplace.models.deals import (
    Contract,
    ContractChange,
    ContractLine,
    ContractParty,
    ContractVersion,
    Payment,
    PaymentAllocation,
)
from marketplace.models.people import Organisation
from marketplace.models.subsidy import CapGroup, PolicyVersion, SubsidyCase, SubsidyDecision
from marketplace.services.subsidy import taking


@dataclass(frozen=True)
class Entry:
    """An event with when it was recorded and what recorded it, as ``refund:12``.

    ``granted_fen``: what a claim was granted when it was decided; it is not decided again.
    """

    at: datetime
    cause: str
    event: records.Event
    granted_fen: int | None = None


@dataclass(frozen=True)
class World:
    """A version's policy and its events in order."""

    policy: records.Policy
    entries: Sequence[Entry]

    def ledger(self) -> Ledger:
        """Return the state after all events, ready to take a further claim."""
        ledger = Ledger(self.policy)
        for entry in self.entries:
            if isinstance(entry.event, records.Claim) and entry.granted_fen is not None:
                ledger.replay(entry.event, entry.granted_fen)
            else:
                ledger.apply(entry.event)
        return ledger


def part_of(version: PolicyVersion, traded_id: int, until: datetime | None = None) -> World:
    """Return the part of a version's world that decides about one achievement: quick, and equal for that achievement.

    See ``part_about``.
    """
    return part_about(version, [traded_id], until)


def part_about(version: PolicyVersion, traded_ids: Collection[int], until: datetime | None = None) -> World:
    """Return the part of a version's world that decides about some achievements, equal for each of them.

    The contracts are those of the achievements and of all that share a cap with one. What others were granted
    counts against yearly cap and budget only, so that it enters as prior grants of an achievement that is nobody's.
    ``until``: only what was recorded before that moment.
    """
    groups = cap_groups()
    about = {one for traded_id in traded_ids for one in sharing(traded_id, groups)}
    contracts = _contracts(about)
    entries = [
        *_contract_entries(contracts), *_money_entries(contracts), *_case_entries(version, about)
    ]  # fmt: skip
    entries = [entry for entry in entries if until is None or entry.at < until]
    entries.sort(key=lambda entry: (entry.at, not isinstance(entry.event, records.Contract)))
    window = (version.window_from, version.window_to)
    prior = [*_prior_grants(version, about, until), *_others_grants(version, about, until)]
    return World(policy_of(version.parameters, window, groups, prior), entries)


def sharing(traded_id: int, groups: Mapping[str, str]) -> set[int]:
    """Return the achievements that share a cap with one, itself included; ``groups`` as cap_groups gives them."""
    mine = groups.get(str(traded_id))
    return {int(one) for one, group in groups.items() if group == mine} if mine else {traded_id}


def world_of(version: PolicyVersion) -> World:
    """Return everything recorded under ``version``: all signed contracts with their payments, and its own cases.

    Payments outside the version's window are among the events, as their vouchers count as seen; the arithmetic
    passes over them. Grants under other versions of the clause enter as prior grants.
    """
    contracts = _contracts()
    entries = [*_contract_entries(contracts), *_money_entries(contracts), *_case_entries(version)]
    # Of what was recorded at the same moment, contracts come first: everything else speaks of them.
    entries.sort(key=lambda entry: (entry.at, not isinstance(entry.event, records.Contract)))
    window = (version.window_from, version.window_to)
    return World(policy_of(version.parameters, window, cap_groups(), _prior_grants(version)), entries)


def claim(claim_id: str, traded_id: int, buyer_uscc: str, on: date) -> records.Claim:
    """Return a claim as the arithmetic takes it: achievements are known by the key of their row."""
    return records.Claim(claim_id, str(traded_id), buyer_uscc, on)


def claim_of(case: SubsidyCase, on: date) -> records.Claim:
    """Return the claim that a case would make on a day, without the payments that are of another batch."""
    return replace(_bare_claim(case, on), leaving=taking.left_by(case).keys)


def _bare_claim(case: SubsidyCase, on: date) -> records.Claim:
    assert case.traded_id is not None  # noqa: S101  # the database says so of a purchase
    return claim(f"case-{case.id}", case.traded_id, case.organisation.uscc, on)


def cap_groups() -> dict[str, str]:
    """Return achievement → group for the confirmed groups; an achievement of two groups is in the older one."""
    rows = db.session.scalars(
        select(CapGroup)
        .where(CapGroup.state == "confirmed")
        .options(selectinload(CapGroup.members))
        .order_by(CapGroup.confirmed_at.desc(), CapGroup.id.desc())
    )
    return {
        str(member.traded_id): f"group-{row.id}"
        for row in rows
        for member in row.members
        if member.standing == "in"
    }


def _contracts(about: Collection[int] | None = None) -> list[Contract]:
    """Return the signed contracts; with ``about`` only those that have, or had, a line for these achievements."""
    query = (
        select(Contract)
        .where(Contract.signed_on.is_not(None), Contract.state.not_in(("voided", "refused")))
        .options(
            selectinload(Contract.versions).selectinload(ContractVersion.lines),
            selectinload(Contract.versions).selectinload(ContractVersion.parties),
            selectinload(Contract.registration),
        )
        .order_by(Contract.id)
    )
    if about is not None:
        named = (
            select(ContractVersion.contract_id)
            .join(ContractLine, ContractLine.version_id == ContractVersion.id)
            .where(ContractLine.traded_id.in_(about))
        )
        query = query.where(Contract.id.in_(named))
    return list(db.session.scalars(query))


def _contract_entries(contracts: Sequence[Contract]) -> Iterator[Entry]:
    changes = _changes([contract.id for contract in contracts] if len(contracts) <= FEW else None)
    sellers = _seller_decisions()
    for contract in contracts:
        mine = changes.get(contract.id, [])
        brought = {change.version_id for change in mine}
        first = next((one for one in reversed(contract.versions) if one.id not in brought), None)
        if first is None or not first.lines:
            continue
        yield Entry(contract.created_at, f"contract:{contract.id}", _contract(contract, first, sellers))
        key = str(contract.id)
        if contract.registration is not None and contract.registration.decided_at is not None:
            yield Entry(contract.registration.decided_at, f"register:{contract.id}", records.Register(key))
        for change in mine:
            if change.state == "approved" and change.proposed is not None and change.decided_at is not None:
                event = records.Amend(key, _lines(change.proposed))
                yield Entry(change.decided_at, f"amend:{change.id}", event)
        if contract.state in ("deregistered", "revoked") and contract.state_at is not None:
            yield Entry(contract.state_at, f"deregister:{contract.id}", records.Deregister(key))


def _contract(
    contract: Contract, version: ContractVersion, sellers: Mapping[int, records.SellerDecision]
) -> records.Contract:
    buyer = next(party for party in version.parties if party.role == "buyer")
    return records.Contract(
        id=str(contract.id),
        type=TYPE_WORDS.get(category_of(version.kind), ""),
        buyer=records.Buyer(party_key(buyer), buyer.division, _buyer_kind(buyer)),
        sellers=tuple(
            records.Party(party_key(party), party.division)
            for party in version.parties
            if party.role == "seller"
        ),
        related_party=bool(version.related_party),
        registered=False,
        lines=_lines(version),
        seller_decision=sellers.get(contract.id),
    )


def party_key(party: ContractParty) -> str:
    """Return what identifies a party: its USCC, or country and number of one abroad."""
    return party.uscc or f"{party.country}:{party.foreign_number or party.name}"


def _buyer_kind(buyer: ContractParty) -> records.BuyerKind:
    if buyer.nature in ("state_company", "private_company", "foreign_company"):
        return records.BuyerKind.ENTERPRISE
    return records.BuyerKind.PERSON if buyer.nature == "person" else records.BuyerKind.INSTITUTION


def _lines(version: ContractVersion) -> tuple[records.ContractLine, ...]:
    return tuple(
        records.ContractLine(
            str(line.traded_id),
            line.amount_fen,
            line.technical_fen if line.approved_technical_fen is None else line.approved_technical_fen,
        )
        for line in version.lines
    )


FEW = 500
"""So many contracts are named in a query; for more of them everything is read."""


def _changes(contract_ids: Sequence[int] | None) -> dict[int, list[ContractChange]]:
    found: dict[int, list[ContractChange]] = {}
    query = (
        select(ContractChange)
        .where(ContractChange.version_id.is_not(None))
        .options(selectinload(ContractChange.proposed).selectinload(ContractVersion.lines))
        .order_by(ContractChange.id)
    )
    if contract_ids is not None:
        query = query.where(ContractChange.contract_id.in_(contract_ids))
    for change in db.session.scalars(query):
        found.setdefault(change.contract_id, []).append(change)
    return found


def _seller_decisions() -> dict[int, records.SellerDecision]:
    rows = db.session.scalars(
        select(SubsidyDecision)
        .where(SubsidyDecision.kind == "sellers", SubsidyDecision.subject_kind == "contract")
        .order_by(SubsidyDecision.id)
    )
    return {row.subject_id: records.SellerDecision(row.outcome) for row in rows}


def _money_entries(contracts: Sequence[Contract]) -> Iterator[Entry]:
    known = {contract.id: contract for contract in contracts}
    query = (
        select(Payment)
        .where(Payment.state == "verified")
        .options(selectinload(Payment.allocations), selectinload(Payment.evidences))
        .order_by(Payment.id)
    )
    if len(known) <= FEW:
        shared = select(PaymentAllocation.payment_id).where(PaymentAllocation.contract_id.in_(known))
        query = query.where(Payment.id.in_(shared))
    payments = list(db.session.scalars(query))
    paid = {(share.payment_id, share.contract_id) for payment in payments for share in payment.allocations}
    for payment in payments:
        shares: dict[int, list[PaymentAllocation]] = {}
        for share in payment.allocations:
            if share.contract_id in known:
                shares.setdefault(share.contract_id, []).append(share)
        for contract_id, mine in shares.items():
            # A refund may name a payment of which another contract had the whole.
            returned = payment.returns_id if (payment.returns_id, contract_id) in paid else None
            yield from _of_payment(payment, known[contract_id], mine, returned)


def _of_payment(
    payment: Payment, contract: Contract, shares: Sequence[PaymentAllocation], returned: int | None
) -> Iterator[Entry]:
    assert payment.verified_at is not None  # noqa: S101  # the database says so of a verified row
    contract_id = str(contract.id)
    if payment.kind != "payment":
        lines = tuple(records.RefundLine(str(share.traded_id), share.amount_fen) for share in shares)
        event = records.Refund(contract_id, lines, f"{returned}/{contract.id}" if returned else None)
        yield Entry(payment.verified_at, f"refund:{payment.id}", event)
        return
    key = taking.key_of(payment.id, contract.id)
    yield Entry(
        payment.verified_at,
        f"payment:{payment.id}",
        records.Payment(
            id=key,
            contract=contract_id,
            paid_on=payment.paid_on,
            evidence=payment.evidence,
            payer_uscc=_known_as(payment.payer_uscc, payment.payer_name, contract),
            payee_uscc=_known_as(payment.payee_uscc, payment.payee_name, contract),
            voucher_no=f"{payment.bank}/{payment.serial}/{contract.id}" if payment.serial else f"row {key}",
            lines=tuple(
                records.PaidLine(str(share.traded_id), share.amount_fen, share.excluded_fen)
                for share in shares
            ),
        ),
    )
    for later in payment.evidences:
        if later.state == "verified" and later.verified_at is not None:
            yield Entry(later.verified_at, f"evidence:{later.id}", records.Evidence(key, later.evidence))


def _known_as(uscc: str, name: str, contract: Contract) -> str:
    """Return who a payer or payee is: its USCC, or the party abroad that bears the name."""
    if uscc or contract.current is None:
        return uscc
    return next((party_key(party) for party in contract.current.parties if party.name == name), "")


def _case_entries(version: PolicyVersion, about: Collection[int] | None = None) -> Iterator[Entry]:
    """Claims as they were granted, and releases; what was refused or waited leaves no trace in the sums."""
    query = (
        select(SubsidyCase)
        .where(SubsidyCase.policy_version_id == version.id, SubsidyCase.fixed_at.is_not(None))
        .order_by(SubsidyCase.id)
    )
    if about is not None:
        query = query.where(SubsidyCase.traded_id.in_(about))
    for case in db.session.scalars(query):
        assert case.fixed_at is not None  # noqa: S101  # the query asks for it
        # A case that was given up may claim again: each of its claims has a name of its own.
        made = _bare_claim(case, clock.beijing(case.fixed_at).date())
        made = replace(made, id=f"{made.id} of {case.fixed_at.isoformat()}")
        yield Entry(case.fixed_at, f"claim:{case.id}", made, case.granted_fen)
        if case.released_at is not None and case.fixed_fen is None:
            yield Entry(case.released_at, f"release:{case.id}", records.Release(made.id))


def _others_grants(
    version: PolicyVersion, about: Collection[int], until: datetime | None
) -> list[records.PriorGrant]:
    """Grants of the version for other achievements, as far as a yearly cap or a budget asks for them."""
    if not _has_yearly_limits(version):
        return []
    query = (
        select(Organisation.uscc, SubsidyCase.fixed_at, SubsidyCase.granted_fen)
        .join(Organisation, Organisation.id == SubsidyCase.organisation_id)
        .where(
            SubsidyCase.policy_version_id == version.id,
            SubsidyCase.traded_id.not_in(about),
            SubsidyCase.fixed_at.is_not(None),
            SubsidyCase.released_at.is_(None) | SubsidyCase.fixed_fen.is_not(None),
        )
        .order_by(SubsidyCase.id)
    )
    if until is not None:
        query = query.where(SubsidyCase.fixed_at < until)
    # A name that no key of a row can be: this money is of no achievement's cap.
    return [
        records.PriorGrant("others", row.uscc, clock.beijing(row.fixed_at).date(), row.granted_fen or 0)
        for row in db.session.execute(query)
    ]


def _prior_grants(
    version: PolicyVersion, about: Collection[int] | None = None, until: datetime | None = None
) -> list[records.PriorGrant]:
    """Grants that stand under other versions of the clause; with ``about`` those for other achievements only where a
    yearly cap or a budget asks for them.
    """
    query = (
        select(SubsidyCase.traded_id, Organisation.uscc, SubsidyCase.fixed_at, SubsidyCase.fixed_fen)
        .join(Organisation, Organisation.id == SubsidyCase.organisation_id)
        .where(
            SubsidyCase.clause == version.clause,
            SubsidyCase.policy_version_id != version.id,
            SubsidyCase.fixed_fen.is_not(None),
            SubsidyCase.traded_id.is_not(None),
        )
        .order_by(SubsidyCase.id)
    )
    if about is not None and not _has_yearly_limits(version):
        query = query.where(SubsidyCase.traded_id.in_(about))
    if until is not None:
        query = query.where(SubsidyCase.fixed_at < until)
    return [
        records.PriorGrant(str(row.traded_id), row.uscc, clock.beijing(row.fixed_at).date(), row.fixed_fen)
        for row in db.session.execute(query)
    ]


def _has_yearly_limits(version: PolicyVersion) -> bool:
    limits = ("enterprise_year_cap_fen", "annual_budget_fen")
    return any(version.parameters[key] is not None for key in limits)
