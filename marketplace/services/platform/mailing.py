"""Mail on its way out: what the outbox promised, and the digests of those who prefer one mail a day or a week."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.platform.notices import KINDS
from marketplace.extensions import db
from marketplace.integrations.mail import compose
from marketplace.models.people import Person
from marketplace.models.platform import MailMessage, Notice, NoticePreference
from marketplace.services import links
from marketplace.services.outside import outside
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work

SENT_AT = time(8, 0)
"""Beijing time of the daily digest, and of the weekly one on Mondays."""
PEOPLE_AT_ONCE = 50
LONGEST = 100


def send(payloads: Sequence[dict[str, Any]]) -> None:
    """Send the mail of each payload ``{message: id}`` unless it went out before."""
    for payload in payloads:
        message = db.session.get(MailMessage, payload["message"])
        if message is None or message.sent_at is not None:
            continue
        params = {**message.params, "public_url": outside().public_url}
        outside().mailer.send(compose(message.recipient, message.template, params))
        with unit_of_work():
            sent = db.session.get_one(MailMessage, payload["message"])
            # The links in it are secrets of which the database keeps digests only.
            sent.sent_at, sent.params = clock.now(), {}


def send_digests() -> int:
    """Mail every digest that is due; return how many. Safe to repeat: a notice is marked in the same transaction.

    A notice belongs to the first digest after it was made, so no memory of sent digests is needed: due is whatever
    is older than the last 8 o'clock (daily) or the last Monday 8 o'clock (weekly) and was in no digest yet.
    """
    sent = 0
    waiting = _people_waiting()
    for start in range(0, len(waiting), PEOPLE_AT_ONCE):
        with unit_of_work():
            for person_id in waiting[start : start + PEOPLE_AT_ONCE]:
                sent += _send_digest(person_id)
    return sent


def cutoffs(now: datetime) -> dict[str, datetime]:
    """Return for each frequency the moment up to which notices are due."""
    local = clock.beijing(now)
    daily = local.replace(hour=SENT_AT.hour, minute=SENT_AT.minute, second=0, microsecond=0)
    if daily > local:
        daily -= timedelta(days=1)
    return {"daily": daily, "weekly": daily - timedelta(days=daily.weekday())}


def _people_waiting() -> list[int]:
    query = (
        select(Notice.person_id)
        .where(Notice.digested_at.is_(None), Notice.created_at < cutoffs(clock.now())["daily"])
        .distinct()
        .order_by(Notice.person_id)
    )
    people = list(db.session.scalars(query))
    db.session.rollback()
    return people


def _send_digest(person_id: int) -> int:
    due = _due(person_id)
    unread = [notice for notice in due if notice.read_at is None]
    for notice in due:
        notice.digested_at = clock.now()
    person = db.session.get_one(Person, person_id)
    if not unread or person.state != "active":
        return 0
    said = [(notice, more) for notice in unread if (more := notices.more_of(notice)) is not None]
    if not said:
        return 0
    lines = [_line(notice, more) for notice, more in said[:LONGEST]]
    notices.send_mail(person.email, "digest", name=person.name, lines=lines, count=len(said))
    return 1


def _line(notice: Notice, more: notices.More) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "params": notice.params,
        "path": links.path_of(notice.subject_kind, notice.subject_id),
        "day": clock.beijing(notice.created_at).date().isoformat(),
        **asdict(more),
    }


def _due(person_id: int) -> list[Notice]:
    limits = cutoffs(clock.now())
    frequencies: defaultdict[str, str] = defaultdict(lambda: "immediate")
    preferences = select(NoticePreference).where(NoticePreference.person_id == person_id)
    frequencies.update({row.kind: row.frequency for row in db.session.scalars(preferences)})
    query = (
        select(Notice).where(Notice.person_id == person_id, Notice.digested_at.is_(None)).order_by(Notice.id)
    )
    return [
        notice
        for notice in db.session.scalars(query)
        # A preference changed meanwhile: what no longer waits for a digest is settled with the daily one.
        if notice.created_at
        < limits.get(notice.frequency or frequencies[KINDS[notice.kind].group], limits["daily"])
    ]
