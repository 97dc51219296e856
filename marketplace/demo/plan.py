"""The plan of the demonstration: what is done when, so that everything happens in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from marketplace.domain import clock

SEED = 341300
"""Fixed, so that the same day gives the same demonstration."""

_OPENING, _CLOSING = 9 * 60, 17 * 60


def dice(*names: object) -> Random:
    """Return a source of chance that depends on ``names`` alone."""
    return Random("/".join(map(str, (SEED, *names))))  # noqa: S311 - decorates texts, guards nothing


@dataclass(frozen=True, order=True)
class Step:
    """Something to do at a moment; ``turn`` keeps the order in which steps of one moment were planned."""

    at: datetime
    turn: int
    do: Callable[[], object] = field(compare=False)


@dataclass
class Plan:
    """Steps, done in the order of their moments; the clock stands at each step's moment while it is done."""

    now: datetime = field(default_factory=clock.now)
    steps: list[Step] = field(default_factory=list)
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    """What needs an index and lists of matches: done at the present time, once all else is settled."""

    def moment(self, days: int, *names: object) -> datetime:
        """Return a moment in office hours of the day ``days`` from today, the same for the same names.

        Never later than now: what is planned for today has already happened.
        """
        day = clock.beijing(self.now).date() + timedelta(days=days)
        minutes = dice("moment", days, *names).randrange(_OPENING, _CLOSING)
        at = datetime.combine(day, time(minutes // 60, minutes % 60), clock.BEIJING)
        return min(at, self.now - timedelta(minutes=1))

    def add(self, at: datetime, do: Callable[[], object]) -> datetime:
        """Plan ``do`` for ``at``; return ``at``."""
        self.steps.append(Step(at, len(self.steps), do))
        return at

    def run(self, advance: Callable[[int], None]) -> None:
        """Do every step; ``advance`` is told after each."""
        for step in sorted(self.steps):
            with clock.frozen(step.at):
                step.do()
            advance(1)
