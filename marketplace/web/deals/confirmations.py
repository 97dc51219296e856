"""The answer of a party without an account, by the one-time link that was mailed to it."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.forms.deals.acts import LinkAgreeForm, LinkDeclineForm
from marketplace.services.deals import confirming
from marketplace.services.deals.confirming import Asked
from marketplace.services.deals.reading import whole
from marketplace.services.unit import unit_of_work
from marketplace.web.deals.lists import NAMES, words_of
from marketplace.web.guards import public
from marketplace.web.limits import CONFIRM

blueprint = Blueprint("confirmations", __name__, url_prefix="/c")

Answer = str | BaseResponse | tuple[str, int]


@blueprint.after_request
def _quiet(response: Response) -> Response:
    """Keep the address, which is the key, out of search engines and of other sites."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/<token>")
@public
@CONFIRM
def show(token: str) -> Answer:
    """Show the whole text to whom the link was mailed, or say why it no longer can be answered."""
    asked = confirming.by_token(token)
    if asked is None:
        raise NotFound()
    return _page(token, asked)


@blueprint.post("/<token>")
@public
@CONFIRM
def answer(token: str) -> Answer:
    """Agree or decline; by either the link dies."""
    declines = request.form.get("answer") == "decline"
    form: Any = LinkDeclineForm() if declines else LinkAgreeForm()
    if form.validate():
        try:
            with unit_of_work():
                _say(token, form, declines)
            return render_template("confirmations/done.html", declined=declines)
        except Conflict:
            pass
        except NotFound:
            raise
        except DomainError as error:
            form.take(error)
    asked = confirming.by_token(token)
    if asked is None:
        raise NotFound()
    return _page(token, asked, **{"decline_form" if declines else "agree_form": form})


def _say(token: str, form: Any, declines: bool) -> None:
    if declines:
        confirming.decline_by_token(token, form.decliner.data or "", form.note.data or "")
    else:
        confirming.agree_by_token(token, form.typed_name.data or "", form.disclosure.data)


def _page(token: str, asked: Asked, **forms: Any) -> Answer:
    if asked.state != "open":
        return render_template("confirmations/dead.html", asked=asked), 410
    page = render_template(
        "confirmations/show.html",
        token=token,
        asked=asked,
        version=asked.version,
        lines=whole.parties_of(asked.contract),
        agree_form=forms.get("agree_form") or LinkAgreeForm(formdata=None),
        decline_form=forms.get("decline_form") or LinkDeclineForm(formdata=None),
        form=next(iter(forms.values()), None),
        names=NAMES,
        words_of=words_of,
    )
    return page, 422 if forms else 200
