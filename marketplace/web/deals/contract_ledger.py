"""合同台账: every contract but drafts, with filters, sums, order and export."""

from flask import Blueprint, render_template, request

from marketplace.domain.access import Permission
from marketplace.domain.deals import terms
from marketplace.domain.states import CONTRACT
from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.forms.deals.ledger import ContractFilter
from marketplace.services.deals.ledger import contracts as ledger
from marketplace.services.deals.ledger.filters import clean
from marketplace.web.guards import actor, requires
from marketplace.web.paging import address, asked, page_number, page_urls

blueprint = Blueprint("contract_ledger", __name__, url_prefix="/admin/contracts")

EVERY_DAY = ("q", "state", "category", "registered_from", "registered_to", "sort")
"""Filters that stand open; the others are behind 更多条件 until one of them is used."""


@blueprint.get("")
@requires(Permission.READ_CONTRACTS)
def index() -> str:
    """Show the contracts that fit the filters of the address."""
    filters = clean(request.args, ledger.FILTERS)
    form = _form(filters)
    page, totals = ledger.page_of(actor(), filters, form.sort.data, page_number())
    return render_template(
        "contract_ledger/index.html",
        form=form,
        page=page,
        totals=totals,
        page_url=page_urls(),
        sort_url=_sort_url,
        filters=filters,
        everyday=EVERY_DAY,
        more=[name for name in ledger.FILTERS if name not in EVERY_DAY],
        more_open=any(name in filters for name in ledger.FILTERS if name not in EVERY_DAY),
        states=CONTRACT.states,
        kinds=terms.KINDS,
        fields=NATIONAL_FIELDS,
    )


def _form(filters: dict[str, str]) -> ContractFilter:
    form = ContractFilter(request.args)
    for name, options in ledger.CHOICES.items():
        form[name].offer([(code, label) for code, label in options.items()])
    form.sort.offer(ledger.SORTS.items())
    form.validate()
    form.sort.data = form.sort.data if form.sort.data in ledger.SORTS else "registered"
    return form


def _sort_url(down: str, up: str) -> str:
    """Return the address of this list in another order: downwards first, then upwards."""
    wanted = up if request.args.get("sort", "registered") == down else down
    return address(".index", {**asked("sort", "page"), "sort": wanted})
