"""What both lists do with an address: filters that the page offers, kept in pages, sorts and exports."""

from collections.abc import Mapping
from typing import Any

from flask import request

from marketplace.forms.people.roster import OrganisationFilter
from marketplace.services.deals.ledger.filters import clean


def filters_of(known: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the filters of the address that the page could have sent."""
    return clean(request.args, known)


def filled(
    form: OrganisationFilter, known: Mapping[str, Mapping[str, str]], sorts: Mapping[str, str]
) -> OrganisationFilter:
    """Return the form with what it offers; an order that there is none is the newest first."""
    fields: Any = form
    for name, options in known.items():
        if options:
            fields[name].offer(options.items())
    form.sort.offer(sorts.items())
    form.validate()
    form.sort.data = form.sort.data if form.sort.data in sorts else "newest"
    return form
