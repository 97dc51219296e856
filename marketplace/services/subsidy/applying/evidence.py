"""The sum of a case, term by term, out of the very ledger that decides it, from the vouchers to the likely grant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.deals.plan import Fact
from marketplace.domain.deals.terms import BANKS, EVIDENCE
from marketplace.domain.policy.arithmetic import Ledger
from marketplace.domain.policy.outcome import ClaimOutcome, Decision, Share, Unsound
from marketplace.domain.policy.records import WorldFault
from marketplace.domain.states.subsidy import FIXED_STATES, QUEUED_STATES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractVersion, Invoice, Payment, PaymentAllocation
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import PolicyVersion, SubsidyCase
from marketplace.services.deals.payments import evidences, invoices, plan
from marketplace.services.deals.payments.invoices import Line
from marketplace.services.platform import files
from marketplace.services.subsidy import policies, taking, world
from marketplace.services.subsidy.applying import terms
from marketplace.services.subsidy.taking import Left

UNSOUND: Mapping[Unsound, str] = {
    Unsound.VOUCHER_SEEN: N_("同一凭证已经计算过"),
    Unsound.OTHER_PAYER: N_("付款人不是合同买方"),
    Unsound.OTHER_PAYEE: N_("收款人不是合同卖方"),
    Unsound.OUTSIDE_WINDOW: N_("付款日期不在政策的付款期间内"),
}
"""Why a payment never counts (docs/subsidy.md, rule 1)."""

REASONS: Mapping[str, str] = {
    "BELOW_MINIMUM": N_("合同的实际支付额未达到最低要求"),
    "BUYER_NOT_ENTERPRISE": N_("买方不是企业"),
    "BUYER_OUTSIDE_CITY": N_("买方不是市内企业"),
    "DEREGISTERED": N_("合同登记已注销或撤销"),
    "NOT_REGISTERED": N_("合同还没有登记"),
    "RELATED_PARTY": N_("合同属于关联交易"),
    "SELLER_IN_CITY": N_("卖方在市内，不是购买市外成果"),
    "TYPE_NOT_ELIGIBLE": N_("合同类型不在适用范围内"),
    "NO_CONTRACT": N_("没有购买这项成果的合同"),
    "NOTHING_NEW": N_("没有尚未补助过的实际支付额"),
    "CAP_EXHAUSTED": N_("这项成果的补助已达上限"),
    "ENTERPRISE_YEAR_CAP": N_("贵单位本年度的补助已达上限"),
    "BELOW_MIN_GRANT": N_("可补助金额低于最低补助额"),
}
"""Grounds and refusals of the arithmetic in words (docs/subsidy.md, rules 3 and 6)."""


@dataclass(frozen=True)
class Term:
    """A voucher or refund with what it adds to the net paid, in 分; ``counted_fen`` is below 0 for a refund.

    ``left_out_fen``: what of a payment does not count, for ``reasons``.
    """

    payment: Payment
    ordinal: int
    bank: str
    serial_tail: str
    evidence: str
    amount_fen: int
    counted_fen: int
    left_out_fen: int
    reasons: Sequence[Words]
    files: Sequence[FileLink]


@dataclass(frozen=True)
class ContractSum:
    """One contract's share of the eligible sum, with all that is cut off and why.

    ``bills``: paid against invoiced for this achievement, None where nothing was invoiced or paid.
    """

    contract: Contract
    terms: Sequence[Term]
    grounds: Sequence[Words]
    net_paid_fen: int
    line_fen: int
    technical_fen: int
    cut: Sequence[tuple[Words, int]]
    eligible_fen: int
    instalments: Sequence[Fact]
    invoices: Sequence[tuple[Invoice, int, Sequence[FileLink]]]
    bills: Line | None

    @property
    def invoiced_fen(self) -> int:
        """What the standing invoices carry for this achievement."""
        return sum(fen for row, fen, _files in self.invoices if row.cancelled_at is None)


@dataclass(frozen=True)
class Sum:
    """Eligible paid × rate − granted before, within cap and limits; all in 分.

    ``outcome``: what the arithmetic says of a claim made at ``as_of``. ``free_fen``: what of the cap was left then;
    ``queued_fen``: entitlement that cases submitted earlier may still take of it, known only as their likely sum.
    """

    version: PolicyVersion
    as_of: datetime
    contracts: Sequence[ContractSum]
    eligible_fen: int
    rate: int
    entitlement_fen: int
    granted_fen: int
    cap_fen: int
    used_fen: int
    free_fen: int
    queued: int
    outcome: ClaimOutcome
    reasons: Sequence[Words]

    @property
    def likely_fen(self) -> int:
        """What would be granted; while the budget is waited for, what is waited for."""
        if self.outcome.decision is Decision.GRANTED:
            return self.outcome.grant_fen
        if self.outcome.decision is Decision.WAITING_BUDGET:
            return max(0, min(self.entitlement_fen - self.granted_fen, self.free_fen))
        return 0

    @property
    def left_out(self) -> list[tuple[Words, int]]:
        """Every amount that was paid and does not count, with its reason."""
        found = [
            (reason, term.left_out_fen)
            for each in self.contracts
            for term in each.terms
            if term.left_out_fen
            for reason in term.reasons[:1]
        ]
        return found + [cut for each in self.contracts for cut in each.cut]


def sum_of(case: SubsidyCase) -> Sum | None:
    """Return the sum of a purchase, now or, once its amount is fixed, as it was at that moment; None without a policy.

    None also for a case about the organisation: its sum is a fixed one.
    """
    version = terms.version_of(case)
    if version is None or case.traded_id is None:
        return None
    fixed = case.fixed_at if case.state in FIXED_STATES else None
    return of_purchase(version, case.traded_id, case.organisation.uscc, fixed, case)


def of_purchase(
    version: PolicyVersion,
    traded_id: int,
    uscc: str,
    until: datetime | None = None,
    case: SubsidyCase | None = None,
) -> Sum:
    """Return the sum for a buyer and an achievement; ``case`` does not stand in its own queue, and takes only what its
    batch asks for.
    """
    ledger = world.part_of(version, traded_id, until).ledger()
    moment = until or clock.now()
    left = taking.left_by(case, until) if case is not None else Left(None, {})
    claim = world.claim("thought", traded_id, uscc, clock.beijing(moment).date())
    outcome = ledger.weigh(replace(claim, leaving=left.keys))
    shares = ledger.shares(str(traded_id), uscc, left.keys)
    found = _contracts(shares)
    used = ledger.cap_used_fen(str(traded_id), uscc)
    cap = version.parameters["cap_fen"]
    return Sum(
        version=version,
        as_of=moment,
        contracts=[
            _contract(ledger, found[int(one.contract)], one, traded_id, until, left) for one in shares
        ],
        eligible_fen=outcome.eligible_paid_fen,
        rate=version.parameters["rate"],
        entitlement_fen=outcome.entitlement_fen,
        granted_fen=ledger.net_granted_fen(str(traded_id), uscc),
        cap_fen=cap,
        used_fen=used,
        free_fen=max(0, cap - used),
        queued=_queued(version, traded_id, case),
        outcome=outcome,
        reasons=[_refusal(reason.value, left) for reason in outcome.reasons],
    )


def _refusal(reason: str, left: Left) -> Words:
    if reason != "NOTHING_NEW" or not left.reasons or left.batch is None:
        return Words(REASONS[reason])
    told = {"first": left.batch.paid_from.isoformat(), "last": left.batch.paid_to.isoformat()}
    words = N_("本批次的付款期间（%(first)s至%(last)s）内没有尚未补助过的实际支付额，其余付款留待其他批次")
    return Words(words, told)


def _contracts(shares: Iterable[Share]) -> dict[int, Contract]:
    query = (
        select(Contract)
        .where(Contract.id.in_([int(one.contract) for one in shares]))
        .options(
            selectinload(Contract.current).selectinload(ContractVersion.instalments),
            selectinload(Contract.registration),
        )
        .order_by(Contract.id)
    )
    return {row.id: row for row in db.session.scalars(query)}


def _contract(
    ledger: Ledger, contract: Contract, share: Share, traded_id: int, until: datetime | None, left: Left
) -> ContractSum:
    rows = _terms(ledger, contract, traded_id, until, left)
    bills = next(
        (one for one in invoices.reconcile(contract).lines if one.balance.traded_id == traded_id), None
    )
    return ContractSum(
        contract=contract,
        terms=rows,
        grounds=[Words(REASONS[ground.value]) for ground in sorted(share.grounds)],
        net_paid_fen=share.net_paid_fen,
        line_fen=share.line_fen or 0,
        technical_fen=share.technical_fen or 0,
        cut=_cut(share),
        eligible_fen=share.eligible_fen,
        instalments=plan.facts_of(contract),
        invoices=_invoices(contract, traded_id),
        bills=bills,
    )


def _cut(share: Share) -> list[tuple[Words, int]]:
    """Return what lies between net paid and eligible, by its reasons in their order."""
    if share.grounds:
        return [(Words(REASONS[min(share.grounds).value]), share.net_paid_fen)] if share.net_paid_fen else []
    if share.line_fen is None:
        return [(Words(N_("这项成果已从合同中变更去除")), share.net_paid_fen)]
    over = max(0, share.net_paid_fen - share.line_fen)
    base = share.net_paid_fen - over - share.eligible_fen
    found = [(Words(N_("超出合同约定的金额")), over), (Words(N_("超出技术交易额")), base)]
    return [(words, fen) for words, fen in found if fen]


def _terms(
    ledger: Ledger, contract: Contract, traded_id: int, until: datetime | None, left: Left
) -> list[Term]:
    """Return vouchers and refunds of a contract for an achievement, in the order in which they were verified."""
    query = (
        select(PaymentAllocation)
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(
            PaymentAllocation.contract_id == contract.id,
            PaymentAllocation.traded_id == traded_id,
            Payment.state == "verified",
        )
        .options(selectinload(PaymentAllocation.payment).selectinload(Payment.evidences))
        .order_by(Payment.verified_at, Payment.id)
    )
    if until is not None:
        query = query.where(Payment.verified_at < until)
    shares = list(db.session.scalars(query))
    links = _voucher_files([one.payment for one in shares])
    return [
        _term(ledger, contract, one, place, links.get(one.payment_id, []), left)
        for place, one in enumerate(shares, 1)
    ]


def _voucher_files(payments: Sequence[Payment]) -> dict[int, list[FileLink]]:
    """Return payment → its vouchers, those that were brought later and verified behind the first."""
    first = files.links_of_many("payment", [one.id for one in payments])
    later = [one for payment in payments for one in payment.evidences if one.state == "verified"]
    added = files.links_of_many("payment_evidence", [one.id for one in later]) if later else {}
    found = {payment.id: list(first.get(payment.id, [])) for payment in payments}
    for one in later:
        found[one.payment_id] += added.get(one.id, [])
    return found


def _term(
    ledger: Ledger,
    contract: Contract,
    share: PaymentAllocation,
    place: int,
    links: Sequence[FileLink],
    left: Left,
) -> Term:
    payment = share.payment
    elsewhere = left.reasons.get(taking.key_of(payment.returns_id or payment.id, contract.id))
    reasons: list[Words] = []
    if elsewhere is not None:
        counted = 0
        reasons.append(elsewhere)
    elif payment.kind == "payment":
        counted = _counted(ledger, contract, share, reasons)
    else:
        counted = -share.amount_fen
        if payment.returns_id is not None and not _counts(ledger, payment.returns_id, contract):
            counted = 0
            reasons.append(Words(N_("退回的是一笔未计入的付款")))
    evidence = evidences.present_evidence(payment)
    return Term(
        payment=payment,
        ordinal=place,
        bank=BANKS.label_of(payment.bank) if payment.bank else "",
        serial_tail=payment.serial[-4:],
        evidence=EVIDENCE.label_of(evidence) if evidence else N_("凭证已收回"),
        amount_fen=share.amount_fen if payment.kind == "payment" else -share.amount_fen,
        counted_fen=counted,
        left_out_fen=share.amount_fen - counted if payment.kind == "payment" else 0,
        reasons=reasons,
        files=links,
    )


def _counted(ledger: Ledger, contract: Contract, share: PaymentAllocation, reasons: list[Words]) -> int:
    standing = ledger.standing(f"{share.payment_id}/{contract.id}")
    reasons += [_unsound(fault, share.payment) for fault in sorted(standing.faults)]
    if not standing.accepted:
        reasons.append(Words(N_("凭证种类不在认可范围内，可补交银行转账凭证")))
    if not standing.counts:
        return 0
    if share.excluded_fen:
        reasons.append(Words(N_("审核剔除：%(why)s"), {"why": share.exclusion_reason}))
    return share.amount_fen - share.excluded_fen


def _unsound(fault: Unsound, payment: Payment) -> Words:
    holder = policies.for_payment("purchase", payment.paid_on) if fault is Unsound.OUTSIDE_WINDOW else None
    if holder is None:
        return Words(UNSOUND[fault])
    return Words(N_("付款日期属于政策第%(n)d版的付款期间，按该版申报"), {"n": holder.ordinal})


def _counts(ledger: Ledger, payment_id: int, contract: Contract) -> bool:
    """Return whether the payment that a refund names counts; one that paid another contract is no matter here."""
    try:
        return ledger.standing(f"{payment_id}/{contract.id}").counts
    except WorldFault:
        return True


def _invoices(contract: Contract, traded_id: int) -> list[tuple[Invoice, int, Sequence[FileLink]]]:
    rows = [
        (row, sum(share.amount_fen for share in row.shares if share.traded_id == traded_id))
        for row in reversed(invoices.of_contract(contract))
    ]
    links = files.links_of_many("invoice", [row.id for row, _fen in rows])
    return [(row, fen, links.get(row.id, [])) for row, fen in rows if fen]


def _queued(version: PolicyVersion, traded_id: int, case: SubsidyCase | None) -> int:
    """Return how many cases of the same achievement were submitted earlier and have no amount yet."""
    query = select(func.count(SubsidyCase.id)).where(
        SubsidyCase.policy_version_id == version.id,
        SubsidyCase.traded_id == traded_id,
        SubsidyCase.state.in_(QUEUED_STATES),
    )
    if case is not None:
        query = query.where(SubsidyCase.id != case.id)
        if case.submitted_at is not None:
            query = query.where(SubsidyCase.submitted_at < case.submitted_at)
    return int(db.session.scalar(query) or 0)
