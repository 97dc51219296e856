"""Settings in force: dated values; what matters waits for a second person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.settings import SETTINGS, Definition, check_value
from marketplace.domain.states import SETTING
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.platform import SettingValue
from marketplace.services import workflow
from marketplace.services.platform import audit, notices


def get(key: str, on: date | None = None) -> Any:
    """Return the value of setting ``key`` in force on a day (default today)."""
    row = db.session.scalar(
        select(SettingValue)
        .where(
            SettingValue.key == key,
            SettingValue.state == "effective",
            SettingValue.valid_from <= (on or clock.today()),
        )
        .order_by(SettingValue.valid_from.desc(), SettingValue.id.desc())
        .limit(1)
    )
    return row.value if row else SETTINGS[key].initial


def get_all(keys: Collection[str]) -> dict[str, Any]:
    """Return the values of several settings in force today, by one query."""
    query = select(SettingValue).where(
        SettingValue.key.in_(sorted(keys)),
        SettingValue.state == "effective",
        SettingValue.valid_from <= clock.today(),
    )
    rows = db.session.scalars(query.order_by(SettingValue.valid_from, SettingValue.id))
    return {key: SETTINGS[key].initial for key in keys} | {row.key: row.value for row in rows}


def propose(actor: Actor, key: str, value: Any, valid_from: date, note: str = "") -> SettingValue:
    """Propose a value from a day on; it is in force at once unless the setting asks for a second person."""
    require(actor, Permission.CHANGE_SETTINGS)
    definition = SETTINGS[key]
    if valid_from < clock.today():
        raise DomainError(
            "setting_past", N_("生效日期不能早于今天：已经办过的事项不追溯"), field="valid_from"
        )
    row = SettingValue(
        key=key,
        value=check_value(key, value),
        valid_from=valid_from,
        state="proposed" if definition.second_person else "effective",
        note=clean_text(note),
        proposed_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "setting.propose", "setting", row.id, key=key)
    return row


def decide(actor: Actor, row_id: int, action: str, note: str = "") -> SettingValue:
    """Confirm, reject or withdraw a proposed value (``action`` of the SETTING machine)."""
    row = get_value(row_id)
    moved = workflow.apply(SETTING, row, action, actor, subject_of(row, actor), note=note)
    if action != "withdraw":
        row.decided_by, row.decided_at = actor.person_id, clock.now()
    row.decision_note = clean_text(note)
    db.session.flush()
    if moved.notice and row.proposed_by is not None:
        words: dict[str, Any] = {"title": SETTINGS[row.key].label, "note": row.decision_note}
        notices.notify([row.proposed_by], moved.notice, "settings", row.id, **words)
    return row


def get_value(row_id: int) -> SettingValue:
    """Return a proposed or decided value; NotFound where there is none."""
    row = db.session.get(SettingValue, row_id)
    if row is None:
        raise NotFound()
    return row


def history(key: str) -> list[SettingValue]:
    """Return all values of a setting, newest first."""
    query = select(SettingValue).where(SettingValue.key == key)
    return list(db.session.scalars(query.order_by(SettingValue.id.desc())))


@dataclass(frozen=True)
class InForce:
    """What holds for a setting on a day, since when (None: from the start), and what waits for a second person."""

    definition: Definition
    value: Any
    since: date | None
    proposed: list[SettingValue]
    coming: list[SettingValue]


def overview(on: date | None = None) -> list[InForce]:
    """Return every setting as it stands on a day (default today), by one query."""
    today = on or clock.today()
    rows = list(db.session.scalars(select(SettingValue).order_by(SettingValue.valid_from, SettingValue.id)))
    found = []
    for key, definition in SETTINGS.items():
        mine = [row for row in rows if row.key == key]
        past = [row for row in mine if row.state == "effective" and row.valid_from <= today]
        found.append(
            InForce(
                definition=definition,
                value=past[-1].value if past else definition.initial,
                since=past[-1].valid_from if past else None,
                proposed=[row for row in mine if row.state == "proposed"],
                coming=[row for row in mine if row.state == "effective" and row.valid_from > today],
            )
        )
    return found


def subject_of(row: SettingValue, actor: Actor) -> Subject:
    """Return what the rules need to know of a proposed value when ``actor`` decides on it."""
    makers = frozenset({row.proposed_by} if row.proposed_by else ())
    facts = frozenset({"is_proposer"} if actor.person_id in makers else ())
    return Subject("setting", makers=makers, facts=facts)
