"""What the matcher holds, held against the database."""

from collections.abc import Collection, Iterator

from marketplace.retrieval.matching.matcher import KINDS, Kind
from marketplace.retrieval.matching.ownership import Held
from marketplace.services.matching.ranking import collecting


def differences(held: Held, ids: Collection[int] | None = None) -> Iterator[tuple[Kind, int]]:
    """Give what the matcher holds otherwise than the database (of ``ids``, or of all listings), by kind and id."""
    for kind in KINDS:
        now = collecting.versions(kind, ids)
        known = held.matcher.sides[kind].present if ids is None else ids
        for key in sorted({*known, *now}):
            here = held.marks.get(key) if held.matcher.has(kind, key) else None
            if here != now.get(key):
                yield kind, key


def update(held: Held, changed: Collection[tuple[Kind, int]]) -> None:
    """Put the texts of ``changed`` into the matcher, or take out what is no longer published."""
    for kind in KINDS:
        keys = {key for each, key in changed if each == kind}
        for key, revision, text in collecting.read(kind, keys):
            held.put(kind, key, revision, text)
            keys.discard(key)
        for key in keys:
            held.remove(kind, key)
