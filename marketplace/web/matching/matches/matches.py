"""匹配: which achievements fit a demand, which demands an achievement could serve, and why."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.matching.feedback import MISFITS
from marketplace.forms.matching.feedback import MisfitForm
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import pages
from marketplace.services.catalogue.pages import View
from marketplace.services.matching.inquiries import asking
from marketplace.services.matching.ranking import stored
from marketplace.services.matching.reading import feedback, matches
from marketplace.services.matching.reading.matches import OTHER, Pair
from marketplace.services.matching.telling import shown
from marketplace.services.people import directory
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, public, requires, signed_in
from marketplace.web.limits import SEARCH
from marketplace.web.matching.matches import explanations, glances, sentences

blueprint = Blueprint("matches", __name__)

PAIR = "/matches/<int:demand_id>/<int:achievement_id>"


@blueprint.get("/demands/<int:listing_id>/matches")
@public
@SEARCH
def of_demand(listing_id: int) -> str:
    """Show the achievements that fit a demand."""
    return _list(pages.get(actor(), "demand", listing_id))


@blueprint.get("/achievements/<int:listing_id>/matches")
@public
@SEARCH
def of_achievement(listing_id: int) -> str:
    """Show the demands that an achievement could serve."""
    return _list(pages.get(actor(), "achievement", listing_id))


def _list(listing: Listing) -> str:
    off = [name for name in sentences.TESTS if name in request.args.getlist("off")]
    refused = matches.dismissed(actor(), listing)
    shows_refused = bool(refused) and request.args.get("show") == "misfits"
    pairs = refused if shows_refused else matches.matches_of(actor(), listing, without=off)
    nearest = [] if pairs else matches.nearest_to(actor(), listing)
    return render_template(
        "matches/index.html",
        view=pages.of_listing(actor(), listing),
        glances=glances.of(actor(), listing, pairs),
        nearest=glances.of(actor(), listing, nearest),
        tests=sentences.TESTS,
        off=off,
        off_words=_("、").join(_(sentences.TESTS[name]) for name in off),
        refused=len(refused),
        shows_refused=shows_refused,
        ranked_at=stored.ranked_at(listing.id),
        outcomes=glances.outcomes(),
    )


@blueprint.get(PAIR)
@public
@SEARCH
def detail(demand_id: int, achievement_id: int) -> str:
    """Show why a pair matches, and what is missing."""
    if not shown.was_opened(actor(), demand_id, achievement_id):
        with unit_of_work():
            shown.opened(actor(), matches.pair(actor(), demand_id, achievement_id))
    pair = matches.pair(actor(), demand_id, achievement_id)
    return render_template(
        "matches/detail.html",
        **_sides(pair),
        pair=pair,
        page=explanations.page(actor(), pair),
        said=feedback.current(actor(), pair),
        reasons=MISFITS,
        may_judge=feedback.may_judge(actor(), pair),
        may_follow=may(actor(), Permission.WORK_AS_BROKER),
        next=explanations.next_step(actor(), pair),
        outcome=glances.outcomes([pair.strength])[0] if pair.strength != "none" else None,
    )


@blueprint.get(f"{PAIR}/brokers")
@signed_in
def brokers(demand_id: int, achievement_id: int) -> str:
    """Offer the 技术经理人 who could introduce the reader to the other side."""
    pair = matches.pair(actor(), demand_id, achievement_id)
    listing, own = explanations.other_side(actor(), pair)
    asking.target(actor(), listing.kind, listing.id)
    found = directory.brokers(actor(), {pair.demand.organisation_id, pair.achievement.organisation_id})
    urls = {one.id: explanations.ask_url(listing, own, one.id) for one in found}
    return render_template("matches/brokers.html", **_sides(pair), brokers=found, urls=urls)


def _sides(pair: Pair) -> dict[str, View]:
    return {
        "demand": pages.of_listing(actor(), pair.demand),
        "achievement": pages.of_listing(actor(), pair.achievement),
    }


@blueprint.post(f"{PAIR}/fits")
@requires(Permission.JUDGE_MATCH)
def fits(demand_id: int, achievement_id: int) -> Response:
    """Say that a pair fits."""
    _say(lambda: feedback.fits(actor(), demand_id, achievement_id))
    flash(_("已记下：合适。排序会随之调整。"), "ok")
    return redirect(_back(demand_id, achievement_id, request.form.get("back", "")))


@blueprint.post(f"{PAIR}/restore")
@requires(Permission.JUDGE_MATCH)
def restore(demand_id: int, achievement_id: int) -> Response:
    """Take back what was said of a pair."""
    with unit_of_work():
        feedback.take_back(actor(), demand_id, achievement_id)
    flash(_("已恢复，这一对重新列入匹配。"), "ok")
    return redirect(_back(demand_id, achievement_id, request.form.get("back", "")))


@blueprint.get(f"{PAIR}/misfits")
@requires(Permission.JUDGE_MATCH)
def misfits(demand_id: int, achievement_id: int) -> str:
    """Ask why a pair does not fit."""
    pair = feedback.target(actor(), demand_id, achievement_id)
    said = feedback.current(actor(), pair)
    form = MisfitForm(obj=said, back=request.args.get("back", ""))
    return _misfit_form(pair, form)


@blueprint.post(f"{PAIR}/misfits")
@requires(Permission.JUDGE_MATCH)
def say_misfits(demand_id: int, achievement_id: int) -> str | Response | tuple[str, int]:
    """Say that a pair does not fit, and why."""
    form = MisfitForm()
    pair = feedback.target(actor(), demand_id, achievement_id)
    if not form.validate():
        return _misfit_form(pair, form), 422
    words = form.reason.data or "", form.note.data or ""
    try:
        _say(lambda: feedback.misfits(actor(), demand_id, achievement_id, *words))
    except DomainError as error:
        form.take(error)
        return _misfit_form(feedback.target(actor(), demand_id, achievement_id), form), 422
    flash(_("已记下：不合适。这一对不再列出，可在“不合适”中恢复。"), "ok")
    return redirect(_back(demand_id, achievement_id, form.back.data or ""))


def _say(word: Callable[[], Pair]) -> None:
    """Say something; where a colleague said something at the same moment, theirs stands first and is replaced."""
    try:
        with unit_of_work():
            word()
    except Conflict:
        with unit_of_work():
            word()


def _misfit_form(pair: Pair, form: MisfitForm) -> str:
    back = _back(pair.demand.id, pair.achievement.id, form.back.data or "")
    return render_template("matches/misfits.html", **_sides(pair), form=form, back=back)


def _back(demand_id: int, achievement_id: int, page: str) -> str:
    """Return where the reader came from: the list of one side, or the pair."""
    ids = {"demand": demand_id, "achievement": achievement_id}
    if page in OTHER:
        return url_for(f".of_{page}", listing_id=ids[page])
    return url_for(".detail", demand_id=demand_id, achievement_id=achievement_id)
