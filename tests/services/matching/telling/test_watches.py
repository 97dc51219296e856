"""Wishes for a listing, and the link in a mail that ends its notices."""

import pytest

from marketplace.domain import clock
from marketplace.domain.errors import DomainError, NotFound
from marketplace.extensions import db
from marketplace.models.matching import MatchWatch
from marketplace.services.matching.reading import matches
from marketplace.services.matching.telling import desk, shown, watches
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.services.matching.telling.world import world

pytestmark = pytest.mark.usefixtures("session")


def test_a_wish_is_each_persons_own_and_can_be_taken_back() -> None:
    """Silence for one leaves the colleague's notices alone."""
    here = world()
    colleague = make.make_person(here.firm)
    with unit_of_work():
        watches.choose(make.actor(here.buyer), here.demand.id, "off")
    assert watches.wishes(here.demand) == {colleague.id: "daily"}
    with unit_of_work():
        watches.choose(make.actor(here.buyer), here.demand.id, "")
    assert watches.wishes(here.demand) == {here.buyer.id: "daily", colleague.id: "daily"}


def test_only_words_of_the_page_and_only_own_listings() -> None:
    """Another organisation's listing does not exist."""
    here = world()
    with pytest.raises(DomainError), unit_of_work():
        watches.choose(make.actor(here.buyer), here.demand.id, "hourly")
    with pytest.raises(NotFound), unit_of_work():
        watches.choose(make.actor(here.seller), here.demand.id, "daily")


def test_a_link_mutes_one_listing_for_one_person_and_may_be_used_twice() -> None:
    """Signed by the site, of no use for anything else."""
    here = world()
    token = watches.mute_path(here.buyer.id, here.demand.id).rpartition("/")[2]
    assert not watches.is_muted(*watches.muted_by(token))
    for _ in range(2):
        with unit_of_work():
            assert watches.mute(token).id == here.demand.id
    row = db.session.get(MatchWatch, (here.demand.id, here.buyer.id))
    assert row is not None
    assert row.frequency == "off"
    assert watches.is_muted(*watches.muted_by(token))
    signature = token.rpartition("-")[2]
    assert signature != watches.mute_path(here.buyer.id, here.offers[0].id).rpartition("-")[2]


@pytest.mark.parametrize(
    "spoil", ["other person", "other listing", "signature", "short", "letters", "huge", "wide"]
)
def test_a_link_that_the_site_did_not_sign_is_nothing(spoil: str) -> None:
    """Nor one with digits that are none, or too many."""
    here = world()
    person, listing, signature = (
        watches.mute_path(here.buyer.id, here.demand.id).rpartition("/")[2].split("-")
    )
    spoilt = {
        "other person": f"{here.seller.id}-{listing}-{signature}",
        "other listing": f"{person}-{here.offers[0].id}-{signature}",
        "signature": f"{person}-{listing}-{signature[:-1]}é",
        "short": f"{person}-{listing}",
        "letters": f"x-{listing}-{signature}",
        "huge": f"{person}{'0' * 30}-{listing}-{signature}",
        "wide": f"１-{listing}-{signature}",
    }[spoil]
    with pytest.raises(NotFound):
        watches.muted_by(spoilt)


def test_the_link_of_somebody_who_left_is_dead() -> None:
    """They hear nothing any more, and learn nothing either."""
    here = world()
    token = watches.mute_path(here.buyer.id, here.demand.id).rpartition("/")[2]
    with unit_of_work():
        here.buyer.memberships[0].ended_at = clock.now()
    with pytest.raises(NotFound):
        watches.muted_by(token)


def test_the_desk_counts_what_nobody_there_has_opened() -> None:
    """Matches, unopened ones, the word of the best; what was chosen."""
    here = world()
    here.rank(0.3, 0.13, 0.01)
    reader = make.actor(here.buyer)
    with unit_of_work():
        shown.opened(reader, matches.pair(reader, here.demand.id, here.offers[0].id))
        watches.choose(reader, here.demand.id, "weekly")
    (line,) = desk.lines(reader, 1).items
    assert (line.matches, line.unopened, line.strength, line.wish) == (2, 1, "strong", "weekly")
    assert [one.strength for one in desk.lines(make.actor(here.seller), 1).items] == ["", "", ""]
