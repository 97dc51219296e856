"""A firm with a demand and a university with achievements, and what was told to whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchShown
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.matching.telling import found
from tests import factories as make
from tests.rankings import rank

WEDNESDAY = datetime(2026, 3, 18, 12, tzinfo=clock.BEIJING)
THURSDAY = datetime(2026, 3, 19, 8, 1, tzinfo=clock.BEIJING)
MONDAY = datetime(2026, 3, 23, 8, 1, tzinfo=clock.BEIJING)


@dataclass
class World:
    """The two sides of some pairs."""

    buyer: Person
    seller: Person
    demand: Listing
    offers: list[Listing]

    @property
    def firm(self) -> Organisation:
        """The organisation that seeks."""
        return db.session.get_one(Organisation, self.demand.organisation_id)

    def rank(self, *scores: float) -> None:
        """Let the demand's list hold the first offers with these scores, as the worker would leave it."""
        rank(self.demand, *zip(self.offers, scores, strict=False))


def world(offers: int = 3) -> World:
    """Make one."""
    university = make.make_organisation("university", "星河研究院")
    seller = make.make_person(university)
    buyer = make.make_person(make.make_organisation("enterprise", "砀山板材公司"))
    demand = make.make_many_published(
        db.session.get_one(Organisation, make.actor(buyer).organisation_id), 1, "demand"
    )[0]
    return World(buyer, seller, demand, make.make_many_published(university, offers))


def consider(*listings: Listing) -> int:
    """Let the worker look for news."""
    return found.consider([one.id for one in listings])


def told(person: Person) -> list[Notice]:
    """The person's notices of matches, oldest first."""
    query = select(Notice).where(Notice.person_id == person.id, Notice.kind == "match_found")
    return list(db.session.scalars(query.order_by(Notice.id)))


def mails(template: str) -> list[MailMessage]:
    """Mails promised so far."""
    query = select(MailMessage).where(MailMessage.template == template)
    return list(db.session.scalars(query.order_by(MailMessage.id)))


def kept() -> list[MatchShown]:
    """Pairs kept as shown."""
    return list(db.session.scalars(select(MatchShown).order_by(MatchShown.id)))
