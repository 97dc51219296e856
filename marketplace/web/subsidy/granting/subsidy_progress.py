"""进度查询 without login, by 受理编号 and the last four digits of the applicant's phone."""

from datetime import timedelta

from flask import Blueprint, request
from flask_babel import gettext as _

from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_
from marketplace.forms.subsidy.granting import ProgressForm
from marketplace.services.subsidy.granting.progress import UNKNOWN, Progress
from marketplace.services.subsidy.reading import lookups
from marketplace.services.subsidy.reading.lookups import Lookup
from marketplace.services.unit import unit_of_work
from marketplace.web import filters
from marketplace.web.answers import form_page
from marketplace.web.guards import public
from marketplace.web.limits import VERIFY

blueprint = Blueprint("subsidy_progress", __name__, url_prefix="/subsidy/progress")

WAIT = N_(
    "查错次数过多，请在 %(moment)s 之后再试。申请单位可以随时登录，在“补助申请”里查看进度；"
    "也可以向受理的县区或市科技局询问"
)


@blueprint.route("", methods=["GET", "POST"])
@public
@VERIFY
def show() -> tuple[str, int]:
    """Ask for both, then show where the case stands; nothing of it stands in an address."""
    form, found, waits = ProgressForm(), None, False
    if request.method == "POST" and form.validate():
        with unit_of_work():
            asked = lookups.ask(form.number.data or "", form.tail.data or "", request.remote_addr or "")
        found, waits = asked.found, asked.wait_until is not None
        if found is None:
            form.take(_refusal(asked))
    page, status = form_page("subsidy_progress/show.html", form, found=found, entries=_entries(found))
    return page, 429 if waits else status


def _refusal(asked: Lookup) -> DomainError:
    """Return what to do: type again, or wait or ask elsewhere; the same words whatever was wrong."""
    if asked.wait_until is None:
        return DomainError("progress_unknown", UNKNOWN)
    # A minute later than shown to the minute, so that whoever comes then is let in.
    moment = filters.minute(asked.wait_until + timedelta(minutes=1))
    return DomainError("progress_throttled", WAIT, moment=moment)


def _entries(found: Progress | None) -> list[dict[str, str | None]]:
    """Return the steps for the timeline, the newest first."""
    if found is None:
        return []
    return [
        {
            "title": _("%(step)s：%(state)s", step=_(step.label), state=_(step.state)),
            "at": filters.minute(step.at),
            "who": _(step.office),
            "remark": step.remark or None,
            "state": "done",
        }
        for step in reversed(found.steps)
    ]
