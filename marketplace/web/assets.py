"""Static files under an address that carries their version, so that browsers may keep them for a year.

The version stands in the path and covers the whole folder: what a style sheet or script loads by a relative
address is versioned with it.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import NotFound

YEAR = 365 * 24 * 3600
UNVERSIONED_SECONDS = 300


def install(app: Flask) -> None:
    """Serve the static folder of ``app`` with and without a version in the path."""
    folder = Path(app.static_folder or "")

    def serve(filename: str, version: str = "") -> Response:
        current = version == tree_version(folder)
        if version and not current and not (folder / filename).is_file():
            raise NotFound()
        response = app.send_static_file(filename)
        lasting = f"public, max-age={YEAR}, immutable"
        response.headers["Cache-Control"] = lasting if current else f"public, max-age={UNVERSIONED_SECONDS}"
        return response

    app.view_functions["static"] = serve
    app.add_url_rule("/static/v-<version>/<path:filename>", endpoint="static", view_func=serve)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not app.debug:
            values.setdefault("version", tree_version(folder))


@cache
def tree_version(folder: Path) -> str:
    """Return twelve characters that change with any file of the folder; read once for each process."""
    seen = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        seen.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:12]
