"""技术合同成交额: progress against the target, periods and breakdowns in every view, with 口径 and as-of day."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, send_file, url_for
from flask_babel import gettext as _

from marketplace.domain import clock, money
from marketplace.domain.deals.turnover import BREAKDOWNS, MEASURES, VIEW_MEANINGS, VIEWS
from marketplace.domain.platform.files import XLSX
from marketplace.forms.deals.turnover import STEPS, TurnoverFilter
from marketplace.services.deals.turnover import tables, views
from marketplace.services.deals.turnover.views import Key, Line, Question
from marketplace.services.subsidy.granting import figures
from marketplace.web.deals.turnover import charts
from marketplace.web.guards import actor, public
from marketplace.web.platform.outward import structured

blueprint = Blueprint("turnover", __name__, url_prefix="/turnover")

DEFAULT_STEP = "month"


@blueprint.get("")
@public
def index() -> str:
    """Show a year; every filter stands in the address."""
    form, question = _asked()
    found = views.answer(question)
    step = form.picked("step", DEFAULT_STEP)
    lines = {"month": found.months, "quarter": found.quarters, "year": found.years}[step]
    return render_template(
        "turnover/index.html",
        form=form,
        answer=found,
        question=question,
        lines=lines,
        step=step,
        steps=STEPS,
        chart=_chart(question, lines),
        views=VIEWS,
        measures=MEASURES,
        meanings=VIEW_MEANINGS,
        breakdowns=BREAKDOWNS,
        here=_here(question, step),
        contracts_url=_contracts_url(question),
        subsidy=figures.of_year(question.year, question.on, question.everything),
        subsidy_stages=figures.STAGES,
        subsidy_url=_subsidy_url(question),
        structured=structured.turnover(views.years_known(), question.on, [_(one.label) for one in MEASURES]),
    )


@blueprint.get("/download")
@public
def download() -> Response:
    """Send what the page shows as xlsx, with 口径 and as-of day in its head."""
    _form, question = _asked()
    content = tables.workbook(views.answer(question), _label)
    name = _("技术合同成交额-%(year)s年-%(view)s-截至%(day)s.xlsx",
             year=question.year, view=_(VIEWS.label_of(question.view)), day=question.on.isoformat())  # fmt: skip
    response: Response = send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
    # Who may see small cells gets another file under the same address.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked() -> tuple[TurnoverFilter, Question]:
    """Read the filters; what the page does not offer falls back to the city's own 口径 and this year."""
    form = TurnoverFilter(request.args)
    years = views.years_known()
    form.year.offer([(str(year), _("%(n)s年", n=year)) for year in reversed(years)])
    view, measure = views.defaults()
    question = Question(
        year=int(form.picked("year", str(clock.today().year))),
        on=_as_of(form),
        view=form.picked("view", view),
        measure=form.picked("measure", measure),
        by=form.picked("by", "district"),
        everything=views.sees_everything(actor()),
    )
    form.process(
        data={**vars(question), "year": str(question.year), "step": form.picked("step", DEFAULT_STEP)}
    )
    return form, question


def _as_of(form: TurnoverFilter) -> date:
    """Return the day asked for. Only staff: two days compared would tell what was registered between them."""
    today, wanted = clock.today(), form.on.data
    if "on" not in request.args or wanted == today:
        return today
    if not views.sees_everything(actor()):
        flash(_("公开页只显示当日数字；查询历史时点的数字请联系科技管理部门。"), "info")
        return today
    if wanted is None or wanted > today:
        flash(_("截至日期应是不晚于今天的日期，例如 2026-03-18；下面是当日数字。"), "warn")
        return today
    return wanted


def _here(question: Question, step: str) -> Mapping[str, Any]:
    """Return the filters of this page for the addresses of its neighbours."""
    kept: dict[str, Any] = {
        "view": question.view, "measure": question.measure, "year": question.year, "by": question.by, "step": step,
    }  # fmt: skip
    if question.on != clock.today():
        kept["on"] = question.on.isoformat()
    return kept


def _label(line: Line) -> str:
    return _(line.label, n=line.number) if line.number else _(line.label)


def _chart(question: Question, lines: list[Line]) -> charts.Chart | None:
    """合计 is drawn as its two sides where both are known everywhere; every other view by itself."""
    known = all(line.cells[side].fen is not None for line in lines for side in ("in", "out"))
    shown = ("in", "out") if question.view == "total" and known else (question.view,)
    words = [str(_(VIEWS.label_of(view))) for view in shown]
    groups = []
    for line in lines:
        amounts = [line.cells[view].fen for view in shown]
        told = [
            _(
                "%(place)s %(view)s %(amount)s 万元",
                place=_label(line),
                view=word,
                amount=money.format_wan(fen or 0),
            )
            for word, fen in zip(words, amounts, strict=True)
        ]
        groups.append((str(line.number), amounts, told))
    return charts.grouped(groups, words, _(MEASURES.label_of(question.measure)))


def _contracts_url(question: Question) -> Any:
    """Return the function (line, view) → the contracts behind a figure, for who may read them."""

    def url(line: Line, view: str) -> str | None:
        if line.key[-1] == "-":
            return None  # what has no code cannot be filtered by it
        first, last = _span(question, line.key)
        values: dict[str, Any] = {
            "side": "" if view in ("total", "distinct") else view,
            "counted_from": first.isoformat(),
            "counted_to": min(last, question.on).isoformat(),
        }
        if line.key[0] == "row":
            values[question.by] = line.key[1]
        return url_for("contract_ledger.index", **{key: each for key, each in values.items() if each})

    return url


def _subsidy_url(question: Question) -> Any:
    """Return the function stage → the contracts behind its figure."""
    first, last = date(question.year, 1, 1), min(date(question.year, 12, 31), question.on)

    def url(stage: str) -> str:
        values: dict[str, Any] = {"subsidy": stage, "counted_from": first.isoformat()}
        return url_for("contract_ledger.index", counted_to=last.isoformat(), **values)

    return url


def _span(question: Question, key: Key) -> tuple[date, date]:
    """Return the first and the last day of a place."""
    year = question.year if key[0] == "row" else key[1]
    first, last = {
        "quarter": lambda: (3 * key[2] - 2, 3 * key[2]),
        "month": lambda: (key[2], key[2]),
    }.get(key[0], lambda: (1, 12))()
    following = date(year + last // 12, last % 12 + 1, 1)
    return date(year, first, 1), date.fromordinal(following.toordinal() - 1)
