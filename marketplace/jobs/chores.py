"""What the worker does: promises when the bell rings, and the day's chores by the clock."""

import logging
from collections.abc import Callable

from marketplace.extensions import db
from marketplace.services import dispatch, operations
from marketplace.services.catalogue.quality import corrections
from marketplace.services.catalogue.validity import expiry, reminders
from marketplace.services.deals.registry import publishing
from marketplace.services.matching.gaps import weekly
from marketplace.services.matching.inquiries import silence
from marketplace.services.matching.negotiations import lapsing
from marketplace.services.matching.ranking import tending
from marketplace.services.matching.telling import shown
from marketplace.services.people import accounts
from marketplace.services.platform import audit, counts, longjobs, mailing, reviews
from marketplace.services.platform.lists import terms
from marketplace.services.subsidy.granting import following, publicity, recovering
from marketplace.services.subsidy.reviewing import absences, overdue

logger = logging.getLogger(__name__)


def run_due() -> None:
    """Keep the promises that are due, then seal the audit trail."""
    _guarded(dispatch.drain)
    _guarded(audit.seal_all)


def run_by_clock() -> None:
    """Chores of the minute; each finds out by itself whether there is something to do."""
    _guarded(operations.beat)
    _guarded(expiry.expire_due)
    _guarded(reminders.remind_due)
    _guarded(corrections.lapse_ended)
    _guarded(publishing.finish_due)
    _guarded(reviews.release_expired)
    _guarded(silence.run)
    _guarded(publicity.clear_due)
    _guarded(following.remind)
    _guarded(lapsing.lapse_due)
    _guarded(lapsing.remind_due)
    _guarded(weekly.tell_due)
    _guarded(recovering.remind)
    _guarded(absences.hand_over)
    _guarded(overdue.rise)
    _guarded(mailing.send_digests)
    _guarded(tending.tend)
    _guarded(terms.follow_due)
    _guarded(longjobs.resume_lost)
    _guarded(counts.flush)
    _guarded(shown.count_due)
    _guarded(operations.tidy)
    _guarded(accounts.forget_old)


def _guarded(chore: Callable[[], object]) -> None:
    """Run ``chore``; a fault is logged and leaves the others alone."""
    try:
        chore()
    except Exception:
        db.session.rollback()
        logger.exception("chore failed")
    finally:
        db.session.remove()
