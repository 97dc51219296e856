"""资金办理: what waits for an amount, for 公示, 批准 and 拨付; fixing amounts and taking one back."""

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import ROLE_LABELS, RULES, SYSTEM, Permission, may
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.models.subsidy import SubsidyCase
from marketplace.services import links
from marketplace.services.paging import paged
from marketplace.services.subsidy import fixing, hindrances
from marketplace.services.subsidy.applying.evidence import REASONS
from marketplace.services.subsidy.granting import publicity, queue, releasing
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.paging import page_number, page_urls
from marketplace.web.subsidy.granting import chosen, returning

blueprint = Blueprint("grant_queue", __name__, url_prefix="/admin/grant-queue")

Answer = str | Response | tuple[str, int]
PAGE = 50
DOERS = {
    "fix": Permission.FIX_GRANT,
    "publish": Permission.PUBLISH_GRANT,
    "approve": Permission.APPROVE_GRANT,
    "pay": Permission.PAY_GRANT,
}
"""Step → the permission that it takes: who lacks it reads whose step it is."""
HINDERED = ("publish", "pay")
"""Steps whose guards may fail: what is missing stands beside the case before anybody presses."""


@blueprint.app_template_global("grant_case_title")
def case_title(case: SubsidyCase) -> str:
    """Return what a case is about, for a list: its achievement, or the clause where it is about the organisation."""
    return case.traded.name if case.traded is not None else _(CLAUSES[case.clause].label)


@blueprint.app_template_global("grant_case_path")
def case_path(case_id: int) -> str:
    """Return the desk's page of a case."""
    return links.path_of("subsidy_review", case_id)


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """List the cases of a step in submission order, with what each would be granted now."""
    step = request.args.get("step", "fix")
    step = step if step in queue.STEPS else "fix"
    page = paged(queue.waiting(step, actor()), page_number(), PAGE)
    return render_template(
        "grant_queue/index.html",
        step=step,
        steps=queue.STEPS,
        counts=queue.counts(actor()),
        page=page,
        page_url=page_urls(),
        likely=queue.likely_of(actor(), page.page * PAGE) if step == "fix" else {},
        budgets=queue.budgets(page.items),
        rows=publicity.newest_rows([case.id for case in page.items]),
        obstacles={case.id: hindrances.of(case, step, SYSTEM) for case in page.items}
        if step in HINDERED
        else {},
        doers=_doers(step),
        states=SUBSIDY_CASE.states,
        reasons=REASONS,
    )


def _doers(step: str) -> list[str]:
    """Return the roles whose step it is, where the reader holds none of them."""
    permission = DOERS.get(step)
    if permission is None or may(actor(), permission):
        return []
    return [_(ROLE_LABELS[role]) for role in sorted(RULES[permission].roles)]


@blueprint.post("/fix")
@requires(Permission.FIX_GRANT)
def fix() -> Answer:
    """Fix the amounts of the cases ticked: first the list with what each would be granted."""
    found = queue.chosen(actor(), chosen.case_ids(), "fix")
    if not found:
        flash(_("请先勾选要定额的申请；已经办理的不再列出"), "warn")
        return redirect(url_for(".index"))
    if not chosen.is_confirmed():
        return render_template("grant_queue/fix.html", likely=queue.likely(found), reasons=REASONS)
    with unit_of_work():
        done = Counter(one.case.state for one in fixing.fix(actor(), [case.id for case in found]))
    flash(
        _(
            "已办理：拟补助 %(fixed)d 项，待预算 %(waits)d 项，按规则不予补助 %(refused)d 项",
            fixed=done["proposed"],
            waits=done["waiting_budget"],
            refused=done["refused"],
        ),
        "ok",
    )
    return redirect(url_for(".index"))


@blueprint.route("/<int:case_id>/give-up", methods=["GET", "POST"])
@requires(Permission.FIX_GRANT)
@reauthenticated
def give_up(case_id: int) -> Answer:
    """Take a fixed amount back before its publication."""
    return returning.page(
        case_id,
        releasing.give_up,
        done=_("定额已撤销，额度已退回；可以重新定额"),
        after=url_for(".index"),
        back=url_for(".index", step="publish"),
        heading=_("撤销定额"),
        lead=_("撤销后，占用的上限和预算立即退回，申请回到待定额。"),
        button=_("确认撤销定额"),
    )
