"""Writing in a thread: an answer, a further question, a remark; with files, and within measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError, NotAllowed
from marketplace.domain.matching.threads import (
    ASKER,
    AUTHORITY,
    BROKER,
    FILE_LEVELS,
    MESSAGE_LONGEST,
    MESSAGE_SHORTEST,
    MOST_FILES,
    OWNER,
)
from marketplace.domain.states.inquiries import WAITING_STATES
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.matching import Inquiry, InquiryMessage
from marketplace.services.matching.inquiries import threads
from marketplace.services.platform import audit, files, settings
from marketplace.services.unit import made_before

KIND = "inquiry_message"
PURPOSE = "inquiry_file"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Upload:
    """A file as it came in."""

    name: str
    content: bytes


def write(
    actor: Actor,
    inquiry_id: int,
    body: str,
    request_key: str,
    uploads: Sequence[Upload] = (),
    level: str = "verified",
    wants_answer: bool = False,
) -> InquiryMessage:
    """Write a message; what the owner writes while an answer is owed is the answer.

    ``wants_answer``: the asker asks further, so that the owner owes an answer again. The same ``request_key`` again
    from the same person returns the first message. Raises DomainError (fields ``message``, ``file``, ``level``),
    NotAllowed where the thread is only to be read, NotFound for strangers.
    """
    inquiry = threads.get(actor, inquiry_id, lock=True)
    known = made_before(InquiryMessage, request_key, person_id=actor.person_id, inquiry_id=inquiry.id)
    if known is not None:
        return known
    refused = threads.refusal(actor, inquiry)
    if refused is not None:
        raise NotAllowed(refused.message, code="read_only")
    text = checked(body, MESSAGE_SHORTEST)
    _check_measure(actor, inquiry, text)
    if len(uploads) > MOST_FILES:
        raise DomainError("file_count", N_("一次最多 %(most)s 个文件"), field="file", most=MOST_FILES)
    message = add(actor, inquiry, threads.side_of(actor, inquiry), text, request_key)
    for upload in uploads:
        _attach(actor, message, upload, level)
    action = _action(inquiry, message.side, wants_answer)
    if action:
        threads.act(actor, inquiry, action)
    _tell(actor, inquiry, message, action)
    return message


def _action(inquiry: Inquiry, side: str, wants_answer: bool) -> str:
    if side == OWNER and inquiry.state in WAITING_STATES:
        return "answer"
    return "ask" if side == ASKER and inquiry.state == "answered" and wants_answer else ""


def checked(message: str, shortest: int) -> str:
    """Return the text cleaned. Raises DomainError (field ``message``) for one too short or too long."""
    text = clean_text(message)
    if len(text) < shortest:
        raise DomainError("message_short", N_("请写明内容，至少 %(n)s 个字"), field="message", n=shortest)
    if len(text) > MESSAGE_LONGEST:
        raise DomainError(
            "message_long",
            N_("最多 %(limit)s 字，您写了 %(length)s 字，请删减"),
            field="message",
            limit=MESSAGE_LONGEST,
            length=len(text),
        )
    return text


def _check_measure(actor: Actor, inquiry: Inquiry, text: str) -> None:
    """Refuse the same text again, and more than a person can mean to write."""
    mine = select(InquiryMessage.body).where(
        InquiryMessage.inquiry_id == inquiry.id, InquiryMessage.organisation_id == actor.organisation_id
    )
    last = db.session.scalar(mine.order_by(InquiryMessage.id.desc()).limit(1))
    if last == text:
        raise DomainError("same_text", N_("与贵单位上一条留言相同，没有重复发送"), field="message")
    most = settings.get("inquiry.messages_hourly")
    recent = select(InquiryMessage.id).where(
        InquiryMessage.inquiry_id == inquiry.id,
        InquiryMessage.person_id == actor.person_id,
        InquiryMessage.created_at > clock.now() - HOUR,
    )
    written = db.session.scalar(select(func.count()).select_from(recent.limit(most).subquery())) or 0
    if written >= most:
        raise DomainError(
            "too_many",
            N_("一小时内最多留言 %(most)s 条。请把要说的合并成一条，稍后再发，或直接约定电话、面谈"),
            field="message",
            most=most,
        )


def add(actor: Actor, inquiry: Inquiry, side: str, text: str, request_key: str) -> InquiryMessage:
    """Put a checked text into the thread."""
    message = InquiryMessage(
        inquiry_id=inquiry.id,
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
        side=side,
        body=text,
        request_key=request_key,
        created_at=clock.now(),
    )
    db.session.add(message)
    inquiry.last_at = message.created_at
    db.session.flush()
    audit.record(actor, "inquiry.message", "inquiry", inquiry.id, side=side)
    return message


def _attach(actor: Actor, message: InquiryMessage, upload: Upload, level: str) -> None:
    if level not in FILE_LEVELS:
        raise DomainError("file_level", N_("请选择谁可以打开文件"), field="level")
    stored = files.store(actor, upload.name, upload.content, PURPOSE)
    files.attach(actor, stored, KIND, message.id, PURPOSE, level)


_KINDS = {"answer": "inquiry_answered", "ask": "inquiry_received"}


def _tell(actor: Actor, inquiry: Inquiry, message: InquiryMessage, action: str) -> None:
    """Tell the other side; what the authority or the broker writes is for both."""
    to = {ASKER: (OWNER,), OWNER: (ASKER,), BROKER: (ASKER, OWNER), AUTHORITY: (ASKER, OWNER)}[message.side]
    people = threads.people_of(inquiry, *to) - {actor.person_id or 0}
    letter_params = {"sender": actor.name, "organisation": actor.organisation_name, "message": message.body}
    threads.tell(
        inquiry,
        people,
        _KINDS.get(action, "inquiry_message"),
        letter="inquiry",
        letter_params=letter_params,
    )
    if action == "answer" and inquiry.broker_id is not None:
        threads.tell(inquiry, threads.people_of(inquiry, BROKER), "inquiry_message")
