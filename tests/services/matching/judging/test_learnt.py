"""What is learnt from what people say and do: thresholds of strengths, weights of tests."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchFeedback, MatchShown
from marketplace.models.platform import SettingValue
from marketplace.retrieval.matching.fit import WEIGHTS
from marketplace.services.matching.judging import strengths, weighing
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def pairs() -> tuple[list[Listing], list[Listing]]:
    """Twenty demands and twenty achievements."""
    factory, university = factories.make_organisation(), factories.make_organisation("university")
    return (
        factories.make_many_published(factory, 20, "demand"),
        factories.make_many_published(university, 20),
    )


def forget() -> None:
    """A new session: what was remembered is read again."""
    db.session().info.clear()


def test_a_dated_setting_moves_the_words() -> None:
    assert [strengths.strength(score) for score in (0.25, 0.2, 0.1, 0.01)] == [
        "strong",
        "fair",
        "weak",
        "none",
    ]
    with unit_of_work():
        for days, value in ((0, 18), (5, 90)):
            day = clock.today() + timedelta(days=days)
            db.session.add(
                SettingValue(key="match.strong_from", value=value, valid_from=day, state="effective", note="")
            )
    forget()
    assert strengths.strength(0.2) == "strong"


def test_outcomes_propose_thresholds_once_there_are_enough(
    pairs: tuple[list[Listing], list[Listing]],
) -> None:
    """400 pairs opened; from 0.30 on half of them led to an inquiry, below one in ten."""
    demands, achievements = pairs
    assert strengths.proposals() == {}
    moment = clock.now()
    with unit_of_work():
        for at, demand in enumerate(demands):
            for place, achievement in enumerate(achievements):
                score = (at * 20 + place) / 1000
                came = place % 2 == 0 if score >= 0.30 else place % 10 == 0
                db.session.add(
                    MatchShown(
                        demand_id=demand.id, achievement_id=achievement.id,
                        organisation_id=demand.organisation_id, strength="weak", score=score,
                        opened_at=moment, inquired_at=moment if came else None,
                    )
                )  # fmt: skip
    found = strengths.proposals()
    assert found["strong"] in range(24, 31)
    assert found["fair"] < found["strong"]
    with unit_of_work():
        db.session.query(MatchShown).update({"opened_at": None})
    assert strengths.proposals() == {}


def test_a_reason_given_often_counts_more(pairs: tuple[list[Listing], list[Listing]]) -> None:
    """Forty dismissals for the price raise it above all others; words about the subject raise nothing."""
    assert weighing.weights() == dict(WEIGHTS)
    demands, achievements = pairs
    judge = factories.make_person(db.session.get_one(Listing, demands[0].id).organisation)
    with unit_of_work():
        for at, demand in enumerate(demands):
            for reason, achievement in (("price", achievements[at]), ("approach", achievements[at - 1])):
                db.session.add(
                    MatchFeedback(
                        demand_id=demand.id, achievement_id=achievement.id, verdict="misfits", reason=reason,
                        organisation_id=demand.organisation_id, person_id=judge.id,
                    )
                )  # fmt: skip
    forget()
    found = weighing.weights()
    assert found["price"] == pytest.approx(WEIGHTS["price"] * (1 + 3 * 20 / 50))
    assert {name: found[name] for name in found if name != "price"} == {
        name: WEIGHTS[name] for name in WEIGHTS if name != "price"
    }
