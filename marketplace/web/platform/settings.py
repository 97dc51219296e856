"""参数设置 and 工作日历: what holds today, what held before, and changes that a second person confirms."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.platform import city_lists
from marketplace.domain.platform.settings import SECTIONS, SETTINGS, Definition, section_of
from marketplace.domain.states import SETTING
from marketplace.domain.text import N_
from marketplace.forms.platform.settings import (
    CalendarForm,
    ChoiceForm,
    DecisionNoteForm,
    ProposalForm,
    SettingsFilter,
)
from marketplace.services import workflow
from marketplace.services.people import actors
from marketplace.services.platform import deadlines, settings
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("settings", __name__, url_prefix="/admin")


@blueprint.app_template_global("setting_words")
def setting_words(key: str, value: Any) -> str:
    """A value with its unit: ``5 工作日``, ``20 MB``; of a list, what stands in it."""
    definition = SETTINGS[key]
    if definition.kind in city_lists.KINDS:
        return list_words(definition, value)
    if definition.kind == "limit":
        return f"{value['number']} {_(value['unit'])}"
    if definition.kind == "choice":
        return _(definition.options[value])
    return f"{value} {_(definition.unit)}" if definition.unit else str(value)


def list_words(definition: Definition, value: Any) -> str:
    """A list or an indicator in one line."""
    if definition.kind == "target":
        period = _(city_lists.PERIODS[value["period"]])
        unit = _(definition.unit)
        return _("%(year)s 年 %(number)s %(unit)s（%(period)s）", **{**value, "unit": unit, "period": period})
    names = [one["label"] if definition.kind == "terms" else one["name"] for one in value]
    return _("%(count)s 项：%(names)s", count=len(names), names="、".join(names))


@blueprint.get("/settings")
@requires(Permission.READ_SETTINGS)
def index() -> str:
    """Show every setting with the value in force on a day and what waits."""
    form = SettingsFilter(request.args)
    form.validate()
    day = form.day.data or clock.today()
    words = (form.q.data or "").strip()
    sections: dict[str, list[settings.InForce]] = {title: [] for title in [*SECTIONS, N_("其他")]}
    for row in settings.overview(day):
        if row.definition.kind not in city_lists.KINDS and words in _(row.definition.label):
            sections[section_of(row.definition.key)].append(row)
    shown = {title: rows for title, rows in sections.items() if rows}
    return render_template("settings/index.html", form=form, sections=shown, day=day, today=clock.today())


@blueprint.get("/settings/<key>")
@requires(Permission.READ_SETTINGS)
def detail(key: str) -> str:
    """Show a setting and every value it ever had or was to have."""
    definition = _definition(key)
    rows = settings.history(key)
    names = actors.names_of(
        {person for row in rows for person in (row.proposed_by, row.decided_by) if person}
    )
    return render_template(
        "settings/detail.html",
        definition=definition,
        now=next(each for each in settings.overview() if each.definition is definition),
        rows=rows,
        names=names,
        states=SETTING.states,
    )


@blueprint.route("/settings/<key>/change", methods=["GET", "POST"])
@requires(Permission.CHANGE_SETTINGS)
def change(key: str) -> Any:
    """Propose another value; the password is asked for where a second person is."""
    definition = _definition(key)
    if definition.kind in city_lists.KINDS:
        return redirect(url_for("city_lists.change", key=key))
    return _change_carefully(definition) if definition.second_person else _change(definition)


def _change(definition: Definition) -> Response | tuple[str, int]:
    form = _proposal_form(definition)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                row = settings.propose(
                    actor(),
                    definition.key,
                    form.typed_value(definition.kind),
                    form.valid_from.data,
                    form.note.data or "",
                )
                waits = row.state == "proposed"
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已提出，等另一位有权人员确认后生效") if waits else _("已保存，自生效日期起适用"), "ok")
            return redirect(url_for(".detail", key=definition.key))
    current = settings.get(definition.key)
    return form_page("settings/change.html", form, definition=definition, current=current)


_change_carefully = reauthenticated(_change)


def _proposal_form(definition: Definition) -> ProposalForm:
    if definition.kind == "choice":
        return ChoiceForm(valid_from=clock.today()).offering(definition.options)
    form = ProposalForm(valid_from=clock.today())
    if definition.kind != "limit":
        del form.unit
    return form


@blueprint.route("/settings/values/<int:row_id>", methods=["GET", "POST"])
@requires(Permission.CONFIRM_SETTINGS)
@reauthenticated
def decide(row_id: int) -> Response | tuple[str, int]:
    """Confirm or reject somebody else's proposal, or take one's own back."""
    row = settings.get_value(row_id)
    form = DecisionNoteForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                settings.decide(actor(), row_id, request.form.get("action", ""), form.note.data or "")
        except DomainError as error:
            form.take(error)
            row = settings.get_value(row_id)
        else:
            flash(_("已记录您的决定"), "ok")
            return redirect(url_for(".detail", key=row.key))
    return form_page(
        "settings/decide.html",
        form,
        row=row,
        definition=SETTINGS[row.key],
        current=settings.get(row.key),
        change=_change_of(row),
        proposer=actors.names_of({row.proposed_by} if row.proposed_by else set()),
        actions=workflow.available_actions(SETTING, row, actor(), settings.subject_of(row, actor())),
    )


def _change_of(row: Any) -> city_lists.Change | None:
    """What a proposed list changes in the one it would follow; None for any other setting."""
    kind = SETTINGS[row.key].kind
    if kind not in ("terms", "lines"):
        return None
    return city_lists.change_of(kind, settings.get(row.key, row.valid_from), row.value)


def _definition(key: str) -> Definition:
    return SETTINGS.get(key) or abort(404)


@blueprint.get("/calendar")
@requires(Permission.READ_SETTINGS)
def calendar() -> str:
    """Show the days of a year."""
    return _calendar_page(CalendarForm())


@blueprint.post("/calendar")
@requires(Permission.CHANGE_SETTINGS)
def change_days() -> str | Response | tuple[str, int]:
    """Set some days; deadlines that were set before keep their day."""
    form = CalendarForm()
    if form.validate():
        try:
            with unit_of_work():
                count = deadlines.change_days(
                    actor(), form.first.data, form.last.data, form.meaning(), form.source.data or ""
                )
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已设置 %(count)s 天，此后计算的期限按新日历", count=count), "ok")
            return redirect(url_for(".calendar", year=form.first.data.year))
    return _calendar_page(form), 422


def _calendar_page(form: CalendarForm) -> str:
    this_year = clock.today().year
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked) <= 2100 else this_year
    years = sorted({*deadlines.known_years(), this_year, this_year + 1, year})
    return render_template(
        "settings/calendar.html",
        form=form,
        year=year,
        years=years,
        spans=deadlines.spans_of(year),
        missing=deadlines.missing_years(),
    )
