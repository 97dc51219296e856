"""Every state × action × role of an inquiry by the real services, and how its dates follow."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.states import INQUIRY
from marketplace.domain.states.inquiries import WAITING_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage, NdaAcceptance
from marketplace.models.people import Organisation, Person
from marketplace.services.matching.inquiries import threads
from marketplace.services.unit import unit_of_work
from tests import factories
from tests import threads as make

ASKER_MAY = {
    **{state: {"negotiate", "close"} for state in WAITING_STATES},
    "answered": {"ask", "negotiate", "close"},
}
OWNER_MAY = {
    **{state: {"answer", "negotiate", "close"} for state in WAITING_STATES},
    "answered": {"negotiate", "close"},
}
BROKER_MAY = {state: {"negotiate"} for state in (*WAITING_STATES, "answered")}
SITE_MAY = {
    "waiting": {"raise_broker", "raise_admin", "end"},
    "with_broker": {"raise_admin", "end"},
    "with_admin": {"end"},
    "answered": {"end"},
    "negotiating": {"resume", "settle"},
}
MAY = {"asker": ASKER_MAY, "owner": OWNER_MAY, "broker": BROKER_MAY, "system": SITE_MAY}
NOBODY_ELSE = ("stranger", "suspended", "reviewer", "auditor", "visitor")


@pytest.mark.parametrize("state", INQUIRY.states)
def test_every_action_of_every_role(
    state: str, buyer: Person, seller: Person, listing: Listing, broker: Organisation, reviewer: Person
) -> None:
    """What the table written here by hand allows is done, and everything else is refused without a trace."""
    inquiry = make.in_state(state, buyer, seller, listing, broker)
    suspended = replace(factories.actor(buyer), organisation_verified=False)
    people: dict[str, Actor] = {
        "asker": factories.actor(buyer),
        "owner": factories.actor(seller),
        "broker": factories.actor(factories.make_person(broker)),
        "system": SYSTEM,
        "stranger": factories.actor(factories.make_person(factories.make_organisation())),
        "suspended": suspended,
        "reviewer": factories.actor(reviewer),
        "auditor": factories.actor(factories.make_staff(Role.AUDITOR)),
        "visitor": Actor(),
    }
    for role, actor in people.items():
        for action in INQUIRY.actions:
            expected = action in MAY.get(role, {}).get(state, set())
            reasons = ["price"] if action == "close" else []
            try:
                with unit_of_work():
                    row = threads.get_any(inquiry.id)
                    moved = threads.act(actor, row, action, reasons)
                    done = moved is not None
                    db.session.flush()
                    raise _Undo
            except _Undo:
                pass
            except (NotAllowed, Conflict, DomainError):
                done = False
            assert done is expected, f"{role} {action} in {state}"
    assert db.session.get_one(Inquiry, inquiry.id).state == state


class _Undo(Exception):
    """Takes back what an action did, so that the next begins from the same state."""


def test_who_reaches_a_thread(
    inquiry: Inquiry, buyer: Person, seller: Person, reviewer: Person, broker: Organisation
) -> None:
    """Both organisations and the authority; a colleague who joins sees it, who left does not."""
    colleague = factories.make_person(seller.memberships[0].organisation)
    assert (
        threads.side_of(factories.actor(colleague), threads.get(factories.actor(colleague), inquiry.id))
        == "owner"
    )
    assert threads.get(factories.actor(reviewer), inquiry.id)
    assert not threads.reads_messages(factories.actor(reviewer), inquiry)
    for outsider in (Actor(), factories.actor(factories.make_person(broker))):
        with pytest.raises(NotFound):
            threads.get(outsider, inquiry.id)
    with unit_of_work():
        db.session.get_one(Person, buyer.id).memberships[0].ended_at = clock.now()
    with pytest.raises(NotFound):
        threads.get(factories.actor(buyer), inquiry.id)


def test_an_answer_in_time_and_a_further_question(inquiry: Inquiry, seller: Person, buyer: Person) -> None:
    """The first answer is kept with whether it came in time; asking further sets a new day and keeps that."""
    due = inquiry.due_on
    assert due is not None
    assert due > clock.today()
    make.write(seller, inquiry)
    first = db.session.get_one(Inquiry, inquiry.id)
    assert (first.state, first.due_on, first.in_time) == ("answered", None, True)
    answered_at = first.answered_at
    make.write(buyer, inquiry)
    assert db.session.get_one(Inquiry, inquiry.id).state == "answered"
    make.write(buyer, inquiry, wants_answer=True)
    again = db.session.get_one(Inquiry, inquiry.id)
    assert (again.state, again.due_on, again.answered_at) == ("waiting", due, answered_at)


def test_who_closes_has_answered(inquiry: Inquiry, seller: Person) -> None:
    """An owner who ends an inquiry with its outcome has not been silent."""
    with unit_of_work():
        threads.act(factories.actor(seller), threads.get_any(inquiry.id), "close", ["not_now"])
    closed = db.session.get_one(Inquiry, inquiry.id)
    assert (closed.outcome, closed.in_time, closed.due_on) == ("not_now", True, None)
    assert closed.answered_at is not None
    with unit_of_work():
        assert threads.act(factories.actor(seller), threads.get_any(inquiry.id), "close", ["price"]) is None
    assert db.session.get_one(Inquiry, inquiry.id).outcome == "not_now"


@pytest.mark.parametrize(
    ("reasons", "note", "field"),
    [([], "", "outcome"), (["gone"], "", "outcome"), (["price", "other"], "", "outcome"), (["other"], " ", "note"),
     (["other"], "长" * 501, "note")],
)  # fmt: skip
def test_an_end_needs_its_outcome(
    reasons: list[str], note: str, field: str, inquiry: Inquiry, seller: Person
) -> None:
    """One of the words that people may choose; 其他 says what."""
    with pytest.raises(DomainError) as refused, unit_of_work():
        threads.act(factories.actor(seller), threads.get_any(inquiry.id), "close", reasons, note)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"state": "closed", "due_on": None},
        {"closed_at": clock.now()},
        {"state": "closed", "due_on": None, "closed_at": clock.now()},
        {"due_on": None},
        {"state": "answered"},
    ],
)
def test_the_database_refuses(values: dict[str, object], inquiry: Inquiry) -> None:
    """States it knows, an end with day and outcome, a waiting one with its day."""
    with pytest.raises(IntegrityError):
        db.session.execute(update(Inquiry).where(Inquiry.id == inquiry.id).values(**values))
    db.session.rollback()


def test_the_database_refuses_a_second_acceptance_and_an_unknown_side(
    inquiry: Inquiry, buyer: Person
) -> None:
    """One 保密承诺 for each organisation and thread; a message is of one of four sides, under a key of its own."""
    who = {"inquiry_id": inquiry.id, "organisation_id": inquiry.organisation_id, "person_id": buyer.id}
    text = {"typed_name": "钱进", "text_digest": "0" * 64, "wording": "承诺"}
    with unit_of_work():
        db.session.add(NdaAcceptance(**who, **text))
    known = db.session.scalars(select(InquiryMessage)).one().request_key
    for row in (
        NdaAcceptance(**who, **text),
        InquiryMessage(**who, side="both", body="内容", request_key="other"),
        InquiryMessage(**who, side="asker", body="内容", request_key=known),
    ):
        db.session.add(row)
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_writing_while_somebody_is_away(inquiry: Inquiry, buyer: Person, seller: Person) -> None:
    """An organisation that lost its verification makes the thread read-only for both; nothing is lost."""
    for away in (buyer, seller):
        with unit_of_work():
            db.session.get_one(Organisation, away.memberships[0].organisation_id).state = "suspended"
        for person in (buyer, seller):
            with pytest.raises(NotAllowed):
                make.write(person, inquiry)
            assert threads.get(factories.actor(person), inquiry.id).state == "waiting"
        with unit_of_work():
            db.session.get_one(Organisation, away.memberships[0].organisation_id).state = "verified"
    assert make.write(seller, inquiry)
