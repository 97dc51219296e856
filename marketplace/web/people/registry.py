"""The register of organisations: for administrators, with what they may do to one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.people.profiles import LABELS
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import ORGANISATION, PROFILE
from marketplace.domain.taxonomy import ORGANISATION_KINDS
from marketplace.forms.people.members import ManagerForm, ReasonForm
from marketplace.forms.people.roster import OrganisationFilter
from marketplace.services import workflow
from marketplace.services.people import invitations, members, organisations, verification
from marketplace.services.people.roster import batches, organisation_list
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.paging import page_number, page_urls
from marketplace.web.people.roster.lists import filled, filters_of

blueprint = Blueprint("registry", __name__, url_prefix="/admin/organisations")


@blueprint.get("")
@requires(Permission.READ_ORGANISATIONS)
def index() -> str:
    """Show the organisations that fit the filters of the address."""
    filters = filters_of(organisation_list.FILTERS)
    form = filled(OrganisationFilter(request.args), organisation_list.FILTERS, organisation_list.SORTS)
    return render_template(
        "registry/index.html",
        form=form,
        filters=filters,
        page=organisation_list.page_of(actor(), filters, form.sort.data, page_number()),
        page_url=page_urls(),
        kinds=dict(ORGANISATION_KINDS.choices),
        states=ORGANISATION.states,
        batch_actions=batches.ACTIONS if batches.permitted(actor(), "organisation") else {},
    )


@blueprint.get("/<int:organisation_id>")
@requires(Permission.READ_ORGANISATIONS)
def detail(organisation_id: int) -> str:
    """Show everything about one organisation, and what may be done to it."""
    found = organisations.get(organisation_id)
    return render_template(
        "registry/detail.html",
        found=found,
        state=ORGANISATION.states[found.state],
        kinds=dict(ORGANISATION_KINDS.choices),
        versions=organisations.history(found),
        profile_states=PROFILE.states,
        actions={each.action: each.label for each in ORGANISATION.table.values()},
        mark=verification.mark_of(found),
        members=members.of(found),
        positions=members.POSITIONS,
        words=verification.field_words,
        labels=LABELS,
        reasons=REASONS["organisation"],
        licences=files.links_of("profile", found.profile_id or 0, "licence"),
        moves=[
            each
            for each in workflow.available_actions(
                ORGANISATION, found, actor(), organisations.subject_of(found)
            )
            if each.action in verification.MOVES
        ],
        decisions=verification.decisions_on(found),
    )


@blueprint.route("/<int:organisation_id>/invite", methods=["GET", "POST"])
@requires(Permission.VERIFY_ORGANISATION)
def invite(organisation_id: int) -> Response | tuple[str, int]:
    """Invite the first 负责人 of an organisation that was entered by administrators."""
    found = organisations.get(organisation_id)
    form = ManagerForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                invitations.invite_manager(actor(), found, form.name.data or "", form.email.data or "")
            flash(_("邀请已发出，对方接受后即为负责人"), "ok")
            return redirect(url_for(".detail", organisation_id=organisation_id))
        except DomainError as error:
            form.take(error)
    waiting = invitations.waiting_in(found)
    return form_page(
        "registry/invite.html", form, found=found, waiting=waiting, managed=members.manager_of(found)
    )


@blueprint.route("/<int:organisation_id>/<action>", methods=["GET", "POST"])
@requires(Permission.VERIFY_ORGANISATION)
@reauthenticated
def move(organisation_id: int, action: str) -> Response | tuple[str, int]:
    """Suspend, restore or close an organisation, with the reason."""
    take = verification.MOVES.get(action)
    found = organisations.get(organisation_id)
    transition = ORGANISATION.table.get((found.state, action))
    if take is None or transition is None:
        raise NotFound()
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                take(actor(), organisations.get(organisation_id), form.note.data or "")
            flash(_("已办理：%(action)s", action=_(transition.label)), "ok")
            return redirect(url_for(".detail", organisation_id=organisation_id))
        except DomainError as error:
            form.take(error)
    return form_page("registry/move.html", form, found=found, transition=transition)
