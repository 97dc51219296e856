"""保密承诺 before files that are for both sides only: offered by the owner, accepted by name, kept word for word."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.matching.threads import ASKER, AUTHORITY, OWNER
from marketplace.domain.people import legal
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.matching import Inquiry, InquiryMessage, NdaAcceptance
from marketplace.models.people import Organisation
from marketplace.models.platform import FileLink
from marketplace.services.matching.inquiries import threads
from marketplace.services.matching.inquiries.writing import KIND
from marketplace.services.platform import audit


@dataclass(frozen=True)
class Wording:
    """The text as it is accepted: whole, and the digest that says it was this one."""

    title: str
    whole: str
    digest: str


def wording(inquiry: Inquiry, organisation: Organisation) -> Wording:
    """Return what ``organisation`` would accept in this thread today, with who gives what to whom."""
    text = legal.current(legal.SECRECY)
    givers = [one.name for one in givers_of(inquiry, organisation)]
    lines = [
        f"{text.title}（{text.version}）",
        f"接收方：{organisation.name}（{organisation.uscc}）",
        f"提供方：{'、'.join(givers)}",
        f"事项：{threads.title_of(inquiry)}（{inquiry.listing.number or ''}）",
    ]
    for section in text.sections:
        lines += ["", section.heading, *section.paragraphs]
    whole = "\n".join(lines)
    return Wording(text.title, whole, hashlib.sha256(whole.encode()).hexdigest())


def givers_of(inquiry: Inquiry, receiver: Organisation) -> list[Organisation]:
    """Return who may give files to ``receiver`` here."""
    both = (inquiry.listing.organisation, inquiry.organisation)
    return [one for one in both if one.id != receiver.id]


def acceptances(inquiry: Inquiry) -> list[NdaAcceptance]:
    """Return who accepted in this thread, in the order of time."""
    query = select(NdaAcceptance).where(NdaAcceptance.inquiry_id == inquiry.id)
    return list(db.session.scalars(query.order_by(NdaAcceptance.id)))


def accepted_by(inquiry: Inquiry, organisation_id: int | None) -> NdaAcceptance | None:
    """Return the acceptance of an organisation in this thread."""
    query = select(NdaAcceptance).where(
        NdaAcceptance.inquiry_id == inquiry.id, NdaAcceptance.organisation_id == organisation_id
    )
    return db.session.scalar(query)


def offer(actor: Actor, inquiry_id: int) -> None:
    """Open the listing's own files for both sides to the asker, once it has accepted. A second press does nothing.

    Raises NotAllowed for anybody but the owner, and where the thread is only to be read.
    """
    inquiry = threads.get(actor, inquiry_id, lock=True)
    if threads.side_of(actor, inquiry) != OWNER:
        raise NotAllowed(N_("由发布单位的人员办理"))
    refused = threads.refusal(actor, inquiry)
    if refused is not None:
        raise NotAllowed(refused.message, code="read_only")
    if inquiry.nda_asked_at is not None:
        return
    inquiry.nda_asked_at = clock.now()
    db.session.flush()
    audit.record(actor, "inquiry.nda_asked", "inquiry", inquiry.id)
    threads.tell(inquiry, threads.people_of(inquiry, ASKER), "inquiry_nda_asked")


def is_wanted(actor: Actor, inquiry: Inquiry) -> bool:
    """Return whether the actor's organisation would get files by accepting: offered ones, or sent ones."""
    side = threads.side_of(actor, inquiry)
    if side in ("", AUTHORITY) or accepted_by(inquiry, actor.organisation_id) is not None:
        return False
    if side == ASKER and inquiry.nda_asked_at is not None:
        return True
    sent = (
        select(FileLink.id)
        .join(InquiryMessage, InquiryMessage.id == FileLink.subject_id)
        .where(
            FileLink.subject_kind == KIND,
            FileLink.level == "parties",
            InquiryMessage.inquiry_id == inquiry.id,
            InquiryMessage.organisation_id != actor.organisation_id,
        )
    )
    return db.session.scalar(sent.limit(1)) is not None


def accept(actor: Actor, inquiry_id: int, typed_name: str, digest: str) -> NdaAcceptance:
    """Accept for the actor's organisation, by their full name. A second press returns the first acceptance.

    ``digest`` is that of the text which was on the page. Raises DomainError (field ``typed_name``), Conflict where
    the text is another one by now, NotAllowed where the thread is only to be read, NotFound where nothing is offered.
    """
    inquiry = threads.get(actor, inquiry_id, lock=True)
    known = accepted_by(inquiry, actor.organisation_id)
    if known is not None:
        return known
    if not is_wanted(actor, inquiry):
        raise NotFound()
    refused = threads.refusal(actor, inquiry)
    if refused is not None:
        raise NotAllowed(refused.message, code="read_only")
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    text = wording(inquiry, organisation)
    if digest != text.digest:
        raise Conflict(N_("承诺书的文本已有变化，请重新阅读后再接受"), code="text_changed")
    name = clean_line(typed_name)
    if name != clean_line(actor.name):
        raise DomainError("typed_name", N_("请输入您本人的姓名，与账号上的姓名一致"), field="typed_name")
    row = NdaAcceptance(
        inquiry_id=inquiry.id,
        organisation_id=organisation.id,
        person_id=actor.person_id,
        typed_name=name,
        text_digest=text.digest,
        wording=text.whole,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "inquiry.nda", "inquiry", inquiry.id, organisation=organisation.id, digest=text.digest
    )
    givers = {one.id for one in givers_of(inquiry, organisation)}
    sides = [ASKER] if inquiry.organisation_id in givers else []
    sides += [OWNER] if inquiry.listing.organisation_id in givers else []
    threads.tell(inquiry, threads.people_of(inquiry, *sides), "inquiry_nda", organisation=organisation.name)
    return row
