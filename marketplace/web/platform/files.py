"""Files on their way out: a guard, the right name, never anything a browser would run."""

from flask import Blueprint, Response, request, send_file

from marketplace.domain.platform.files import IMAGES
from marketplace.services.platform import files
from marketplace.web.guards import actor, public

blueprint = Blueprint("files", __name__, url_prefix="/files")

PUBLIC_SECONDS = 600


@blueprint.get("/<int:link_id>")
@public
def download(link_id: int) -> Response:
    """Stream a file to whom it is meant; images stand in the page, everything else is saved.

    ``?small=1`` gives the small copy of an image. The name is sent as RFC 5987 wants it.
    """
    opened = files.open_for(actor(), link_id, small=request.args.get("small") == "1")
    file = opened.link.file
    response = send_file(
        opened.stream,
        mimetype=file.media_type,
        as_attachment=file.media_type not in IMAGES,
        download_name=file.name,
        conditional=True,
        etag=opened.etag,
    )
    response.headers["Cache-Control"] = (
        f"private, max-age={PUBLIC_SECONDS}" if opened.link.level == "public" else "private, no-cache"
    )
    return response
