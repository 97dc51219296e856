"""人员管理: everybody with an account, one person, and what may be done to one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import ROLE_LABELS, Permission
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.states import PERSON
from marketplace.forms.people.members import ReasonForm
from marketplace.forms.people.roster import PersonFilter
from marketplace.services import workflow
from marketplace.services.people import actors, grants, members
from marketplace.services.people.roster import batches, person_list, standing
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.paging import page_number, page_urls
from marketplace.web.people.roster.lists import filled, filters_of

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")


@blueprint.get("")
@requires(Permission.READ_PEOPLE)
def index() -> str:
    """Show the people who fit the filters of the address."""
    filters = filters_of(person_list.FILTERS)
    form = filled(PersonFilter(request.args), person_list.FILTERS, person_list.SORTS)
    return render_template(
        "people/index.html",
        form=form,
        filters=filters,
        page=person_list.page_of(actor(), filters, form.sort.data, page_number()),
        page_url=page_urls(),
        positions=members.POSITIONS,
        states=PERSON.states,
        batch_actions=batches.ACTIONS if batches.permitted(actor(), "person") else {},
    )


@blueprint.get("/<int:person_id>")
@requires(Permission.READ_PEOPLE)
def detail(person_id: int) -> str:
    """Show a person: where, with which roles, what was done to the account, and what may be done now."""
    found = standing.get(actor(), person_id)
    decisions = standing.decisions_on(found)
    open_account = found.state in PERSON.states
    return render_template(
        "people/detail.html",
        found=found,
        line=person_list.lines_of([found])[0],
        state=PERSON.states.get(found.state),
        places=standing.places_of(found),
        positions=members.POSITIONS,
        held=grants.of(person_id),
        roles=ROLE_LABELS,
        offices=FIRST_REVIEW_OFFICES,
        decisions=decisions,
        names=actors.names_of({row.decided_by for row in decisions if row.decided_by}),
        actions={each.action: each.label for each in PERSON.table.values()},
        moves=workflow.available_actions(PERSON, found, actor(), standing.subject_of(found))
        if open_account
        else [],
    )


@blueprint.route("/<int:person_id>/<action>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@reauthenticated
def move(person_id: int, action: str) -> Response | tuple[str, int]:
    """Suspend or restore an account, with the reason."""
    take = standing.MOVES.get(action)
    found = standing.get(actor(), person_id)
    transition = PERSON.table.get((found.state, action))
    if take is None or transition is None:
        raise NotFound()
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                take(actor(), standing.get(actor(), person_id), form.note.data or "")
            flash(_("已办理：%(action)s", action=_(transition.label)), "ok")
            return redirect(url_for(".detail", person_id=person_id))
        except DomainError as error:
            form.take(error)
    return form_page("people/move.html", form, found=found, transition=transition)
