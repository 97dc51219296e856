"""The page on which an office gives a fixed amount back, with the reason: one case, one form."""

from collections.abc import Callable

from flask import flash, redirect
from werkzeug.wrappers import Response

from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError
from marketplace.forms.subsidy.granting import ReasonForm
from marketplace.services.subsidy import cases
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor


def page(
    case_id: int, act: Callable[[Actor, int, str], object], *, done: str, after: str, **words: str
) -> Response | tuple[str, int]:
    """Show the form and, once it is sent, have ``act`` do it; then say ``done`` and go to ``after``.

    ``words``: heading, lead, button and the address ``back``. A conflict is a page of its own.
    """
    case, form = cases.get_for(actor(), case_id), ReasonForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                act(actor(), case_id, form.note.data or "")
            flash(done, "ok")
            return redirect(after)
        except Conflict:
            raise
        except DomainError as error:
            form.take(error)
    return form_page("grant_queue/reason.html", form, case=case, **words)
