"""产业方向 as it stands: read from the dated records, changed by one person and confirmed by another.

A list is a setting (services/platform/settings.py); here is what a list needs beyond that: codes that are never
given twice, one change at a time, and a search index that follows.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.coded import Stand, Term
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.platform import city_lists
from marketplace.domain.platform.settings import SETTINGS
from marketplace.domain.taxonomy import CITY_LISTS, CITY_TAGS
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import Job, SettingValue
from marketplace.services.platform import longjobs, settings
from marketplace.services.unit import unit_of_work

KEYS = tuple(record.key for record in city_lists.TERM_LISTS)
_KEPT = "terms of the city"


def install() -> None:
    """Have the domain read 产业方向 from the records."""
    CITY_TAGS.read_from(stand)


def stand() -> Stand | None:
    """Return 产业方向 as of today, read once a transaction; None where there is no database to ask."""
    try:
        session = db.session()
    except RuntimeError:
        return None
    kept: tuple[date, Stand] | None = session.info.get(_KEPT)
    if kept is None or kept[0] != clock.today():
        with session.no_autoflush:
            kept = (clock.today(), _read(session))
        session.info[_KEPT] = kept
    return kept[1]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Another process may have changed a list meanwhile: what was read holds for one transaction."""
    if transaction.parent is None:
        session.info.pop(_KEPT, None)


def _read(session: Session) -> Stand:
    query = select(SettingValue.key, SettingValue.value).where(
        SettingValue.key.in_(KEYS),
        SettingValue.state == "effective",
        SettingValue.valid_from <= clock.today(),
    )
    rows = session.execute(query.order_by(SettingValue.valid_from, SettingValue.id)).all()
    offered: list[Term] = []
    former: dict[str, Term] = {}
    for key in KEYS:
        group = CITY_LISTS[city_lists.list_of(key)].label
        values = [SETTINGS[key].initial, *(row.value for row in rows if row.key == key)]
        for value in values:
            former |= {one["code"]: Term(one["code"], one["label"], group) for one in value}
        offered += [Term(one["code"], one["label"], group) for one in values[-1]]
    return Stand(tuple(offered), {term.code: term for term in offered} | _not_in(former, offered))


def _not_in(former: dict[str, Term], offered: Sequence[Term]) -> dict[str, Term]:
    present = {term.code for term in offered}
    return {code: term for code, term in former.items() if code not in present}


def propose(
    actor: Actor, key: str, typed: Sequence[tuple[str, str]], valid_from: date, note: str
) -> SettingValue:
    """Propose a list from a day on; ``typed`` are (code, label), a new term without a code.

    Raises Conflict while another change of the list waits, DomainError where nothing changes or a term is wrong.
    """
    require(actor, Permission.CHANGE_SETTINGS)
    known = settings.history(key)
    if any(row.state == "proposed" for row in known):
        raise Conflict(N_("这份目录已有一项变更等待确认，请先办结"))
    used = [one["code"] for value in (SETTINGS[key].initial, *(row.value for row in known)) for one in value]
    value: list[dict[str, str]] = []
    for code, label in typed:
        code = code if code in used else city_lists.next_code(key, used)
        used.append(code)
        value.append({"code": code, "label": label})
    value = city_lists.check_value(key, "terms", value)
    if value == settings.get(key, valid_from):
        raise DomainError("nothing_changed", N_("没有任何改动，无需提交"))
    return settings.propose(actor, key, value, valid_from, note)


def follow_due() -> None:
    """Rebuild the index once a list has changed: labels are found by their words. A chore of the clock."""
    changed = _changed_at()
    if changed is None:
        return
    query = select(Job.created_at).where(Job.kind == "reindex").order_by(Job.id.desc()).limit(1)
    last = db.session.scalar(query)
    if last is None or last < changed:
        with unit_of_work():
            longjobs.start(SYSTEM, "reindex")


def _changed_at() -> datetime | None:
    """Return when a list changed last: it was confirmed, or its day began."""
    query = select(SettingValue).where(
        SettingValue.key.in_(KEYS),
        SettingValue.state == "effective",
        SettingValue.valid_from <= clock.today(),
    )
    moments = [
        max(row.decided_at or row.created_at, datetime.combine(row.valid_from, time(), clock.BEIJING))
        for row in db.session.scalars(query)
    ]
    return max(moments, default=None)
