"""The unit of work: whole or not at all, and what the database refuses in words."""

import pytest
from sqlalchemy import select, update

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.domain.errors import Conflict, DomainError
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import AuditEvent, Heartbeat, Job, OutboxMessage
from marketplace.services.platform import audit, outbox
from marketplace.services.unit import in_unit, unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


def test_rows_audit_and_outbox_go_together() -> None:
    """An error at the end takes all of it back; without it all of it stays."""
    for fails in (True, False):
        try:
            with unit_of_work():
                assert in_unit()
                db.session.add(Heartbeat(name="test", at=clock.now()))
                audit.record(SYSTEM, "demo.load", "demo", None, what="test")
                outbox.enqueue("index", kind="achievement", id=1)
                if fails:
                    raise DomainError("no", "不行")
        except DomainError:
            assert not in_unit()
        counted = [
            len(db.session.scalars(select(model)).all()) for model in (Heartbeat, AuditEvent, OutboxMessage)
        ]
        assert counted == ([0, 0, 0] if fails else [1, 1, 1])


def test_units_do_not_nest() -> None:
    """A service that opened its own would commit half of its caller's work."""
    with pytest.raises(RuntimeError, match="already open"), unit_of_work(), unit_of_work():
        pass
    with unit_of_work():
        assert in_unit()


def test_a_known_constraint_becomes_words_at_a_field() -> None:
    """The same address twice: the person reads what to do, on both engines."""
    factories.make_person(email="twice@example.com")
    with pytest.raises(DomainError) as refused, unit_of_work():
        db.session.add(Person(email="twice@example.com", name="乙"))
    assert (refused.value.field, refused.value.code) == ("email", "constraint")


def test_an_unknown_unique_constraint_is_a_conflict() -> None:
    """Somebody was faster: that is all there is to say."""
    with unit_of_work():
        db.session.add(Heartbeat(name="one", at=clock.now()))
    with pytest.raises(Conflict), unit_of_work():
        db.session.add(Heartbeat(name="one", at=clock.now()))


def save_after_somebody_else() -> None:
    """Read, let another editor save in between, then save."""
    with unit_of_work():
        mine = db.session.scalars(select(Job)).one()
        db.session.connection().execute(update(Job.__table__).values(version=2, error="theirs"))
        mine.error = "mine"


def test_the_second_of_two_editors_is_told() -> None:
    """Both read version 1; the first has saved when the second does: a conflict, and nothing is overwritten."""
    with unit_of_work():
        db.session.add(Job(kind="reindex", params={}))
    with pytest.raises(Conflict):
        save_after_somebody_else()
    with unit_of_work():
        mine = db.session.scalars(select(Job)).one()
        assert (mine.version, mine.error) == (1, "")
        mine.error = "mine"
    assert db.session.scalars(select(Job)).one().version == 2
