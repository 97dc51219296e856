"""How the whole site is doing, for the administrators' overview: what each area knows, gathered once."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.models.platform import Job
from marketplace.services.outside import outside
from marketplace.services.platform import operations
from marketplace.services.platform.operations import AuditHealth, OutboxHealth


@dataclass(frozen=True)
class Health:
    """``index_generation`` rises with every change of the search index; 0 means there is none."""

    worker_seen: datetime | None
    worker_alive: bool
    outbox: OutboxHealth
    audit: AuditHealth
    index_generation: int
    index_outdated: bool
    last_reindex: Job | None
    scanner_active: bool


def overview() -> Health:
    """Return the state of the machinery as of now."""
    index = outside().index
    return Health(
        worker_seen=operations.worker_seen(),
        worker_alive=operations.worker_is_alive(),
        outbox=operations.outbox_health(),
        audit=operations.audit_health(),
        index_generation=index.generation(),
        index_outdated=index.needs_rebuild(),
        last_reindex=operations.last_reindex(),
        scanner_active=outside().scanner.active,
    )
