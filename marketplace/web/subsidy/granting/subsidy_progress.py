"""进度查询 without login, by 受理编号 and the last four digits of the applicant's phone."""

from flask import Blueprint, request
from flask_babel import gettext as _

from marketplace.domain.errors import DomainError
from marketplace.forms.subsidy.granting import ProgressForm
from marketplace.services.subsidy.granting import progress
from marketplace.services.subsidy.granting.progress import Progress
from marketplace.web import filters
from marketplace.web.answers import form_page
from marketplace.web.guards import public
from marketplace.web.limits import VERIFY

blueprint = Blueprint("subsidy_progress", __name__, url_prefix="/subsidy/progress")


@blueprint.route("", methods=["GET", "POST"])
@public
@VERIFY
def show() -> tuple[str, int]:
    """Ask for both, then show where the case stands; nothing of it stands in an address."""
    form, found = ProgressForm(), None
    if request.method == "POST" and form.validate():
        try:
            found = progress.find(form.number.data or "", form.tail.data or "")
        except DomainError as error:
            form.take(error)
    return form_page("subsidy_progress/show.html", form, found=found, entries=_entries(found))


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
