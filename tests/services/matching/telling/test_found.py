"""New matches told: once for each pair, as each person wishes, and nothing that they may not see."""

import pytest

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Role
from marketplace.models.catalogue import DemandRevision
from marketplace.models.people import Organisation
from marketplace.services.catalogue import listings
from marketplace.services.matching.reading import feedback, matches
from marketplace.services.matching.telling import shown, watches
from marketplace.services.platform import mailing, notices, settings
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.rankings import rank
from tests.services.matching.telling.world import (
    MONDAY,
    THURSDAY,
    WEDNESDAY,
    World,
    consider,
    kept,
    mails,
    told,
    world,
)

pytestmark = pytest.mark.usefixtures("session")


def wish(here: World, value: str) -> None:
    """Let the buyer choose for the demand."""
    with unit_of_work():
        watches.choose(make.actor(here.buyer), here.demand.id, value)


@pytest.mark.parametrize(
    ("wanted", "on_site", "at_once", "next_morning", "on_monday"),
    [
        ("", 1, 0, 1, 1),
        ("immediate", 1, 1, 0, 0),
        ("daily", 1, 0, 1, 1),
        ("weekly", 1, 0, 0, 1),
        ("off", 0, 0, 0, 0),
    ],
)
def test_each_wish_on_the_site_and_by_mail(
    session, wanted: str, on_site: int, at_once: int, next_morning: int, on_monday: int
) -> None:
    """New: told as wished. Again and with another score: nothing more. A further pair: told as wished again."""
    here = world()
    with clock.frozen(WEDNESDAY):
        if wanted:
            wish(here, wanted)
        here.rank(0.31, 0.2)
        consider(here.demand)
        consider(here.demand)
        here.rank(0.4, 0.15)
        consider(here.demand)
    assert [one.params["number"] for one in told(here.buyer)] == [2] * on_site
    assert len(mails("notice")) == at_once
    for moment, number in ((THURSDAY, next_morning), (MONDAY, on_monday)):
        with clock.frozen(moment):
            mailing.send_digests()
        assert len(mails("digest")) == number
    with clock.frozen(MONDAY):
        here.rank(0.4, 0.3, 0.2)
        consider(here.demand)
    assert [one.params["number"] for one in told(here.buyer)] == [2, 1][: 2 * on_site]
    assert len(mails("notice")) == 2 * at_once
    # Where nobody listens nothing counts as told.
    assert len([one for one in kept() if one.organisation_id == here.firm.id]) == 3 * on_site


def test_weak_pairs_are_not_told_unless_the_setting_says_so() -> None:
    """The least strength is a dated setting."""
    here = world()
    here.rank(0.13, 0.06)
    consider(here.demand)
    assert [one.params["number"] for one in told(here.buyer)] == [1]
    admin = make.actor(make.make_staff(Role.SYSTEM_ADMIN))
    with unit_of_work():
        settings.propose(admin, "match.told_strength", "weak", clock.today())
    consider(here.demand)
    assert [one.params["number"] for one in told(here.buyer)] == [1, 1]


def test_both_sides_are_told_under_their_own_listing_and_a_first_ranking_is_one_notice_each() -> None:
    """The seller hears of the demand under the achievement, once, however many others matched."""
    here = world()
    here.rank(0.3, 0.3, 0.3)
    for offer in here.offers:
        rank(offer, (here.demand, 0.3))
    consider(here.demand, *here.offers)
    assert [one.params["number"] for one in told(here.buyer)] == [3]
    assert {one.subject_id for one in told(here.seller)} == {one.id for one in here.offers}
    assert all(one.subject_kind == "achievement_matches" for one in told(here.seller))


def test_a_mail_names_the_best_with_strength_and_a_link_that_ends_it(drain, mailbox) -> None:
    """Three titles of four, the strongest first."""
    here = world(offers=4)
    wish(here, "immediate")
    here.rank(0.3, 0.29, 0.2, 0.19)
    consider(here.demand)
    drain()
    body = mailbox.last(here.buyer.email).body
    assert "· 强 大豆基无醛木材胶粘剂第1号——星河研究院" in body
    assert "第3号" in body
    assert "第4号" not in body
    assert f"/desk/matches/mute/{here.buyer.id}-{here.demand.id}-" in body


def test_an_anonymous_demand_stays_anonymous_to_an_unverified_reader_and_unknown_when_hidden() -> None:
    """Who is verified reads the organisation; who is not hears nothing at all; nobody hears of a hidden demand."""
    here = world()
    with unit_of_work():
        revision = here.demand.published
        assert isinstance(revision, DemandRevision)
        revision.disclosure = "admin"
    rank(here.offers[0], (here.demand, 0.3))
    consider(here.offers[0])
    assert told(here.seller) == []
    with unit_of_work():
        revision = here.demand.published
        assert isinstance(revision, DemandRevision)
        revision.disclosure = "anonymous"
    consider(here.offers[0])
    assert len(told(here.seller)) == 1


def test_withdrawn_between_ranking_and_telling_is_not_told() -> None:
    """The list still names it; nobody may see it."""
    here = world()
    here.rank(0.3)
    with unit_of_work():
        listings.act(make.actor(here.seller), here.offers[0], "unlist")
    assert consider(here.demand) == 0
    assert kept() == []


def test_withdrawn_between_telling_and_the_digest_is_not_mailed() -> None:
    """The notice stays on the site, where the list tells the truth; the mail is silent."""
    here = world()
    with clock.frozen(WEDNESDAY):
        here.rank(0.3)
        consider(here.demand)
        with unit_of_work():
            listings.act(make.actor(here.seller), here.offers[0], "unlist")
    with clock.frozen(THURSDAY):
        assert mailing.send_digests() == 0
    assert mails("digest") == []


@pytest.mark.parametrize("when", ["before telling", "before the digest"])
def test_who_loses_verification_hears_nothing(when: str) -> None:
    """Suspended in the middle: neither told nor mailed."""
    here = world()
    with clock.frozen(WEDNESDAY):
        here.rank(0.3)
        if when == "before the digest":
            consider(here.demand)
        _suspend(here.firm)
        consider(here.demand)
    assert len(told(here.buyer)) == (when == "before the digest")
    with clock.frozen(THURSDAY):
        mailing.send_digests()
    assert mails("digest") == []


def _suspend(organisation: Organisation) -> None:
    with unit_of_work():
        organisation.state = "suspended"


def test_closed_people_and_people_who_left_hear_nothing() -> None:
    """Only who is there now."""
    here = world()
    other = make.make_person(here.firm)
    gone = make.make_person(here.firm)
    with unit_of_work():
        other.closed_at, other.password_hash = clock.now(), ""
        gone.memberships[0].ended_at = clock.now()
    here.rank(0.3)
    consider(here.demand)
    assert len(told(here.buyer)) == 1
    assert told(other) == []
    assert told(gone) == []


def test_what_was_opened_or_judged_before_is_no_news() -> None:
    """The people of the organisation know of it."""
    here = world()
    here.rank(0.3, 0.3, 0.3)
    reader = make.actor(here.buyer)
    with unit_of_work():
        shown.opened(reader, matches.pair(reader, here.demand.id, here.offers[0].id))
        feedback.misfits(reader, here.demand.id, here.offers[1].id, "price")
        shown.opened(VISITOR, matches.pair(reader, here.demand.id, here.offers[2].id))
    consider(here.demand)
    assert [one.params["others"] for one in told(here.buyer)] == [[here.offers[2].id]]


def test_a_wish_for_all_matches_holds_where_nothing_was_chosen_for_the_listing() -> None:
    """The group's preference: "off" there only means no mail; a choice for the listing goes before it."""
    here = world()
    with unit_of_work():
        notices.set_frequency(make.actor(here.buyer), "match", "off")
    here.rank(0.3)
    consider(here.demand)
    assert len(told(here.buyer)) == 1
    assert told(here.buyer)[0].digested_at is not None
    wish(here, "immediate")
    here.rank(0.3, 0.3)
    consider(here.demand)
    assert len(mails("notice")) == 1


def test_changing_ones_mind_before_the_digest_moves_what_waits() -> None:
    """Daily becomes weekly, then silence."""
    here = world()
    with clock.frozen(WEDNESDAY):
        here.rank(0.3)
        consider(here.demand)
        wish(here, "weekly")
    with clock.frozen(THURSDAY):
        assert mailing.send_digests() == 0
        wish(here, "off")
    with clock.frozen(MONDAY):
        assert mailing.send_digests() == 0
