"""Feedback: what either side says of a pair stands until it says otherwise, moves the order, and is told to nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.matching.feedback import LONGEST_NOTE, MISFITS
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchFeedback
from marketplace.models.people import Person
from marketplace.models.platform import AuditEvent, OutboxMessage
from marketplace.services.matching.reading import feedback, matches
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.rankings import rank

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def buyer() -> Person:
    """A person of an enterprise."""
    return make.make_person(make.make_organisation("enterprise", "砀山板材公司"))


@pytest.fixture
def seller() -> Person:
    """A person of a university."""
    return make.make_person(make.make_organisation("university", "星河研究院"))


@pytest.fixture
def demand(buyer: Person) -> Listing:
    """A published demand, ranked."""
    return make.make_published(buyer, "demand")


@pytest.fixture
def offers(seller: Person, demand: Listing) -> list[Listing]:
    """Three achievements that fit it, best first."""
    made = make.make_many_published(seller.memberships[0].organisation, 3)
    rank(demand, *zip(made, (0.32, 0.30, 0.28), strict=True))
    for one in made:
        rank(one, (demand, 0.3))
    return made


def order(person: Person, demand: Listing) -> list[int]:
    """The achievements of a demand's matches as a person sees them."""
    return [pair.achievement.id for pair in matches.matches_of(make.actor(person), demand)]


def refuse(person: Person, demand: Listing, offer: Listing, reason: str = "approach", note: str = "") -> None:
    """Say 不合适."""
    with unit_of_work():
        feedback.misfits(make.actor(person), demand.id, offer.id, reason, note)


def said() -> list[tuple[str, bool]]:
    """All words said, in order: the verdict and whether it still stands."""
    rows = db.session.scalars(select(MatchFeedback).order_by(MatchFeedback.id))
    return [(row.verdict, row.replaced_at is None) for row in rows]


def test_dismissed_stays_dismissed_for_that_side_whatever_is_refreshed(
    buyer: Person, seller: Person, demand: Listing, offers: list[Listing]
) -> None:
    """The other side still sees it, lower than before; the dismissing side finds it under 不合适."""
    first, second, third = (one.id for one in offers)
    refuse(buyer, demand, offers[0])
    rank(demand, *zip(offers, (0.9, 0.3, 0.28), strict=True))
    assert order(buyer, demand) == [second, third]
    rank(demand, *zip(offers, (0.32, 0.30, 0.28), strict=True))
    assert order(seller, demand) == [second, third, first]
    assert [pair.achievement.id for pair in matches.dismissed(make.actor(buyer), demand)] == [first]
    assert matches.dismissed(make.actor(seller), demand) == []
    colleague = make.make_person(buyer.memberships[0].organisation)
    with unit_of_work():
        feedback.take_back(make.actor(colleague), demand.id, first)
    assert order(buyer, demand) == [first, second, third]
    assert said() == [("misfits", False)]


def test_what_fits_rises_for_everybody_and_only_its_side_knows_why(
    buyer: Person, seller: Person, demand: Listing, offers: list[Listing]
) -> None:
    """The third of three becomes the first."""
    with unit_of_work():
        feedback.fits(make.actor(buyer), demand.id, offers[2].id)
    assert order(buyer, demand)[0] == order(seller, demand)[0] == offers[2].id
    assert matches.pair(make.actor(buyer), demand.id, offers[2].id).verdict == "fits"
    assert matches.pair(make.actor(seller), demand.id, offers[2].id).verdict == ""


def test_one_word_of_an_organisation_stands(
    buyer: Person, demand: Listing, offers: list[Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said twice it is said once; another word replaces it; each change is written down and taught."""
    monkeypatch.setattr(outside().matcher, "active", True)
    actor = make.actor(buyer)
    for _ in range(2):
        with unit_of_work():
            feedback.fits(actor, demand.id, offers[0].id)
    refuse(buyer, demand, offers[0], "price")
    refuse(buyer, demand, offers[0], "price")
    assert said() == [("fits", False), ("misfits", True)]
    query = select(AuditEvent.details).where(AuditEvent.tag == "match.feedback").order_by(AuditEvent.id)
    pair = {"demand": demand.id, "achievement": offers[0].id}
    assert list(db.session.scalars(query)) == [
        {**pair, "verdict": "fits", "reason": ""},
        {**pair, "verdict": "misfits", "reason": "price"},
    ]
    taught = select(OutboxMessage.payload).where(OutboxMessage.topic == "match")
    kinds = [payload["id"] for payload in db.session.scalars(taught.order_by(OutboxMessage.id))]
    assert min(kinds.count(demand.id), kinds.count(offers[0].id)) >= 2


def test_two_words_at_once_cannot_both_stand(buyer: Person, demand: Listing, offers: list[Listing]) -> None:
    """The database refuses a second standing word of an organisation, and a misfit without a reason."""
    key = {
        "demand_id": demand.id,
        "achievement_id": offers[0].id,
        "organisation_id": demand.organisation_id,
        "person_id": buyer.id,
    }

    def keep(**other: object) -> None:
        with unit_of_work():
            db.session.add(MatchFeedback(**{**key, "verdict": "fits", **other}))

    keep()
    with pytest.raises(Conflict):
        keep()
    with pytest.raises(IntegrityError):
        keep(verdict="misfits", achievement_id=offers[1].id)
    with pytest.raises(IntegrityError):
        keep(verdict="perhaps", achievement_id=offers[1].id)


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [
        ("", "", "reason"),
        ("nonsense", "", "reason"),
        ("other", " ", "note"),
        ("price", "长" * (LONGEST_NOTE + 1), "note"),
    ],
)
def test_a_misfit_needs_a_reason(
    buyer: Person, demand: Listing, offers: list[Listing], reason: str, note: str, field: str
) -> None:
    """Of the list; 其他 needs words; words have an end."""
    with pytest.raises(DomainError) as refused:
        refuse(buyer, demand, offers[0], reason, note)
    assert refused.value.field == field
    assert said() == []


@pytest.mark.parametrize("reason", [code for code in MISFITS if code != "other"])
def test_every_reason_is_taken(buyer: Person, demand: Listing, offers: list[Listing], reason: str) -> None:
    """As it is."""
    refuse(buyer, demand, offers[0], reason)
    assert db.session.scalars(select(MatchFeedback)).one().reason == reason


def test_only_verified_people_of_a_side_judge(
    buyer: Person, seller: Person, demand: Listing, offers: list[Listing]
) -> None:
    """Strangers, brokers, reviewers and sides that lost their verification do not; hidden pairs are not there."""
    broker = make.make_person(make.make_organisation("broker"))
    reviewer = make.make_staff(Role.DEMAND_REVIEWER)
    for person in (broker, reviewer):
        with pytest.raises(NotAllowed):
            refuse(person, demand, offers[0])
    refuse(seller, demand, offers[0])
    hidden = make.make_published(buyer, "demand", disclosure="admin")
    with pytest.raises(NotFound):
        refuse(seller, hidden, offers[0])
    with unit_of_work():
        buyer.memberships[0].organisation.state = "suspended"
    with pytest.raises(NotAllowed):
        refuse(buyer, demand, offers[1])
    assert len(said()) == 1
