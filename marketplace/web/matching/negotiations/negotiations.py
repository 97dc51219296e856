"""洽谈: the desk's list, beginning one from an inquiry, its page, the contract draft and the end."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.matching.brokerage import CONTRIBUTIONS
from marketplace.domain.states import NEGOTIATION, OFFER
from marketplace.domain.text import N_
from marketplace.forms.matching.negotiations import BeginForm, EndForm
from marketplace.services.deals import contracts
from marketplace.services.matching.inquiries import threads
from marketplace.services.matching.negotiations import (
    beginning,
    contributions,
    ending,
    meetings,
    offers,
    records,
)
from marketplace.services.matching.negotiations.beginning import Beginning
from marketplace.services.matching.negotiations.reading import step_of, whole
from marketplace.services.paging import paged
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.lists import NAMES, words_of
from marketplace.web.guards import actor, requires
from marketplace.web.matching.negotiations.aid_words import reasons
from marketplace.web.numbers import number_in
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("negotiations", __name__, url_prefix="/desk/negotiations")

TABS = {"open": N_("进行中"), "drafted": N_("已形成合同草稿"), "ended": N_("已终止")}

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.READ_NEGOTIATION)
def index() -> str:
    """List the negotiations of the reader's organisation."""
    tab = request.args.get("tab", "open")
    tab = tab if tab in TABS else "open"
    page = paged(records.listed(actor(), tab), page_number())
    rows = [(one, offers.open_one(one) or offers.accepted_one(one)) for one in page.items]
    return render_template(
        "negotiations/index.html",
        tab=tab,
        tabs_=TABS,
        page=page,
        page_url=page_urls(),
        rows=[(one, offer, step_of(actor(), one, offer)) for one, offer in rows],
        states=NEGOTIATION.states,
    )


@blueprint.route("/new/<int:inquiry_id>", methods=["GET", "POST"])
@requires(Permission.READ_INQUIRY)
def new(inquiry_id: int) -> Answer:
    """Say what will be negotiated, then begin; where it began already, lead there."""
    known = beginning.current_of(threads.get(actor(), inquiry_id).id)
    if known is not None:
        return redirect(url_for(".detail", negotiation_id=known.id))
    begun = beginning.of_inquiry(actor(), inquiry_id)
    form = BeginForm(other=str(begun.inquiry.pair_id or ""))
    form.other.offer((str(one.id), one.published.title) for one in begun.choices if one.published)
    if not form.validate_on_submit():
        return _begin_page(form, begun)
    try:
        with unit_of_work():
            made = beginning.open_from(
                actor(), beginning.of_inquiry(actor(), inquiry_id).inquiry, number_in(form.other.data)
            ).id
    except DomainError as error:
        if error.field is None and not error.code.endswith("unverified"):
            raise
        form.take(error)
        return _begin_page(form, beginning.of_inquiry(actor(), inquiry_id))
    flash(_("已开始洽谈，对方会收到通知。现在可以提出方案。"), "ok")
    return redirect(url_for(".detail", negotiation_id=made))


def _begin_page(form: BeginForm, begun: Beginning) -> tuple[str, int]:
    return form_page("negotiations/new.html", form, begun=begun)


@blueprint.get("/<int:negotiation_id>")
@requires(Permission.READ_NEGOTIATION)
def detail(negotiation_id: int) -> str:
    """Show a negotiation: whose turn it is, the offer on the table, what came before, notes, the broker's part."""
    negotiation = records.get(actor(), negotiation_id)
    shown = whole(actor(), negotiation)
    current, said = shown.current, shown.contribution
    return render_template(
        "negotiations/detail.html",
        negotiation=negotiation,
        whole=shown,
        state=NEGOTIATION.states[negotiation.state],
        offer_states=OFFER.states,
        can_do={one.action for one in records.available(actor(), negotiation)},
        can_answer={
            one.action for one in records.available_for(actor(), negotiation, current.offer)
        } if current is not None and current.state == "open" else set(),
        unconfirmed={one.id for one in shown.notes if meetings.may_confirm(actor(), negotiation, one)},
        may_vouch=said is not None and contributions.may_confirm(actor(), negotiation, said),
        vouched=said is not None and contributions.is_confirmed(said),
        services=CONTRIBUTIONS,
        reasons=reasons(shown.forecast),
        words_of=words_of,
        names=NAMES,
    )  # fmt: skip


@blueprint.route("/<int:negotiation_id>/draft", methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
def draft(negotiation_id: int) -> Answer:
    """Make the contract draft of the accepted offer, after a look at what it will say."""
    negotiation = records.get_own(actor(), negotiation_id)
    if negotiation.contract is not None:
        return _to_contract(negotiation_id)
    records.check_open(negotiation, "agreed")
    if request.method == "POST":
        with unit_of_work():
            ending.draft(actor(), negotiation_id)
        return _to_contract(negotiation_id, made=True)
    return render_template(
        "negotiations/draft.html",
        negotiation=negotiation,
        whole=whole(actor(), negotiation),
        words_of=words_of,
    )


def _to_contract(negotiation_id: int, made: bool = False) -> Response:
    """Lead to the contract; the side that does not draft it reads it once it is offered."""
    contract = records.get_own(actor(), negotiation_id).contract
    if contract is None or not contracts.is_readable(contract, actor()):
        flash(_("对方已生成合同草稿，正在拟订；提请贵单位确认后可以查看"), "info")
        return redirect(url_for(".detail", negotiation_id=negotiation_id))
    if made:
        flash(_("已按谈妥的方案生成合同草稿，请补齐其余内容后提请对方确认"), "ok")
    return redirect(url_for("contracts.detail", contract_id=contract.id))


@blueprint.route("/<int:negotiation_id>/end", methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
def end(negotiation_id: int) -> Answer:
    """End a negotiation, saying why."""
    negotiation = records.get_own(actor(), negotiation_id)
    form = EndForm()
    if negotiation.state == "ended":
        return redirect(url_for(".detail", negotiation_id=negotiation_id))
    records.check_open(negotiation, "open", "agreed")
    if form.validate_on_submit():
        try:
            with unit_of_work():
                ending.end(
                    actor(),
                    negotiation_id,
                    [form.reasons.data] if form.reasons.data else [],
                    form.note.data or "",
                )
            flash(_("洽谈已终止，原来的询问仍可继续"), "ok")
            return redirect(url_for(".detail", negotiation_id=negotiation_id))
        except DomainError as error:
            if error.field is None:
                raise
            form.take(error)
            negotiation = records.get_own(actor(), negotiation_id)
    return form_page("negotiations/end.html", form, negotiation=negotiation)
