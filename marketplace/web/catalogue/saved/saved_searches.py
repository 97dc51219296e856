"""已保存的搜索: keep the question of a result list, hear of what is new, rename, silence or delete it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.catalogue.saved import FREQUENCIES, KINDS, NAME_LENGTH, USUAL
from marketplace.domain.errors import DomainError, NotFound
from marketplace.forms.catalogue.saved import SearchForm
from marketplace.models.catalogue import SavedSearch
from marketplace.services.catalogue import search
from marketplace.services.catalogue.finding.facets import FACETS
from marketplace.services.catalogue.saved import searches
from marketplace.services.paging import paged
from marketplace.services.unit import unit_of_work
from marketplace.web.catalogue import cards
from marketplace.web.catalogue.results import MOST_CHOSEN
from marketplace.web.guards import actor, public, signed_in
from marketplace.web.limits import CONFIRM
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("saved_searches", __name__, url_prefix="/desk/searches")

NEWS_OF = timedelta(days=30)
SHOWN = 20


@blueprint.app_template_global("saved_search_url")
def save_url(question: search.Question) -> str:
    """The address at which the question of a result list is saved."""
    filters: dict[str, Any] = {name: list(values) for name, values in question.filters.items()}
    return url_for("saved_searches.new", kind=question.kind, q=question.text or None, **filters)


def _address(row: SavedSearch) -> str:
    """Return the address of the list that a search asks, the newest first."""
    filters: dict[str, Any] = dict(row.filters)
    return url_for(f"{row.kind}s.index", q=row.text or None, **filters, sort="newest" if row.text else None)


def _asked() -> search.Question:
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        raise NotFound()
    chosen = {facet.name: request.args.getlist(facet.name)[:MOST_CHOSEN] for facet in FACETS[kind]}
    return search.question(kind, request.args.get("q", ""), chosen)  # type: ignore[arg-type]


def _words(row: SavedSearch) -> list[tuple[str, str]]:
    """Return what a search asks for, label and words, as the reader's language has it."""
    found = [(_("关键词"), row.text)] if row.text else []
    return found + [
        (_(label), _("、").join(_(value) for value in values)) for label, values in searches.conditions(row)
    ]


def _name_of(row: SavedSearch) -> str:
    """Return the name that a search gets where its owner thinks of none."""
    words = [value for _label, value in _words(row)]
    return " ".join(words)[:NAME_LENGTH] or _("全部%(kind)s", kind=_(KINDS[row.kind]))


@blueprint.get("")
@signed_in
def index() -> str:
    """List the reader's searches with what they reported of late."""
    page = paged(searches.mine(actor()), page_number())
    return render_template(
        "saved_searches/index.html",
        page=page,
        page_url=page_urls(),
        kinds=KINDS,
        frequencies=FREQUENCIES,
        words={row.id: _words(row) for row in page.items},
        news=searches.reported([row.id for row in page.items], clock.now() - NEWS_OF),
        address=_address,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> str | Response | tuple[str, int]:
    """Save the question in the address."""
    asked = _asked()
    row = searches.draft(asked)
    form = SearchForm(name=_name_of(row), frequency=USUAL)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                searches.save(actor(), asked, form.name.data or "", form.frequency.data or "")
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已保存这个搜索"), "ok")
            return redirect(url_for(".index"))
    page = render_template("saved_searches/new.html", form=form, row=row, words=_words(row), kinds=KINDS)
    return (page, 422) if form.errors else page


@blueprint.route("/<int:search_id>", methods=["GET", "POST"])
@signed_in
def detail(search_id: int) -> str | Response | tuple[str, int]:
    """Show what a search reported; rename it, or change how often its owner hears of it."""
    row = searches.get(actor(), search_id)
    form = SearchForm(name=row.name, frequency=row.frequency)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                searches.change(actor(), search_id, form.name.data or "", form.frequency.data or "")
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已保存"), "ok")
            return redirect(url_for(".detail", search_id=search_id))
    row = searches.get(actor(), search_id)
    page = render_template(
        "saved_searches/detail.html",
        form=form, row=row, words=_words(row), address=_address(row), kinds=KINDS, cards=_cards(row),
    )  # fmt: skip
    return (page, 422) if form.errors else page


def _cards(row: SavedSearch) -> list[cards.Card]:
    """Return the cards of what a search reported, as far as its owner may see them now."""
    ids = searches.hits(row)[:SHOWN]
    if row.kind == "organisation":
        return [cards.of_organisation(each, {}) for each in search.organisations(actor(), ids)]
    return [cards.of_listing(actor(), each) for each in search.listings(actor(), row.kind, ids)]


@blueprint.route("/<int:search_id>/delete", methods=["GET", "POST"])
@signed_in
def delete(search_id: int) -> str | Response:
    """Ask, then forget a search."""
    if request.method == "POST":
        with unit_of_work():
            searches.remove(actor(), search_id)
        flash(_("已删除这个搜索"), "ok")
        return redirect(url_for(".index"))
    row = searches.get(actor(), search_id)
    return render_template("saved_searches/delete.html", row=row, words=_words(row))


@blueprint.get("/mute/<token>")
@public
@CONFIRM
def ask(token: str) -> str:
    """Ask whether to end the notices a mail spoke of: opening a link, as mail scanners do, changes nothing."""
    person, row = searches.muted_by(token)
    done = row.frequency == "off"
    return render_template("saved_searches/mute.html", token=token, row=row, person=person, done=done)


@blueprint.post("/mute/<token>")
@public
@CONFIRM
def mute(token: str) -> str:
    """End the notices of a search for the person who got the mail; pressed again it changes nothing."""
    with unit_of_work():
        searches.mute(token)
    person, row = searches.muted_by(token)
    return render_template("saved_searches/mute.html", token=token, row=row, person=person, done=True)
