"""询问: asking about a listing, the boxes, and a thread until it ends."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.matching.threads import OUTCOME_LABELS, SIDES
from marketplace.forms.matching.inquiries import CloseForm, InquiryForm, MessageForm
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry
from marketplace.services.catalogue import pages
from marketplace.services.matching.inquiries import (
    asking,
    boxes,
    exchange,
    reading,
    secrecy,
    threads,
    writing,
)
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires, signed_in
from marketplace.web.limits import CONTACT, THREAD
from marketplace.web.numbers import number_in
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("inquiries", __name__, url_prefix="/desk/inquiries")

NEW = "/new/<any(achievement, demand):kind>/<int:listing_id>"
BOXES = {"received": boxes.received, "sent": boxes.sent, "followed": boxes.followed}

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.WORK_IN_ORGANISATION)
def index() -> str:
    """Show what others asked us, what we asked them, or what we follow as a broker."""
    box = request.args.get("box", "received")
    box = box if box in BOXES else "received"
    return render_template(
        "inquiries/index.html", box=box, page=BOXES[box](actor(), page_number()), page_url=page_urls()
    )


@blueprint.get(NEW)
@signed_in
def ask(kind: str, listing_id: int) -> str | Response:
    """Show the form for a question, or lead to the thread in which it was asked."""
    listing = asking.target(actor(), kind, listing_id)
    known = asking.open_thread(actor(), listing)
    if known is not None:
        flash(_("贵单位已就这项内容发起询问，请在这里继续留言"), "info")
        return redirect(url_for(".detail", inquiry_id=known.id))
    form = InquiryForm(
        request_key=secrets.token_urlsafe(24),
        pair=request.args.get("pair", ""),
        broker=request.args.get("broker", ""),
    )
    return _ask_page(listing, form)


@blueprint.post(NEW)
@signed_in
@CONTACT
def send(kind: str, listing_id: int) -> Answer:
    """Send the question; the same form sent twice is one question."""
    listing = asking.target(actor(), kind, listing_id)
    form = InquiryForm()
    if not form.validate() or _has_changed(listing, form):
        return _ask_page(listing, form), 422
    try:
        try:
            inquiry_id = _ask(kind, listing_id, form)
        except Conflict:
            # Two presses at the same moment: the other one has made the inquiry that this one now finds.
            inquiry_id = _ask(kind, listing_id, form)
    except DomainError as error:
        if error.field is None:
            raise
        form.take(error)
        return _ask_page(asking.target(actor(), kind, listing_id), form), 422
    flash(_("已发送。对方会收到邮件和通知，答复会显示在这里。"), "ok")
    return redirect(url_for(".detail", inquiry_id=inquiry_id))


def _has_changed(listing: Listing, form: InquiryForm) -> bool:
    """Take out what has gone since the form was drawn; what its reader was told of a broker is said anew."""
    pair, broker = number_in(form.pair.data), number_in(form.broker.data)
    if pair is not None and asking.own_pair(actor(), listing, pair) is None:
        form.pair.data = ""
    if broker is None or asking.broker_named(actor(), listing, broker) is not None:
        return False
    form.broker.data = ""
    form.form_errors.append(_("这家技术经理人机构目前不能跟进询问。可以直接发送，由对方单位答复。"))
    return True


def _ask(kind: str, listing_id: int, form: InquiryForm) -> int:
    key = (form.request_key.data or "")[:64] or secrets.token_urlsafe(24)
    with unit_of_work():
        listing = asking.target(actor(), kind, listing_id)
        pair, broker = number_in(form.pair.data), number_in(form.broker.data)
        return asking.ask(actor(), listing, form.message.data or "", key, pair, broker).id


def _ask_page(listing: Listing, form: InquiryForm) -> str:
    pair, broker = number_in(form.pair.data), number_in(form.broker.data)
    return render_template(
        "inquiries/ask.html",
        view=pages.of_listing(actor(), listing),
        pair=asking.own_pair(actor(), listing, pair) if pair else None,
        broker=asking.broker_named(actor(), listing, broker) if broker else None,
        form=form,
    )


@blueprint.get("/<int:inquiry_id>")
@requires(Permission.READ_INQUIRY)
def detail(inquiry_id: int) -> str:
    """Show a thread from its end; whoever opens it has read it for their side."""
    inquiry = threads.get(actor(), inquiry_id)
    if reading.unread(actor(), inquiry):
        with unit_of_work():
            reading.mark_read(actor(), inquiry_id)
        inquiry = threads.get(actor(), inquiry_id)
    return _thread(inquiry, MessageForm(formdata=None, request_key=secrets.token_urlsafe(24)))


@blueprint.post("/<int:inquiry_id>")
@requires(Permission.READ_INQUIRY)
@THREAD
def write(inquiry_id: int) -> Answer:
    """Write in a thread; the same form sent twice is one message."""
    form = MessageForm()
    try:
        if not form.validate():
            return _thread(threads.get(actor(), inquiry_id), form), 422
        try:
            _write(inquiry_id, form)
        except Conflict:
            _write(inquiry_id, form)
    except DomainError as error:
        if error.field is None:
            raise
        form.take(error)
        return _thread(threads.get(actor(), inquiry_id), form), 422
    flash(_("已发送"), "ok")
    return redirect(url_for(".detail", inquiry_id=inquiry_id, _anchor="end"))


def _write(inquiry_id: int, form: MessageForm) -> None:
    chosen = [one for one in form.file.data or [] if one and getattr(one, "filename", "")]
    uploads = []
    for one in chosen:
        one.stream.seek(0)
        uploads.append(writing.Upload(one.filename, one.read()))
    with unit_of_work():
        writing.write(
            actor(), inquiry_id, form.message.data or "",
            (form.request_key.data or "")[:64] or secrets.token_urlsafe(24),
            uploads, form.level.data or "", wants_answer=request.form.get("as") == "question",
        )  # fmt: skip


def _thread(inquiry: Inquiry, form: MessageForm) -> str:
    before = number_in(request.args.get("before"))
    reader = exchange.reader_of(actor(), inquiry)
    return render_template(
        "inquiries/detail.html",
        thread=reading.page(actor(), inquiry, before),
        form=form,
        offered=exchange.offered(reader),
        acceptances=secrecy.acceptances(inquiry),
        secrecy_wanted=secrecy.is_wanted(actor(), inquiry),
        log=exchange.log_of(actor(), inquiry),
        names=threads.names_of(inquiry),
        side_labels=SIDES,
        outcome_labels=OUTCOME_LABELS,
    )


@blueprint.route("/<int:inquiry_id>/close", methods=["GET", "POST"])
@requires(Permission.HANDLE_INQUIRY)
def close(inquiry_id: int) -> Answer:
    """End a thread with its outcome, after a last look."""
    inquiry, form = threads.get(actor(), inquiry_id), CloseForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                inquiry = threads.get(actor(), inquiry_id, lock=True)
                threads.act(actor(), inquiry, "close", [form.outcome.data or ""], form.note.data or "")
            flash(_("询问已结束"), "ok")
            return redirect(url_for(".detail", inquiry_id=inquiry_id))
        except DomainError as error:
            if error.field is None:
                raise
            form.take(error)
            inquiry = threads.get(actor(), inquiry_id)
    elif not form.is_submitted() and "close" not in threads.available(actor(), inquiry):
        return redirect(url_for(".detail", inquiry_id=inquiry_id))
    page = render_template(
        "inquiries/close.html", inquiry=inquiry, title=threads.title_of(inquiry), form=form
    )
    return page, 422 if form.errors else 200
