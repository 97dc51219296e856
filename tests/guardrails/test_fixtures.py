"""The fixtures keep tests apart and see what a request leaves behind."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import AuditEvent, CalendarDay
from marketplace.services.outside import outside
from tests import factories
from tests.support.client import WITNESS, InspectingClient, PageFault


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_in_the_next(
    turn: int, session: scoped_session[Session], drain: Callable[[], int]
) -> None:
    """Rows, append-only ones too, and the search index; the reference data stays."""
    assert session.scalar(select(func.count(Person.id))) == 0
    assert session.scalar(select(func.count(AuditEvent.id))) == 0
    assert session.scalar(select(func.count()).select_from(CalendarDay)) > 0
    assert not list(outside().index.dump())
    organisation = factories.make_organisation()
    factories.make_many_published(organisation, 1)
    factories.make_submitted(factories.make_person(organisation))
    assert drain() > 0
    assert session.scalar(select(func.count(AuditEvent.id))) > 0
    assert list(outside().index.dump())


@pytest.fixture
def careless(application: tuple[Flask, object], client: InspectingClient) -> Iterator[InspectingClient]:
    """A client of the application with a request hook that leaves a row behind."""
    made = application[0]

    def leave() -> None:
        db.session.add(Person(email="left@example.com", name="遗留"))

    made.before_request_funcs.setdefault(None, []).append(leave)
    yield client
    made.before_request_funcs[None].remove(leave)


def test_an_uncommitted_change_is_a_fault(careless: InspectingClient) -> None:
    """A page that changes something outside a unit of work does not pass."""
    with pytest.raises(PageFault, match="uncommitted"):
        careless.get("/healthz")


def test_a_crash_shows_its_cause(careless: InspectingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error page is not the end of the trail."""
    made = careless.application

    def crash() -> None:
        raise ValueError("on purpose")

    monkeypatch.setitem(made.before_request_funcs, None, [*made.before_request_funcs[None], crash])
    with pytest.raises(PageFault, match="crashed") as fault:
        careless.get("/")
    assert isinstance(fault.value.__cause__, ValueError)
    assert WITNESS.pop() == ([], None)
