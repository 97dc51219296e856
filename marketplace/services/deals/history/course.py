"""Who did what with a contract, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.domain.access import Actor
from marketplace.domain.states import State
from marketplace.domain.text import Words


@dataclass(frozen=True)
class Event:
    """A line of the timeline, oldest first. ``state`` is where it led; ``who`` and ``organisation`` are names.

    ``reasons`` are msgids of coded reasons, ``note`` the words beside a decision.
    """

    at: datetime
    label: Words
    state: State
    who: str
    organisation: str
    reasons: Sequence[str] = ()
    note: str = ""


def timeline(actor: Actor, contract_id: int) -> list[Event]:
    """Return what happened to a contract the actor may read, oldest first, with decisions and their reasons."""
    raise NotImplementedError
