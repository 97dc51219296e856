"""How a view answers when a form is shown (again), or a page is handed out as a PDF."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import redirect, render_template, request, send_file
from werkzeug.wrappers import Response

from marketplace.forms.base import SiteForm
from marketplace.services.outside import outside


def form_page(template: str, form: SiteForm, **context: Any) -> tuple[str, int]:
    """Return the page of a form: 422 when something in it has to be corrected, else 200."""
    return render_template(template, form=form, **context), 422 if form.errors else 200


def only_redraw() -> bool:
    """Return whether a button asks for the same form again (next level of a region), not for sending it."""
    return "pick_region" in request.form


def pdf_file(page: Callable[[], str], name: str, instead: str) -> Response:
    """Hand out the HTML that ``page`` returns as ``name``.pdf.

    Without the library lead to the address ``instead``: the page to print, which says how to make one.
    """
    documents = outside().documents
    if documents is None:
        return redirect(instead)
    content = BytesIO(documents.to_pdf(page()))
    return send_file(content, mimetype="application/pdf", download_name=f"{name}.pdf", max_age=0)
