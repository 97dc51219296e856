"""变更, 金额补正, 解除, 注销 of a registered contract: proposed and signed by its parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, may, require
from marketplace.domain.deals.differences import Change, differences
from marketplace.domain.deals.terms import CHANGE_KINDS
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.states import CONTRACT, CONTRACT_CHANGE
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractChange, ContractVersion, Instalment
from marketplace.models.people import Organisation
from marketplace.models.platform import FileLink, ReviewTask
from marketplace.services import workflow
from marketplace.services.deals import contracts, drafts, texts
from marketplace.services.deals.registry import judging
from marketplace.services.platform import audit, files, reviews

OPEN = ("draft", "submitted", "returned")
TEXTUAL = frozenset({"amend", "supplement"})
"""Kinds that bring a new text; the others end the contract or its registration."""


@dataclass(frozen=True)
class ChangeData:
    """What the form of a change says. ``lines``: (成交额, 技术交易额) in 分, in the order of the text's lines.

    Name, content and validity are read for 变更 only, the amounts for 变更 and 金额补正.
    """

    signed_on: date | None = None
    reason: str = ""
    title: str = ""
    content: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    lines: Sequence[tuple[int, int]] = ()
    instalments: Sequence[InstalmentData] = ()
    open_ended: bool = False


def subject_of(change: ContractChange, facts: frozenset[str] = frozenset()) -> Subject:
    """Return what the rules need to know of a change: both sides are concerned, its writer never decides on it."""
    whole = contracts.subject_of(change.contract)
    makers = frozenset({change.created_by} if change.created_by else ())
    return Subject(
        "contract_change",
        organisation_id=change.organisation_id,
        parties=whole.parties | ({whole.organisation_id} if whole.organisation_id else set()),
        makers=makers,
        facts=facts,
    )


def open_change(contract_id: int) -> ContractChange | None:
    """Return the change of a contract that is being written or waits for a decision."""
    query = select(ContractChange).where(
        ContractChange.contract_id == contract_id, ContractChange.state.in_(OPEN)
    )
    return db.session.scalar(query)


def of_contract(actor: Actor, contract_id: int) -> list[ContractChange]:
    """Return the changes of a contract that the actor may read, newest first."""
    query = select(ContractChange).where(ContractChange.contract_id == contract_id)
    rows = db.session.scalars(query.order_by(ContractChange.id.desc())).unique()
    return [change for change in rows if _may_read(actor, change)]


def possible(contract: Contract) -> list[str]:
    """Return the kinds of change a contract can take in its state (codes of CHANGE_KINDS)."""
    action = {"amend": "amend", "supplement": "amend", "rescind": "rescind", "deregister": "deregister"}
    version = contract.current
    return [
        kind
        for kind in CHANGE_KINDS.codes
        if (contract.state, action[kind]) in CONTRACT.table
        and (kind != "supplement" or (version is not None and version.open_ended))
    ]


def get_for(actor: Actor, change_id: int, lock: bool = False) -> ContractChange:
    """Return a change that the actor may read; NotFound otherwise. ``lock``: its contract is locked first."""
    change = db.session.get(ContractChange, change_id)
    if change is None or not _may_read(actor, change):
        raise NotFound()
    if lock:
        contracts.lock_row(change.contract_id)
        db.session.refresh(change.contract)
        db.session.refresh(change)
    return change


def _may_read(actor: Actor, change: ContractChange) -> bool:
    if change.state == "draft" and actor.organisation_id != change.organisation_id:
        return False
    return may(actor, Permission.READ_CONTRACT, contracts.subject_of(change.contract))


def get_own(actor: Actor, change_id: int, lock: bool = False) -> ContractChange:
    """Return a change of the actor's own organisation: NotFound where unreadable, NotAllowed for the other side's."""
    change = get_for(actor, change_id, lock)
    require(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(change.contract))
    if change.organisation_id != actor.organisation_id:
        raise NotFound()
    return change


def start(actor: Actor, contract_id: int, kind: str) -> ContractChange:
    """Begin a change of a registered contract; the one that the actor's side is writing already is used again.

    Raises DomainError (field ``kind``) for a kind that does not fit the state, Conflict where the other side's
    change, or one under review, is open.
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    present = open_change(contract.id)
    if present is not None:
        if present.state == "draft" and (present.kind, present.organisation_id) == (
            kind,
            actor.organisation_id,
        ):
            return present
        raise Conflict(N_("这份合同已有一项变更在办理，请先办结或撤回"), code="change_open")
    if kind not in possible(contract):
        raise DomainError("change_kind", N_("合同目前的状态不能办理这一事项"), field="kind")
    change = ContractChange(
        contract_id=contract.id,
        kind=kind,
        organisation_id=actor.organisation_id or 0,
        created_by=actor.person_id,
    )
    if kind in TEXTUAL and contract.current is not None:
        change.version_id = drafts.next_version(actor, contract, contract.current).id
    db.session.add(change)
    db.session.flush()
    audit.record(
        actor, "contract_change.create", "contract_change", change.id, contract=contract.id, kind=kind
    )
    return change


def save(actor: Actor, change_id: int, data: ChangeData, expected: int | None = None) -> ContractChange:
    """Keep what the form says; incomplete is fine. Raises ValidationFailed for what cannot be kept, Conflict.

    ``expected`` is the change's version counter that the form was made from.
    """
    change = _writable(actor, change_id, expected)
    judging.refuse_malformed(change, data.lines, data.instalments, data.valid_from, data.valid_to)
    change.signed_on, change.reason = data.signed_on, clean_text(data.reason)[:2000]
    if change.proposed is not None:
        _write(change, change.proposed, data)
    # Counted even where only the text moved, so that a page made before it is stale.
    flag_modified(change, "reason")
    db.session.flush()
    return change


def _writable(actor: Actor, change_id: int, expected: int | None) -> ContractChange:
    change = get_own(actor, change_id, lock=True)
    if change.state not in ("draft", "returned"):
        raise Conflict(N_("变更已提交或已办结，不能再修改"), code="wrong_state")
    if expected is not None and change.version != expected:
        raise Conflict()
    return change


def _write(change: ContractChange, version: ContractVersion, data: ChangeData) -> None:
    if change.kind == "amend":
        version.title, version.content = clean_line(data.title)[:200], clean_text(data.content)
        version.valid_from, version.valid_to = data.valid_from, data.valid_to
    for line, (amount, technical) in zip(version.lines, data.lines, strict=False):
        line.amount_fen, line.technical_fen, line.approved_technical_fen = amount, technical, None
    version.amount_fen = sum(line.amount_fen for line in version.lines)
    version.technical_fen = sum(line.technical_fen for line in version.lines)
    version.open_ended = data.open_ended
    if version.payment_mode in ("lump", "instalments"):
        version.payment_mode = "lump" if len(data.instalments) == 1 else "instalments"
    # Removed first: two rows of one version cannot stand at the same place for a moment.
    version.instalments = []
    db.session.flush()
    version.instalments = [
        Instalment(
            position=place,
            name=clean_line(each.name)[:60],
            kind=each.kind,
            due_on=each.due_on,
            condition=clean_line(each.condition)[:200],
            amount_fen=each.amount_fen,
        )
        for place, each in enumerate(data.instalments)
    ]


def add_file(actor: Actor, change_id: int, name: str, content: bytes) -> FileLink:
    """Put the signed paper on a change that is being written. Raises DomainError (field ``file``), Conflict."""
    change = _writable(actor, change_id, None)
    file = files.store(actor, name, content, "change_paper")
    return files.attach(actor, file, "contract_change", change.id, "change_paper")


def remove_file(actor: Actor, change_id: int, link_id: int) -> None:
    """Take a paper off a change that is being written; NotFound for any other file."""
    change = _writable(actor, change_id, None)
    files.detach(actor, files.get_link("contract_change", change.id, link_id))


def changed(change: ContractChange) -> list[Change]:
    """Return how the proposed text differs from what it was made from; nothing for kinds without a text."""
    if change.proposed is None:
        return []
    before = db.session.scalars(
        select(ContractVersion)
        .where(
            ContractVersion.contract_id == change.contract_id,
            ContractVersion.ordinal < change.proposed.ordinal,
            ContractVersion.frozen_at.is_not(None),
        )
        .order_by(ContractVersion.ordinal.desc())
        .limit(1)
    ).one()
    return differences(texts.text_of(before), texts.text_of(change.proposed))


def facts_of(change: ContractChange) -> frozenset[str]:
    """Return the facts that the guards of the change's table ask for."""
    papers = files.links_of("contract_change", change.id, "change_paper")
    found = {"complete"} if not judging.faults(change, changed(change)) else set()
    return frozenset(found | ({"signed"} if papers and change.signed_on else set()))


def submit(actor: Actor, change_id: int, expected: int | None = None) -> ContractChange:
    """Hand a signed change to the registrar. A second press changes nothing.

    Raises ValidationFailed naming every fault at its field; Conflict where the contract cannot take it any more.
    """
    change = get_own(actor, change_id, lock=True)
    if change.state == "submitted":
        return change
    change = _writable(actor, change_id, expected)
    if change.kind not in possible(change.contract):
        raise Conflict(N_("合同目前的状态不能办理这一事项"), code="wrong_state")
    judging.refuse(change, changed(change))
    workflow.apply(CONTRACT_CHANGE, change, "submit", actor, subject_of(change, facts_of(change)))
    title = change.contract.current.title if change.contract.current else change.contract.filing_number
    reviews.open_task(
        "contract_change", "contract_change", change.id,
        db.session.get_one(Organisation, change.organisation_id), title, subject_of(change).parties,
    )  # fmt: skip
    return change


def withdraw(actor: Actor, change_id: int) -> ContractChange:
    """Take a change back for good; another one may then be begun. A second press changes nothing."""
    change = get_own(actor, change_id, lock=True)
    if change.state != "withdrawn":
        workflow.apply(CONTRACT_CHANGE, change, "withdraw", actor, subject_of(change))
        _close(change)
    return change


def lapse(contract: Contract) -> None:
    """Close the open change of a contract whose registration was revoked."""
    change = open_change(contract.id)
    if change is not None:
        workflow.apply(CONTRACT_CHANGE, change, "lapse", SYSTEM, subject_of(change))
        _close(change)


def _close(change: ContractChange) -> None:
    task = task_of(change)
    if task is not None:
        reviews.cancel(task)


def task_of(change: ContractChange) -> ReviewTask | None:
    """Return the open review task of a change."""
    return reviews.open_task_for("contract_change", change.id)


def decided(change: ContractChange) -> list[ReviewTask]:
    """Return every decision on a change, newest first."""
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "contract_change",
        ReviewTask.subject_id == change.id,
        ReviewTask.state == "done",
    )
    return list(db.session.scalars(query.order_by(ReviewTask.id.desc())))


@files.reader("contract_change")
def _may_read_paper(actor: Actor, link: FileLink) -> bool:
    change = db.session.get(ContractChange, link.subject_id)
    return change is not None and _may_read(actor, change)
