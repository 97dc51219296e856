"""合同登记: the registrar's desk for one contract, the verifier's last check, number, refusal."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import money
from marketplace.domain.access import Permission
from marketplace.domain.deals.terms import REFUSAL_GROUNDS
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.platform.files import PURPOSES
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_
from marketplace.forms.base import SiteForm
from marketplace.forms.deals.registry.registration import (
    ExaminationForm,
    NumberForm,
    RefusalForm,
    RevocationForm,
    TaskForm,
)
from marketplace.models.deals import Contract
from marketplace.services.deals import contracts
from marketplace.services.deals.reading import whole
from marketplace.services.deals.registry import deciding, desk, examining, registering
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.lists import NAMES, words_of
from marketplace.web.deals.registry.confirming import is_confirmed, kept_fields
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.numbers import row_number, row_number_in

blueprint = Blueprint("registration", __name__, url_prefix="/admin/registration/<int:contract_id>")

Answer = str | Response | tuple[str, int]

DECISIONS = {"examine": examining.examine, "accept_certificate": examining.accept_certificate}
DONE = {
    "examine": N_("已核定，并交给合同复核人员"),
    "accept_certificate": N_("已核验登记证明，合同已登记，各方会收到通知"),
    "return": N_("已退回补正，当事人会收到通知"),
}
"""Action → what the registrar reads when it is done."""


@blueprint.get("")
@requires(Permission.READ_CONTRACTS)
def show(contract_id: int) -> str:
    """Show everything about a contract beside what the registry has to decide."""
    lying = desk.of(actor(), contract_id)
    form = ExaminationForm.showing(lying.task.id if lying.task else 0, lying.found, lying.approved)
    return _page(lying, form)


def _page(lying: desk.Desk, form: ExaminationForm, back_form: TaskForm | None = None) -> str:
    return render_template(
        "registration/show.html",
        desk=lying,
        contract=lying.contract,
        version=lying.version,
        whole=whole.of_contract(lying.contract),
        form=form,
        back_form=back_form or TaskForm(formdata=None, task=lying.task.id if lying.task else ""),
        state=CONTRACT.states[lying.contract.state],
        grounds=REFUSAL_GROUNDS,
        reasons=REASONS["contract"],
        kinds=TASK_KINDS,
        purposes=PURPOSES,
        names=NAMES,
        words_of=words_of,
    )


@blueprint.post("")
@requires(Permission.READ_CONTRACTS)
def decide(contract_id: int) -> Answer:
    """Keep what was found; then approve (asked twice), return, or go on to refuse, as the button says."""
    lying = desk.of(actor(), contract_id)
    form, action = ExaminationForm(), request.form.get("action", "save")
    if not form.validate():
        form.gather()
        return _page(lying, form), 422
    findings = _findings(lying, form)
    try:
        if action in DECISIONS and not is_confirmed():
            examining.check(lying.contract, action, findings)
            return _confirmation(lying, findings, action)
        return _decided(contract_id, findings, form, action)
    except DomainError as error:
        form.take(error)
        form.gather()
        return _page(desk.of(actor(), contract_id), form), 422


def _findings(lying: desk.Desk, form: ExaminationForm) -> examining.Findings:
    pairs = zip(lying.version.lines, form.amounts, strict=False)
    approved = {line.id: fen for line, fen in pairs if fen is not None}
    return examining.Findings(form.answers, approved, form.note.data or "")


def _decided(contract_id: int, findings: examining.Findings, form: ExaminationForm, action: str) -> Answer:
    task = row_number_in(form.task.data)
    with unit_of_work():
        if action in DECISIONS:
            DECISIONS[action](actor(), contract_id, findings, task)
        elif action == "return":
            examining.return_(actor(), contract_id, findings, task)
        else:
            examining.save(actor(), contract_id, findings.grounds, task)
    if action == "refuse":
        return redirect(url_for(".refuse", contract_id=contract_id))
    if action not in DONE:
        flash(_("检查情况已保存，当事人在您作出决定后才会看到"), "ok")
        return _page(desk.of(actor(), contract_id), form)
    flash(_(DONE[action]), "ok")
    return redirect(url_for(".show", contract_id=contract_id))


def _confirmation(lying: desk.Desk, findings: examining.Findings, action: str) -> str:
    local = action == "examine"
    total = sum(findings.approved.values())
    rows = [
        (_("合同"), lying.version.title, None),
        (_("成交额"), f"{money.format_yuan(lying.version.amount_fen)} {_('元')}", None),
        (_("核定技术交易额"), f"{money.format_yuan(total)} {_('元')}", None),
        (_("检查结果"), _("各项均未发现问题"), None),
        (_("意见"), findings.note or _("无"), None),
    ]
    return render_template(
        "registration/confirm.html",
        contract=lying.contract,
        crumb=lying.version.title,
        heading=_("请确认核定结果") if local else _("请确认核验结果"),
        rows=rows,
        note=_("确认后交给另一位合同复核人员，复核通过才登记。")
        if local
        else _("确认后合同即登记，从登记证明上的日期起计入成交额，各方会收到通知。"),
        button=_("核定并送复核") if local else _("核验通过并登记"),
        fields=kept_fields(),
        action=url_for(".decide", contract_id=lying.contract.id),
        back=url_for(".show", contract_id=lying.contract.id),
    )


@blueprint.post("/assign")
@requires(Permission.READ_CONTRACTS)
def assign(contract_id: int) -> Response:
    """Give the task to somebody who may decide it, or take it oneself."""
    chosen = request.form.get("assignee", 0, type=row_number)
    with unit_of_work():
        task = desk.of(actor(), contract_id).task
        if task is None:
            raise NotFound()
        reviews.assign(actor(), task, chosen)
    flash(_("已分派"), "ok")
    return redirect(url_for(".show", contract_id=contract_id))


@blueprint.route("/refuse", methods=["GET", "POST"])
@requires(Permission.READ_CONTRACTS)
@reauthenticated
def refuse(contract_id: int) -> Answer:
    """Refuse registration for good, with grounds and words."""
    lying = _for_action(contract_id, "refuse")
    form = RefusalForm(task=lying.task.id if lying.task else "", reasons=list(lying.found))
    if request.method == "GET":
        form.note.data = "\n".join(lying.found.values())

    def act() -> None:
        examining.refuse(
            actor(), contract_id, form.reasons.data or [], form.note.data or "", row_number_in(form.task.data)
        )

    return _last_look(
        lying.contract, form, act, "registration/refuse.html", _("已不予登记，当事人会收到通知")
    )


@blueprint.route("/register", methods=["GET", "POST"])
@requires(Permission.READ_CONTRACTS)
def register(contract_id: int) -> Answer:
    """The verifier's last look: what will be registered, and under which number."""
    lying = _for_action(contract_id, "register")
    form = NumberForm(task=lying.task.id if lying.task else "")

    def act() -> None:
        registering.register(
            actor(), contract_id, form.number.data or "", form.note.data or "", row_number_in(form.task.data)
        )

    return _last_look(
        lying.contract, form, act, "registration/register.html", _("已登记，各方会收到通知"),
        desk=lying, mints=registering.mints(),
    )  # fmt: skip


@blueprint.post("/send-back")
@requires(Permission.READ_CONTRACTS)
def send_back(contract_id: int) -> Answer:
    """Give an examined contract back to the registrar."""
    lying = desk.of(actor(), contract_id)
    form = TaskForm()
    try:
        if form.validate():
            with unit_of_work():
                registering.send_back(
                    actor(), contract_id, form.note.data or "", row_number_in(form.task.data)
                )
            flash(_("已退回登记人员"), "ok")
            return redirect(url_for(".show", contract_id=contract_id))
    except DomainError as error:
        form.take(_at_note(error))
    empty = ExaminationForm.showing(0, lying.found, lying.approved)
    return _page(desk.of(actor(), contract_id), empty, form), 422


def _at_note(error: DomainError) -> DomainError:
    """A missing reason is a missing note here: there is no list to choose from."""
    if error.code != "reason_missing":
        return error
    return DomainError(error.code, N_("请写明退回的原因，登记人员会看到"), "note")


@blueprint.route("/number", methods=["GET", "POST"])
@requires(Permission.READ_CONTRACTS)
def number(contract_id: int) -> Answer:
    """Enter the national number of a contract registered here without one."""
    lying = desk.of(actor(), contract_id)
    registering.require_registry(actor(), lying.contract)
    form = NumberForm()

    def act() -> None:
        registering.enter_number(actor(), contract_id, form.number.data or "")

    return _last_look(lying.contract, form, act, "registration/number.html", _("登记编号已填写"))


@blueprint.route("/revoke", methods=["GET", "POST"])
@requires(Permission.READ_CONTRACTS)
@reauthenticated
def revoke(contract_id: int) -> Answer:
    """Strike the registration off, with grounds and words."""
    lying = _for_action(contract_id, "revoke")
    form = RevocationForm()

    def act() -> None:
        deciding.revoke(actor(), contract_id, form.reasons.data or [], form.note.data or "")

    return _last_look(
        lying.contract, form, act, "registration/revoke.html", _("已撤销登记，当事人会收到通知")
    )


def _for_action(contract_id: int, action: str) -> desk.Desk:
    """Return the contract on the desk if the reader may take ``action`` now; raise what the table says otherwise.

    A second press, after the first has moved the contract on, still comes through to the service, which knows it.
    """
    lying = desk.of(actor(), contract_id)
    if action not in lying.acts and request.method == "GET":
        CONTRACT.decide(lying.contract.state, action, actor(), contracts.subject_of(lying.contract, actor()))
    return lying


def _last_look(
    contract: Contract, form: SiteForm, act: Callable[[], None], template: str, done: str, **context: Any
) -> Answer:
    """Show the page of one decision, or take it; what is refused stands at its field, with nothing typed lost."""
    if form.validate_on_submit():
        try:
            with unit_of_work():
                act()
            flash(done, "ok")
            return redirect(url_for(".show", contract_id=contract.id))
        except (Conflict, NotAllowed):
            raise
        except DomainError as error:
            form.take(error)
    return form_page(template, form, contract=contract, version=contract.current, **context)
