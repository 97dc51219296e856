"""Files on their way out: a guard, the right name, never anything a browser would run."""

from io import BytesIO

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
    found = files.open_for(actor(), link_id, small=request.args.get("small") == "1")
    if request.if_none_match.contains(found.etag):
        response = Response(status=304)
        response.set_etag(found.etag)
    else:
        file = found.link.file
        response = send_file(
            found.open() if request.method == "GET" else BytesIO(),
            mimetype=file.media_type,
            as_attachment=file.media_type not in IMAGES,
            download_name=file.name,
            etag=found.etag,
        )
    response.headers["Cache-Control"] = (
        f"private, max-age={PUBLIC_SECONDS}" if found.link.level == "public" else "private, no-cache"
    )
    return response
