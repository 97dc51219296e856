"""A line of the workbench, for the workbench itself and for areas that bring their own."""

from dataclasses import dataclass
from datetime import date

from marketplace.domain.states import State
from marketplace.domain.text import Words


@dataclass(frozen=True)
class WorkItem:
    """A line of the workbench. ``mine``: it waits for the reader. ``days_left`` counts working days.

    ``hint`` says how the thing itself could be better, where that is known.
    """

    title: str
    kind: Words
    path: str
    state: State
    waits_for: Words
    missing: Words
    mine: bool
    due: date | None = None
    days_left: int | None = None
    hint: Words | None = None
