"""洽谈方案: writing one, the last look before it goes out, and answering one."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError, NotFound, ValidationFailed
from marketplace.domain.matching import offers as rules
from marketplace.domain.matching.offers import OfferData
from marketplace.domain.text import N_
from marketplace.forms.matching.negotiations import AnswerForm, DeclineOfferForm, OfferForm
from marketplace.models.catalogue import AchievementRevision
from marketplace.models.matching import Negotiation, Offer
from marketplace.services.deals.drafts.creating import guess_kind
from marketplace.services.matching.negotiations import aid, offers, records
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.lists import words_of
from marketplace.web.guards import actor, requires
from marketplace.web.limits import THREAD
from marketplace.web.matching.negotiations.aid_words import reasons
from marketplace.web.numbers import number_in

blueprint = Blueprint("offers", __name__, url_prefix="/desk/negotiations/<int:negotiation_id>/offers")

USUAL_VALIDITY = timedelta(days=15)
OPEN_ADDRESS = "/<int:offer_id>/<any(accept, decline, withdraw):action>"

Answer = str | Response | tuple[str, int]

ACTS: dict[str, tuple[Callable[..., Offer], type[AnswerForm], str]] = {
    "accept": (offers.accept, AnswerForm, N_("已接受方案，可以生成合同草稿")),
    "decline": (offers.decline, DeclineOfferForm, N_("已答复对方，洽谈继续")),
    "withdraw": (offers.withdraw, AnswerForm, N_("方案已撤回")),
}


@blueprint.get("/new")
@requires(Permission.NEGOTIATE)
def new(negotiation_id: int) -> Answer:
    """Show the form, filled with the newest offer, or with what the achievement's page says."""
    negotiation = records.get_own(actor(), negotiation_id)
    records.check_open(negotiation, "open")
    form = OfferForm.showing(
        _beginning(negotiation), request_key=secrets.token_urlsafe(24), seen=str(_newest(negotiation))
    )
    return _page(negotiation, form)


def _newest(negotiation: Negotiation) -> int:
    return negotiation.offers[-1].ordinal if negotiation.offers else 0


def _beginning(negotiation: Negotiation) -> OfferData:
    until = clock.today() + USUAL_VALIDITY
    if negotiation.offers:
        last = offers.data_of(negotiation.offers[-1])
        return OfferData(**{**vars(last), "valid_until": max(until, last.valid_until or until)})
    revision = negotiation.achievement.published if negotiation.achievement is not None else None
    if not isinstance(revision, AchievementRevision):
        return OfferData(valid_until=until)
    types = [right.ip_type for right in revision.ip_rights if right.status != "lapsed"]
    kind, scope = guess_kind(revision.ways, types)
    return OfferData(kind=kind, licence_scope=scope, amount_fen=revision.price_fen, valid_until=until)


@blueprint.post("/new")
@requires(Permission.NEGOTIATE)
@THREAD
def write(negotiation_id: int) -> Answer:
    """Check an offer on a page of its own, then send it; what is wrong stays in the form."""
    negotiation = records.get_own(actor(), negotiation_id)
    records.check_open(negotiation, "open")
    form = OfferForm()
    if {"add_row", "remove_row"} & set(request.form):
        form.change_rows(request.form.get("add_row"), request.form.get("remove_row"))
        return _page(negotiation, form)
    form.compact()
    if not form.validate():
        form.show([])
        return _page(negotiation, form)
    if request.form.get("action") == "edit":
        return _page(negotiation, form)
    try:
        if request.form.get("action") == "send":
            return _send(negotiation_id, form)
        return _check(negotiation, rules.clean(form.typed, clock.today()))
    except ValidationFailed as refused:
        form.show(refused.errors)
        return _page(records.get_own(actor(), negotiation_id), form)
    except DomainError as late:
        return _overtaken(negotiation_id, form, late)


def _send(negotiation_id: int, form: OfferForm) -> Response:
    key = (form.request_key.data or "")[:64] or secrets.token_urlsafe(24)
    with unit_of_work():
        made = offers.make(actor(), negotiation_id, form.typed, key, number_in(form.seen.data)).ordinal
    flash(_("第 %(number)s 份方案已发给对方", number=made), "ok")
    return redirect(url_for("negotiations.detail", negotiation_id=negotiation_id))


def _overtaken(negotiation_id: int, form: OfferForm, late: DomainError) -> Answer:
    """Another offer came in between, or the other side lost its verification: keep what was typed.

    It may then be sent as an answer to that offer, or once they are verified again.
    """
    negotiation = records.get_own(actor(), negotiation_id)
    if negotiation.state != "open" or not (
        isinstance(late, Conflict) or late.code == "other_side_unverified"
    ):
        raise late
    form.seen.data = str(_newest(negotiation))
    form.form_errors.append(_(late.message, **late.params))
    page, _status = _page(negotiation, form)
    return page, 409


def _page(negotiation: Negotiation, form: OfferForm) -> tuple[str, int]:
    if not form.instalments.entries:
        form.instalments.append_entry()
    return form_page(
        "offers/new.html",
        form,
        negotiation=negotiation,
        current=offers.open_one(negotiation),
        side=_side(negotiation),
    )


def _side(negotiation: Negotiation) -> str:
    return records.side_of(actor(), negotiation)


def _check(negotiation: Negotiation, data: OfferData) -> str:
    last = offers.data_of(negotiation.offers[-1]) if negotiation.offers else None
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "action")
    ]
    forecast = aid.forecast(actor(), negotiation, data)
    return render_template(
        "offers/check.html",
        negotiation=negotiation,
        data=data,
        changes=rules.changed(last, data) if last is not None else [],
        before_fen=last.amount_fen if last is not None else None,
        current=offers.open_one(negotiation),
        forecast=forecast,
        reasons=reasons(forecast),
        kept=kept,
        words_of=words_of,
    )


@blueprint.route(OPEN_ADDRESS, methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
def answer(negotiation_id: int, offer_id: int, action: str) -> Answer:
    """Accept, turn down or take back an offer, after a look at what exactly it says."""
    negotiation, offer = _offer(negotiation_id, offer_id)
    service, kind, done = ACTS[action]
    form = kind(version=str(offer.version))
    gone = _gone(negotiation, offer, action)
    if not form.is_submitted() and gone is not None:
        return gone
    if form.validate_on_submit():
        try:
            with unit_of_work():
                service(actor(), offer_id, number_in(form.version.data), **_said(form))
            flash(_(done), "ok")
            return redirect(url_for("negotiations.detail", negotiation_id=negotiation_id))
        except Conflict as late:
            return _late(negotiation_id, late)
        except DomainError as error:
            if error.field is None and error.code != "other_side_unverified":
                raise
            form.take(error)
            negotiation, offer = _offer(negotiation_id, offer_id)
    forecast = aid.forecast(actor(), negotiation, offers.data_of(offer)) if action == "accept" else None
    return form_page(
        f"offers/{action}.html", form, negotiation=negotiation, offer=offer, data=offers.data_of(offer),
        forecast=forecast, reasons=reasons(forecast), words_of=words_of,
    )  # fmt: skip


def _said(form: AnswerForm) -> dict[str, Any]:
    if not isinstance(form, DeclineOfferForm):
        return {}
    return {"reasons": [form.reasons.data] if form.reasons.data else [], "note": form.note.data or ""}


def _offer(negotiation_id: int, offer_id: int) -> tuple[Negotiation, Offer]:
    negotiation = records.get_own(actor(), negotiation_id)
    offer = next((one for one in negotiation.offers if one.id == offer_id), None)
    if offer is None:
        raise NotFound()
    return negotiation, offer


def _gone(negotiation: Negotiation, offer: Offer, action: str) -> Response | None:
    """Lead back to the table where this cannot be done any more, or not by this side."""
    offered = {one.action for one in records.available_for(actor(), negotiation, offer)}
    if action in offered:
        return None
    state = "lapsed" if offer.state == "open" and offer.valid_until < clock.today() else offer.state
    words = offers.GONE.get(state, N_("这份方案由对方提出或由对方答复，不能进行此操作"))
    flash(_(words), "warn")
    return redirect(url_for("negotiations.detail", negotiation_id=negotiation.id))


def _late(negotiation_id: int, late: Conflict) -> Response:
    """Somebody was faster: say what became of the offer, on the page that shows it."""
    flash(_(late.message, **late.params), "warn")
    return redirect(url_for("negotiations.detail", negotiation_id=negotiation_id))
