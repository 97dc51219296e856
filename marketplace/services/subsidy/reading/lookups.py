"""进度查询 by whoever knows 受理编号 and phone tail, with a brake on guessing by number and by address alike.

Four digits are soon guessed, so wrong ones are counted at the number, from wherever they come; a number that does not
exist is counted the same, and nothing here tells which numbers exist.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError
from marketplace.domain.text import compact
from marketplace.extensions import db
from marketplace.models.people import LoginAttempt
from marketplace.services.people import signin
from marketplace.services.people.tokens import salted_digest
from marketplace.services.platform import audit, settings
from marketplace.services.subsidy.granting import progress
from marketplace.services.subsidy.granting.progress import Progress

WINDOW = timedelta(hours=12)


@dataclass(frozen=True)
class Lookup:
    """What came of asking: the progress, or nothing; then perhaps a moment to wait for."""

    found: Progress | None
    wait_until: datetime | None


def ask(number: str, tail: str, address: str) -> Lookup:
    """Return the progress of a case; call it inside a unit of work, as what does not fit is counted.

    ``address`` is where the request came from; it is kept only as a salted digest.
    """
    digests = salted_digest("progress", compact(number).upper()[:30]), salted_digest("asker", address)
    waiting = _wait_until(*digests)
    # Read even when the brake is on, so that the answer takes as long.
    try:
        found = progress.find(number, tail)
    except DomainError:
        found = None
    if waiting is not None or found is not None:
        return Lookup(found if waiting is None else None, waiting)
    db.session.add(LoginAttempt(name_digest=digests[0], address_digest=digests[1], at=clock.now()))
    db.session.flush()
    audit.record(Actor(), "subsidy_case.lookup_failed", "subsidy_case", None, number_digest=digests[0])
    return Lookup(None, _wait_until(*digests))


def _wait_until(name_digest: str, address_digest: str) -> datetime | None:
    return signin.wait_until(name_digest, address_digest, settings.get("progress.failures_allowed"), WINDOW)
