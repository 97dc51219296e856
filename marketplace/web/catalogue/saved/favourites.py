"""收藏: stars on cards and pages, with notes, own and colleagues'."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import DomainError
from marketplace.forms.catalogue.saved import NoteForm
from marketplace.services.catalogue.saved import favourites
from marketplace.services.unit import unit_of_work
from marketplace.web.catalogue import cards
from marketplace.web.guards import actor, signed_in
from marketplace.web.paging import page_number, page_urls
from marketplace.web.people.identity import safe_target

blueprint = Blueprint("favourites", __name__, url_prefix="/desk/favourites")

KIND = "<any(achievement, demand):kind>"


@blueprint.app_template_global("is_favourite")
def is_favourite(listing_id: int) -> bool:
    """Whether the reader starred a listing: one query for a whole page."""
    if "favourites" not in g:
        g.favourites = favourites.starred(actor())
    return listing_id in g.favourites


@blueprint.get("")
@signed_in
def index() -> str:
    """List what the reader starred, or what colleagues did."""
    colleagues = request.args.get("tab") == "colleagues" and actor().organisation_id is not None
    kind = request.args.get("kind", "")
    kind = kind if kind in ("achievement", "demand") else ""
    page = favourites.lines(actor(), page_number(), kind, colleagues)
    return render_template(
        "favourites/index.html",
        page=page,
        page_url=page_urls(),
        cards={
            line.favourite.id: cards.of_listing(actor(), line.listing)
            for line in page.items
            if line.listing is not None
        },
        tab="colleagues" if colleagues else "mine",
        kind=kind,
        mine=favourites.count(actor()),
        theirs=favourites.count_of_colleagues(actor()),
    )


@blueprint.post(f"/{KIND}/<int:listing_id>")
@signed_in
def star(kind: str, listing_id: int) -> Response:
    """Star a listing, or take the star away; back to where the button was."""
    wanted = request.form.get("wanted") == "1"
    back = safe_target(request.form.get("back")) or url_for(f"{kind}s.detail", listing_id=listing_id)
    try:
        with unit_of_work():
            if wanted:
                favourites.star(actor(), kind, listing_id)
            else:
                favourites.unstar(actor(), listing_id)
    except DomainError as error:
        if error.code != "favourites_full":
            raise
        flash(_(error.message, **error.params), "bad")
        return redirect(back)
    flash(_("已收藏，可在“收藏”里写备注") if wanted else _("已取消收藏"), "ok")
    return redirect(f"{back}#item-{listing_id}")


@blueprint.route("/<int:favourite_id>/note", methods=["GET", "POST"])
@signed_in
def note(favourite_id: int) -> str | Response | tuple[str, int]:
    """Write why a listing was starred, and say whether colleagues read it."""
    row = favourites.get(actor(), favourite_id)
    form = NoteForm(data={"note": row.note, "shared": row.shared})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                favourites.annotate(actor(), favourite_id, form.note.data or "", bool(form.shared.data))
        except DomainError as error:
            form.take(error)
        else:
            flash(_("备注已保存"), "ok")
            return redirect(url_for(".index", _anchor=f"favourite-{favourite_id}"))
    line = favourites.line(actor(), favourite_id)
    page = render_template("favourites/note.html", form=form, line=line)
    return (page, 422) if form.errors else page
