"""What of the demonstration has been loaded: marks in the audit trail, written with what they tell of."""

from sqlalchemy import select

from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent
from marketplace.services.platform import audit

_TAG = "demo.load"


def mark_done(what: str) -> None:
    """Write that ``what`` is loaded, in the present transaction."""
    audit.record(SYSTEM, _TAG, "demo", None, what=what)


def is_done(what: str) -> bool:
    """Return whether ``what`` was loaded."""
    query = select(AuditEvent.id).where(
        AuditEvent.tag == _TAG, AuditEvent.details["what"].as_string() == what
    )
    found = db.session.scalar(query.limit(1)) is not None
    db.session.rollback()
    return found
