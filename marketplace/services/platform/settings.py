"""Settings in force: dated values; what matters waits for a second person."""

from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.platform.settings import SETTINGS, check_value
from marketplace.domain.states import SETTING
from marketplace.extensions import db
from marketplace.models.platform import SettingValue
from marketplace.services import workflow
from marketplace.services.platform import audit


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


def propose(actor: Actor, key: str, value: Any, valid_from: date, note: str = "") -> SettingValue:
    """Propose a value from a day on; it is in force at once unless the setting asks for a second person."""
    require(actor, Permission.CHANGE_SETTINGS)
    definition = SETTINGS[key]
    row = SettingValue(
        key=key,
        value=check_value(key, value),
        valid_from=valid_from,
        state="proposed" if definition.second_person else "effective",
        note=note,
        proposed_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "setting.propose", "setting", row.id, key=key)
    return row


def decide(actor: Actor, row_id: int, action: str, note: str = "") -> SettingValue:
    """Confirm, reject or withdraw a proposed value (``action`` of the SETTING machine)."""
    row = db.session.get_one(SettingValue, row_id)
    maker = frozenset({row.proposed_by} if row.proposed_by else ())
    workflow.apply(SETTING, row, action, actor, Subject("setting", makers=maker), note=note)
    if action != "withdraw":
        row.decided_by, row.decided_at = actor.person_id, clock.now()
    db.session.flush()
    return row


def history(key: str) -> list[SettingValue]:
    """Return all values of a setting, newest first."""
    query = select(SettingValue).where(SettingValue.key == key)
    return list(db.session.scalars(query.order_by(SettingValue.id.desc())))
