"""Loads the demonstration: one plan, one transaction, then the index. Either all of it is there or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from marketplace.demo import texts
from marketplace.demo.catalogue import words
from marketplace.demo.catalogue.kept import Kept
from marketplace.demo.catalogue.quality import Quality
from marketplace.demo.catalogue.tables import Tables
from marketplace.demo.deals.contracts import Contracts
from marketplace.demo.deals.ledger import Ledger
from marketplace.demo.deals.payments import Money
from marketplace.demo.market import Market
from marketplace.demo.marks import is_done, mark_done
from marketplace.demo.matching.dealings import Dealings
from marketplace.demo.matching.inquiries import Inquiries
from marketplace.demo.matching.opinions import Opinions
from marketplace.demo.matching.visits import Visits
from marketplace.demo.people import People
from marketplace.demo.plan import Plan
from marketplace.demo.platform import administration, announcements
from marketplace.demo.subsidy import policies
from marketplace.demo.subsidy.cases import Cases
from marketplace.demo.traces import Traces
from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.platform import MailMessage, OutboxMessage
from marketplace.services import dispatch
from marketplace.services.catalogue import indexing
from marketplace.services.outside import outside
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work

MARK = "texts"
_AFTERWARDS = 20
"""How much of the progress bar is left for index, mails and sealing."""


def is_loaded() -> bool:
    """Return whether the demonstration is in this database."""
    return is_done(MARK)


def plan() -> Plan:
    """Return the whole plan of the demonstration, as of now."""
    found = Plan()
    people = People(found, texts.load())
    people.schedule()
    policies.schedule(found, people, -700)
    announcements.schedule(found, people)
    administration.schedule(found, people)
    words.schedule(found, people)
    market = Market(found, people)
    market.schedule(texts.load())
    Traces(found, people, market).schedule()
    Quality(found, people, market).schedule(texts.load().listings)
    Kept(found, people, market).schedule()
    inquiries = Inquiries(found, people, market)
    inquiries.schedule()
    Dealings(inquiries).schedule()
    Opinions(inquiries).schedule()
    found.afterwards.append(Visits(inquiries).make)
    found.afterwards.append(Tables(people).make)
    contracts = Contracts(found, people, market)
    contracts.schedule()
    Money(contracts).schedule()
    Ledger(found, people).schedule()
    Cases(contracts).schedule()
    return found


def steps_to_do() -> int:
    """Return how many steps ``load`` reports."""
    return len(plan().steps) + _AFTERWARDS


def load(advance: Callable[[int], None]) -> None:
    """Load the demonstration, build the index and keep every promise, so that the site is ready at once."""
    steps = plan()
    with unit_of_work():
        steps.run(advance)
        mark_done(MARK)
    settle()
    for do in steps.afterwards:
        do()
    settle()
    advance(_AFTERWARDS)


def settle() -> None:
    """Bring index, mails and the sealed trail up to date with the database."""
    with _silent_bell():
        _deliver_notices()
        if outside().index.needs_rebuild():
            indexing.rebuild()
        dispatch.drain()
        audit.seal_all()


@contextmanager
def _silent_bell() -> Iterator[None]:
    """Keep promises here and now without calling a worker for each commit."""
    here = outside()
    ring, here.wake = here.wake, lambda: None
    try:
        yield
    finally:
        here.wake = ring


def _deliver_notices() -> None:
    """Take the hundreds of notices by mail for delivered in their time; letters with a link are really written."""
    with unit_of_work():
        told = {
            message.id: message
            for message in db.session.scalars(select(MailMessage).where(MailMessage.template == "notice"))
        }
        waiting = select(OutboxMessage).where(OutboxMessage.topic == "mail", OutboxMessage.state == "waiting")
        for promise in db.session.scalars(waiting):
            letter = told.get(promise.payload["message"])
            if letter is not None:
                letter.sent_at, letter.params = letter.created_at, {}
                promise.state, promise.done_at = "done", clock.now()
