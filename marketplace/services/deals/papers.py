"""What stands on each printed paper of a contract, as plain structures: 登记表, 登记证明, 摘要.

Labels and coded values are words to translate (``coded``); everything else is printed as it was typed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from marketplace.domain import clock, regions, taxonomy
from marketplace.domain.access import Actor
from marketplace.domain.deals import terms
from marketplace.domain.deals.numbers import ContractNumber
from marketplace.domain.errors import NotFound
from marketplace.domain.states import CONTRACT
from marketplace.domain.states.contracts import RUNNING
from marketplace.domain.states.payments import PAYMENT
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.integrations import qr
from marketplace.models.catalogue import AchievementRevision
from marketplace.models.deals import (
    Contract,
    ContractChange,
    ContractLine,
    ContractParty,
    ContractVersion,
    Payment,
    PaymentAllocation,
)
from marketplace.services import links
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import paid
from marketplace.services.deals.payments.decisions import KIND_LABELS
from marketplace.services.outside import outside

_YES, _NO = N_("是"), N_("否")


@dataclass(frozen=True)
class Cell:
    """A field of a paper: its label, and what stands there; ``coded`` words are translated, several are listed."""

    label: str
    words: tuple[str, ...]
    coded: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Side:
    """A party on paper: every field of the national form, in its order."""

    name: str
    in_city: bool
    identity: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Right:
    """An intellectual property right: its type (coded) and number."""

    kind: str
    number: str


@dataclass(frozen=True)
class Line:
    """An achievement's share of a contract, in 分; ``approved_fen`` is None until it is 核定, ``paid_fen`` is net."""

    name: str
    owner: str
    rights: tuple[Right, ...]
    amount_fen: int
    technical_fen: int
    approved_fen: int | None
    paid_fen: int


@dataclass(frozen=True)
class Part:
    """An instalment: ``amount_fen`` None means 金额待定."""

    name: str
    condition: str
    due_on: date | None
    amount_fen: int | None


@dataclass(frozen=True)
class Money:
    """A payment or refund as far as it belongs to this contract, with the sign of its kind."""

    paid_on: date
    kind: str
    evidence: str
    state: str
    amount_fen: int


@dataclass(frozen=True)
class Event:
    """A change that has taken effect."""

    on: date | None
    kind: str
    reason: str


@dataclass(frozen=True)
class Paper:
    """One paper of a contract. ``number`` is grouped and '' until the national number is known."""

    form: str
    title: str
    contract_id: int
    contract_title: str
    filing_number: str
    number: str
    registry: str
    registered_on: date | None
    state: str
    signed_on: date | None
    amount_fen: int
    technical_fen: int
    open_ended: bool
    royalty_terms: str
    content: str
    printed_at: datetime
    kind: Cell
    subject: Cell
    cells: tuple[Cell, ...]
    buyer: Side | None
    sellers: tuple[Side, ...]
    lines: tuple[Line, ...]
    plan: tuple[Part, ...]
    money: tuple[Money, ...] = ()
    paid_fen: int = 0
    events: tuple[Event, ...] = ()
    verify_url: str = ""
    code: str = field(default="", repr=False)


FORMS: Mapping[str, str] = {
    "registration-form": N_("技术合同登记表"),
    "certificate": N_("技术合同登记证明"),
    "summary": N_("技术合同摘要"),
}
"""Address word of a paper → its title."""

_OFFERED: Mapping[str, Callable[[Contract], bool]] = {
    "registration-form": lambda contract: True,
    # A certificate says that the registration stands; it is the seat of the city's own registry that says so.
    "certificate": lambda contract: contract.state in RUNNING and _is_registered_here(contract),
    "summary": lambda contract: True,
}


def offered(contract: Contract) -> list[tuple[str, str]]:
    """Return address word and title of the papers a contract has now, for the buttons of its page."""
    if contract.current is None:
        return []
    return [(form, title) for form, title in FORMS.items() if _OFFERED[form](contract)]


def build(actor: Actor, contract_id: int, form: str) -> Paper:
    """Return a paper of a contract that the actor may read; NotFound otherwise, and for a paper it does not have."""
    contract = contracts.get_for(actor, contract_id)
    if form not in dict(offered(contract)):
        raise NotFound()
    return _paper(contract, form)


def _is_registered_here(contract: Contract) -> bool:
    row = contract.registration
    return row is not None and row.route == "local" and row.decided_at is not None


def _paper(contract: Contract, form: str) -> Paper:
    version, row = contract.current, contract.registration
    assert version is not None  # noqa: S101 - offered() has looked
    registered = row is not None and row.decided_at is not None
    summary, address = form == "summary", links.verification(contract.public_code)
    sellers = [party for party in version.parties if party.role == "seller"]
    buyer = next((party for party in version.parties if party.role == "buyer"), None)
    return Paper(
        form=form,
        title=FORMS[form],
        contract_id=contract.id,
        contract_title=version.title,
        filing_number=contract.filing_number,
        number=ContractNumber(row.number).grouped if row is not None and row.number else "",
        registry=row.registry_name if row is not None else "",
        registered_on=row.registered_on if row is not None and registered else None,
        state=CONTRACT.states[contract.state].label,
        signed_on=contract.signed_on,
        amount_fen=row.turnover_fen if row is not None and registered else version.amount_fen,
        technical_fen=row.technical_fen if row is not None and registered else version.technical_fen,
        open_ended=version.open_ended,
        royalty_terms=version.royalty_terms,
        content=version.content,
        printed_at=clock.now(),
        kind=_kind(version),
        subject=_field(version),
        cells=_cells(contract, version),
        buyer=_side(buyer) if buyer is not None else None,
        sellers=tuple(_side(party) for party in sellers),
        lines=_lines(contract, version),
        plan=tuple(Part(one.name, one.condition, one.due_on, one.amount_fen) for one in version.instalments),
        money=_money(contract) if summary else (),
        paid_fen=paid.net(contract.id) if summary else 0,
        events=_events(contract) if summary else (),
        verify_url=outside().public_url + address if form == "certificate" else "",
        code=qr.data_uri(outside().public_url + address) if form == "certificate" else "",
    )


def _cells(contract: Contract, version: ContractVersion) -> tuple[Cell, ...]:
    """Return the contract's own fields of the national form, but for parties and amounts."""
    related = version.related_party
    return (
        Cell(N_("合同名称"), _said(version.title), wide=True),
        _kind(version),
        Cell(N_("许可方式"), _term(terms.LICENCE_SCOPES, version.licence_scope), coded=True),
        Cell(N_("签订日期"), _said(contract.signed_on)),
        Cell(N_("有效期"), _span(version.valid_from, version.valid_to)),
        Cell(N_("支付方式"), _term(terms.PAYMENT_MODES, version.payment_mode), coded=True),
        Cell(N_("是否关联交易"), () if related is None else (_YES if related else _NO,), coded=True),
        Cell(N_("是否技术进口"), (_YES if version.is_import else _NO,), coded=True),
        Cell(N_("项目计划来源"), _term(terms.PLAN_SOURCES, version.plan_source), coded=True),
        Cell(N_("知识产权类型"), _list(terms.RIGHTS_INVOLVED, version.rights_involved), coded=True),
        _field(version),
        Cell(N_("社会经济目标"), _term(terms.OBJECTIVES, version.objective), coded=True),
        Cell(N_("产业方向"), _list(taxonomy.CITY_TAGS, version.tags), coded=True),
    )


def _kind(version: ContractVersion) -> Cell:
    words = (
        *_term(terms.CATEGORIES, terms.category_of(version.kind)),
        *_term(terms.KINDS, version.kind),
    )
    return Cell(N_("合同类别"), words, coded=True)


def _field(version: ContractVersion) -> Cell:
    return Cell(N_("技术领域"), _term(taxonomy.NATIONAL_FIELDS, version.field), coded=True)


def _side(party: ContractParty) -> Side:
    """Return a party's snapshot in the order of the national form."""

    def answer(label: str, value: bool) -> Cell:
        return Cell(label, (_YES if value else _NO,), coded=True)

    identity = (
        Cell(N_("统一社会信用代码"), _said(party.uscc))
        if party.country == "CN"
        else Cell(N_("境外注册号"), _said(party.foreign_number))
    )
    return Side(
        party.name,
        regions.in_city(party.division),
        identity,
        (
            Cell(N_("名称"), _said(party.name), wide=True),
            identity,
            Cell(N_("国别（地区）"), _term(terms.COUNTRIES, party.country), coded=True),
            Cell(N_("行政区划"), _place(party.division), wide=True),
            Cell(N_("单位性质"), _term(terms.NATURES, party.nature), coded=True),
            Cell(N_("企业规模"), _term(taxonomy.ORGANISATION_SIZES, party.size), coded=True),
            Cell(N_("行业"), _term(taxonomy.APPLICATION_SECTORS, party.sector), coded=True),
            answer(N_("技术转移机构"), party.is_transfer_institution),
            answer(N_("研发机构"), party.is_research_institution),
            answer(N_("高新区内企业"), party.in_high_tech_zone),
            answer(N_("上市企业"), party.is_listed_company),
            Cell(N_("法定代表人"), _said(party.legal_representative)),
            Cell(N_("联系人"), _said(party.contact_name)),
            Cell(N_("电话"), _said(party.contact_phone)),
            Cell(N_("邮编"), _said(party.postcode)),
            Cell(N_("地址"), _said(party.address), wide=True),
        ),
    )


def _lines(contract: Contract, version: ContractVersion) -> tuple[Line, ...]:
    net = paid.net_by_line([contract.id]).get(contract.id, {})
    sold = _revisions(version.lines)
    return tuple(
        Line(
            name=one.traded.name,
            owner=one.traded.owner_name,
            rights=_rights(one, sold),
            amount_fen=one.amount_fen,
            technical_fen=one.technical_fen,
            approved_fen=one.approved_technical_fen,
            paid_fen=net.get(one.traded_id, 0),
        )
        for one in version.lines
    )


def _revisions(lines: Iterable[ContractLine]) -> dict[int, AchievementRevision]:
    wanted = [one.revision_id for one in lines if one.revision_id is not None]
    found = db.session.scalars(select(AchievementRevision).where(AchievementRevision.id.in_(wanted)))
    return {one.id: one for one in found}


def _rights(line: ContractLine, sold: Mapping[int, AchievementRevision]) -> tuple[Right, ...]:
    """Return the rights of the achievement as it was sold; of one nobody listed those the contract names."""
    revision = sold.get(line.revision_id) if line.revision_id is not None else None
    rows = revision.ip_rights if revision is not None else line.traded.rights
    return tuple(Right(taxonomy.IP_TYPES.label_of(one.ip_type), one.number) for one in rows)


def _money(contract: Contract) -> tuple[Money, ...]:
    """Return what was recorded and not returned or withdrawn, by date; several lines of one payment are one."""
    query = (
        select(Payment, PaymentAllocation.amount_fen)
        .join(PaymentAllocation, PaymentAllocation.payment_id == Payment.id)
        .where(PaymentAllocation.contract_id == contract.id, Payment.state.in_(("submitted", "verified")))
        .order_by(Payment.paid_on, Payment.id)
    )
    sums: dict[int, int] = {}
    rows: dict[int, Payment] = {}
    for row, fen in db.session.execute(query):
        rows[row.id] = row
        sums[row.id] = sums.get(row.id, 0) + (fen if row.kind == "payment" else -fen)
    return tuple(
        Money(
            row.paid_on,
            KIND_LABELS[row.kind],
            terms.EVIDENCE.label_of(row.evidence),
            PAYMENT.states[row.state].label,
            sums[row.id],
        )
        for row in rows.values()
    )


def _events(contract: Contract) -> tuple[Event, ...]:
    query = (
        select(ContractChange)
        .where(ContractChange.contract_id == contract.id, ContractChange.state == "approved")
        .order_by(ContractChange.signed_on, ContractChange.id)
    )
    return tuple(
        Event(one.signed_on, terms.CHANGE_KINDS.label_of(one.kind), one.reason)
        for one in db.session.scalars(query)
    )


def _said(value: str | date | None) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _term(found: taxonomy.Taxonomy, code: str) -> tuple[str, ...]:
    return (found.label_of(code),) if code in found else ()


def _list(found: taxonomy.Taxonomy, codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(found.label_of(code) for code in codes if code in found)


def _span(start: date | None, end: date | None) -> tuple[str, ...]:
    return (f"{start or '…'} — {end or '…'}",) if start or end else ()


def _place(code: str | None) -> tuple[str, ...]:
    """Return the six digits as the form wants them, and the name."""
    if code is None or not regions.exists(code):
        return ()
    return (f"{regions.printed_code(code)} {regions.full_name(code)}",)
