"""The registrar's examination: the checklist of refusal grounds, 核定技术交易额, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals import checks
from marketplace.domain.deals.terms import REFUSAL_GROUNDS
from marketplace.domain.errors import Conflict, DomainError, FieldError, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractRegistration
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import contracts
from marketplace.services.deals.registry import judging, registering
from marketplace.services.platform import reviews

FINDING_LENGTH = 500


@dataclass(frozen=True)
class Findings:
    """What the registrar found. ``grounds``: ground → what is wrong, '' for 未发现; one that is missing is unanswered.

    ``approved``: id of a line → 核定技术交易额 in 分.
    """

    grounds: Mapping[str, str]
    approved: Mapping[int, int] = field(default_factory=dict)
    note: str = ""

    @property
    def problems(self) -> list[str]:
        """The grounds on which something is wrong, in the order of the list."""
        return [code for code in REFUSAL_GROUNDS if self.grounds.get(code)]


def save(actor: Actor, contract_id: int, grounds: Mapping[str, str], expected: int | None = None) -> None:
    """Keep what was found so far beside the task; a ground without words is taken back. Raises Conflict, NotAllowed."""
    contract = contracts.get_for(actor, contract_id, lock=True)
    task = registering.task_of(actor, contract, "contract", "", expected)
    assert task is not None  # noqa: S101
    _keep(actor, task, grounds)


def _keep(actor: Actor, task: ReviewTask, grounds: Mapping[str, str]) -> None:
    known = findings_of(task)
    for code in REFUSAL_GROUNDS:
        text = clean_text(grounds.get(code))[:FINDING_LENGTH]
        if text != known.get(code, ""):
            reviews.remark(actor, task, f"ground.{code}", text)


def findings_of(task: ReviewTask) -> dict[str, str]:
    """Return ground → what is wrong, as kept beside a task."""
    return {
        remark.field.removeprefix("ground."): remark.text
        for remark in task.remarks
        if remark.field.startswith("ground.")
    }


def examine(actor: Actor, contract_id: int, findings: Findings, expected: int | None = None) -> Contract:
    """Approve a contract that is registered here, and hand it to a second person for the last check.

    ``expected``: id of the task looked at. Raises ValidationFailed with the fields ``grounds.<code>.verdict`` and
    ``lines.<n>.approved``; NotAllowed for makers and people of a party; Conflict where somebody was faster.
    """
    contract, task = _begin(actor, contract_id, "examine", "approved", findings, expected)
    if task is None:
        return contract
    row = registering.registration_of(contract, "local")
    _approve(actor, contract, row, findings)
    row.turnover_fen = registering.version_of(contract).amount_fen
    row.technical_fen = sum(findings.approved.values())
    db.session.flush()
    # What one official writes to the other stays with the task: the contract's own note is read by the parties.
    contracts.act(actor, contract, "examine")
    _finish(actor, contract, task, "approved", [], findings.note)
    reviews.open_task("contract_check", "contract", contract.id, task.organisation, task.title, task.parties)
    return contract


def accept_certificate(
    actor: Actor, contract_id: int, findings: Findings, expected: int | None = None
) -> Contract:
    """Accept the certificate of a registry elsewhere: the contract counts from the certificate's date on.

    Raises as ``examine``, and where the certificate contradicts the contract or the lines do not add up to it.
    """
    contract, task = _begin(actor, contract_id, "accept_certificate", "approved", findings, expected)
    if task is None:
        return contract
    row = registering.registration_of(contract, "external")
    _approve(actor, contract, row, findings)
    registering.put_in_force(actor, contract, "accept_certificate")
    _finish(actor, contract, task, "approved", [], findings.note)
    return contract


def check(contract: Contract, action: str, findings: Findings) -> None:
    """Raise what keeps ``action`` (examine, accept_certificate) from being taken with these findings.

    ValidationFailed names ``grounds.<code>.verdict`` and ``lines.<n>.approved``.
    """
    lines = registering.version_of(contract).lines
    faults = [*_unanswered(findings), *judging.approved_faults(lines, findings.approved)]
    if action == "accept_certificate" and not faults:
        faults = _certificate_faults(contract, findings)
    if faults:
        raise ValidationFailed(faults)


def _certificate_faults(contract: Contract, findings: Findings) -> list[FieldError]:
    row = contract.registration
    if row is None or row.route != "external":
        raise Conflict(N_("还没有填写登记证明，请退回补正"), code="no_certificate")
    faults = checks.certificate_faults(
        registering.certificate_of(row), registering.frame_of(contract), clock.today()
    )
    total = sum(findings.approved.values())
    if total != row.technical_fen:
        message = N_("各成果核定技术交易额合计%(total)s元，登记证明上是%(said)s元，应当相等")
        told = {"total": format_yuan(total), "said": format_yuan(row.technical_fen)}
        faults.append(FieldError("lines.0.approved", "sum", message, told))
    return faults


def return_(actor: Actor, contract_id: int, findings: Findings, expected: int | None = None) -> Contract:
    """Return for correction: every problem found must be one that the parties can mend.

    The grounds are the coded reasons; what was written beside them reaches the parties with the note. Raises
    DomainError (field ``note``) without a problem, and for a ground that leads to 不予登记.
    """
    contract = contracts.get_for(actor, contract_id, lock=True)
    task = registering.task_of(actor, contract, "contract", "returned", expected)
    if task is None:
        return contract
    codes = findings.problems
    if not codes:
        raise DomainError("no_problem", N_("退回补正须至少标出一项问题，并写明要补正什么"), field="note")
    for code in codes:
        if not REFUSAL_GROUNDS[code][1]:
            message = N_("这一项不能补正，应不予登记；确可补正的，请改标为相应的其他项")
            raise DomainError("not_mendable", message, field=f"grounds.{code}.verdict")
    _keep(actor, task, findings.grounds)
    words = "\n".join(filter(None, [*(findings.grounds[code] for code in codes), clean_text(findings.note)]))
    reasons = check_reasons("contract", codes, words)
    contracts.act(actor, contract, "return", reasons, words)
    _finish(actor, contract, task, "returned", reasons, words)
    return contract


def refuse(
    actor: Actor, contract_id: int, reasons: list[str], note: str, expected: int | None = None
) -> Contract:
    """Refuse registration for good, with coded reasons and words (不予登记)."""
    contract = contracts.get_for(actor, contract_id, lock=True)
    task = registering.task_of(actor, contract, "contract", "refused", expected)
    if task is None:
        return contract
    codes = check_reasons("contract", reasons, note)
    if not clean_text(note):
        raise DomainError("reason_note_missing", N_("请写明不予登记的事实和依据，当事人会看到"), field="note")
    contracts.act(actor, contract, "refuse", codes, note)
    _finish(actor, contract, task, "refused", codes, note)
    return contract


def _begin(
    actor: Actor, contract_id: int, action: str, outcome: str, findings: Findings, expected: int | None
) -> tuple[Contract, ReviewTask | None]:
    """Lock, then check the right and the findings; the task is None on a second press."""
    contract = contracts.get_for(actor, contract_id, lock=True)
    task = registering.task_of(actor, contract, "contract", outcome, expected)
    if task is None:
        return contract, None
    CONTRACT.decide(contract.state, action, actor, contracts.subject_of(contract, actor))
    check(contract, action, findings)
    return contract, task


def _unanswered(findings: Findings) -> list[FieldError]:
    found = []
    for code in REFUSAL_GROUNDS:
        if code not in findings.grounds:
            found.append(FieldError(f"grounds.{code}.verdict", "missing", N_("请逐项核对并选择结果")))
        elif findings.grounds[code]:
            message = N_("这一项有问题，不能通过；请退回补正或不予登记")
            found.append(FieldError(f"grounds.{code}.verdict", "problem", message))
    return found


def _approve(actor: Actor, contract: Contract, row: ContractRegistration, findings: Findings) -> None:
    for line in registering.version_of(contract).lines:
        line.approved_technical_fen = findings.approved[line.id]
    row.checklist = dict.fromkeys(REFUSAL_GROUNDS, "none_found")
    row.examined_by, row.examined_at = actor.person_id, clock.now()


def _finish(
    actor: Actor, contract: Contract, task: ReviewTask, outcome: str, reasons: list[str], note: str
) -> None:
    reviews.finish(actor, task, outcome, reasons, note, registering.makers_of(contract))
