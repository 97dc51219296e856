"""协议定价公示: the public list, one publication with its objection form; starting and withdrawing one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.states import PRICE_PUBLICATION
from marketplace.forms.deals.registry.prices import ObjectionForm, PublicationForm, WithdrawalForm
from marketplace.models.deals import PricePublication
from marketplace.services.deals import contracts, prices
from marketplace.services.deals.registry import publishing
from marketplace.services.paging import paged
from marketplace.services.platform import deadlines
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, public, requires
from marketplace.web.limits import CONTACT
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("price_publications", __name__)

Answer = str | Response | tuple[str, int]


@blueprint.get("/prices")
@public
def index() -> str:
    """List the publications: running ones first."""
    state = request.args.get("state", "")
    page = paged(publishing.published(state), page_number())
    return render_template(
        "price_publications/index.html",
        page=page,
        page_url=page_urls(),
        states=PRICE_PUBLICATION.states,
        state=state if state in publishing.SHOWN else "",
        names=publishing.owners(page.items),
    )


@blueprint.get("/prices/<int:publication_id>")
@public
def detail(publication_id: int) -> str:
    """Show a publication; while it runs, with the form for an objection."""
    return _page(publishing.get_public(publication_id), ObjectionForm())


def _page(publication: PricePublication, form: ObjectionForm) -> str:
    own = publication.organisation_id == actor().organisation_id
    return render_template(
        "price_publications/detail.html",
        publication=publication,
        state=PRICE_PUBLICATION.states[publication.state],
        owner=publishing.owners([publication]).get(publication.organisation_id, ""),
        open=publishing.takes_objections(publication),
        answered=[each for each in publication.objections if each.state != "open"],
        waiting=sum(each.state == "open" for each in publication.objections),
        own=own,
        form=form,
    )


@blueprint.post("/prices/<int:publication_id>")
@public
@CONTACT
def object_to(publication_id: int) -> Answer:
    """Take an objection of anybody."""
    form = ObjectionForm()
    try:
        if not form.validate():
            return _page(publishing.get_public(publication_id), form), 422
        with unit_of_work():
            publishing.object_to(
                publication_id, form.name.data or "", form.contact.data or "", form.claim.data or ""
            )
    except Conflict:
        raise
    except DomainError as error:
        form.take(error)
        return _page(publishing.get_public(publication_id), form), 422
    flash(_("异议已收到，由合同登记人员核实处理；您的姓名和联系方式不会公开"), "ok")
    return redirect(url_for(".detail", publication_id=publication_id))


@blueprint.route("/desk/contracts/<int:contract_id>/price", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def start(contract_id: int) -> Answer:
    """Show the publications of a contract, and start one."""
    contract = contracts.get_own(actor(), contract_id)
    past = publishing.of_contract(contract_id)
    lines = contract.current.lines if contract.current is not None else []
    form = PublicationForm(name=lines[0].traded.name if lines else "")
    if form.validate_on_submit():
        try:
            with unit_of_work():
                publication_id = publishing.start(actor(), contract_id, form.name.data or "").id
            flash(_("公示已开始"), "ok")
            return redirect(url_for(".detail", publication_id=publication_id))
        except DomainError as error:
            form.take(error)
    return form_page(
        "price_publications/start.html",
        form,
        contract=contract,
        version=contract.current,
        past=past,
        states=PRICE_PUBLICATION.states,
        needed=prices.must_publish(contract),
        done=prices.are_public(contract),
        ends_on=deadlines.due("contract.price_days"),
        may_start=publishing.may_start(actor(), contract),
    )


@blueprint.route("/desk/price-publications/<int:publication_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def withdraw(publication_id: int) -> Answer:
    """Take a running publication back, with the reason that its page shows."""
    publication = publishing.get_own(actor(), publication_id)
    form = WithdrawalForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                publishing.withdraw(actor(), publication_id, form.note.data or "")
            flash(_("公示已撤回"), "ok")
            return redirect(url_for(".detail", publication_id=publication_id))
        except Conflict:
            raise
        except DomainError as error:
            form.take(error)
    return form_page("price_publications/withdraw.html", form, publication=publication)
