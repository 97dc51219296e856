"""How a view answers when a form is shown (again)."""

from typing import Any

from flask import render_template, request

from marketplace.forms.base import SiteForm


def form_page(template: str, form: SiteForm, **context: Any) -> tuple[str, int]:
    """Return the page of a form: 422 when something in it has to be corrected, else 200."""
    return render_template(template, form=form, **context), 422 if form.errors else 200


def only_redraw() -> bool:
    """Return whether a button asks for the same form again (next level of a region), not for sending it."""
    return "pick_region" in request.form
