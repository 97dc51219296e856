"""Letters: what an administrator writes to chosen people, on the site and by mail."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, may, require
from marketplace.domain.errors import DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.people import Letter
from marketplace.models.platform import Notice
from marketplace.services.platform import audit, notices
from marketplace.services.platform.notices import More

TITLE_LENGTH, BODY_LENGTH = 100, 3000


def check(title: str, body: str) -> tuple[str, str]:
    """Return title and text cleaned; raises ValidationFailed with every field that is wrong."""
    title, body = clean_line(title), clean_text(body)
    errors = []
    for name, text, longest in (("title", title, TITLE_LENGTH), ("body", body, BODY_LENGTH)):
        if not text:
            errors.append(FieldError(name, "letter_empty", N_("请填写来信的标题和正文")))
        elif len(text) > longest:
            errors.append(
                FieldError(name, "letter_long", N_("最多%(longest)d个字，请缩短"), {"longest": longest})
            )
    if errors:
        raise ValidationFailed(errors)
    return title, body


def write(actor: Actor, key: str, title: str, body: str) -> Letter:
    """Return the letter made with ``key``, written now or by an earlier press of the same button."""
    require(actor, Permission.MANAGE_PEOPLE)
    if not key or len(key) > 40:
        raise DomainError("letter_key", N_("页面已过期，请重新打开"))
    title, body = check(title, body)
    letter = db.session.scalar(select(Letter).where(Letter.key == key))
    if letter is None:
        letter = Letter(key=key, title=title, body=body, sent_by=actor.person_id)
        db.session.add(letter)
        db.session.flush()
        # The words stay in the letter; the trail keeps what proves that they were not changed.
        digest = hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
        audit.record(actor, "letter.create", "letter", letter.id, digest=digest)
    return letter


def send(actor: Actor, letter: Letter, person_ids: Iterable[int]) -> int:
    """Send a letter to those of these people who have not got it yet; return to how many it went now."""
    require(actor, Permission.MANAGE_PEOPLE)
    had = select(Notice.person_id).where(
        Notice.kind == "letter", Notice.subject_kind == "letter", Notice.subject_id == letter.id
    )
    wanted = set(person_ids) - set(db.session.scalars(had))
    sent = notices.notify(wanted, "letter", "letter", letter.id, title=letter.title)
    for notice in sent:
        audit.record(actor, "letter.send", "letter", letter.id, person=notice.person_id)
    return len(sent)


def get_for(actor: Actor, letter_id: int) -> Letter:
    """Return a letter to whom it was sent, or to who may read about people; NotFound otherwise."""
    letter = db.session.get(Letter, letter_id)
    mine = select(Notice.id).where(
        Notice.person_id == actor.person_id,
        Notice.kind == "letter",
        Notice.subject_kind == "letter",
        Notice.subject_id == letter_id,
    )
    if letter is None or not (
        may(actor, Permission.READ_PEOPLE) or db.session.scalar(mine.limit(1)) is not None
    ):
        raise NotFound()
    return letter


@notices.elaborates("letter")
def _with_text(notice: Notice) -> More:
    """The mail holds the whole letter."""
    letter = db.session.get_one(Letter, notice.subject_id)
    return More(lines=((N_("正文："), letter.body),))
