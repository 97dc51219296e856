"""技术合同: the desk's list, beginning one, and the page of a contract."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.deals.terms import CHANGE_KINDS
from marketplace.domain.errors import NotFound
from marketplace.domain.matching.brokerage import CONTRIBUTIONS
from marketplace.domain.platform.files import PURPOSES
from marketplace.domain.states import CONTRACT, CONTRACT_CHANGE, PRICE_PUBLICATION
from marketplace.forms.deals.acts import DisclosureForm
from marketplace.models.deals import Contract
from marketplace.services.deals import contracts, drafts, history, papers, prices, traded, waiting
from marketplace.services.deals.reading import shelf, whole
from marketplace.services.deals.registry import changes as registry_changes
from marketplace.services.matching.negotiations import ending
from marketplace.services.paging import paged
from marketplace.services.platform import deadlines
from marketplace.services.unit import unit_of_work
from marketplace.web.deals.lists import NAMES, words_of
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("contracts", __name__, url_prefix="/desk/contracts")

UNSIGNED = ("draft", "offered", "confirmed", "returned")
"""States in which a price may still have to be published."""


@blueprint.get("")
@requires(Permission.CREATE_LISTING)
def index() -> str:
    """List the contracts of the reader's organisation by tab and words."""
    tab = request.args.get("tab", "all")
    tab = tab if tab in shelf.TABS else "all"
    words = request.args.get("q", "")[:100]
    page = paged(shelf.listed(actor(), tab, words), page_number())
    return render_template(
        "contracts/index.html",
        page=page,
        page_url=page_urls(),
        lines=shelf.lines(actor(), page.items),
        counts=shelf.counts(actor(), words),
        tabs_=shelf.TABS,
        tab=tab,
        words=words,
        states=CONTRACT.states,
        unlinked=traded.unlinked_parties(actor()),
        claimable=traded.claimable(actor()),
    )


@blueprint.get("/new")
@requires(Permission.CREATE_CONTRACT)
def new() -> str:
    """Say what a contract will ask before it begins."""
    source = whole.source_of(
        actor(), request.args.get("listing", type=row_number), request.args.get("demand", type=row_number)
    )
    return render_template("contracts/new.html", source=source)


@blueprint.post("/new")
@requires(Permission.CREATE_CONTRACT)
def create() -> Response:
    """Begin a contract and open its first step."""
    with unit_of_work():
        contract_id = drafts.create(
            actor(), request.form.get("listing", type=row_number), request.form.get("demand", type=row_number)
        ).id
    return redirect(url_for("contract_steps.step", contract_id=contract_id, key="parties"))


@blueprint.get("/<int:contract_id>")
@requires(Permission.READ_CONTRACT)
def detail(contract_id: int) -> str:
    """Show a contract: where it stands, what comes next, what it says, its papers and its history."""
    contract = contracts.get_for(actor(), contract_id)
    step = waiting.next_step(contract, actor())
    return render_template(
        "contracts/detail.html",
        contract=contract,
        version=contract.current,
        state=CONTRACT.states[contract.state],
        whole=whole.of_contract(contract),
        step=step,
        days_left=deadlines.days_left(step.due) if step is not None and step.due is not None else None,
        versions=history.versions(actor(), contract_id),
        events=history.timeline(actor(), contract_id),
        papers=papers.offered(contract),
        names=NAMES,
        words_of=words_of,
        purposes=PURPOSES,
        change_states=CONTRACT_CHANGE.states,
        change_kinds=CHANGE_KINDS,
        price_states=PRICE_PUBLICATION.states,
        beside=_beside(contract),
        helped=ending.confirmed_contribution(contract),
        services=CONTRIBUTIONS,
        **_doing(contract),
    )


def _doing(contract: Contract) -> dict[str, Any]:
    """Return what the reader may do here; staff who only read get nothing of it."""
    handles = may(actor(), Permission.HANDLE_CONTRACT, contracts.subject_of(contract))
    own = next(
        (
            party
            for party in contracts.parties_of(contract)
            if party.organisation_id is not None and party.organisation_id == actor().organisation_id
        ),
        None,
    )
    return {
        "handles": handles,
        "drafts": may(actor(), Permission.EDIT_CONTRACT, contracts.subject_of(contract)),
        "can_do": {transition.action for transition in contracts.available(actor(), contract)},
        "own": own,
        "disclosure_form": DisclosureForm(formdata=None, disclosure=own.disclosure or "none")
        if own
        else None,
    }


def _beside(contract: Contract) -> list[tuple[str, str]]:
    """Return the pages beside this one that fit the contract now: (label, address)."""
    found = []
    handles = may(actor(), Permission.HANDLE_CONTRACT, contracts.subject_of(contract))
    if contract.signed_on is not None and contract.state not in ("voided", "refused"):
        found.append((_("付款与凭证"), url_for("payments.index", contract_id=contract.id)))
    if handles and registry_changes.possible(contract):
        found.append((_("变更、补正或解除"), url_for("contract_changes.new", contract_id=contract.id)))
    if handles and contract.state in UNSIGNED and prices.must_publish(contract):
        found.append((_("协议定价公示"), url_for("price_publications.start", contract_id=contract.id)))
    negotiation = ending.of_contract(actor(), contract)
    if negotiation is not None:
        found.append((_("洽谈记录"), url_for("negotiations.detail", negotiation_id=negotiation.id)))
    if may(actor(), Permission.READ_CONTRACTS):
        found.append((_("登记办理"), url_for("registration.show", contract_id=contract.id)))
    return found


@blueprint.get("/<int:contract_id>/history")
@requires(Permission.READ_CONTRACT)
def changes(contract_id: int) -> str:
    """Show how two versions differ: by default the newest and the one before it."""
    contract = contracts.get_for(actor(), contract_id)
    versions = history.versions(actor(), contract_id)
    ordinals = [each.version.ordinal for each in versions]
    if not ordinals:
        raise NotFound()
    new = request.args.get("new", type=row_number) or ordinals[0]
    earlier = [ordinal for ordinal in ordinals if ordinal < new]
    old = request.args.get("old", type=row_number) or (earlier[0] if earlier else new)
    return render_template(
        "contracts/changes.html",
        contract=contract,
        versions=versions,
        comparison=history.compare(actor(), contract_id, old, new),
    )


@blueprint.post("/link")
@requires(Permission.CREATE_CONTRACT)
def link() -> Response:
    """Take over the contracts whose party carries the organisation's USCC."""
    with unit_of_work():
        number = traded.link_parties(actor())
    flash(_("已关联%(number)d份合同", number=number) if number else _("没有可以关联的合同"), "ok")
    return redirect(url_for(".index"))


@blueprint.post("/claim/<int:traded_id>")
@requires(Permission.CREATE_CONTRACT)
def claim(traded_id: int) -> Response:
    """Make a listing of an achievement that was recorded with a contract."""
    with unit_of_work():
        listing_id = traded.claim(actor(), traded_id).id
    flash(_("已为这项成果建好草稿，请补充内容后提交审核"), "ok")
    return redirect(url_for("my_listings.detail", listing_id=listing_id))
