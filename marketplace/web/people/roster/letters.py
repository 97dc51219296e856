"""A letter of the platform, for those whom it was sent to."""

from flask import Blueprint, render_template

from marketplace.services.people.roster import letters
from marketplace.web.guards import actor, signed_in

blueprint = Blueprint("letters", __name__, url_prefix="/desk/letters")


@blueprint.get("/<int:letter_id>")
@signed_in
def show(letter_id: int) -> str:
    """Show a letter."""
    return render_template("letters/show.html", letter=letters.get_for(actor(), letter_id))
