"""Who is in one's organisation: invite, hand over, remove, leave."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.people.accounts import EmptyForm
from marketplace.forms.people.members import InviteForm
from marketplace.services.people import accounts, invitations, members, organisations
from marketplace.services.unit import unit_of_work
from marketplace.web import limits
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, forget_actor, reauthenticated, requires

blueprint = Blueprint("members", __name__, url_prefix="/desk/members")


@blueprint.get("")
@requires(Permission.WORK_IN_ORGANISATION)
def index() -> str:
    """Show the people of the organisation; to its 负责人 also the invitations."""
    found = organisations.own(actor())
    return render_template(
        "members/index.html",
        found=found,
        members=members.of(found),
        positions=members.POSITIONS,
        invitations=invitations.waiting_in(found) if actor().is_manager else [],
        is_expired=invitations.is_expired,
    )


@blueprint.route("/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
@limits.CONTACT
def invite() -> Response | tuple[str, int]:
    """Invite a 经办人 by mail."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                invitations.invite(
                    actor(), organisations.own(actor()), form.name.data or "", form.email.data or ""
                )
            flash(_("邀请已发出，链接7天内有效"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("members/invite.html", form, found=organisations.own(actor()))


@blueprint.post("/invitations/<int:invitation_id>/revoke")
@requires(Permission.MANAGE_MEMBERS)
def revoke(invitation_id: int) -> Response:
    """Take an invitation back."""
    with unit_of_work():
        invitations.revoke(actor(), invitations.get(actor(), organisations.own(actor()), invitation_id))
    flash(_("邀请已取消，原来的链接不再有效"), "ok")
    return redirect(url_for(".index"))


@blueprint.post("/invitations/<int:invitation_id>/resend")
@requires(Permission.MANAGE_MEMBERS)
@limits.CONTACT
def resend(invitation_id: int) -> Response:
    """Send a fresh link."""
    with unit_of_work():
        invitations.resend(actor(), invitations.get(actor(), organisations.own(actor()), invitation_id))
    flash(_("已重新发送，原来的链接不再有效"), "ok")
    return redirect(url_for(".index"))


@blueprint.route("/<int:person_id>/handover", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
@reauthenticated
def hand_over(person_id: int) -> Response | tuple[str, int]:
    """Make somebody else the 负责人, after a last look."""
    form = EmptyForm()
    found = organisations.own(actor())
    member = members.get(found, person_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                members.hand_over(actor(), organisations.own(actor()), person_id)
            forget_actor()
            flash(_("已移交，您现在是经办人"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("members/hand_over.html", form, found=found, member=member)


@blueprint.route("/<int:person_id>/remove", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def remove(person_id: int) -> Response | tuple[str, int]:
    """Take somebody out of the organisation, after a last look."""
    form = EmptyForm()
    found = organisations.own(actor())
    member = members.get(found, person_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                members.remove(actor(), organisations.own(actor()), person_id)
            flash(_("已移出"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("members/remove.html", form, found=found, member=member)


@blueprint.route("/leave", methods=["GET", "POST"])
@requires(Permission.WORK_IN_ORGANISATION)
def leave() -> Response | tuple[str, int]:
    """Leave the organisation, after a last look; its 负责人 must hand over first."""
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                members.leave(actor())
            forget_actor()
            flash(_("您已退出单位"), "ok")
            return redirect(url_for("account.index"))
        except DomainError as error:
            form.take(error)
    found = organisations.own(actor())
    return form_page("members/leave.html", form, found=found, person=accounts.own(actor()))
