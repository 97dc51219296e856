"""Gaps: opened and closed as achievements come and go, counted after visibility, told each week to whoever asked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision, Listing
from marketplace.models.matching import Gap
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.catalogue import listings
from marketplace.services.matching.gaps import keeping, overview, weekly
from marketplace.services.matching.reading import feedback
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.services.matching.telling.world import MONDAY, WEDNESDAY, World, world

pytestmark = pytest.mark.usefixtures("session")


def is_open(demand: Listing) -> bool | None:
    """Whether the demand is a gap; None when it never was."""
    gap = db.session.get(Gap, demand.id)
    return None if gap is None else gap.closed_at is None


def sync(here: World) -> int:
    """Let the worker look at the demand."""
    return keeping.sync([here.demand.id])


def disclose(here: World, disclosure: str) -> None:
    """Give the demand another 公开范围."""
    with unit_of_work():
        revision = here.demand.published
        assert isinstance(revision, DemandRevision)
        revision.disclosure = disclosure


def test_a_gap_opens_closes_and_opens_again(noon) -> None:
    """Never ranked: none. Weak: open. Fair: closed. That one withdrawn: open again from then on."""
    here = world()
    assert sync(here) == 0
    assert is_open(here.demand) is None
    here.rank(0.06)
    assert (sync(here), sync(here)) == (1, 0)
    assert is_open(here.demand)
    assert keeping.distance(db.session.get_one(Gap, here.demand.id)) == "weak"
    here.rank(0.13)
    assert (sync(here), sync(here)) == (1, 0)
    assert not is_open(here.demand)
    with clock.frozen(noon + timedelta(days=3)), unit_of_work():
        listings.act(make.actor(here.seller), here.offers[0], "unlist")
    with clock.frozen(noon + timedelta(days=4)):
        # The worker names the achievement; the demand stands in its list or it in the demand's.
        assert keeping.sync_all() == 1
    gap = db.session.get_one(Gap, here.demand.id)
    assert (gap.closed_at, gap.opened_at.astimezone(clock.BEIJING).day) == (None, noon.day + 4)
    assert keeping.distance(gap) == "nothing"


def test_what_the_owner_turned_down_does_not_fit() -> None:
    """The gap opens although the text is near."""
    here = world()
    here.rank(0.3)
    sync(here)
    assert is_open(here.demand) is None
    with unit_of_work():
        feedback.misfits(make.actor(here.buyer), here.demand.id, here.offers[0].id, "maturity")
    sync(here)
    assert is_open(here.demand)


def test_a_demand_that_leaves_is_no_gap() -> None:
    """Withdrawn by its owner."""
    here = world()
    here.rank(0.01)
    sync(here)
    with unit_of_work():
        listings.act(make.actor(here.buyer), here.demand, "unlist")
    assert sync(here) == 1
    assert not is_open(here.demand)


@pytest.mark.parametrize(
    ("disclosure", "visitor", "verified"),
    [("public", 1, 1), ("anonymous", 1, 1), ("verified", 0, 1), ("admin", 0, 0)],
)
def test_the_map_counts_what_its_reader_may_see(disclosure: str, visitor: int, verified: int) -> None:
    """Numbers, lists and direction lines alike; the same for everybody of an audience."""
    here = world()
    here.rank(0.01)
    sync(here)
    disclose(here, disclosure)
    for actor, number in ((VISITOR, visitor), (make.actor(here.seller), verified)):
        drawn = overview.draw(actor)
        line = next(one for one in drawn.fields if one.term.code == "05")
        assert (drawn.demands, drawn.gaps, line.demands, line.gaps) == (number,) * 4
        assert overview.gaps(actor, drawn, 1).total == number
        assert overview.gaps(actor, drawn, 1, field="05").total == number
        assert overview.gaps(actor, drawn, 1, field="01").total == 0
        assert line.days == (0 if number else None)


def test_the_map_names_who_works_in_a_field_and_puts_the_readers_own_first() -> None:
    """The university with its three achievements; its people see its field on top."""
    here = world()
    line = next(one for one in overview.draw(VISITOR).fields if one.term.code == "05")
    assert [(one.name, one.achievements) for one in line.institutions] == [("星河研究院", 3)]
    assert not line.own
    mine = overview.draw(make.actor(here.seller))
    assert (mine.fields[0].term.code, mine.fields[0].own, mine.own) == ("05", True, {"05"})


def notices() -> list[Notice]:
    """Weekly words so far."""
    return list(db.session.scalars(select(Notice).where(Notice.kind == "gaps_opened").order_by(Notice.id)))


def test_new_gaps_are_told_on_monday_to_who_asked_and_once() -> None:
    """In the fields of their organisation, as far as they may see."""
    with clock.frozen(WEDNESDAY):
        here = world()
        seller = make.actor(here.seller)
        for _ in range(2):
            with unit_of_work():
                weekly.ask(seller)
    with clock.frozen(WEDNESDAY + timedelta(hours=1)):
        here.rank(0.01)
        sync(here)
        assert weekly.tell_due() == 0
    with clock.frozen(MONDAY):
        assert weekly.tell_due() == 1
        assert weekly.tell_due() == 0
    with clock.frozen(MONDAY + timedelta(days=7)):
        assert weekly.tell_due() == 0
    assert [(one.person_id, one.params["number"]) for one in notices()] == [(here.seller.id, 1)]
    assert len(db.session.scalars(select(MailMessage)).all()) == 1


@pytest.mark.parametrize("lost", ["hidden", "stopped", "unverified"])
def test_nobody_is_told_of_what_they_may_not_see_or_no_longer_want(lost: str) -> None:
    """A hidden demand, a wish taken back, an organisation suspended."""
    with clock.frozen(WEDNESDAY):
        here = world()
        with unit_of_work():
            weekly.ask(make.actor(here.seller))
    with clock.frozen(WEDNESDAY + timedelta(hours=1)):
        here.rank(0.01)
        sync(here)
        if lost == "hidden":
            disclose(here, "admin")
        with unit_of_work():
            if lost == "stopped":
                weekly.stop(make.actor(here.seller))
            if lost == "unverified":
                here.seller.memberships[0].organisation.state = "suspended"
    with clock.frozen(MONDAY):
        assert weekly.tell_due() == 0
    assert notices() == []
