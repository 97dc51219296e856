"""What parties do with a contract: ask, answer, apply, take back, end. What cannot be undone has its own page."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.deals.texts import place_of
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_
from marketplace.forms.base import SiteForm
from marketplace.forms.deals.acts import AgreeForm, DeclineForm, DisclosureForm, VoidForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.models.deals import Contract
from marketplace.services.deals import confirming, contracts, facts, texts
from marketplace.services.deals.reading import whole
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.deals.lists import NAMES, words_of
from marketplace.web.guards import actor, requires
from marketplace.web.limits import CONTACT
from marketplace.web.numbers import number_in

blueprint = Blueprint("contract_acts", __name__, url_prefix="/desk/contracts/<int:contract_id>")

AT_ONCE: dict[str, tuple[Callable[..., Contract], str]] = {
    "recall": (confirming.recall, N_("已收回，可以继续修改")),
    "withdraw": (confirming.withdraw, N_("已撤回登记申请")),
    "revise": (confirming.revise, N_("已退回草稿，修改后须重新请对方确认")),
    "complete": (confirming.complete, N_("已标记为履行完毕")),
}
"""Acts that need no page of their own, and what is said afterwards."""

Answer = str | Response | tuple[str, int]


@blueprint.post("/act/<any(recall, withdraw, revise, complete):action>")
@requires(Permission.HANDLE_CONTRACT)
def act(contract_id: int, action: str) -> Response:
    """Take back, revise or complete."""
    service, done = AT_ONCE[action]
    with unit_of_work():
        service(actor(), contract_id)
    flash(_(done), "ok")
    return redirect(url_for("contracts.detail", contract_id=contract_id))


@blueprint.route("/offer", methods=["GET", "POST"])
@requires(Permission.EDIT_CONTRACT)
def offer(contract_id: int) -> Answer:
    """Ask the other side, after a last look at whom and what."""
    return _confirmed(
        contract_id, "offer", EmptyForm(), lambda form: confirming.offer(actor(), contract_id),
        N_("已提请对方确认，结果会通知您"),
    )  # fmt: skip


@blueprint.route("/adopt", methods=["GET", "POST"])
@requires(Permission.EDIT_CONTRACT)
def adopt_signed(contract_id: int) -> Answer:
    """Let the signed text stand for the words of the other side."""
    return _confirmed(
        contract_id, "adopt_signed", EmptyForm(), lambda form: confirming.adopt_signed(actor(), contract_id),
        N_("已以签章文本代替对方确认，可以申请登记"),
    )  # fmt: skip


@blueprint.route("/agree", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def agree(contract_id: int) -> Answer:
    """Agree to the whole text, in one's own name."""
    form = AgreeForm(ordinal=_ordinal(contracts.get_own(actor(), contract_id)))
    return _confirmed(
        contract_id, "agree", form,
        lambda form: confirming.agree(
            actor(), contract_id, form.typed_name.data or "", number_in(form.ordinal.data), form.disclosure.data
        ),
        N_("已确认合同内容"),
    )  # fmt: skip


@blueprint.route("/decline", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def decline(contract_id: int) -> Answer:
    """Send the text back with what should change."""
    form = DeclineForm(ordinal=_ordinal(contracts.get_own(actor(), contract_id)))
    return _confirmed(
        contract_id, "decline", form,
        lambda form: confirming.decline(
            actor(), contract_id, form.note.data or "", number_in(form.ordinal.data)
        ),
        N_("已退回对方修改"), to_list=True,
    )  # fmt: skip


@blueprint.route("/submit", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def submit(contract_id: int) -> Answer:
    """Apply for registration, after checking everything on one page."""
    return _confirmed(
        contract_id, "submit", EmptyForm(), lambda form: confirming.submit(actor(), contract_id), _submitted
    )


@blueprint.route("/void", methods=["GET", "POST"])
@requires(Permission.EDIT_CONTRACT)
def void(contract_id: int) -> Answer:
    """End a contract that was never registered."""
    return _confirmed(
        contract_id, "void", VoidForm(),
        lambda form: confirming.void(actor(), contract_id, form.note.data or ""), N_("合同已作废"),
    )  # fmt: skip


def _confirmed(
    contract_id: int,
    action: str,
    form: SiteForm,
    run: Callable[[Any], Any],
    done: str | Callable[[int], str],
    to_list: bool = False,
) -> Answer:
    """Show the page of an act and, once it is sent, do it; what a rule refuses is said on the same page."""
    contract = contracts.get_own(actor(), contract_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                run(form)
            flash(_(done) if isinstance(done, str) else done(contract_id), "ok")
            return redirect(_after(contract_id, to_list))
        except DomainError as error:
            if error.field is None and not error.code.startswith("guard_"):
                raise
            form.take(error)
            contract = contracts.get_own(actor(), contract_id)
    elif not form.is_submitted() and _too_late(contract, action):
        flash(
            _("合同现在是“%(state)s”，不需要这一步", state=_(CONTRACT.states[contract.state].label)), "info"
        )
        return redirect(url_for("contracts.detail", contract_id=contract_id))
    return _page(contract, action, form), 422 if form.errors else 200


def _too_late(contract: Contract, action: str) -> bool:
    return (contract.state, action) not in CONTRACT.table


def _after(contract_id: int, to_list: bool) -> str:
    # Back in draft the text belongs to its drafter alone: whoever declined has no page of it any more.
    return url_for("contracts.index") if to_list else url_for("contracts.detail", contract_id=contract_id)


def _page(contract: Contract, action: str, form: SiteForm) -> str:
    transition = CONTRACT.table.get((contract.state, action))
    held = facts.facts_of(contract, actor())
    return render_template(
        f"contract_acts/{action}.html",
        contract=contract,
        version=contract.current,
        form=form,
        lacking=[guard for guard in transition.guards if guard.fact not in held] if transition else [],
        faults=[(place_of(fault.field), fault) for fault in texts.faults(contract)],
        whole=whole.of_contract(contract),
        awaited=facts.awaited(contract),
        names=NAMES,
        words_of=words_of,
    )


def _submitted(contract_id: int) -> str:
    task = reviews.open_task_for("contract", contract_id)
    due = task.due_on.isoformat() if task is not None else ""
    return _("已申请登记，最迟%(due)s答复，结果会通知您", due=due)


def _ordinal(contract: Contract) -> int | None:
    return contract.current.ordinal if contract.current is not None else None


@blueprint.post("/copy")
@requires(Permission.EDIT_CONTRACT)
def copy(contract_id: int) -> Response:
    """Begin the contract of another buyer of a joint purchase."""
    with unit_of_work():
        made = confirming.copy(actor(), contract_id).id
    flash(_("已复制为联合购买的另一份合同，请填写买方"), "ok")
    return redirect(url_for("contract_steps.step", contract_id=made, key="parties"))


@blueprint.post("/resend/<int:position>")
@requires(Permission.EDIT_CONTRACT)
@CONTACT
def resend(contract_id: int, position: int) -> Response:
    """Mail a fresh link to a party without an account."""
    with unit_of_work():
        confirming.resend(actor(), contract_id, position)
    flash(_("已重新发送确认链接，原来的链接作废"), "ok")
    return redirect(url_for("contracts.detail", contract_id=contract_id))


@blueprint.post("/disclosure")
@requires(Permission.HANDLE_CONTRACT)
def disclose(contract_id: int) -> Response:
    """Say how much of the deal may be told for one's own side."""
    form = DisclosureForm()
    if not form.validate():
        raise NotFound()
    with unit_of_work():
        confirming.disclose(actor(), contract_id, form.disclosure.data or "none")
    flash(_("已保存"), "ok")
    return redirect(url_for("contracts.detail", contract_id=contract_id))
