"""Every state × action × role of listings and revisions, tried through the services and compared with the tables."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from marketplace.domain.access import SYSTEM, VISITOR, Actor, Permission, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.states import LISTING, REVISION
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import ReviewTask
from marketplace.services.catalogue import decisions, drafts, listings, revisions
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session", "noon")

ALLOWED = {
    Permission.EDIT_LISTING: {"manager", "agent", "colleague who reviews"},
    Permission.REVIEW: {"reviewer"},
    Permission.RUN_BY_ITSELF: {"system"},
}
"""Who may, said independently of the rules that decide it."""


@pytest.fixture
def owner() -> Person:
    """The manager of a verified enterprise."""
    return factories.make_person(factories.make_organisation(), "manager")


@pytest.fixture
def actors(owner: Person) -> dict[str, Actor]:
    """Everybody who may turn up."""
    organisation = db.session.get_one(Organisation, factories.actor(owner).organisation_id)
    reviewing_colleague = factories.make_person(organisation)
    factories.grant(reviewing_colleague, Role.DEMAND_REVIEWER)
    people = {
        "manager": owner,
        "agent": factories.make_person(organisation),
        "colleague who reviews": reviewing_colleague,
        "stranger": factories.make_person(factories.make_organisation("university"), "manager"),
        "reviewer": factories.make_staff(Role.DEMAND_REVIEWER),
        "reviewer of achievements": factories.make_staff(Role.ACHIEVEMENT_REVIEWER),
        "administrator": factories.make_staff(Role.SYSTEM_ADMIN),
        "auditor": factories.make_staff(Role.AUDITOR),
    }
    found = {name: factories.actor(person) for name, person in people.items()}
    return found | {"visitor": VISITOR, "system": SYSTEM}


def outcome(attempt: Callable[[], object]) -> str:
    """Return what an attempt comes to; whatever it did is taken back."""
    try:
        attempt()
    except (NotAllowed, NotFound):
        return "refused"
    except Conflict:
        return "conflict"
    except DomainError as error:
        return error.code
    else:
        return "done"
    finally:
        db.session.rollback()


def test_listings(owner: Person, actors: dict[str, Actor]) -> None:
    """The public life of a demand: 7 states × all actions × 10 actors."""
    listing = factories.make_published(owner, "demand")
    wrong = {}
    for state in LISTING.states:
        for action in LISTING.actions:
            transition = LISTING.table.get((state, action))
            leads = {each.target for (_, name), each in LISTING.table.items() if name == action}
            for name, actor in actors.items():
                if transition is None:
                    expected = "done" if state in leads else "conflict"
                else:
                    expected = "done" if name in ALLOWED[transition.who] else "refused"
                got = outcome(
                    lambda state=state, action=action, actor=actor: _move(listing.id, state, action, actor)
                )
                if got != expected:
                    wrong[state, action, name] = (got, expected)
    assert wrong == {}


def _move(listing_id: int, state: str, action: str, actor: Actor) -> None:
    listing = db.session.get_one(Listing, listing_id)
    first = listing.published
    if state == "draft":
        listing.published_id = None
    listing.state = state
    db.session.flush()
    transition = LISTING.table.get((state, action))
    with db.session.no_autoflush:
        # Publishing sets revision and state together; the database never sees one without the other.
        if action == "publish" and first is not None:
            listing.published_id = first.id
        listings.act(actor, listing, action, ["other"] if action == "take_down" else [], "理由")
    assert listing.state == (transition.target if transition else state)


def test_a_solved_achievement_does_not_exist(actors: dict[str, Actor], owner: Person) -> None:
    """The guard of the table, for the kind that has it not."""
    listing = factories.make_published(owner)
    got = outcome(lambda: listings.act(actors["manager"], db.session.get_one(Listing, listing.id), "solve"))
    assert got == "guard_is_demand"


@pytest.fixture
def by_state(owner: Person) -> dict[str, int]:
    """A listing whose newest revision stands in each state, made by the services themselves."""
    owning = factories.actor(owner)
    reviewer = factories.make_staff(Role.DEMAND_REVIEWER)
    made = {"draft": factories.make_draft(owner, "demand").id}
    for state in ("submitted", "returned", "withdrawn", "discarded"):
        made[state] = factories.make_submitted(owner, "demand").id
    made["approved"] = factories.make_published(owner, "demand").id
    with unit_of_work():
        task = newest_task(made["returned"])
        assert task is not None
        decisions.return_(factories.actor(reviewer), task, ["problem_unclear"])
        for state in ("withdrawn", "discarded"):
            drafts.withdraw(owning, made[state])
        drafts.discard(owning, made["discarded"])
    return made


def newest_task(listing_id: int) -> ReviewTask | None:
    """Return the last task about a listing."""
    return db.session.scalar(
        select(ReviewTask)
        .join(Revision, Revision.id == ReviewTask.subject_id)
        .where(ReviewTask.subject_kind == "revision", Revision.listing_id == listing_id)
        .order_by(ReviewTask.id.desc())
    )


def _decide(verb: Callable[..., object], *more: object) -> Callable[[Actor, int], object]:
    def attempt(actor: Actor, listing_id: int) -> object:
        task = newest_task(listing_id)
        assert task is not None
        return verb(actor, task, *more)

    return attempt


VERBS: dict[str, Callable[[Actor, int], object]] = {
    "submit": lambda actor, listing_id: drafts.submit(actor, listing_id, declared=True),
    "withdraw": drafts.withdraw,
    "discard": drafts.discard,
    "approve": _decide(decisions.approve),
    "return": _decide(decisions.return_, ["problem_unclear"]),
}
LATE_DUPLICATES = {
    ("submitted", "submit"),
    ("withdrawn", "withdraw"),
    ("discarded", "discard"),
    ("approved", "discard"),
}
"""Nothing is left to do: the act is over, or there is no version in work to give up."""


def test_revisions(by_state: dict[str, int], actors: dict[str, Actor]) -> None:
    """One version from draft to decision: 6 states × 5 actions × 10 actors."""
    assert set(VERBS) == set(REVISION.actions)
    assert set(by_state) == set(REVISION.states)
    wrong = {}
    for state, listing_id in by_state.items():
        for action, verb in VERBS.items():
            if action in ("approve", "return") and state == "draft":
                continue  # nothing was submitted, so there is no task to press a button on
            transition = REVISION.table.get((state, action))
            who = next(each.who for (_, name), each in REVISION.table.items() if name == action)
            for name, actor in actors.items():
                got = outcome(lambda verb=verb, actor=actor, listing_id=listing_id: verb(actor, listing_id))
                if got not in _expected(state, action, name in ALLOWED[who], transition is not None):
                    wrong[state, action, name] = got
    assert wrong == {}


def _expected(state: str, action: str, allowed: bool, in_table: bool) -> set[str]:
    if not in_table and action in ("approve", "return"):
        return {"conflict"}
    if not allowed:
        return {"refused"}
    if in_table or (state, action) in LATE_DUPLICATES:
        return {"done"}
    return {"conflict", "refused"}


def test_refused_acts_leave_no_trace(by_state: dict[str, int], actors: dict[str, Actor]) -> None:
    """Who may not, changes nothing: neither rows nor tasks."""
    before = snapshot(by_state)
    for listing_id in by_state.values():
        for action in ("submit", "withdraw", "discard"):
            outcome(
                lambda action=action, listing_id=listing_id: VERBS[action](actors["stranger"], listing_id)
            )
    assert snapshot(by_state) == before


def snapshot(by_state: dict[str, int]) -> list[object]:
    """Return states and versions of everything concerned."""
    found: list[object] = []
    for listing_id in by_state.values():
        listing = db.session.get_one(Listing, listing_id, populate_existing=True)
        revision = revisions.latest(listing)
        assert revision is not None
        open_task = reviews.open_task_for("revision", revision.id)
        found.append(
            (listing.state, listing.version, revision.state, revision.version, open_task is not None)
        )
    return found
