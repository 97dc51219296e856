"""Brokers who follow a pair hear that it moved, as long as they may see it."""

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision
from marketplace.models.people import Person
from marketplace.models.platform import Notice
from marketplace.services.matching.brokerage import leads
from marketplace.services.matching.inquiries import asking, threads, writing
from marketplace.services.matching.telling import following
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.services.matching.telling.world import World, consider, world

pytestmark = pytest.mark.usefixtures("session")


def broker(here: World) -> Person:
    """Make a broker who follows the first pair."""
    person = make.make_person(make.make_organisation("broker"))
    with unit_of_work():
        leads.create(make.actor(person), here.demand.id, here.offers[0].id)
    return person


def heard(person: Person) -> list[str]:
    """What the person was told of followed pairs."""
    query = select(Notice).where(Notice.person_id == person.id, Notice.kind == "pair_moved")
    return [one.params["what"] for one in db.session.scalars(query.order_by(Notice.id))]


def test_a_change_of_strength_is_told_once_and_the_first_word_is_no_change() -> None:
    """Strong, strong, fair, fair."""
    here = world()
    person = broker(here)
    for score, number in ((0.3, 0), (0.4, 0), (0.15, 1), (0.14, 1), (0.3, 2)):
        here.rank(score)
        consider(here.demand)
        assert heard(person) == [following.MOVES["strength"]] * number


@pytest.mark.parametrize("lost", ["nothing", "follows no more", "left", "unverified", "hidden"])
def test_only_who_follows_and_may_see_the_pair_hears(lost: str) -> None:
    """That an inquiry began, for instance."""
    here = world()
    person = broker(here)
    with unit_of_work():
        if lost == "follows no more":
            lead = leads.find(make.actor(person), here.demand.id, here.offers[0].id)
            assert lead is not None
            leads.follow(make.actor(person), lead.id, False)
        elif lost == "left":
            person.memberships[0].ended_at = clock.now()
        elif lost == "unverified":
            person.memberships[0].organisation.state = "suspended"
        elif lost == "hidden":
            revision = here.demand.published
            assert isinstance(revision, DemandRevision)
            revision.disclosure = "admin"
    with unit_of_work():
        following.moved(here.demand.id, here.offers[0].id, "inquiry_begun")
    assert heard(person) == ([following.MOVES["inquiry_begun"]] if lost == "nothing" else [])


def test_a_thread_is_followed_without_its_words_and_not_by_the_broker_who_is_in_it() -> None:
    """Begun, answered, closed; the broker in the thread hears of it there."""
    here = world()
    person, inside = broker(here), broker(here)
    asker, owner = make.actor(here.seller), make.actor(here.buyer)
    with unit_of_work():
        inquiry = asking.ask(
            asker, here.demand, "我们有两项成果可以解决，想了解产线的情况。", "first", here.offers[0].id,
            make.actor(inside).organisation_id,
        )  # fmt: skip
        writing.write(owner, inquiry.id, "请先看一下产线照片，下周可以面谈。", "second")
        threads.act(asker, inquiry, "close", ["technology"])
    told = [following.MOVES[move] for move in ("inquiry_begun", "inquiry_answered", "inquiry_closed")]
    assert heard(person) == told
    assert heard(inside) == []
