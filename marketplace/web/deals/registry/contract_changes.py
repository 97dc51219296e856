"""变更, 金额补正, 解除, 注销: written and submitted by a party, decided by the registrar on the same page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.deals.terms import CHANGE_KINDS
from marketplace.domain.errors import Conflict, DomainError, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import CONTRACT_CHANGE
from marketplace.domain.text import N_
from marketplace.forms.deals.registry.changes import ChangeFileForm, ChangeForm, JudgementForm, KindForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.models.deals import ContractChange
from marketplace.services.deals import contracts, texts
from marketplace.services.deals.payments import paid
from marketplace.services.deals.registry import changes, deciding, judging
from marketplace.services.platform import deadlines, files, reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.registry.confirming import is_confirmed, kept_fields
from marketplace.web.guards import actor, requires
from marketplace.web.limits import UPLOAD
from marketplace.web.numbers import row_number_in

blueprint = Blueprint("contract_changes", __name__, url_prefix="/desk")

ONE = "/contract-changes/<int:change_id>"

Answer = str | Response | tuple[str, int]


@blueprint.route("/contracts/<int:contract_id>/changes/new", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def new(contract_id: int) -> Answer:
    """Choose what kind of change it is to be."""
    contract = contracts.get_own(actor(), contract_id)
    kinds = {code: _(CHANGE_KINDS.label_of(code)) for code in changes.possible(contract)}
    form = KindForm().offer(kinds)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                change_id = changes.start(actor(), contract_id, form.kind.data or "").id
            return redirect(url_for(".edit", change_id=change_id))
        except DomainError as error:
            form.take(error)
    return form_page(
        "contract_changes/new.html",
        form,
        contract=contract,
        version=contract.current,
        present=changes.open_change(contract.id),
        past=changes.of_contract(actor(), contract_id),
        labels=CHANGE_KINDS,
        states=CONTRACT_CHANGE.states,
    )


@blueprint.get(ONE)
@requires(Permission.READ_CONTRACT)
def detail(change_id: int) -> str:
    """Show a change: what differs, its papers, and the decision to make or made."""
    change = changes.get_for(actor(), change_id)
    task = changes.task_of(change)
    approved = judging.suggested(change.contract, change.proposed) if change.proposed else []
    form = JudgementForm.showing(task.id if task else 0, approved)
    return _page(change, form)


def _page(change: ContractChange, form: JudgementForm) -> str:
    task = changes.task_of(change)
    own = change.organisation_id == actor().organisation_id
    return render_template(
        "contract_changes/detail.html",
        change=change,
        contract=change.contract,
        version=change.proposed,
        current=change.contract.current,
        state=CONTRACT_CHANGE.states[change.state],
        kind=CHANGE_KINDS.label_of(change.kind),
        differing=changes.changed(change),
        papers=files.links_of("contract_change", change.id),
        task=task,
        days_left=deadlines.days_left(task.due_on) if task else None,
        colleagues=reviews.colleagues(task) if task else [],
        decided=changes.decided(change),
        may_judge=task is not None and may(actor(), Permission.REVIEW, changes.subject_of(change)),
        writes=own and change.state in ("draft", "returned"),
        withdraws=own and change.state in changes.OPEN,
        paid_fen=paid.net(change.contract_id),
        form=form,
        reasons=REASONS["contract_change"],
    )


@blueprint.route(ONE + "/edit", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def edit(change_id: int) -> Answer:
    """Write a change; incomplete is fine."""
    change = changes.get_own(actor(), change_id)
    if change.state not in ("draft", "returned"):
        return redirect(url_for(".detail", change_id=change_id))
    form = ChangeForm() if request.method == "POST" else _shown(change)
    if {"add_row", "remove_row"} & set(request.form):
        form.change_rows(request.form.get("add_row"), request.form.get("remove_row"))
    elif request.method == "POST":
        form.compact()
        if form.validate() and _saved(change_id, form):
            action = request.form.get("action", "save")
            return redirect(url_for(".check" if action == "check" else ".edit", change_id=change_id))
        form.show([])
    return _edit_page(change, form)


def _shown(change: ContractChange) -> ChangeForm:
    values = {"version": str(change.version), "signed_on": change.signed_on, "reason": change.reason}
    return ChangeForm.showing(values, texts.text_of(change.proposed) if change.proposed else None)


def _saved(change_id: int, form: ChangeForm) -> bool:
    """Save; what cannot be kept is shown in the form, and so is that somebody saved in between."""
    data = changes.ChangeData(
        signed_on=form.signed_on.data,
        reason=form.reason.data or "",
        title=form.title.data or "",
        content=form.content.data or "",
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
        lines=form.amounts,
        instalments=form.plan,
        open_ended=bool(form.open_ended.data),
    )
    try:
        with unit_of_work():
            changes.save(actor(), change_id, data, row_number_in(form.version.data))
    except ValidationFailed as refused:
        form.show(refused.errors)
        return False
    except Conflict as refused:
        if refused.code != "conflict":
            raise
        form.version.data = str(changes.get_own(actor(), change_id).version)
        form.form_errors.append(_("刚才已有人保存过这项变更。您填写的内容都在，再保存一次就以您的为准。"))
        return False
    flash(_("已保存"), "ok")
    return True


def _edit_page(
    change: ContractChange, form: ChangeForm, file_form: ChangeFileForm | None = None
) -> tuple[str, int]:
    return form_page(
        "contract_changes/edit.html",
        form,
        change=change,
        contract=change.contract,
        kind=CHANGE_KINDS.label_of(change.kind),
        names=[line.traded.name for line in change.proposed.lines] if change.proposed else [],
        papers=files.links_of("contract_change", change.id),
        file_form=file_form or ChangeFileForm(formdata=None),
    )


@blueprint.post(ONE + "/files")
@requires(Permission.HANDLE_CONTRACT)
@UPLOAD
def add_file(change_id: int) -> Answer:
    """Put the signed paper on the change."""
    form = ChangeFileForm()
    upload = request.files.get("file")
    try:
        with unit_of_work():
            changes.add_file(
                actor(), change_id, upload.filename or "" if upload else "", upload.read() if upload else b""
            )
    except Conflict:
        raise
    except DomainError as error:
        form.take(error)
        change = changes.get_own(actor(), change_id)
        return _edit_page(change, _shown(change), form)[0], 422
    flash(_("文件已上传"), "ok")
    return redirect(url_for(".edit", change_id=change_id, _anchor="papers"))


@blueprint.post(ONE + "/files/<int:link_id>/remove")
@requires(Permission.HANDLE_CONTRACT)
def remove_file(change_id: int, link_id: int) -> Response:
    """Take a paper off again."""
    with unit_of_work():
        changes.remove_file(actor(), change_id, link_id)
    flash(_("文件已移除"), "ok")
    return redirect(url_for(".edit", change_id=change_id, _anchor="papers"))


@blueprint.route(ONE + "/submit", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def check(change_id: int) -> Answer:
    """Check your answers; then the change goes to the registrar."""
    change = changes.get_own(actor(), change_id)
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                changes.submit(actor(), change_id)
            flash(_("已提交，合同登记人员审核后生效"), "ok")
            return redirect(url_for(".detail", change_id=change_id))
        except ValidationFailed as refused:
            return _faulty(changes.get_own(actor(), change_id), refused), 422
    return form_page(
        "contract_changes/check.html",
        form,
        change=change,
        contract=change.contract,
        version=change.proposed,
        kind=CHANGE_KINDS.label_of(change.kind),
        differing=changes.changed(change),
        papers=files.links_of("contract_change", change.id),
    )


def _faulty(change: ContractChange, refused: ValidationFailed) -> str:
    """Show the form again with everything that is missing at its place."""
    form, file_form = _shown(change), ChangeFileForm(formdata=None)
    form.show([fault for fault in refused.errors if fault.field != "file"])
    file_form.take(ValidationFailed([fault for fault in refused.errors if fault.field == "file"]))
    return _edit_page(change, form, file_form)[0]


@blueprint.post(ONE + "/withdraw")
@requires(Permission.HANDLE_CONTRACT)
def withdraw(change_id: int) -> str | Response:
    """Take a change back for good, asked once more."""
    change = changes.get_own(actor(), change_id)
    back = url_for(".detail", change_id=change_id)
    if not is_confirmed():
        return _confirmation(
            change, _("撤回变更"), _("撤回后这项变更作废，需要时可以重新发起。"), _("确认撤回"), back
        )
    with unit_of_work():
        changes.withdraw(actor(), change_id)
    flash(_("已撤回"), "ok")
    return redirect(back)


def _confirmation(
    change: ContractChange, heading: str, note: str, button: str, back: str, *more: tuple[str, str, None]
) -> str:
    title = change.contract.current.title if change.contract.current else change.contract.filing_number
    return render_template(
        "registration/confirm.html",
        heading=heading,
        crumb=title,
        rows=[(_("合同"), title, None), (_("事项"), _(CHANGE_KINDS.label_of(change.kind)), None), *more],
        note=note,
        button=button,
        fields=kept_fields(),
        action=request.path,
        back=back,
    )


@blueprint.post(ONE + "/decide")
@requires(Permission.READ_CONTRACTS)
def decide(change_id: int) -> Answer:
    """Approve a change (asked twice) or return it."""
    change = changes.get_for(actor(), change_id)
    form, action = JudgementForm(), request.form.get("action", "")
    approved = _approved(change, form)
    try:
        if not form.validate():
            raise ValidationFailed([])
        if action == "approve" and not is_confirmed():
            return _approval(change, approved)
        task, note = row_number_in(form.task.data), form.note.data or ""
        with unit_of_work():
            if action == "approve":
                deciding.approve(actor(), change_id, approved, note, task)
            else:
                deciding.return_(actor(), change_id, form.reasons.data or [], note, task)
    except DomainError as error:
        form.take(error)
        form.gather()
        return _page(changes.get_for(actor(), change_id), form), 422
    flash(_("变更已生效") if action == "approve" else _("已退回，对方会收到通知"), "ok")
    return redirect(url_for(".detail", change_id=change_id))


def _approved(change: ContractChange, form: JudgementForm) -> dict[int, int]:
    lines = change.proposed.lines if change.proposed else []
    return {line.id: fen for line, fen in zip(lines, form.amounts, strict=False) if fen is not None}


def _approval(change: ContractChange, approved: dict[int, int]) -> str:
    faults = judging.approved_faults(change.proposed.lines, approved) if change.proposed else []
    if faults:
        raise ValidationFailed(faults)
    more: list[tuple[str, str, None]] = []
    if change.proposed is not None:
        more.append((_("变更后成交额"), f"{format_yuan(change.proposed.amount_fen)} {_('元')}", None))
        more.append((_("核定技术交易额"), f"{format_yuan(sum(approved.values()))} {_('元')}", None))
    note = _("同意后今天起生效，成交额按差额计入今天，各方会收到通知；不能撤回。")
    return _confirmation(
        change, _("请确认同意变更"), note, _("确认同意"), url_for(".detail", change_id=change.id), *more
    )


@blueprint.post(ONE + "/assign")
@requires(Permission.READ_CONTRACTS)
def assign(change_id: int) -> Response:
    """Give the task to somebody who may decide it."""
    change = changes.get_for(actor(), change_id)
    with unit_of_work():
        task = changes.task_of(change)
        if task is None:
            raise Conflict(N_("此事项已办结"))
        reviews.assign(actor(), task, row_number_in(request.form.get("assignee")) or 0)
    flash(_("已分派"), "ok")
    return redirect(url_for(".detail", change_id=change_id))
