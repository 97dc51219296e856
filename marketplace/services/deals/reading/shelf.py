"""The desk's list of an organisation's contracts: tabs, search, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_, Words, clean_line, compact
from marketplace.extensions import db
from marketplace.models.deals import (
    Confirmation,
    Contract,
    ContractParty,
    ContractRegistration,
    ContractVersion,
)
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import contracts
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
    """A contract of the list with 等谁 · 还差什么 · 最迟哪天; None where nothing is waited for."""

    contract: Contract
    waits_for: Words | None = None
    missing: Words | None = None
    due: date | None = None
    days_left: int | None = None


_OURS = Words(N_("贵单位"))
_STEPS: Mapping[str, tuple[Words, Words]] = {
    "draft": (_OURS, Words(N_("填写完整，提请对方确认"))),
    "confirmed": (_OURS, Words(N_("签订日期、签章文本，申请登记"))),
    "submitted": (Words(TASK_KINDS["contract"].waits_for), Words(N_("登记意见"))),
    "examined": (Words(TASK_KINDS["contract_check"].waits_for), Words(N_("复核意见"))),
    "returned": (_OURS, Words(N_("按退回意见补正后重新申请"))),
}
"""State → whom it waits for and for what, where that does not depend on the parties."""


def lines(actor: Actor, found: Sequence[Contract]) -> list[Line]:
    """Return the lines of the list; the number of queries does not grow with them."""
    calendar, tasks, agreed = deadlines.calendar(), _tasks(found), _agreed(found)
    made = []
    for contract in found:
        waits_for, missing = _STEPS.get(contract.state, (None, None))
        if contract.state == "offered":
            waits_for, missing = _awaited(actor, contract, agreed), Words(N_("确认合同内容"))
        due = tasks.get(contract.id)
        left = calendar.between(clock.today(), due) if due is not None else None
        made.append(Line(contract, waits_for, missing, due, left))
    return made


def _awaited(actor: Actor, contract: Contract, agreed: set[tuple[int, int]]) -> Words:
    """Return who has not confirmed yet: the reader's own side before all others."""
    missing = [
        party
        for party in contracts.parties_of(contract)
        if (party.version_id, party.position) not in agreed
        and (party.organisation_id is None or party.organisation_id != contract.organisation_id)
    ]
    if any(party.organisation_id == actor.organisation_id for party in missing):
        return _OURS
    return Words(N_("%(names)s"), {"names": "、".join(party.name for party in missing)})


def _agreed(found: Sequence[Contract]) -> set[tuple[int, int]]:
    versions = [contract.version_id for contract in found if contract.state == "offered"]
    query = select(Confirmation.version_id, Confirmation.position).where(
        Confirmation.version_id.in_(versions), Confirmation.agreed.is_(True)
    )
    return {(version, position) for version, position in db.session.execute(query)} if versions else set()


def _tasks(found: Sequence[Contract]) -> dict[int, date]:
    waiting = [contract.id for contract in found if contract.state in ("submitted", "examined")]
    query = select(ReviewTask.subject_id, ReviewTask.due_on).where(
        ReviewTask.subject_kind == "contract", ReviewTask.subject_id.in_(waiting), ReviewTask.state == "open"
    )
    return {row.subject_id: row.due_on for row in db.session.execute(query)} if waiting else {}
