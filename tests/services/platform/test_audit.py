"""The audit trail: append-only in the database itself, sealed into a chain, and honest about tampering."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor
from marketplace.domain.platform.audit import TAGS, tag_words
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, AuditSeal
from marketplace.services import operations
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work
from tests.support.database import Database

pytestmark = pytest.mark.usefixtures("session")


def write(count: int = 3, actor: Actor = SYSTEM) -> None:
    """Write some events."""
    with unit_of_work():
        for number in range(count):
            audit.record(actor, "demo.load", "demo", number, what=f"第{number}项")


def seal() -> int:
    """Seal what there is."""
    with unit_of_work():
        return audit.seal()


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_the_trail(model: Any, verb: str) -> None:
    """A trigger stands on both engines: neither a bug nor a hand on the console rewrites what happened."""
    write()
    seal()
    column = {"tag": "forged"} if model is AuditEvent else {"digest": "0" * 64}
    statement = update(model).values(**column) if verb == "update" else delete(model)
    with pytest.raises(DatabaseError, match="append-only"), unit_of_work():
        db.session.execute(statement)
    assert audit.verify().fault == ""


def test_the_chain_grows_in_order_and_reports_its_tail() -> None:
    """Sealing takes the oldest first; what is not sealed yet is said, not hidden."""
    write(5)
    with unit_of_work():
        assert audit.seal(limit=3) == 3
    found = audit.verify()
    assert (found.links, found.unsealed, found.fault) == (3, 2, "")
    assert seal() == 2
    assert seal() == 0
    health = operations.audit_health()
    assert health.head is not None
    assert (health.head.sequence, health.unsealed) == (5, 0)
    assert audit.verify().head == health.head.digest


class Forger:
    """Somebody with the database's own rights, who switches the triggers off first."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def run(self, *statements: str) -> None:
        """Run statements with the triggers out of the way."""
        lite = db.engine.dialect.name == "sqlite"
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            triggers = []
            if lite:
                query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                triggers = list(connection.execute(text(query)))
                for name, _ in triggers:
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement))
            for _, sql in triggers:
                connection.execute(text(sql))
        self.database.touched_outside()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_events SET actor_id = 99 WHERE subject_id = 1", "event 2 does not fit its link 2"),
        (
            'UPDATE audit_events SET details = \'{"what": "x"}\' WHERE subject_id = 2',
            "event 3 does not fit its link 3",
        ),
        (
            "UPDATE audit_events SET tag = 'demo.forged' WHERE subject_id = 0",
            "event 1 does not fit its link 1",
        ),
        ("DELETE FROM audit_seals WHERE sequence = 2", "link 2 is missing"),
        ("UPDATE audit_seals SET previous = digest WHERE sequence = 3", "event 3 does not fit its link 3"),
    ],
)
def test_tampering_is_found_and_named(database: Database, statement: str, fault: str) -> None:
    """Even with the triggers off: verify names the first link that does not fit."""
    write(4)
    seal()
    base = db.session.scalar(select(db.func.min(AuditEvent.id))) or 0
    db.session.rollback()
    Forger(database).run(statement)
    shift = int(fault.split()[1]) - 1 + base if fault.startswith("event") else 0
    expected = fault.replace(f"event {fault.split()[1]}", f"event {shift}") if shift else fault
    assert audit.verify().fault == expected


def test_a_removed_event_takes_its_link_along_and_is_missed(database: Database) -> None:
    """Deleting an event and its seal leaves a gap in the numbers."""
    write(4)
    seal()
    Forger(database).run(
        "DELETE FROM audit_seals WHERE sequence = 2",
        "DELETE FROM audit_events WHERE subject_id = 1",
    )
    assert audit.verify().fault == "link 2 is missing"


@pytest.mark.parametrize(
    "details", [{}, {"what": "a", "more": 1}, {"other": 1}], ids=["missing", "too many", "another"]
)
def test_details_must_fit_their_tag(details: dict[str, Any]) -> None:
    """The trail stays readable, and nobody slips a name into it."""
    with pytest.raises(ValueError, match="details"), unit_of_work():
        audit.record(SYSTEM, "demo.load", "demo", None, **details)
    with pytest.raises(ValueError, match="unknown"), unit_of_work():
        audit.record(SYSTEM, "demo.unload", "demo", None)


def test_events_are_found_by_every_filter() -> None:
    """Tag, subject, actor and days, alone and together."""
    moment = clock.now()
    with clock.frozen(moment - timedelta(days=10)):
        write(2, Actor(person_id=7))
    write(2, Actor(person_id=8))
    today = clock.beijing(moment).date()

    def count(**filters: Any) -> int:
        return len(db.session.scalars(audit.events(**filters)).all())

    assert count() == 4
    assert count(actor_id=7) == 2
    assert count(subject_kind="demo", subject_id=0) == 2
    assert count(tag="demo.load", since=today) == 2
    assert count(until=today - timedelta(days=1)) == 2
    assert count(since=today - timedelta(days=10), until=today, actor_id=8) == 2
    assert count(tag="person.login") == 0


def test_every_tag_has_words() -> None:
    """The audit page speaks Chinese; a tag without words would show its code."""
    silent = [tag for tag in TAGS if any(word.isascii() for word in tag_words(tag))]
    assert silent == []
