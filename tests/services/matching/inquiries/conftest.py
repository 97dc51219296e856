"""A seller with an achievement, a buyer, a broker, the authority."""

import pytest

from marketplace.domain.access import Role
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry
from marketplace.models.people import Organisation, Person
from tests import factories
from tests import threads as make


@pytest.fixture
def seller(session: object) -> Person:
    """The manager of a university."""
    return factories.make_person(factories.make_organisation("university", "星河研究院"), "manager")


@pytest.fixture
def listing(seller: Person) -> Listing:
    """A published achievement."""
    return factories.make_published(seller)


@pytest.fixture
def buyer(session: object) -> Person:
    """A person of a verified enterprise."""
    return factories.make_person(factories.make_organisation("enterprise", "砀山板材公司"), name="钱进")


@pytest.fixture
def broker(session: object) -> Organisation:
    """A verified organisation of technology brokers."""
    return factories.make_organisation("broker", "渡边技术转移公司")


@pytest.fixture
def reviewer(session: object) -> Person:
    """Somebody of the authority who oversees inquiries."""
    return factories.make_staff(Role.ACHIEVEMENT_REVIEWER)


@pytest.fixture
def inquiry(buyer: Person, listing: Listing) -> Inquiry:
    """A question that waits for its answer."""
    return make.ask(buyer, listing)
