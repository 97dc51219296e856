"""Silence: reminders, the broker, the authority; and how answer times are told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import Notice
from marketplace.services.matching.inquiries import answer_times, silence, threads
from marketplace.services.unit import unit_of_work
from tests import factories
from tests import threads as make

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=clock.BEIJING)
"""Monday to Friday are worked in this week and the next: an answer is owed by Thursday."""


def notices_of(kind: str, person: Person) -> int:
    """How many notices of a kind a person got."""
    query = select(func.count()).where(Notice.kind == kind, Notice.person_id == person.id)
    return db.session.scalar(query) or 0


def pass_days(*days: int) -> None:
    """Let the clock run on several days after MONDAY, twice each, as the worker does each minute."""
    for day in days:
        with clock.frozen(MONDAY + timedelta(days=day)):
            silence.run()
            silence.run()


@pytest.fixture
def reviewer(session: object) -> Person:
    """Somebody of the authority who held the role then already."""
    with clock.frozen(MONDAY):
        return factories.make_staff(Role.ACHIEVEMENT_REVIEWER)


def state_of(inquiry: Inquiry) -> str:
    """Where a thread stands now."""
    return db.session.get_one(Inquiry, inquiry.id, populate_existing=True).state


def test_reminded_then_raised(buyer: Person, seller: Person, listing: Listing, reviewer: Person) -> None:
    """One working day before, on the day, then to the authority, which hears of it once."""
    with clock.frozen(MONDAY):
        inquiry = make.ask(buyer, listing)
    pass_days(0, 1)
    assert notices_of("inquiry_reminder", seller) == 0
    pass_days(2)
    assert notices_of("inquiry_reminder", seller) == 1
    pass_days(3)
    assert notices_of("inquiry_reminder", seller) == 2
    assert state_of(inquiry) == "waiting"
    pass_days(4, 5, 6)
    assert state_of(inquiry) == "with_admin"
    assert notices_of("inquiry_raised", reviewer) == 1
    assert notices_of("inquiry_raised", seller) == 1
    assert notices_of("inquiry_raised", buyer) == 0
    raised = db.session.get_one(Inquiry, inquiry.id)
    assert (raised.in_time, raised.raised_at is not None) == (False, True)
    with clock.frozen(MONDAY + timedelta(days=7)):
        make.write(seller, inquiry)
    answered = db.session.get_one(Inquiry, inquiry.id)
    assert (answered.state, answered.in_time) == ("answered", False)


def test_the_broker_comes_first(
    buyer: Person, seller: Person, listing: Listing, reviewer: Person, broker: Organisation
) -> None:
    """With a broker the authority hears of it only when that limit is over as well."""
    agent = factories.make_person(broker)
    with clock.frozen(MONDAY):
        inquiry = make.ask(buyer, listing, broker)
    pass_days(4)
    assert state_of(inquiry) == "with_broker"
    assert (notices_of("inquiry_raised", agent), notices_of("inquiry_raised", reviewer)) == (1, 0)
    pass_days(5, 6, 7, 8)
    assert state_of(inquiry) == "with_broker"
    pass_days(9)
    assert state_of(inquiry) == "with_admin"
    assert notices_of("inquiry_raised", reviewer) == 1


def test_nobody_is_pressed_who_cannot_write(buyer: Person, seller: Person, listing: Listing) -> None:
    """While a side is suspended the thread rests; afterwards the clock goes on."""
    with clock.frozen(MONDAY):
        inquiry = make.ask(buyer, listing)
    with unit_of_work():
        db.session.get_one(Organisation, listing.organisation_id).state = "suspended"
    pass_days(3, 9)
    assert state_of(inquiry) == "waiting"
    assert notices_of("inquiry_reminder", seller) == 0
    with unit_of_work():
        db.session.get_one(Organisation, listing.organisation_id).state = "verified"
    pass_days(10)
    assert state_of(inquiry) == "with_admin"


@pytest.mark.parametrize(("answered", "shown"), [(4, False), (5, True)])
def test_answer_times(answered: int, shown: bool, buyer: Person, seller: Person) -> None:
    """Told from five answers on: the median in working days, and the share in time of all that fell due."""
    made = factories.make_many_published(seller.memberships[0].organisation, answered + 2)
    with clock.frozen(MONDAY):
        rows = [make.ask(buyer, listing) for listing in made]
        with unit_of_work():
            # Ended by the asker before an answer was due: no word about the owner.
            threads.act(factories.actor(buyer), threads.get_any(rows[-1].id), "close", ["not_now"])
    for number, row in enumerate(rows[:answered]):
        # Same day, then one working day later each; over the weekend no day is counted.
        with clock.frozen(MONDAY + timedelta(days=(0, 1, 1, 2, 4)[number])):
            silence.run()
            make.write(seller, row)
    pass_days(4)
    found = answer_times.answer_time(seller.memberships[0].organisation_id)
    assert (found is not None) is shown
    if found is not None:
        assert (found.days, found.answered, found.in_time, found.due, found.percent) == (1.0, 5, 4, 6, 66)
