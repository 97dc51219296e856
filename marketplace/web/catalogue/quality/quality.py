"""What is said of a text in the making while it is typed, and a version under review beside one that looks like it."""

from flask import Blueprint, Response, jsonify, render_template
from flask_babel import gettext as _

from marketplace.domain.access import Permission
from marketplace.domain.errors import NotFound
from marketplace.services.catalogue import drafts
from marketplace.services.catalogue.quality import looking
from marketplace.services.platform import reviews
from marketplace.web.catalogue.editing import FORMS
from marketplace.web.guards import actor, requires
from marketplace.web.limits import TYPING

blueprint = Blueprint("quality", __name__)


@blueprint.post("/desk/listings/<int:listing_id>/quality/<key>")
@requires(Permission.EDIT_LISTING)
@TYPING
def look(listing_id: int, key: str) -> Response:
    """Return {score, grade, duplicates, html} for the step as typed; nothing is stored."""
    revision = drafts.editable(actor(), listing_id)
    form_class = FORMS[revision.kind].get(key)
    if form_class is None:
        raise NotFound()
    found = looking.look(actor(), revision, form_class().typed())
    return jsonify(
        score=found.meter.score,
        grade=_(found.meter.word),
        duplicates=len(found.duplicates),
        html=render_template("quality/_look.html", look=found, listing_id=listing_id),
    )


@blueprint.get("/admin/reviews/<int:task_id>/beside/<int:listing_id>")
@requires(Permission.SEE_REVIEW_DESK)
def beside(task_id: int, listing_id: int) -> str:
    """Show a version under review side by side with a listing that looks like it."""
    task = reviews.get_for(actor(), task_id)
    return render_template("quality/beside.html", task=task, found=looking.beside(actor(), task, listing_id))
