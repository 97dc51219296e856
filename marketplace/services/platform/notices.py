"""Notices on the site, and the mail that goes with them as each person prefers."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, case, delete, func, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError
from marketplace.domain.platform.notices import FREQUENCIES, GROUPS, KINDS, MUTABLE, USUAL
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Membership, Person
from marketplace.models.platform import MailMessage, Notice, NoticeMute, NoticePreference
from marketplace.services import links
from marketplace.services.platform import outbox
from marketplace.services.unit import insert_new

SUSPENDED = "account_suspended"
"""The one kind of notice that is mailed to somebody whose account is suspended."""

DEFAULT = "immediate"
"""How often mail goes out for most groups that a person has said nothing about (the others: domain, USUAL)."""


@dataclass(frozen=True)
class More:
    """What a mail says beyond a notice's title: lines of (word to translate, text as it is), and paths that need no
    signing in: ``act`` where the next step is taken, with its words, ``stop`` where notices like it are ended."""

    lines: Sequence[tuple[str, str]] = ()
    stop: str = ""
    act: tuple[str, str] | None = None


@dataclass(frozen=True)
class Told:
    """Who is told of which subject, with what fills the title.

    ``often``: how often this person wants mail of this very subject; None is as for the kind's group. ``more``: what a
    mail that goes out at once says, where the caller knows it already.
    """

    person_id: int
    subject_id: int
    params: Mapping[str, Any]
    often: str | None = None
    more: More | None = None


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
    told = [
        Told(person_id, subject_id, params, (often or {}).get(person_id))
        for person_id in sorted(set(person_ids))
    ]
    return tell(kind, subject_kind, told, letter, letter_params)


def tell(
    kind: str,
    subject_kind: str,
    told: Sequence[Told],
    letter: str = "notice",
    letter_params: Mapping[str, Any] | None = None,
) -> list[Notice]:
    """Leave a notice of one kind for each of ``told``, with a constant number of queries however many they are.

    Who closed the account or muted the kind hears nothing.
    """
    people = _listeners(kind, {one.person_id for one in told})
    wishes = _frequencies(list(people), KINDS[kind].group)
    usual = USUAL.get(KINDS[kind].group, DEFAULT)
    notices, mails = [], []
    for one in told:
        person = people.get(one.person_id)
        if person is None:
            continue
        wanted = one.often or wishes.get(person.id, usual)
        notice = Notice(
            person_id=person.id,
            kind=kind,
            subject_kind=subject_kind,
            subject_id=one.subject_id,
            params=one.params,
        )
        notice.frequency = one.often
        # What goes out at once, or never, is no matter for a later digest.
        notice.digested_at = None if wanted in ("daily", "weekly") else clock.now()
        notices.append(notice)
        # Whoever may not sign in is mailed why, and nothing else; the rest waits on the site.
        silent = person.suspended_at is not None and kind != SUSPENDED
        more = (one.more or more_of(notice)) if wanted == "immediate" and not silent else None
        if more is not None:
            path = links.path_of(subject_kind, one.subject_id)
            words = {
                "kind": kind,
                "params": one.params,
                "path": path,
                **asdict(more),
                **(letter_params or {}),
            }
            mails.append(
                MailMessage(recipient=person.email, template=letter, params={"name": person.name, **words})
            )
    db.session.add_all([*notices, *mails])
    db.session.flush()
    for message in mails:
        outbox.enqueue("mail", message=message.id)
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


def _listeners(kind: str, person_ids: Collection[int]) -> dict[int, Person]:
    query = select(Person).where(Person.id.in_(person_ids), Person.closed_at.is_(None))
    if kind in MUTABLE:
        deaf = select(NoticeMute.person_id).where(NoticeMute.kind == kind)
        query = query.where(Person.id.not_in(deaf))
    return {person.id: person for person in db.session.scalars(query)}


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
    return _frequencies([person_id], group).get(person_id, USUAL.get(group, DEFAULT))


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


def query(actor: Actor, unread_only: bool = False, group: str = "") -> Select[Notice]:
    """Return the query of the actor's notices, newest first; those of a group where one is given."""
    found = select(Notice).where(Notice.person_id == actor.person_id).order_by(Notice.id.desc())
    if group:
        found = found.where(Notice.kind.in_(_kinds_of(group)))
    return found.where(Notice.read_at.is_(None)) if unread_only else found


def _kinds_of(group: str) -> list[str]:
    return [code for code, kind in KINDS.items() if kind.group == group]


def counts(actor: Actor) -> dict[str, tuple[int, int]]:
    """Return for each group in which the actor has notices how many there are, and how many unread."""
    counted = (
        select(Notice.kind, func.count(), func.sum(case((Notice.read_at.is_(None), 1), else_=0)))
        .where(Notice.person_id == actor.person_id)
        .group_by(Notice.kind)
    )
    found: dict[str, tuple[int, int]] = {}
    for kind, number, unread in db.session.execute(counted):
        before = found.get(KINDS[kind].group, (0, 0))
        found[KINDS[kind].group] = (before[0] + number, before[1] + int(unread))
    return {group: found[group] for group in GROUPS if group in found}


def get(actor: Actor, notice_id: int) -> Notice | None:
    """Return one of the actor's own notices."""
    return db.session.scalar(query(actor).where(Notice.id == notice_id))


def mark_read(actor: Actor, notice_id: int | None = None, group: str = "") -> None:
    """Mark one of the actor's notices, those of a group, or all of them, as read."""
    change = update(Notice).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
    if notice_id is not None:
        change = change.where(Notice.id == notice_id)
    if group:
        change = change.where(Notice.kind.in_(_kinds_of(group)))
    db.session.execute(change.values(read_at=clock.now()))


def mute(actor: Actor, kind: str) -> None:
    """Have no more notices of a kind left or mailed for the actor; those that wait for a digest are dropped from it.

    Raises DomainError for a kind that somebody must not miss.
    """
    if kind not in MUTABLE or actor.person_id is None:
        raise DomainError(
            "notice_not_mutable", N_("这类通知关系到办理期限或款项，不能关闭；可以改成不发邮件")
        )
    insert_new(
        NoticeMute,
        [{"person_id": actor.person_id, "kind": kind, "created_at": clock.now()}],
        ("person_id", "kind"),
    )
    waiting = update(Notice).where(
        Notice.person_id == actor.person_id, Notice.kind == kind, Notice.digested_at.is_(None)
    )
    db.session.execute(waiting.values(digested_at=clock.now()))


def unmute(actor: Actor, kind: str) -> None:
    """Let the actor hear of a kind again."""
    db.session.execute(
        delete(NoticeMute).where(NoticeMute.person_id == actor.person_id, NoticeMute.kind == kind)
    )


def muted(actor: Actor) -> list[str]:
    """Return the kinds that the actor muted, in the order of the list of kinds."""
    chosen = set(db.session.scalars(select(NoticeMute.kind).where(NoticeMute.person_id == actor.person_id)))
    return [kind for kind in KINDS if kind in chosen]
