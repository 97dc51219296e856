"""The one engine that moves things through their transition tables."""

from collections.abc import Iterable
from typing import Any, Protocol

from marketplace.domain.access import Actor, Subject
from marketplace.domain.errors import DomainError
from marketplace.domain.states import Machine, Transition
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.services.platform import audit


class Stateful(Protocol):
    """A row with an id and a state."""

    id: Any
    state: Any


def apply(
    machine: Machine,
    row: Stateful,
    action: str,
    actor: Actor,
    subject: Subject,
    reasons: Iterable[str] = (),
    note: str = "",
    **details: Any,
) -> Transition:
    """Move ``row`` by ``action``; write the audit event; flush, so that a stale version shows at once.

    ``reasons`` are codes, ``note`` the words beside them (kept by the caller, only its length is audited).
    Raises NotAllowed, Conflict or DomainError as the table says.
    """
    transition = machine.decide(row.state, action, actor, subject)
    reasons = list(reasons)
    if transition.reason and not reasons and not note.strip():
        raise DomainError("reason_missing", N_("请选择或填写理由"), field="reasons")
    before, row.state = row.state, transition.target
    db.session.flush()
    audit.record(
        actor,
        machine.audit_tag(action),
        machine.subject,
        row.id,
        **{"from": before, "to": transition.target, "reasons": reasons, **details},
    )
    return transition


def available_actions(machine: Machine, row: Stateful, actor: Actor, subject: Subject) -> list[Transition]:
    """Return what ``actor`` may do with ``row`` now; pages draw their buttons from it."""
    return machine.available(row.state, actor, subject)
