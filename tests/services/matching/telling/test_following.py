"""Brokers who follow a pair hear that its strength changed, as long as they may see it."""

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision
from marketplace.models.people import Person
from marketplace.models.platform import Notice
from marketplace.services.matching.brokerage import leads
from marketplace.services.matching.inquiries import asking, writing
from marketplace.services.matching.negotiations import beginning
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
        assert heard(person) == [following.STRENGTH_CHANGED] * number


@pytest.mark.parametrize("lost", ["nothing", "follows no more", "left", "unverified", "hidden"])
def test_only_who_follows_and_may_see_the_pair_hears(lost: str) -> None:
    """That it got weaker, for instance."""
    here = world()
    person = broker(here)
    here.rank(0.3)
    consider(here.demand)
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
    here.rank(0.15)
    consider(here.demand)
    assert heard(person) == ([following.STRENGTH_CHANGED] if lost == "nothing" else [])


def test_what_the_sides_do_is_told_to_the_broker_who_takes_part_and_to_no_other() -> None:
    """Asked, answered, negotiated: one broker is in the thread, another only follows the pair."""
    here = world()
    outside, inside = broker(here), broker(here)
    asker, owner = make.actor(here.seller), make.actor(here.buyer)
    with unit_of_work():
        inquiry = asking.ask(
            asker, here.demand, "我们有两项成果可以解决，想了解产线的情况。", "first", here.offers[0].id,
            make.actor(inside).organisation_id,
        )  # fmt: skip
        writing.write(owner, inquiry.id, "请先看一下产线照片，下周可以面谈。", "second")
        beginning.open_from(owner, inquiry)
    query = select(Notice.kind).where(Notice.person_id.in_((outside.id, inside.id)))
    assert set(db.session.scalars(query.where(Notice.person_id == inside.id))) >= {
        "inquiry_message", "negotiation_opened",
    }  # fmt: skip
    assert list(db.session.scalars(query.where(Notice.person_id == outside.id))) == []
