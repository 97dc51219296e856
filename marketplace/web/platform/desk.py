"""我的工作台: what waits for the reader and what waits for others."""

from flask import Blueprint, render_template

from marketplace.services import workbench
from marketplace.web.guards import actor, signed_in

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@signed_in
def index() -> str:
    """Show the workbench of the signed-in person, whatever their role."""
    return render_template("desk/index.html", bench=workbench.workbench(actor()))
