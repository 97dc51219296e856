"""Rankings follow the listings: what changed is put into the matcher, its list and the lists it stands in are written.

All of it happens while this process owns the matcher, so two workers cannot cross; texts and feedback are read after
the lock is taken, so whoever writes last has read last.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketplace.extensions import db
from marketplace.retrieval.matching.matcher import KINDS, OTHER, Kind
from marketplace.retrieval.matching.ownership import Held, Home, MatcherBusy
from marketplace.services.matching.judging import judged
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import collecting, learning, meaning, rows, updating
from marketplace.services.matching.ranking.batches import batched
from marketplace.services.outside import outside

SMALL = 1_000
"""Up to so many texts everything is learnt anew at once where it must be; beyond, by a long job."""
GROUP = 20
"""Changes worked on together: each remembers its score in every list of the other side."""
LEARNT_SHARE = 0.1
"""With more than this share of the texts changed the weights are learnt anew."""
SHORT = 20
"""A full list that has lost entries down to so few is ranked again: what came after them is known to nobody."""


@dataclass
class Work:
    """What happens to a list of the other side: who leaves it and who enters with which score."""

    gone: set[int] = field(default_factory=set)
    new: dict[int, float] = field(default_factory=dict)


def follow(payloads: Sequence[dict[str, Any]]) -> None:
    """Bring rankings up to date with the subjects ``{kind, id}``; raises MatcherBusy to be asked again."""
    home = outside().matcher
    if not home.active:
        return
    db.session.rollback()
    with home.own() as held:
        if held is None or _is_stale(held):
            held = _anew(home, held)
        else:
            _follow(held, _named(payloads))
        home.save_if_due(held)
        meaning.want(held)


def _named(payloads: Sequence[dict[str, Any]]) -> set[int]:
    organisations = {int(one["id"]) for one in payloads if one["kind"] == "organisation"}
    listings = {int(one["id"]) for one in payloads if one["kind"] != "organisation"}
    return listings | collecting.of_organisations(organisations)


def _is_stale(held: Held) -> bool:
    """Whether a small site had better learn everything at once: another table, or weights of too few texts."""
    if collecting.total() > SMALL:
        return False
    outgrown = held.changed > LEARNT_SHARE * max(held.matcher.weights.count, 1)
    return outgrown or held.matcher.reader.fingerprint != table.reader().fingerprint


def _anew(home: Home, held: Held | None) -> Held:
    if held is None and collecting.total() > SMALL:
        learning.begin()
        raise MatcherBusy("the matcher is being learnt")
    return learning.learn(home, held, table.reader())


def _follow(held: Held, named: Collection[int]) -> None:
    strays: list[tuple[Kind, int]] = []
    if held.strange:
        meaning.apply(held, None)
        strays = _strays(held)
    changed = list(updating.differences(held, None if held.strange else named))
    changed += [one for one in strays if one not in changed]
    if held.matcher.dense is not None:
        # Their vectors may have come: that moves them in the lists of others, too.
        changed += [one for one in _present(held, named) if one not in changed]
    holders = {kind: rows.holders(OTHER[kind], {key for one, key in strays if one == kind}) for kind in KINDS}
    for some in batched(changed, GROUP):
        _apply(held, some, holders)
    rest = set(named) - {key for _, key in changed}
    if rest:
        judged.apply(held, rest)
        rows.write(_own_lists(held, rest))
    held.strange = False


def _strays(held: Held) -> list[tuple[Kind, int]]:
    """Return what is written otherwise than it is held: another owner wrote it and died before it saved the state.

    Whether the site offers it as the state has it says nothing then: an item may have come and gone in between.
    """
    return [
        (kind, key)
        for kind in KINDS
        for written in [rows.revisions(kind)]
        for key in sorted(written.keys() | held.matcher.sides[kind].present)
        if written.get(key) != (held.marks.get(key) if held.matcher.has(kind, key) else None)
    ]


def _present(held: Held, keys: Collection[int]) -> list[tuple[Kind, int]]:
    return [(kind, key) for kind in KINDS for key in sorted(keys) if held.matcher.has(kind, key)]


def _apply(
    held: Held, changed: Sequence[tuple[Kind, int]], holders: Mapping[Kind, Mapping[int, Collection[int]]]
) -> None:
    """Bring ``changed`` and the lists they leave or enter up to date.

    ``holders``: by kind and key, lists that an item stands in whatever its score was.
    """
    matcher = held.matcher
    before = {one: matcher.lists_with(*one) for one in changed if matcher.has(*one)}
    updating.update(held, changed)
    judged.apply(held, {key for _, key in changed})
    meaning.apply(held, {key for _, key in changed})
    after = {one: matcher.lists_with(*one) for one in changed if matcher.has(*one)}
    keys = {key for _, key in changed}
    for kind in KINDS:
        some = [one for one in changed if one[0] == kind]
        works = _works(OTHER[kind], some, before, after, keys, holders[kind])
        again: list[int] = []
        rows.write(_merged(OTHER[kind], works, again))
        rows.write(_own_lists(held, again))
    # Last, as it says that an item is done with: after a fault in between it is a stray.
    rows.forget(keys - {key for _, key in after})
    rows.write(_own_lists(held, keys))


def _own_lists(held: Held, keys: Collection[int]) -> Iterator[dict[str, Any]]:
    for kind in KINDS:
        present = sorted(key for key in keys if held.matcher.has(kind, key))
        for key, matches in held.matcher.top(kind, present, rows.KEPT).items():
            yield rows.row(kind, key, held.marks[key], matches)


def _works(
    kind: Kind,
    changed: Sequence[tuple[Kind, int]],
    before: dict[tuple[Kind, int], dict[int, float]],
    after: dict[tuple[Kind, int], dict[int, float]],
    done: Collection[int],
    holders: Mapping[int, Collection[int]],
) -> dict[int, Work]:
    """Return what happens to the lists of ``kind`` that ``changed`` items of the other side leave or enter."""
    works: dict[int, Work] = defaultdict(Work)
    if not changed:
        return works
    floors = {key: floor for key, floor in rows.floors(kind).items() if key not in done}
    for one in changed:
        for key in holders.get(one[1], ()):
            if key in floors:
                works[key].gone.add(one[1])
        for key, score in before.get(one, {}).items():
            if key in floors and score >= floors[key] - rows.EPSILON:
                works[key].gone.add(one[1])
        for key, score in after.get(one, {}).items():
            if key in floors and score > 0 and score >= floors[key]:
                works[key].new[one[1]] = score
    return works


def _merged(kind: Kind, works: dict[int, Work], again: list[int]) -> Iterator[dict[str, Any]]:
    for some in batched(sorted(works), rows.CHUNK):
        for key, (revision, entries, floor) in rows.read(some).items():
            work = works[key]
            stay = [one for one in entries if one[0] not in work.gone and one[0] not in work.new]
            merged = sorted([*stay, *map(list, work.new.items())], key=lambda one: (-one[1], one[0]))
            if len(merged) < SHORT and floor > rows.LEAST[kind]:
                again.append(key)
                continue
            full = len(merged) >= rows.KEPT
            yield {
                "listing_id": key,
                "revision_id": revision,
                "entries": merged[: rows.KEPT],
                "floor": rows.floor_of(kind, merged[: rows.KEPT]) if full else floor,
            }
