"""Worlds as JSON lines: one independent world a line in, one outcome or one fault a line out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from marketplace.domain.policy.arithmetic import Ledger
from marketplace.domain.policy.reading import member, object_at, read_event, read_json, read_policy, text_at
from marketplace.domain.policy.records import WorldFault

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BadWorld:
    """Why the world on line ``line`` (from 1) was not computed."""

    line: int
    fault: WorldFault

    def __str__(self) -> str:
        position = "-" if self.fault.position is None else self.fault.position
        return f"line {self.line}, event {position}, {self.fault.path}: {self.fault.problem}"


def compute_lines(lines: Iterable[bytes]) -> Iterator[dict[str, Any] | BadWorld]:
    """Yield for each line its outcome as values of JSON, or what is wrong with it.

    Blank lines are skipped but counted. A bad world does not keep the others from being computed.
    """
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if not text.strip():
            continue
        try:
            yield compute_world(text)
        except WorldFault as fault:
            yield BadWorld(number, fault)


def compute_world(text: bytes) -> dict[str, Any]:
    """Return the outcome of one world with its id. Raises WorldFault at its first fault.

    Each event is read and applied before the next one is looked at, so that the first fault is the first in
    the order of events, whether an event is malformed or speaks of something that is not there.
    """
    world = read_json(text)
    world_id = text_at(world, "id")
    ledger = Ledger(object_at(world, "policy", read_policy))
    events = member(world, "events")
    if not isinstance(events, list):
        raise WorldFault("events", "must be a list")
    for position, raw in enumerate(events):
        try:
            event = read_event(raw)
        except WorldFault as fault:
            raise fault.at(position) from None
        ledger.apply(event)
    return {"id": world_id, **ledger.outcome().as_json()}
