"""The page of a written decision: what it is about, what was decided before, and the form for a new one."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError
from marketplace.forms.subsidy.registers import DecisionForm
from marketplace.services.people import actors
from marketplace.services.subsidy.registers import decisions
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor


def page(
    kind: str,
    subject_id: int,
    outcomes: Mapping[str, str],
    write: Callable[[Actor, int, str, str], object],
    *,
    done: str,
    after: str,
    template: str,
    **about: Any,
) -> Response | tuple[str, int]:
    """Show the decisions of ``kind`` and, once the form is sent, ``write`` one; say ``done`` and go to ``after``.

    ``template`` shows what the decision is ``about`` above the shared part.
    """
    form = DecisionForm().offer({code: _(label) for code, label in outcomes.items()})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                write(actor(), subject_id, form.outcome.data or "", form.words.data or "")
            flash(done, "ok")
            return redirect(after)
        except DomainError as error:
            form.take(error)
    rows = decisions.of(kind, subject_id)
    names = actors.names_of({row.decided_by for row in rows})
    return form_page(template, form, rows=rows, outcomes=outcomes, names=names, **about)
