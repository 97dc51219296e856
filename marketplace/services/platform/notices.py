"""Notices on the site, and the mail that goes with them as each person prefers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, func, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.platform.notices import FREQUENCIES, GROUPS, KINDS
from marketplace.extensions import db
from marketplace.models.people import Membership, Person
from marketplace.models.platform import MailMessage, Notice, NoticePreference
from marketplace.services import links
from marketplace.services.platform import outbox

DEFAULT = "immediate"
"""How often mail goes out for a group that a person has said nothing about."""


@dataclass(frozen=True)
class More:
    """What a mail says beyond a notice's title: lines of (word to translate, text as it is), and the path at which
    notices like it are ended without signing in ('' for none)."""

    lines: Sequence[tuple[str, str]] = ()
    stop: str = ""


Elaborate = Callable[[Notice], More | None]
_ELABORATE: dict[str, Elaborate] = {}


def elaborates(kind: str) -> Callable[[Elaborate], Elaborate]:
    """Have a function say more of the notices of ``kind`` whenever a mail is made, as of that moment.

    None takes the notice out of the mail: what it speaks of is no longer for this person.
    """

    def register(function: Elaborate) -> Elaborate:
        _ELABORATE[kind] = function
        return function

    return register


def more_of(notice: Notice) -> More | None:
    """Return what a mail says beyond the title of a notice; None when it should not speak of it at all."""
    elaborate = _ELABORATE.get(notice.kind)
    return elaborate(notice) if elaborate else More()


def notify(
    person_ids: Iterable[int],
    kind: str,
    subject_kind: str,
    subject_id: int,
    *,
    often: Mapping[int, str] | None = None,
    letter: str = "notice",
    letter_params: Mapping[str, Any] | None = None,
    **params: Any,
) -> list[Notice]:
    """Leave a notice for each person, and mail those who want this kind at once.

    ``params`` fill the title of the kind and are shown to the person: put nothing there they may not read.
    ``often``: by person, how often they want mail of this very subject; else it is as for the kind's group.
    ``letter`` is the mail template where the usual one says too little, ``letter_params`` what it says more.
    """
    people = _open_persons(person_ids)
    wishes = _frequencies([person.id for person in people], KINDS[kind].group)
    notices = []
    for person in people:
        own = (often or {}).get(person.id)
        wanted = own or wishes.get(person.id, DEFAULT)
        notice = Notice(
            person_id=person.id, kind=kind, subject_kind=subject_kind, subject_id=subject_id, params=params
        )
        notice.frequency = own
        # What goes out at once, or never, is no matter for a later digest.
        notice.digested_at = None if wanted in ("daily", "weekly") else clock.now()
        db.session.add(notice)
        notices.append(notice)
        more = more_of(notice) if wanted == "immediate" else None
        if more is not None:
            path = links.path_of(subject_kind, subject_id)
            words = {"kind": kind, "params": params, "path": path, **asdict(more), **(letter_params or {})}
            send_mail(person.email, letter, name=person.name, **words)
    return notices


def change_frequency(person_id: int, subject_kind: str, subject_id: int, value: str) -> None:
    """Have the person's notices of a subject that wait for a digest go with another one, or with none at all."""
    change: dict[str, Any] = {"frequency": value}
    if value == "off":
        change["digested_at"] = clock.now()
    db.session.execute(
        update(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.subject_kind == subject_kind,
            Notice.subject_id == subject_id,
            Notice.digested_at.is_(None),
        )
        .values(**change)
    )


def _open_persons(person_ids: Iterable[int]) -> list[Person]:
    people = select(Person).where(Person.id.in_(set(person_ids)), Person.closed_at.is_(None))
    return list(db.session.scalars(people.order_by(Person.id)))


def members_of(organisation_id: int) -> list[int]:
    """Return the ids of the people who are in an organisation now."""
    members = select(Membership.person_id).where(
        Membership.organisation_id == organisation_id, Membership.ended_at.is_(None)
    )
    return list(db.session.scalars(members))


def send_mail(recipient: str, template: str, **params: Any) -> MailMessage:
    """Promise a mail: rendered from ``templates/mail/<template>/`` and sent by the worker after the commit."""
    message = MailMessage(recipient=recipient, template=template, params=params)
    db.session.add(message)
    db.session.flush()
    outbox.enqueue("mail", message=message.id)
    return message


def frequency(person_id: int, group: str) -> str:
    """Return how often the person wants mail for a group of notices."""
    return _frequencies([person_id], group).get(person_id, DEFAULT)


def _frequencies(person_ids: Sequence[int], group: str) -> dict[int, str]:
    query = select(NoticePreference.person_id, NoticePreference.frequency).where(
        NoticePreference.person_id.in_(person_ids), NoticePreference.kind == group
    )
    return {row.person_id: row.frequency for row in db.session.execute(query)}


def set_frequency(actor: Actor, group: str, value: str) -> None:
    """Set how often the actor wants mail for ``group``. Raises ValueError for words the page does not offer."""
    if group not in GROUPS or value not in FREQUENCIES or actor.person_id is None:
        raise ValueError(f"no such preference: {group}={value}")
    db.session.merge(NoticePreference(person_id=actor.person_id, kind=group, frequency=value))


def unread_count(actor: Actor) -> int:
    """Return how many notices the actor has not read."""
    unread = select(func.count()).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
    return db.session.scalar(unread) or 0


def query(actor: Actor, unread_only: bool = False) -> Select[Notice]:
    """Return the query of the actor's notices, newest first."""
    found = select(Notice).where(Notice.person_id == actor.person_id).order_by(Notice.id.desc())
    return found.where(Notice.read_at.is_(None)) if unread_only else found


def get(actor: Actor, notice_id: int) -> Notice | None:
    """Return one of the actor's own notices."""
    return db.session.scalar(query(actor).where(Notice.id == notice_id))


def mark_read(actor: Actor, notice_id: int | None = None) -> None:
    """Mark one of the actor's notices, or all of them, as read."""
    change = update(Notice).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
    if notice_id is not None:
        change = change.where(Notice.id == notice_id)
    db.session.execute(change.values(read_at=clock.now()))
