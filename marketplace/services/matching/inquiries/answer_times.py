"""How quickly an organisation answers what it is asked: a badge of the last twelve months, or an honest blank."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.matching.threads import LEAST_ANSWERED
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry
from marketplace.services.platform import deadlines, settings

PERIOD = timedelta(days=365)
MOST_COUNTED = 1000


@dataclass(frozen=True)
class AnswerTime:
    """``days``: median working days to the first answer, 0 for the same day. ``in_time`` of ``due`` came in time.

    ``due`` counts inquiries that were answered or whose limit ran out; ``answered`` those with an answer.
    """

    days: float
    answered: int
    in_time: int
    due: int
    limit: Mapping[str, object]

    @property
    def percent(self) -> int:
        """Share answered in time, in whole percent, rounded down: 100 means every one."""
        return 100 * self.in_time // self.due


def answer_time(organisation_id: int) -> AnswerTime | None:
    """Return the answer time of an organisation; None below LEAST_ANSWERED answered inquiries in the period."""
    query = (
        select(Inquiry.created_at, Inquiry.answered_at, Inquiry.in_time)
        .join(Listing, Listing.id == Inquiry.listing_id)
        .where(
            Listing.organisation_id == organisation_id,
            Inquiry.created_at >= clock.now() - PERIOD,
            Inquiry.in_time.is_not(None),
        )
        .order_by(Inquiry.id.desc())
        .limit(MOST_COUNTED)
    )
    rows = db.session.execute(query).all()
    answered = [row for row in rows if row.answered_at is not None]
    if len(answered) < LEAST_ANSWERED:
        return None
    calendar = deadlines.calendar()
    days = [
        calendar.between(clock.beijing(row.created_at).date(), clock.beijing(row.answered_at).date())
        for row in answered
    ]
    in_time = sum(bool(row.in_time) for row in rows)
    limit = settings.get("inquiry.answer_limit")
    return AnswerTime(float(median(days)), len(answered), in_time, len(rows), limit)
