"""The user agreement and the privacy notice, by version."""

from flask import Blueprint, render_template, request

from marketplace.domain.errors import NotFound
from marketplace.domain.people import legal
from marketplace.web.guards import public

blueprint = Blueprint("legal", __name__, url_prefix="/legal")


@blueprint.get("/<name>")
@public
def document(name: str) -> str:
    """Show a document: the version in force, or the one asked for."""
    if name not in legal.DOCUMENTS:
        raise NotFound()
    texts = legal.versions(name)
    current = legal.current(name)
    wanted = request.args.get("version", current.version)
    text = next((each for each in texts if each.version == wanted), None)
    if text is None:
        raise NotFound()
    return render_template("legal/document.html", text=text, current=current, versions=texts)
