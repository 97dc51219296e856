"""The desk's list of an organisation's contracts: tabs, search, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals.numbers import ContractNumber
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_, clean_line, compact
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, ContractRegistration, ContractVersion
from marketplace.services.deals import contracts, waiting
from marketplace.services.deals.waiting import NextStep
from marketplace.services.platform import deadlines

TABS: Mapping[str, tuple[str, frozenset[str]]] = {
    "all": (N_("全部"), frozenset(CONTRACT.states)),
    "draft": (N_("草稿"), frozenset({"draft"})),
    "offered": (N_("待对方确认"), frozenset({"offered"})),
    "registering": (N_("待登记"), frozenset({"confirmed", "submitted", "examined", "returned"})),
    "registered": (N_("已登记"), frozenset({"registered"})),
    "ended": (
        N_("已结束"),
        frozenset({"completed", "voided", "refused", "rescinded", "deregistered", "revoked"}),
    ),
}
"""Tab → its words and the states of the contracts under it."""


def listed(actor: Actor, tab: str = "all", words: str = "") -> Select[Contract]:
    """Return the query of the contracts of the actor's organisation under ``tab`` that ``words`` speak of.

    Words are looked for in title, parties, 平台备案号 and 合同登记编号; newest first.
    """
    query = contracts.own_query(actor).options(joinedload(Contract.registration))
    if tab != "all":
        query = query.where(Contract.state.in_(TABS[tab][1]))
    for word in clean_line(words).split()[:5]:
        query = query.where(_speaks_of(word))
    return query


def counts(actor: Actor, words: str = "") -> dict[str, int]:
    """Return how many contracts stand under each tab, by one query."""
    ids = listed(actor, "all", words).order_by(None).with_only_columns(Contract.id).subquery()
    rows = db.session.execute(
        select(Contract.state, func.count()).where(Contract.id.in_(select(ids.c.id))).group_by(Contract.state)
    )
    found = {state: int(number) for state, number in rows}
    return {
        tab: sum(number for state, number in found.items() if state in states)
        for tab, (_label, states) in TABS.items()
    }


def _speaks_of(word: str) -> ColumnElement[bool]:
    title = select(ContractVersion.id).where(
        ContractVersion.id == Contract.version_id, ContractVersion.title.icontains(word, autoescape=True)
    )
    party = select(ContractParty.id).where(
        ContractParty.version_id == Contract.version_id,
        or_(ContractParty.name.icontains(word, autoescape=True), ContractParty.uscc == compact(word)),
    )
    number = select(ContractRegistration.id).where(
        ContractRegistration.contract_id == Contract.id,
        ContractRegistration.number.contains(compact(word), autoescape=True),
    )
    filed = Contract.filing_number.icontains(word, autoescape=True)
    return or_(filed, title.exists(), party.exists(), number.exists())


@dataclass(frozen=True)
class Line:
    """A contract of the list with its next step, if anything is waited for, and the working days left for it.

    ``number`` is the 合同登记编号 as people read it, or the 平台备案号 until it is known.
    """

    contract: Contract
    number: str
    step: NextStep | None = None
    days_left: int | None = None


def lines(actor: Actor, found: Sequence[Contract]) -> list[Line]:
    """Return the lines of the list; the number of queries does not grow with them."""
    calendar, steps = deadlines.calendar(), waiting.steps_of(actor, found)
    made = []
    for contract in found:
        step = steps.get(contract.id)
        due = step.due if step is not None else None
        left = calendar.between(clock.today(), due) if due is not None else None
        made.append(Line(contract, _number(contract), step, left))
    return made


def _number(contract: Contract) -> str:
    row = contract.registration
    return ContractNumber(row.number).grouped if row is not None and row.number else contract.filing_number
