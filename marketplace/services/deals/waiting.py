"""等谁 · 还差什么 · 最迟哪天 of contracts, for the workbench and the contract's page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import (
    Confirmation,
    ConfirmationLink,
    Contract,
    ContractParty,
    PricePublication,
)
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import contracts, facts, prices, texts
from marketplace.services.deals.payments import paid, plan
from marketplace.services.platform import files
from marketplace.services.platform.reviews import waits_for

OPEN_STATES = ("draft", "offered", "confirmed", "submitted", "examined", "returned")
"""States of a contract on its way to registration: these stand on the workbench."""

SHOWN = 60

_TASKS = {"submitted": "contract", "examined": "contract_check"}
_YOU = Words(N_("贵单位"))


@dataclass(frozen=True)
class NextStep:
    """``waits_for`` whom, what is ``missing``, and by when (``due``). ``mine``: it waits for the reader's side."""

    waits_for: Words
    missing: Sequence[Words]
    due: date | None
    mine: bool


@dataclass
class _Known:
    """What is known of contracts beside their rows, gathered for all of them at once; keys are contract ids."""

    awaited: dict[int, list[ContractParty]] = field(default_factory=dict)
    link_ends: dict[int, date] = field(default_factory=dict)
    tasks: dict[int, ReviewTask] = field(default_factory=dict)
    remarks: dict[int, int] = field(default_factory=dict)
    purposes: dict[int, set[str]] = field(default_factory=dict)
    published: set[int] = field(default_factory=set)


def next_step(contract: Contract, actor: Actor) -> NextStep | None:
    """Return what comes next for a contract as ``actor`` sees it; None where nothing is left to do."""
    concerned = may(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(contract))
    if contract.state == "registered":
        return _performing(contract, actor, concerned)
    if contract.state not in OPEN_STATES:
        return None
    known = _known([contract])
    missing = len(texts.faults(contract)) if contract.state in ("draft", "confirmed", "returned") else None
    return _step(contract, actor, known, concerned, missing)


def items(actor: Actor) -> list[tuple[Contract, NextStep]]:
    """Return the contracts of the actor's organisation that are on their way, by a constant number of queries."""
    if actor.organisation_id is None:
        return []
    query = contracts.own_query(actor).where(Contract.state.in_(OPEN_STATES)).limit(SHOWN)
    query = query.options(selectinload(Contract.registration))
    found = list(db.session.scalars(query))
    steps = steps_of(actor, found)
    return [(contract, steps[contract.id]) for contract in found if contract.id in steps]


def steps_of(actor: Actor, found: Sequence[Contract]) -> dict[int, NextStep]:
    """Return contract id → next step of those of ``found`` that are on their way, by a constant number of queries.

    ``found`` are contracts of the actor's organisation; what a draft still lacks is not counted.
    """
    on_their_way = [contract for contract in found if contract.state in OPEN_STATES]
    known = _known(on_their_way) if on_their_way else _Known()
    concerned = may(actor, Permission.HANDLE_CONTRACT)
    steps = {contract.id: _step(contract, actor, known, concerned, None) for contract in on_their_way}
    return {contract_id: step for contract_id, step in steps.items() if step is not None}


def _known(found: Sequence[Contract]) -> _Known:
    ids = [contract.id for contract in found]
    known = _Known()
    offered = [
        contract for contract in found if contract.state == "offered" and contract.version_id is not None
    ]
    _ask_answers(known, offered)
    tasks = select(ReviewTask).where(
        ReviewTask.kind.in_(_TASKS.values()),
        ReviewTask.subject_kind == "contract",
        ReviewTask.subject_id.in_(ids),
        ReviewTask.state.in_(("open", "done")),
    )
    for task in db.session.scalars(tasks.options(selectinload(ReviewTask.remarks)).order_by(ReviewTask.id)):
        if task.state == "open":
            known.tasks[task.subject_id] = task
        else:
            # A ground is kept as a remark, as a reason and in the note: one thing to mend, not three.
            known.remarks[task.subject_id] = max(len(task.remarks), len(task.reasons), bool(task.note))
    for subject_id, links in files.links_of_many("contract", ids).items():
        known.purposes[subject_id] = {link.purpose for link in links}
    finished = select(PricePublication.contract_id).where(
        PricePublication.contract_id.in_(ids), PricePublication.state == "finished"
    )
    known.published = set(db.session.scalars(finished))
    return known


def _ask_answers(known: _Known, offered: Sequence[Contract]) -> None:
    versions = {contract.version_id: contract for contract in offered}
    if not versions:
        return
    said = select(Confirmation.version_id, Confirmation.position).where(
        Confirmation.version_id.in_(versions), Confirmation.agreed.is_(True)
    )
    agreed = {(row.version_id, row.position) for row in db.session.execute(said)}
    for version_id, contract in versions.items():
        known.awaited[contract.id] = [
            party
            for party in contracts.parties_of(contract)
            if (version_id, party.position) not in agreed
            and (party.organisation_id is None or party.organisation_id != contract.organisation_id)
        ]
    links = select(ConfirmationLink).where(
        ConfirmationLink.version_id.in_(versions),
        ConfirmationLink.used_at.is_(None),
        ConfirmationLink.revoked_at.is_(None),
    )
    for link in db.session.scalars(links.order_by(ConfirmationLink.expires_at.desc(), ConfirmationLink.id)):
        known.link_ends[versions[link.version_id].id] = clock.beijing(link.expires_at).date()


def _step(
    contract: Contract, actor: Actor, known: _Known, concerned: bool, faults: int | None
) -> NextStep | None:
    """``concerned``: the actor may act for a party. ``faults``: how much the text lacks, None where nobody counted."""
    match contract.state:
        case "draft":
            return NextStep(_party(contract, concerned), [_to_fill(faults)], None, concerned)
        case "offered":
            return _confirming(contract, actor, known)
        case "submitted" | "examined":
            task = known.tasks.get(contract.id)
            words = Words(N_("登记审核")) if contract.state == "submitted" else Words(N_("登记复核"))
            waiting = waits_for(task, _TASKS[contract.state])
            return NextStep(waiting, [words], task.due_on if task is not None else None, False)
        case "confirmed":
            return NextStep(
                _party(contract, concerned), _before_submission(contract, known, faults), None, concerned
            )
        case "returned":
            return NextStep(
                _party(contract, concerned), _after_return(contract, known, faults), None, concerned
            )
    return None


def _party(contract: Contract, concerned: bool) -> Words:
    """Return who has to act: the reader's side, or for readers of the authority the one that drafted it."""
    if concerned or contract.organisation is None:
        return _YOU
    return Words(N_("%(name)s"), {"name": contract.organisation.name})


def _to_fill(faults: int | None) -> Words:
    if faults:
        return Words(N_("补齐 %(count)s 项内容"), {"count": faults})
    return Words(N_("填写完整并提请对方确认")) if faults is None else Words(N_("提请对方确认"))


def _confirming(contract: Contract, actor: Actor, known: _Known) -> NextStep:
    waiting = known.awaited.get(contract.id, [])
    due = known.link_ends.get(contract.id)
    if any(party.organisation_id == actor.organisation_id is not None for party in waiting):
        return NextStep(_YOU, [Words(N_("核对合同并确认，或说明不同意的理由"))], due, True)
    names = "、".join(party.name for party in waiting)
    return NextStep(Words(N_("%(name)s"), {"name": names}), [Words(N_("对方确认"))], due, False)


def _before_submission(contract: Contract, known: _Known, faults: int | None) -> list[Words]:
    purposes = known.purposes.get(contract.id, set())
    missing = [Words(N_("补齐 %(count)s 项内容"), {"count": faults})] if faults else []
    if contract.signed_on is None:
        missing.append(Words(N_("签订日期")))
    if "signed_contract" not in purposes:
        missing.append(Words(N_("签章合同文本")))
    must_publish = prices.must_publish(contract) and contract.id not in known.published
    if must_publish and "price_proof" not in purposes:
        missing.append(Words(N_("协议定价公示")))
    row = contract.registration
    declared = row is not None and row.number and row.registered_on
    if not facts.is_local(contract) and not (declared and "certificate" in purposes):
        missing.append(Words(N_("登记证明的编号、日期、金额和文件")))
    return missing or [Words(N_("申请登记"))]


def _after_return(contract: Contract, known: _Known, faults: int | None) -> list[Words]:
    count = known.remarks.get(contract.id, 0)
    words = (
        Words(N_("按 %(count)s 条意见补正后重新申请"), {"count": count})
        if count
        else Words(N_("按退回意见补正"))
    )
    still = [each for each in _before_submission(contract, known, faults) if each.message != N_("申请登记")]
    return [words, *still]


def _performing(contract: Contract, actor: Actor, concerned: bool) -> NextStep | None:
    """What a registered contract waits for: the next instalment, or the word that all is done."""
    if contract.organisation is None:
        # An imported contract: what was paid on it before is not known here.
        return None
    if paid.is_paid_in_full(contract):
        return NextStep(_party(contract, concerned), [Words(N_("标记为履行完毕"))], None, concerned)
    due = next((each for each in plan.facts_of(contract) if each.open_fen), None)
    buyer = contracts.buyer_of(contract)
    if due is None or buyer is None:
        return None
    words = (
        Words(N_("付款：%(name)s"), {"name": due.planned.name})
        if due.planned.name
        else Words(N_("按约定付款"))
    )
    mine = concerned and buyer.organisation_id == actor.organisation_id
    whom = _YOU if mine else Words(N_("%(name)s"), {"name": buyer.name})
    return NextStep(whom, [words], due.planned.due_on, mine)
