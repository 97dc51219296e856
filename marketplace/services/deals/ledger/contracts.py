"""The contract ledger: which contracts, in which order, and the sums under the columns.

A draft is its author's own and stands in no ledger. ``counted_from`` and ``counted_to`` ask for the contracts behind a
figure of the turnover: then area, field, category and direction are those under which the entries were counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import contains_eager

from marketplace.domain import clock, regions
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.coded import Labels
from marketplace.domain.deals import terms
from marketplace.domain.states import CONTRACT
from marketplace.domain.taxonomy import CITY_TAGS, NATIONAL_FIELDS
from marketplace.domain.text import N_, compact
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
    Instalment,
    Payment,
    PaymentAllocation,
    TradedAchievement,
    TurnoverEntry,
)
from marketplace.services.deals.ledger.columns import ROUTES, YES_NO, Row
from marketplace.services.deals.payments import paid
from marketplace.services.paging import SIZE, Page
from marketplace.services.subsidy.granting import figures

Filters = Mapping[str, str]
MOST_WORDS = 5
MOST_NAMED = 2000

SIDES = {"in": N_("吸纳（买方在本市）"), "out": N_("输出（第一卖方在本市）"), "inside": N_("双方都在本市")}
DISTRICTS = {**regions.FIRST_REVIEW_OFFICES, regions.CITY: N_("本市其他")}
SORTS = {
    "registered": N_("登记日期从近到远"),
    "registered_up": N_("登记日期从远到近"),
    "amount": N_("成交额从高到低"),
    "amount_up": N_("成交额从低到高"),
}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "state": {code: state.label for code, state in CONTRACT.states.items() if code != "draft"},
    "field": dict(NATIONAL_FIELDS.choices),
    "category": dict(terms.CATEGORIES.choices),
    "direction": Labels(CITY_TAGS),
    "district": DISTRICTS,
    "route": ROUTES,
    "side": SIDES,
    "related": YES_NO,
    "overdue": {"1": N_("有逾期未付")},
    "subsidy": figures.STAGES,
}
"""Filters with a list of values."""
DAYS = ("registered_from", "registered_to", "counted_from", "counted_to")
FILTERS: Mapping[str, Mapping[str, str]] = {**CHOICES, "q": {}, **{name: {} for name in DAYS}}
"""Every filter; those without a list take words or a day."""


@dataclass(frozen=True)
class Totals:
    """What stands under the columns, over all rows of the filters; amounts in 分."""

    contracts: int
    amount_fen: int
    technical_fen: int
    paid_fen: int


def page_of(actor: Actor, filters: Filters, sort: str, number: int) -> tuple[Page[Row], Totals]:
    """Return a page of the ledger and the sums over all its pages."""
    require(actor, Permission.READ_CONTRACTS)
    base = _asked_once(filters)
    sums = _totals(filters, base)
    pages = max(1, -(-sums.contracts // SIZE))
    page = min(max(number, 1), pages)
    # Sorted by id alone and read afterwards: whole rows of three tables would be carried through the sorting.
    chosen = _ordered(base, sort).with_only_columns(Contract.id)
    ids = list(db.session.scalars(chosen.limit(SIZE).offset((page - 1) * SIZE)))
    found = db.session.scalars(_with_parties(_select({})).where(Contract.id.in_(ids))).unique()
    order = {key: place for place, key in enumerate(ids)}
    rows = rows_of(sorted(found, key=lambda contract: order[contract.id]))
    return Page(rows, page, pages, sums.contracts), sums


def totals(filters: Filters) -> Totals:
    """Return the sums over every row of the filters."""
    return _totals(filters, _select(filters))


def _asked_once(filters: Filters) -> Select[Any]:
    """Return the rows of the filters; what is dear to find out is found out here and named by id from then on."""
    base = _select(filters)
    if not filters.keys() & {"overdue", "q"}:
        return base
    ids = list(db.session.scalars(base.with_only_columns(Contract.id).limit(MOST_NAMED + 1)))
    return base if len(ids) > MOST_NAMED else _select({}).where(Contract.id.in_(ids))


def _totals(filters: Filters, base: Select[Any]) -> Totals:
    technical = func.coalesce(ContractRegistration.technical_fen, ContractVersion.technical_fen)
    figures = base.with_only_columns(
        func.count(), func.coalesce(func.sum(ContractVersion.amount_fen), 0), func.coalesce(func.sum(technical), 0)
    )  # fmt: skip
    number, amount, declared = db.session.execute(figures).one()
    return Totals(int(number), int(amount), int(declared), _paid(filters, base))


def _paid(filters: Filters, base: Select[Any]) -> int:
    """Return what was verified as paid, net; over everything the payments themselves say it, without their shares."""
    if not any(filters.values()):
        sign = case((Payment.kind == "payment", Payment.amount_fen), else_=-Payment.amount_fen)
        return int(db.session.scalar(select(func.sum(sign)).where(Payment.state == "verified")) or 0)
    money = (
        select(func.sum(paid.SIGNED_AMOUNT))
        .select_from(PaymentAllocation)
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(
            paid.IS_VERIFIED,
            PaymentAllocation.contract_id.in_(base.with_only_columns(Contract.id)),
        )
    )
    return int(db.session.scalar(money) or 0)


def query_of(filters: Filters) -> Select[Any]:
    """Return every row of the filters with all that the columns of the ledger need, by id."""
    return _with_parties(_select(filters)).options(
        contains_eager(Contract.current)
        .selectinload(ContractVersion.lines)
        .joinedload(ContractLine.traded)
        .selectinload(TradedAchievement.rights)
    ).order_by(Contract.id)  # fmt: skip


def rows_of(found: Sequence[Contract]) -> list[Row]:
    """Return contracts as rows, with what was paid and the numbers of their listings, by two queries."""
    net = paid.net_by_line([contract.id for contract in found])
    # Only the full table of an export has its lines at hand; the page does not show them.
    listings = {
        line.traded.listing_id
        for contract in found
        if contract.current is not None and "lines" in contract.current.__dict__
        for line in contract.current.lines
        if line.traded.listing_id
    }
    known = select(Listing.id, Listing.number).where(Listing.id.in_(listings))
    numbers = {key: number or "" for key, number in db.session.execute(known)} if listings else {}
    return [Row(contract, sum(net.get(contract.id, {}).values()), numbers) for contract in found]


def _select(filters: Filters) -> Select[Any]:
    query = (
        select(Contract)
        .join(ContractVersion, Contract.version_id == ContractVersion.id)
        .outerjoin(ContractRegistration, ContractRegistration.contract_id == Contract.id)
        .where(Contract.state != "draft")
    )
    asked = {name: value for name, value in filters.items() if value}
    if asked.keys() & {"counted_from", "counted_to"}:
        query = query.where(Contract.id.in_(_counted(asked)))
        asked = {name: value for name, value in asked.items() if name not in _COUNTED}
    for name, value in asked.items():
        query = query.where(_CONDITIONS[name](value))
    return query


def _with_parties(query: Select[Any]) -> Select[Any]:
    return query.options(
        contains_eager(Contract.current).selectinload(ContractVersion.parties),
        contains_eager(Contract.registration),
    )


def _ordered(query: Select[Any], sort: str) -> Select[Any]:
    day, amount = ContractRegistration.registered_on, ContractVersion.amount_fen
    orders: dict[str, tuple[Any, ...]] = {
        "registered": (day.desc().nulls_last(), Contract.id.desc()),
        "registered_up": (day.asc().nulls_last(), Contract.id),
        "amount": (amount.desc(), Contract.id.desc()),
        "amount_up": (amount.asc(), Contract.id),
    }
    return query.order_by(*orders.get(sort, orders["registered"]))


def _words(typed: str) -> ColumnElement[bool]:
    """Every word stands in a number, in the title, or in the name or code of a party."""
    return and_(*(_word(word) for word in typed.split()[:MOST_WORDS]))


def _word(word: str) -> ColumnElement[bool]:
    party = select(ContractParty.version_id).where(
        or_(ContractParty.name.icontains(word, autoescape=True), ContractParty.uscc == compact(word))
    )
    found = [
        ContractVersion.title.icontains(word, autoescape=True),
        Contract.filing_number == compact(word),
        Contract.version_id.in_(party),
    ]
    digits = compact(word).replace("-", "")
    if digits.isascii() and digits.isdigit():
        found.append(ContractRegistration.number.contains(digits))
    return or_(*found)


def _in_city(division: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = division.startswith(regions.CITY_PREFIX)
    return found


def _in_district(division: Any, code: str) -> ColumnElement[bool]:
    if code == regions.CITY:
        return and_(_in_city(division), division.not_in(list(regions.FIRST_REVIEW_OFFICES)))
    found: ColumnElement[bool] = division == code
    return found


def _party(position: int, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The buyer stands at position 0, the first named seller at 1."""
    found = select(ContractParty.version_id).where(
        ContractParty.position == position, condition(ContractParty.division)
    )
    return Contract.version_id.in_(found)


def _side(side: str) -> ColumnElement[bool]:
    buyer, seller = _party(0, _in_city), _party(1, _in_city)
    return {"in": buyer, "out": seller}.get(side, and_(buyer, seller))


def _district(code: str) -> ColumnElement[bool]:
    def here(division: Any) -> ColumnElement[bool]:
        return _in_district(division, code)

    return or_(_party(0, here), _party(1, here))


def _overdue(_value: str) -> ColumnElement[bool]:
    """More has fallen due by today than was paid, on a contract that is being performed."""
    due = (
        select(func.sum(Instalment.amount_fen))
        .where(Instalment.version_id == Contract.version_id, Instalment.due_on < clock.today())
        .scalar_subquery()
    )
    net = (
        select(func.coalesce(func.sum(paid.SIGNED_AMOUNT), 0))
        .select_from(PaymentAllocation)
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(paid.IS_VERIFIED, PaymentAllocation.contract_id == Contract.id)
        .scalar_subquery()
    )
    running = Contract.state.in_(("confirmed", "submitted", "examined", "returned", "registered"))
    return and_(running, Contract.signed_on.is_not(None), due > net)


def _main_tag(code: str) -> ColumnElement[bool]:
    """The main direction of a contract is the one it counts under."""
    entry = TurnoverEntry
    return exists().where(entry.contract_id == Contract.id, entry.tag == code)


def _day(value: str) -> date:
    return date.fromisoformat(value)


_CONDITIONS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "state": lambda value: Contract.state == value,
    "field": lambda value: ContractVersion.field == value,
    "category": lambda value: ContractVersion.kind.startswith(f"{value}."),
    "direction": _main_tag,
    "district": _district,
    "route": lambda value: ContractRegistration.route == value,
    "side": _side,
    "related": lambda value: ContractVersion.related_party.is_(value == "1"),
    "overdue": _overdue,
    "subsidy": lambda value: Contract.id.in_(figures.contracts(value)),
    "q": _words,
    "registered_from": lambda value: ContractRegistration.registered_on >= _day(value),
    "registered_to": lambda value: ContractRegistration.registered_on <= _day(value),
}
_COUNTED = frozenset({"side", "district", "field", "category", "direction", "counted_from", "counted_to"})


def _counted(asked: Filters) -> Select[Any]:
    """Return the ids of the contracts whose entries make a figure of the turnover."""
    entry, conditions = TurnoverEntry, []
    buyer, seller = _in_city(entry.buyer_division), _in_city(entry.seller_division)
    side = asked.get("side")
    if code := asked.get("district"):
        bought, sold = _in_district(entry.buyer_division, code), _in_district(entry.seller_division, code)
        conditions.append(
            {"in": bought, "out": sold, "inside": and_(bought, sold)}.get(side or "", or_(bought, sold))
        )
    elif side:
        conditions.append({"in": buyer, "out": seller}.get(side, and_(buyer, seller)))
    for name, column in (("field", entry.field), ("category", entry.category), ("direction", entry.tag)):
        if name in asked:
            conditions.append(column == asked[name])
    if "counted_from" in asked:
        conditions.append(entry.counted_on >= _day(asked["counted_from"]))
    if "counted_to" in asked:
        conditions.append(entry.counted_on <= _day(asked["counted_to"]))
    return select(entry.contract_id).where(*(conditions or [false()]))
