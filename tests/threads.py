"""Inquiry threads for tests, made by the services that the site uses. Every function commits."""

from itertools import count

from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage
from marketplace.models.people import Organisation, Person
from marketplace.services.matching.inquiries import asking, threads, writing
from marketplace.services.unit import unit_of_work
from tests import factories

QUESTION = "我们有两条四辊涂胶线，想了解冬季固化时间和最小起订量。"
_serial = count(1)


def ask(buyer: Person, listing: Listing, broker: Organisation | None = None, message: str = "") -> Inquiry:
    """Ask about a listing."""
    with unit_of_work():
        made = asking.ask(
            factories.actor(buyer),
            db.session.get_one(Listing, listing.id),
            message or f"{QUESTION}（{next(_serial)}）",
            f"ask-{next(_serial)}",
            broker_id=broker.id if broker else None,
        )
    return db.session.get_one(Inquiry, made.id)


def write(
    person: Person,
    inquiry: Inquiry,
    body: str = "",
    files: tuple[writing.Upload, ...] = (),
    level: str = "verified",
    wants_answer: bool = False,
) -> InquiryMessage:
    """Write in a thread."""
    with unit_of_work():
        made = writing.write(
            factories.actor(person), inquiry.id, body or f"留言第{next(_serial)}条", f"write-{next(_serial)}",
            files, level, wants_answer,
        )  # fmt: skip
    return db.session.get_one(InquiryMessage, made.id)


def move(inquiry: Inquiry, *actions: str) -> Inquiry:
    """Move a thread as the site itself does: raise_broker, raise_admin, end, …"""
    for action in actions:
        with unit_of_work():
            threads.act(SYSTEM, threads.get_any(inquiry.id), action)
    return db.session.get_one(Inquiry, inquiry.id)


def in_state(state: str, buyer: Person, seller: Person, listing: Listing, broker: Organisation) -> Inquiry:
    """Make a thread with a broker that stands in ``state``."""
    inquiry = ask(buyer, listing, broker)
    if state in ("with_broker", "with_admin"):
        return move(inquiry, f"raise_{state.removeprefix('with_')}")
    if state in ("answered", "negotiating"):
        write(seller, inquiry)
    if state == "negotiating":
        with unit_of_work():
            threads.act(factories.actor(buyer), threads.get_any(inquiry.id), "negotiate")
    return move(inquiry, "end") if state == "closed" else db.session.get_one(Inquiry, inquiry.id)
