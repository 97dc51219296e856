"""History and differences, for the owner and for reviewers."""

import pytest

from marketplace.domain.access import Role
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue import drafts, history, revisions
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified enterprise."""
    return factories.make_person(factories.make_organisation())


@pytest.fixture
def edited(owner: Person) -> Listing:
    """A published demand with a second version being written."""
    listing = factories.make_published(owner, "demand")
    with unit_of_work():
        revisions.begin_next(factories.actor(owner), db.session.get_one(Listing, listing.id))
        drafts.save(factories.actor(owner), listing.id, {"budget_fen": "120", "keywords": "无醛胶、豆粕"})
    return db.session.get_one(Listing, listing.id)


def test_the_owner_reads_every_version(owner: Person, edited: Listing) -> None:
    """Newest first, with who began and who submitted it, and what was decided."""
    _, versions = history.versions(factories.actor(owner), edited.id)
    assert [each.revision.ordinal for each in versions] == [2, 1]
    assert versions[1].author == versions[1].submitter == owner.name
    assert [decision.outcome for decision in versions[1].decisions] == ["approved"]
    comparison = history.compare(factories.actor(owner), edited.id, 1, 2)
    assert {change.field: change.new for change in comparison.changes} == {
        "keywords": (("豆粕",),),
        "budget_fen": (("120 万元",),),
    }


def test_a_reviewer_reads_what_was_submitted(edited: Listing) -> None:
    """Not what somebody is still writing."""
    reviewer = factories.actor(factories.make_staff(Role.DEMAND_REVIEWER))
    _, versions = history.versions(reviewer, edited.id)
    assert [each.revision.ordinal for each in versions] == [1]
    assert history.version(reviewer, edited.id).ordinal == 1
    with pytest.raises(NotFound):
        history.compare(reviewer, edited.id, 1, 2)
    with pytest.raises(NotFound):
        history.version(reviewer, edited.id, 2)


@pytest.mark.parametrize("role", [None, Role.ACHIEVEMENT_REVIEWER, Role.SYSTEM_ADMIN])
def test_others_read_no_history(edited: Listing, role: Role | None) -> None:
    """A stranger, a reviewer of the other kind, an administrator of the system."""
    person = factories.make_staff(role) if role else factories.make_person(factories.make_organisation())
    with pytest.raises(NotFound):
        history.versions(factories.actor(person), edited.id)


def test_versions_that_do_not_exist_are_not_found(owner: Person, edited: Listing) -> None:
    """Whatever the address says."""
    for old, new in ((0, 1), (1, 99), (-1, 2)):
        with pytest.raises(NotFound):
            history.compare(factories.actor(owner), edited.id, old, new)
