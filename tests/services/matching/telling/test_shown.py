"""What came of pairs that were shown, by the strength they bore."""

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.errors import Conflict
from marketplace.extensions import db
from marketplace.models.matching import MatchShown, MatchWatch, StrengthOutcome
from marketplace.services.matching.reading import matches
from marketplace.services.matching.telling import shown
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.rankings import rank
from tests.services.matching.telling.world import World, consider, world

pytestmark = pytest.mark.usefixtures("session")


def opened(here: World, offer: int) -> None:
    """Let the buyer open a pair."""
    reader = make.actor(here.buyer)
    with unit_of_work():
        shown.opened(reader, matches.pair(reader, here.demand.id, here.offers[offer].id))


def test_a_pair_counts_once_with_its_first_word_however_many_were_told(session) -> None:
    """Told to both sides, opened, ranked anew: one pair, shown as strong."""
    here = world()
    here.rank(0.3, 0.13)
    rank(here.offers[0], (here.demand, 0.3))
    consider(here.demand, here.offers[0])
    here.rank(0.13, 0.13)
    opened(here, 0)
    opened(here, 0)
    opened(here, 2)
    with unit_of_work():
        shown.inquired(here.firm.id, here.demand.id, here.offers[0].id)
        shown.inquired(here.firm.id, here.demand.id, here.offers[0].id)
        shown.inquired(here.firm.id, here.offers[0].id, here.demand.id)
    assert shown.count() == 4
    found = shown.rates()
    assert {code: (rate.shown, rate.inquired) for code, rate in found.items()} == {
        "strong": (1, 1),
        "fair": (1, 0),
        "weak": (0, 0),
        "none": (1, 0),
    }
    assert found["strong"].percent is None


def test_a_rate_needs_ten_pairs() -> None:
    """Nine say nothing."""
    assert shown.Rate(9, 3).percent is None
    assert shown.Rate(10, 3).percent == 30


def test_counting_is_left_alone_while_the_last_count_is_fresh(noon) -> None:
    """Every ten minutes, and rates before the first count are nought."""
    assert shown.rates()["strong"] == shown.Rate()
    assert shown.count_due() == 4
    assert shown.count_due() == 0
    with clock.frozen(noon + shown.COUNTED_EVERY):
        assert shown.count_due() == 4


def test_the_database_keeps_a_pair_once_and_a_part_no_larger_than_its_whole() -> None:
    """Whatever the services do."""
    here = world()
    opened(here, 0)
    row = db.session.query(MatchShown).one()
    values = {"demand_id": row.demand_id, "achievement_id": row.achievement_id, "score": 0.1}
    with pytest.raises(Conflict), unit_of_work():
        db.session.add(MatchShown(**values, organisation_id=row.organisation_id, strength="weak"))
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(
            StrengthOutcome(
                strength="strong", shown=1, inquired=2, negotiated=0, contracted=0, counted_at=clock.now()
            )
        )


@pytest.mark.parametrize("table", ["shown", "outcome", "watch"])
def test_the_database_knows_its_words(table: str) -> None:
    """Strengths and frequencies that no page offers are refused."""
    here = world(offers=1)
    keys = {"demand_id": here.demand.id, "achievement_id": here.offers[0].id}
    rows = {
        "shown": MatchShown(**keys, organisation_id=here.firm.id, strength="huge", score=0.1),
        "outcome": StrengthOutcome(
            strength="huge", shown=0, inquired=0, negotiated=0, contracted=0, counted_at=clock.now()
        ),
        "watch": MatchWatch(listing_id=here.demand.id, person_id=here.buyer.id, frequency="hourly"),
    }
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(rows[table])
