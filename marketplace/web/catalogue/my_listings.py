"""我的成果与需求: the list, one item with its next step and history, and its public life."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, Shown
from marketplace.domain.catalogue.content import STEPS, place_of, step_of
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import LISTING, REVISION
from marketplace.domain.text import N_
from marketplace.forms.catalogue.takedown import TakeDownForm
from marketplace.models.catalogue import Revision
from marketplace.services.catalogue import drafts, history, listings, pages, progress, revisions
from marketplace.services.catalogue.quality import corrections
from marketplace.services.paging import paged
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.matching.matches import glances
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number

blueprint = Blueprint("my_listings", __name__, url_prefix="/desk/listings")

KIND_WORDS = {"achievement": N_("科技成果"), "demand": N_("技术需求")}

OWNER_ACTIONS = {
    "unlist": N_("已下架，其他人不再能找到它，可以随时重新上架"),
    "relist": N_("已重新上架"),
    "reconfirm": N_("已确认仍然有效，有效期重新计算"),
    "solve": N_("已标记为已解决，页面仍可阅读，不再出现在搜索结果中"),
    "reopen": N_("已重新征集"),
}
"""What the owner may do with the public life of an item, and what is said afterwards."""

STATES = {"listing": LISTING.states, "revision": REVISION.states}
"""Labels and tones for the templates."""


@blueprint.get("")
@requires(Permission.CREATE_LISTING)
def index() -> str:
    """List what the reader's organisation offers and seeks, by state."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KIND_WORDS else ""
    tab = request.args.get("tab", "all")
    tab = tab if tab in listings.FILTERS else "all"
    page = paged(listings.mine(actor(), kind, tab), page_number())

    def page_url(number: int) -> str:
        return url_for(".index", kind=kind or None, tab=tab, page=number)

    return render_template(
        "listings/index.html",
        page=page,
        page_url=page_url,
        newest=listings.newest_revisions(page.items),
        counts=listings.counts(actor(), kind),
        kind=kind,
        tab=tab,
        filters=listings.FILTERS,
        kinds=KIND_WORDS,
        states=STATES,
    )


@blueprint.get("/new/<kind>")
@requires(Permission.CREATE_LISTING)
def new(kind: str) -> str:
    """Say what will be asked before the form begins."""
    if kind not in KIND_WORDS:
        raise NotFound()
    words = request.args.get("words", "")[:200]
    return render_template("listings/new.html", kind=kind, steps=STEPS[kind], words=words)


@blueprint.post("/new/<kind>")
@requires(Permission.CREATE_LISTING)
def create(kind: str) -> Response:
    """Begin an item and open the first step of its form."""
    with unit_of_work():
        listing_id = listings.create(actor(), kind, request.form.get("words", "")).id
    return redirect(url_for("editing.step", listing_id=listing_id, key=STEPS[kind][0].key))


@blueprint.get("/<int:listing_id>")
@requires(Permission.EDIT_LISTING)
def detail(listing_id: int) -> str:
    """Show where an own item stands, what comes next, what may be done, and its history."""
    listing = listings.get_own(actor(), listing_id)
    revision = revisions.in_work(listing)
    versions = history.versions(actor(), listing_id)[1]
    return render_template(
        "listings/detail.html",
        listing=listing,
        revision=revision,
        shown=revision or versions[0].revision,
        progress=progress.of(listing, revision),
        **_opinion(revision),
        actions=[each for each in listings.available(actor(), listing) if each.action in OWNER_ACTIONS],
        glances=glances.panel(actor(), listing) if listing.state == "published" else [],
        may_edit=revision is None and progress.may_be_edited(listing),
        versions=versions,
        asked=corrections.asked_of(listing.id),
        **_words(listing.kind),
    )


def _words(kind: str) -> dict[str, Any]:
    """Return the words that the pages of one item share."""
    return {
        "kinds": KIND_WORDS,
        "states": STATES,
        "reasons": REASONS[kind],
        "first_step": STEPS[kind][0].key,
    }


def _opinion(revision: Revision | None) -> dict[str, Any]:
    """Return the last decision on the revision in work, with remarks as (label, text, address of the step)."""
    decision = history.last_decision(revision) if revision else None
    if revision is None or decision is None:
        return {"decision": None, "places": []}
    places = [
        (
            _(place_of(revision.kind, each.field).label),
            each.text,
            url_for(
                "editing.step",
                listing_id=revision.listing_id,
                key=step_of(revision.kind, each.field),
                _anchor=each.field,
            ),
        )
        for each in decision.remarks
    ]
    return {"decision": decision, "places": places}


@blueprint.post("/<int:listing_id>/actions/<action>")
@requires(Permission.EDIT_LISTING)
def act(listing_id: int, action: str) -> Response:
    """Unlist, relist, reconfirm, solve or reopen an own item."""
    if action not in OWNER_ACTIONS:
        raise NotFound()
    try:
        with unit_of_work():
            listings.act(actor(), listings.get_own(actor(), listing_id, lock=True), action)
    except DomainError as error:
        if error.code not in ("validity_over", "version_under_review"):
            raise
        flash(_(error.message, **error.params), "warn")
    else:
        flash(_(OWNER_ACTIONS[action]), "ok")
    return redirect(url_for(".detail", listing_id=listing_id))


@blueprint.post("/<int:listing_id>/edit")
@requires(Permission.EDIT_LISTING)
def edit(listing_id: int) -> Response:
    """Begin a new revision, or go on with the one in work; what is public stays."""
    with unit_of_work():
        listing = listings.get_own(actor(), listing_id, lock=True)
        kind = revisions.begin_next(actor(), listing).kind
    return redirect(url_for("editing.step", listing_id=listing_id, key=STEPS[kind][0].key))


@blueprint.post("/<int:listing_id>/withdraw")
@requires(Permission.EDIT_LISTING)
def withdraw(listing_id: int) -> Response:
    """Take a submitted revision back."""
    with unit_of_work():
        drafts.withdraw(actor(), listing_id)
    flash(_("已撤回，可以继续修改，改好后重新提交"), "ok")
    return redirect(url_for(".detail", listing_id=listing_id))


@blueprint.route("/<int:listing_id>/discard", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTING)
def discard(listing_id: int) -> str | Response:
    """Give up the revision in work, after asking."""
    if request.method == "GET":
        return render_template("listings/discard.html", revision=drafts.editable(actor(), listing_id))
    with unit_of_work():
        published = drafts.discard(actor(), listing_id).state != "draft"
    flash(_("已放弃此版本"), "ok")
    return redirect(url_for(".detail", listing_id=listing_id) if published else url_for(".index"))


@blueprint.get("/<int:listing_id>/preview")
@requires(Permission.READ_LISTING)
def preview(listing_id: int) -> str:
    """Show a revision as its public page will look, to its owner and to reviewers; ``?reader=public`` as to all."""
    shown = Shown.PUBLIC_TEXT if request.args.get("reader") == "public" else Shown.FULL_TEXT
    revision = history.version(actor(), listing_id, request.args.get("version", type=row_number))
    return render_template(
        "listings/preview.html",
        view=pages.of_revision(actor(), revision, shown),
        revision=revision,
        own=actor().organisation_id == revision.listing.organisation_id,
        **_words(revision.kind),
    )


@blueprint.get("/<int:listing_id>/history")
@requires(Permission.READ_LISTING)
def changes(listing_id: int) -> str:
    """Show how two versions differ: by default the newest and the one before it."""
    listing, versions = history.versions(actor(), listing_id)
    ordinals = [version.revision.ordinal for version in versions]
    new = request.args.get("new", type=row_number) or (ordinals[0] if ordinals else 0)
    earlier = [ordinal for ordinal in ordinals if ordinal < new]
    old = request.args.get("old", type=row_number) or (earlier[0] if earlier else new)
    return render_template(
        "listings/changes.html",
        listing=listing,
        versions=versions,
        comparison=history.compare(actor(), listing_id, old, new) if ordinals else None,
        own=actor().organisation_id == listing.organisation_id,
        may_take_down=any(each.action == "take_down" for each in listings.available(actor(), listing)),
        **_words(listing.kind),
    )


@blueprint.route("/<int:listing_id>/take-down", methods=["GET", "POST"])
@requires(Permission.REVIEW)
@reauthenticated
def take_down(listing_id: int) -> Any:
    """Take a published item out of the market, with reasons that its owner reads."""
    listing = listings.get_readable(actor(), listing_id)
    form = TakeDownForm().offer({code: _(label) for code, label in REASONS[listing.kind].items()})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                listings.take_down(actor(), listing_id, form.reasons.data or [], form.note.data or "")
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已撤下，对方会收到通知"), "ok")
            return redirect(url_for(".changes", listing_id=listing_id))
    return form_page("listings/take_down.html", form, listing=listing)
