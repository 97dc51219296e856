"""A list of results as a page: facets, chips, orders and addresses in the reader's language.

One address says everything about a list, so that it can be shared and saved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from marketplace.domain.access import Actor
from marketplace.services.catalogue import search
from marketplace.services.catalogue.finding.facets import FACETS
from marketplace.web.catalogue.finding import offers
from marketplace.web.catalogue.finding.offers import Offers
from marketplace.web.paging import page_number

MOST_CHOSEN = 30
"""Values looked at of one parameter; a page offers fewer."""


@dataclass(frozen=True)
class Results:
    """What a list template needs beside the cards."""

    found: search.Found
    text: str
    facets: list[dict[str, Any]]
    chips: list[tuple[str, str]]
    clear_url: str
    sorts: list[tuple[str, str, bool]]
    page_url: Callable[[int], str]
    filter_count: int
    offers: Offers

    @property
    def page(self) -> int:
        """Number of the page, from 1 (what the pager asks for)."""
        return self.found.page

    @property
    def pages(self) -> int:
        """Number of pages."""
        return self.found.pages

    @property
    def first(self) -> int:
        """Number of the first result on this page, from 1."""
        return (self.found.page - 1) * search.PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """Number of the last result on this page."""
        return min(self.found.page * search.PAGE_SIZE, self.found.total)

    @property
    def total(self) -> int:
        """Number of results on all pages."""
        return self.found.total


def answer(actor: Actor, kind: search.Kind, endpoint: str) -> Results:
    """Answer the question in the address of this request."""
    args = request.args
    chosen = {facet.name: args.getlist(facet.name)[:MOST_CHOSEN] for facet in FACETS[kind]}
    asked = search.question(kind, args.get("q", ""), chosen, args.get("sort", ""), page_number())
    return _results(actor, search.search(actor, asked), endpoint)


def _results(actor: Actor, found: search.Found, endpoint: str) -> Results:
    asked = found.question
    values = {
        (group.name, value.value): _(value.label) if value.label else value.value
        for group in found.groups
        for value in group.values
    }
    return Results(
        found=found,
        text=asked.text,
        facets=[
            {
                "name": group.name,
                "label": _(group.label),
                "values": [
                    {
                        "value": value.value,
                        "label": values[group.name, value.value],
                        "count": value.count,
                        "checked": value.checked,
                    }
                    for value in group.values
                ],
            }
            for group in found.groups
        ],
        chips=[
            (values[name, value], _address(endpoint, asked, without=(name, value)))
            for name, chosen in asked.filters.items()
            for value in chosen
            if (name, value) in values
        ],
        clear_url=url_for(endpoint, q=asked.text or None),
        sorts=[
            (_(word), _address(endpoint, asked, sort=code), code == asked.sort)
            for code, word in asked.sorts.items()
        ],
        page_url=lambda number: _address(endpoint, asked, page=number),
        filter_count=sum(map(len, asked.filters.values())),
        offers=offers.beside(actor, found, values),
    )


def _address(
    endpoint: str,
    asked: search.Question,
    without: tuple[str, str] | None = None,
    sort: str | None = None,
    page: int = 1,
) -> str:
    """Return the address of this list with one thing changed; what is usual is left out of it."""
    filters: dict[str, Any] = {
        name: [value for value in chosen if (name, value) != without]
        for name, chosen in asked.filters.items()
    }
    order = sort or asked.sort
    usual = "relevance" if asked.text else "newest"
    return url_for(
        endpoint,
        q=asked.text or None,
        **{name: chosen for name, chosen in filters.items() if chosen},
        sort=None if order == usual else order,
        page=page if page > 1 else None,
    )
