"""What the authority decides after registration: changes that the parties signed, and revocation."""

from collections.abc import Mapping

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor
from marketplace.domain.deals.terms import REVOCATION_GROUNDS
from marketplace.domain.errors import Conflict, DomainError, ValidationFailed
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.states import CONTRACT_CHANGE
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractChange, ContractVersion
from marketplace.models.platform import ReviewTask
from marketplace.services import workflow
from marketplace.services.deals import contracts
from marketplace.services.deals.registry import changes, judging
from marketplace.services.deals.turnover import entries
from marketplace.services.platform import outbox, reviews


def approve(
    actor: Actor, change_id: int, approved: Mapping[int, int], note: str = "", expected: int | None = None
) -> ContractChange:
    """Put a change in force on today's date and let the turnover follow.

    ``approved``: id of a proposed line → 核定技术交易额 in 分; empty for 解除 and 注销. ``expected``: id of the task
    looked at. Raises ValidationFailed (``lines.<n>.approved``), NotAllowed, Conflict; a second press is harmless.
    """
    change, task = _begin(actor, change_id, "approved", expected)
    if task is None:
        return change
    CONTRACT_CHANGE.decide(change.state, "approve", actor, changes.subject_of(change))
    contract, version = change.contract, change.proposed
    if change.kind not in changes.possible(contract):
        raise Conflict(N_("合同目前的状态不能办理这一事项，请退回"), code="wrong_state")
    faults = judging.approved_faults(version.lines, approved) if version is not None else []
    if faults:
        raise ValidationFailed(faults)
    # Before the state moves: the database accepts no approved change without its moment.
    change.decided_by, change.decided_at = actor.person_id, clock.now()
    workflow.apply(CONTRACT_CHANGE, change, "approve", actor, changes.subject_of(change), note=note)
    if version is not None:
        _adopt(contract, version, approved)
    action = "amend" if version is not None else change.kind
    contracts.act(SYSTEM, contract, action, note=change.reason)
    entries.post(contract, change.kind, clock.today())
    outbox.enqueue("contract", contract=contract.id)
    reviews.finish(actor, task, "approved", [], note, changes.subject_of(change).makers)
    if version is not None:
        contracts.tell(actor, contract, "contract_change_approved")
    return change


def _adopt(contract: Contract, version: ContractVersion, approved: Mapping[int, int]) -> None:
    """Let the proposed text be the contract's, and the registration say its amounts."""
    registration = contract.registration
    assert registration is not None  # noqa: S101
    for line in version.lines:
        line.approved_technical_fen = approved[line.id]
    version.frozen_at = clock.now()
    contract.current = version
    registration.turnover_fen = version.amount_fen
    registration.technical_fen = sum(approved.values())
    db.session.flush()
    db.session.refresh(contract)


def return_(
    actor: Actor, change_id: int, reasons: list[str], note: str, expected: int | None = None
) -> ContractChange:
    """Return a change to its writer, with coded reasons and words; a second press is harmless."""
    change, task = _begin(actor, change_id, "returned", expected)
    if task is None:
        return change
    codes = check_reasons("contract_change", reasons, note)
    workflow.apply(CONTRACT_CHANGE, change, "return", actor, changes.subject_of(change), codes, note)
    reviews.finish(actor, task, "returned", codes, note, changes.subject_of(change).makers)
    contracts.tell(actor, change.contract, "contract_change_returned")
    return change


def _begin(
    actor: Actor, change_id: int, outcome: str, expected: int | None
) -> tuple[ContractChange, ReviewTask | None]:
    """Lock; the task is None where the actor has just made this very decision."""
    change = changes.get_for(actor, change_id, lock=True)
    task = changes.task_of(change)
    if task is not None and expected in (None, task.id):
        return change, task
    before = db.session.get(ReviewTask, expected) if expected is not None else None
    mine = ("contract_change", change.id, outcome, actor.person_id)
    if before and (before.kind, before.subject_id, before.outcome, before.decided_by) == mine:
        return change, None
    raise Conflict(N_("此事项已由他人办结或已被撤回，请刷新页面查看结果"), code="task_closed")


def revoke(actor: Actor, contract_id: int, reasons: list[str], note: str) -> Contract:
    """Strike a registration off by the authority (撤销): coded grounds and words, which the parties read.

    What the turnover counted is taken back today; an open change lapses. Raises DomainError (``reasons``, ``note``),
    NotAllowed, Conflict.
    """
    contract = contracts.get_for(actor, contract_id, lock=True)
    codes = [code for code in REVOCATION_GROUNDS if code in reasons]
    if not codes or set(reasons) - set(REVOCATION_GROUNDS):
        raise DomainError("reason_missing", N_("请至少选择一条撤销登记的理由"), field="reasons")
    if not clean_text(note):
        raise DomainError("reason_note_missing", N_("请写明撤销登记的事实和依据，当事人会看到"), field="note")
    contracts.act(actor, contract, "revoke", codes, note)
    changes.lapse(contract)
    entries.post(contract, "revoke", clock.today())
    outbox.enqueue("contract", contract=contract.id)
    return contract
