"""Silence rises by the clock: a reminder, then the broker, then the authority; and what is no longer offered ends."""

from collections.abc import Callable
from datetime import datetime, time

from sqlalchemy import ColumnElement, or_, select

from marketplace.domain import clock
from marketplace.domain.access import REVIEWERS, SYSTEM
from marketplace.domain.matching.threads import BROKER, OWNER
from marketplace.domain.states.inquiries import WAITING_STATES
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry
from marketplace.services.matching.inquiries import threads
from marketplace.services.people import actors
from marketplace.services.platform import deadlines
from marketplace.services.unit import unit_of_work

CHUNK = 200
_ENDS_IN = (*WAITING_STATES, "answered")
"""A negotiation that runs goes on though what was asked about leaves the market: it ends by its own rules."""


def run() -> int:
    """End, raise and remind whatever is due; return how many threads were touched. Each chunk is a transaction."""
    return _each(_gone(), _end) + _each(_late(), raise_late) + _each(_soon(), _remind)


def _each(condition: ColumnElement[bool], do: Callable[[Inquiry], bool]) -> int:
    done, last = 0, 0
    while ids := _ids(condition, last):
        last = ids[-1]
        with unit_of_work():
            for inquiry_id in ids:
                inquiry = threads.get_any(inquiry_id)
                done += do(inquiry)
    return done


def _ids(condition: ColumnElement[bool], after: int) -> list[int]:
    query = select(Inquiry.id).join(Listing, Listing.id == Inquiry.listing_id)
    query = query.where(condition, Inquiry.id > after).order_by(Inquiry.id).limit(CHUNK)
    found = list(db.session.scalars(query))
    db.session.rollback()
    return found


def _gone() -> ColumnElement[bool]:
    return Inquiry.state.in_(_ENDS_IN) & Listing.state.not_in(SEARCHABLE_STATES)


def _end(inquiry: Inquiry) -> bool:
    if inquiry.state not in _ENDS_IN or inquiry.listing.state in SEARCHABLE_STATES:
        return False
    threads.act(SYSTEM, inquiry, "end")
    return True


def _late() -> ColumnElement[bool]:
    return Inquiry.state.in_(("waiting", "with_broker")) & (Inquiry.due_on < clock.today())


def raise_late(inquiry: Inquiry) -> bool:
    """Raise a silent thread whose day is over, unless a side is suspended: it cannot write. Needs a unit of work."""
    late = inquiry.due_on is not None and inquiry.due_on < clock.today()
    if not late or not threads.both_verified(inquiry):
        return False
    if inquiry.state == "waiting" and inquiry.broker_id is not None:
        threads.act(SYSTEM, inquiry, "raise_broker")
        people = threads.people_of(inquiry, BROKER, OWNER)
    elif inquiry.state in ("waiting", "with_broker"):
        threads.act(SYSTEM, inquiry, "raise_admin")
        people = set(actors.holders_of(*REVIEWERS[inquiry.listing.kind])) | threads.people_of(inquiry, OWNER)
    else:
        return False
    threads.tell(inquiry, people, "inquiry_raised")
    return True


def _soon() -> ColumnElement[bool]:
    # A reminder goes out one working day before and on the day itself: at most two for each day that is owed.
    last = deadlines.calendar().add(clock.today(), 1)
    return (
        Inquiry.state.in_(WAITING_STATES)
        & Inquiry.due_on.between(clock.today(), last)
        & or_(
            Inquiry.reminded_at.is_(None),
            (Inquiry.due_on == clock.today()) & (Inquiry.reminded_at < _midnight()),
        )
    )


def _midnight() -> datetime:
    return datetime.combine(clock.today(), time(), clock.BEIJING)


def _remind(inquiry: Inquiry) -> bool:
    if inquiry.due_on is None or not threads.both_verified(inquiry):
        return False
    if inquiry.reminded_at is not None and inquiry.reminded_at >= _midnight():
        return False
    inquiry.reminded_at = clock.now()
    db.session.flush()
    due = inquiry.due_on.isoformat()
    threads.tell(inquiry, threads.people_of(inquiry, OWNER), "inquiry_reminder", due=due)
    return True
