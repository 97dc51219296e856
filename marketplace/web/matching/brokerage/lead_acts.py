"""What a broker does with a lead: notes, contacts, tasks, the introduction, giving it up."""

import secrets
from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.matching.brokerage import INTRODUCTIONS
from marketplace.domain.states import LEAD
from marketplace.domain.text import N_
from marketplace.forms.base import SiteForm
from marketplace.forms.matching.leads import ContactForm, IntroductionForm, LoseForm, NoteForm, TaskForm
from marketplace.models.matching import Lead
from marketplace.services.matching.brokerage import doing, introducing, leads, showing
from marketplace.services.matching.brokerage.doing import ContactData
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.limits import THREAD
from marketplace.web.numbers import number_in

blueprint = Blueprint("lead_acts", __name__, url_prefix="/desk/leads/<int:lead_id>")

Answer = str | Response | tuple[str, int]

STEPS: dict[str, Callable[..., object]] = {"check": introducing.check, "send": introducing.introduce}
"""The two presses of an introduction: a last look, then both sides are told."""
AT_ONCE: dict[str, tuple[Callable[[int], Lead], str]] = {
    "follow": (lambda lead_id: leads.follow(actor(), lead_id, True), N_("已关注，双方有进展时通知您")),
    "unfollow": (lambda lead_id: leads.follow(actor(), lead_id, False), N_("已取消关注")),
    "take": (lambda lead_id: leads.take_over(actor(), lead_id), N_("这条线索现在由您跟进")),
    "reopen": (lambda lead_id: leads.reopen(actor(), lead_id), N_("已重新跟进")),
}


@blueprint.post("/act/<any(follow, unfollow, take, reopen):action>")
@requires(Permission.WORK_AS_BROKER)
def act(lead_id: int, action: str) -> Response:
    """Follow, follow no more, take over, take up again."""
    service, done = AT_ONCE[action]
    with unit_of_work():
        service(lead_id)
    flash(_(done), "ok")
    return _back(lead_id)


def _back(lead_id: int, anchor: str | None = None) -> Response:
    return redirect(url_for("leads.detail", lead_id=lead_id, _anchor=anchor))


@blueprint.route("/note", methods=["GET", "POST"])
@requires(Permission.WORK_AS_BROKER)
def note(lead_id: int) -> Answer:
    """Keep the desk's own words; when a colleague wrote in between, both texts are shown."""
    lead = leads.get(actor(), lead_id)
    form = NoteForm(note=lead.note, version=str(lead.version))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                leads.write_note(actor(), lead_id, form.note.data or "", number_in(form.version.data))
            flash(_("备注已保存"), "ok")
            return _back(lead_id)
        except Conflict as stale:
            lead = leads.get(actor(), lead_id)
            form.version.data = str(lead.version)
            form.form_errors.append(_(stale.message, **stale.params))
            page, _status = _form(lead, form, "note", stale=lead.note)
            return page, 409
    return _form(lead, form, "note")


@blueprint.route("/contact", methods=["GET", "POST"])
@requires(Permission.WORK_AS_BROKER)
@THREAD
def contact(lead_id: int) -> Answer:
    """Keep a contact."""
    lead, form = (
        leads.get(actor(), lead_id),
        ContactForm(request_key=secrets.token_urlsafe(24), met_on=clock.today()),
    )

    def keep() -> None:
        data = ContactData(form.met_on.data, form.way.data or "", form.side.data or "", form.body.data or "")
        doing.record_contact(actor(), lead_id, data, _key(form.request_key.data))

    return _kept(lead, form, "contact", keep, N_("已记下这次联系"))


@blueprint.route("/task", methods=["GET", "POST"])
@requires(Permission.WORK_AS_BROKER)
@THREAD
def task(lead_id: int) -> Answer:
    """Mean to do something by a day."""
    lead, form = leads.get(actor(), lead_id), TaskForm(request_key=secrets.token_urlsafe(24))

    def keep() -> None:
        doing.add_task(actor(), lead_id, form.due_on.data, form.what.data or "", _key(form.request_key.data))

    return _kept(lead, form, "task", keep, N_("已加入任务"))


def _key(typed: str | None) -> str:
    return (typed or "")[:64] or secrets.token_urlsafe(24)


def _kept(lead: Lead, form: SiteForm, name: str, keep: Callable[[], None], done: str) -> Answer:
    if form.validate_on_submit():
        try:
            with unit_of_work():
                keep()
            flash(_(done), "ok")
            return _back(lead.id, name)
        except DomainError as error:
            if error.field is None and error.code != "validation_failed":
                raise
            form.take(error)
            lead = leads.get(actor(), lead.id)
    return _form(lead, form, name)


def _form(lead: Lead, form: SiteForm, name: str, stale: str | None = None) -> tuple[str, int]:
    line = showing.lines(actor(), [lead])[0]
    return form_page("lead_acts/form.html", form, lead=lead, line=line, name=name, stale=stale)


@blueprint.post("/tasks/<int:task_id>/<any(done, open):word>")
@requires(Permission.WORK_AS_BROKER)
def finish(lead_id: int, task_id: int, word: str) -> Response:
    """Tick a task off, or take the tick back; a task of another lead is not found."""
    with unit_of_work():
        if doing.finish(actor(), task_id, word == "done").lead_id != lead_id:
            raise NotFound()
    flash(_("任务已完成") if word == "done" else _("任务已恢复"), "ok")
    return redirect(url_for("leads.index")) if "desk" in request.form else _back(lead_id, "task")


@blueprint.route("/introduce", methods=["GET", "POST"])
@requires(Permission.WORK_AS_BROKER)
@THREAD
def introduce(lead_id: int) -> Answer:
    """Choose the words, look at them once more, then tell both sides."""
    lead = leads.get(actor(), lead_id)
    if (lead.state, "introduce") not in LEAD.table:
        flash(_("线索现在是“%(state)s”，不需要这一步", state=_(LEAD.states[lead.state].label)), "info")
        return _back(lead_id)
    form, step = IntroductionForm(), request.form.get("action", "")
    if not form.is_submitted():
        form.introduction.data = _(INTRODUCTIONS.get(request.args.get("wording", ""), INTRODUCTIONS["fit"]))
    elif form.validate() and step in STEPS:
        try:
            with unit_of_work():
                STEPS[step](actor(), lead_id, form.introduction.data or "")
            if step == "send":
                flash(_("已引荐，双方收到通知，可以带上贵机构发起询问"), "ok")
                return _back(lead_id)
        except NotFound:
            form.form_errors.append(_("需求或成果已经不再公开，不能引荐"))
        except DomainError as error:
            form.take(error)
    return _introduction(lead_id, form, step)


def _introduction(lead_id: int, form: IntroductionForm, step: str) -> tuple[str, int]:
    lead = leads.get(actor(), lead_id)
    name = "check" if step == "check" and not form.errors else "introduce"
    line = showing.lines(actor(), [lead])[0]
    return form_page(f"lead_acts/{name}.html", form, lead=lead, line=line, wordings=INTRODUCTIONS)


@blueprint.route("/lose", methods=["GET", "POST"])
@requires(Permission.WORK_AS_BROKER)
def lose(lead_id: int) -> Answer:
    """Give a lead up, saying why."""
    lead, form = leads.get(actor(), lead_id), LoseForm()
    if "lose" not in leads.available(actor(), lead):
        return _back(lead_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                leads.lose(
                    actor(), lead_id, [form.reasons.data] if form.reasons.data else [], form.note.data or ""
                )
            flash(_("已记为未成，需要时可以重新跟进"), "ok")
            return _back(lead_id)
        except DomainError as error:
            if error.field is None:
                raise
            form.take(error)
            lead = leads.get(actor(), lead_id)
    return _form(lead, form, "lose")
