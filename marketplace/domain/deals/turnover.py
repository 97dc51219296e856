"""The views of the turnover, and which of their cells the public does not see.

A cell of fewer than three contracts would tell what a single firm paid. It says 少于3项, and further cells are held
back (不单列) until nothing that is shown gives it away: not by subtracting views, periods, or the other rows.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from marketplace.domain.taxonomy import Taxonomy, Term
from marketplace.domain.text import N_

VIEWS = Taxonomy(
    "turnover_view", N_("统计口径"),
    (
        Term("total", N_("合计")), Term("in", N_("吸纳")), Term("out", N_("输出")), Term("distinct", N_("去重")),
    ),
)  # fmt: skip
"""输出 by the seller's area, 吸纳 by the buyer's, 合计 both added, 去重 each contract once (docs/domain.md §10)."""

VIEW_MEANINGS: Mapping[str, str] = {
    "total": N_("吸纳与输出相加，买卖双方都在本市的合同计两次"),
    "in": N_("买方在本市的合同"),
    "out": N_("第一卖方在本市的合同"),
    "distinct": N_("任一方在本市的合同，每份只计一次"),
}

MEASURES = Taxonomy(
    "turnover_measure", N_("金额"), (Term("amount", N_("成交额")), Term("technical", N_("技术交易额")))
)

BREAKDOWNS = Taxonomy(
    "turnover_breakdown", N_("分组"),
    (
        Term("district", N_("按区县")), Term("field", N_("按技术领域")), Term("category", N_("按合同类别")),
        Term("direction", N_("按产业方向")),
    ),
)  # fmt: skip

PERIODS = Taxonomy(
    "turnover_period", N_("目标期间"), (Term("annual", N_("年度")), Term("cumulative", N_("累计")))
)

FEWEST = 3
"""Public cells of fewer contracts are not shown."""

FEW, APART = N_("少于3项"), N_("不单列")

Place = TypeVar("Place", bound=Hashable)


@dataclass
class Tally:
    """What a cell counts: 分, the number of contracts, and who contributes, as far as it matters (up to three)."""

    amount_fen: int = 0
    technical_fen: int = 0
    contracts: int = 0
    contributors: set[int] = field(default_factory=set)

    def add(self, sums: "Sums", times: int = 1) -> None:
        """Count some sums once, or twice for a deal with both sides in the place."""
        self.amount_fen += times * sums.amount_fen
        self.technical_fen += times * sums.technical_fen
        self.contracts += times * sums.contracts
        self.contributors |= sums.contributors

    @property
    def is_small(self) -> bool:
        """Whether fewer than three contracts make the cell. An empty cell tells about nobody.

        Both are asked: how many contributed, and how many are left when what was taken back is taken off.
        """
        return bool(self.contributors) and min(len(self.contributors), abs(self.contracts)) < FEWEST

    def fen(self, measure: str) -> int:
        """The amount by a measure of MEASURES."""
        return self.technical_fen if measure == "technical" else self.amount_fen


@dataclass(frozen=True)
class Sums:
    """The sums over entries that count in the same place, and the contracts they come from.

    ``contributors``: all of them when they are fewer than three, else any three: more is never asked.
    """

    amount_fen: int
    technical_fen: int
    contracts: int
    contributors: frozenset[int]


def contributors_of(number: int, first: int, last: int) -> frozenset[int]:
    """Return who contributes, from count, least and greatest id of distinct contracts; exact below three."""
    return frozenset({first, last} if number < FEWEST else {first, last, -first})


@dataclass
class Position:
    """A place (a period, a row of a breakdown) by every view, with the parts that views would give by subtraction."""

    views: dict[str, Tally] = field(default_factory=lambda: {view: Tally() for view in VIEWS.codes})
    parts: dict[str, Tally] = field(
        default_factory=lambda: {part: Tally() for part in ("inside", "only_in", "only_out")}
    )

    def add(self, sums: Sums, sold_here: bool, bought_here: bool) -> None:
        """Count sums whose first seller, whose buyer, or both are here."""
        if not (sold_here or bought_here):
            return
        self.views["total"].add(sums, sold_here + bought_here)
        self.views["distinct"].add(sums)
        if bought_here:
            self.views["in"].add(sums)
        if sold_here:
            self.views["out"].add(sums)
        part = "inside" if sold_here and bought_here else "only_in" if bought_here else "only_out"
        self.parts[part].add(sums)

    @property
    def is_empty(self) -> bool:
        """Whether nothing counts here."""
        return not self.views["distinct"].contributors


def tally(
    counted: Iterable[tuple[Sums, Place | None, Place | None]], places: Iterable[Place]
) -> dict[Place, Position]:
    """Return every place as a position: ``counted`` gives sums, where they were sold and where bought.

    None stands for outside the city. ``places`` are those wanted even if empty; others appear when something counts.
    """
    found: dict[Place, Position] = {place: Position() for place in places}
    for sums, sold, bought in counted:
        for place in {sold, bought} - {None}:
            assert place is not None  # noqa: S101
            found.setdefault(place, Position()).add(sums, sold == place, bought == place)
    return found


@dataclass
class Withheld:
    """What the public does not see of a place: 合计, the two sides 吸纳 and 输出, 去重."""

    total: bool = False
    sides: bool = False
    distinct: bool = False

    def hides(self, view: str) -> bool:
        """Whether a view of VIEWS is held back here."""
        return self.sides if view in ("in", "out") else self.total if view == "total" else self.distinct


_FLAGS = ("total", "sides", "distinct")


def withhold(
    positions: Mapping[Place, Position], groups: Sequence[tuple[Place, Sequence[Place]]]
) -> dict[Place, Withheld]:
    """Return for every place what is held back, so that nothing small can be computed from what is left.

    ``groups``: (whole, its parts), such as year and quarters, quarter and months, year and rows; no place is a part of
    two wholes. Proof of the rule, tested by tests/domain/deals/test_turnover.py: a place has three unknowns (吸纳,
    输出, and the deals with both sides here). Each flag leaves one of them free: ``sides`` lets 吸纳 grow by what 输出
    loses, ``distinct`` frees the third, ``total`` lets 吸纳 grow alone. As long as in no group exactly one place has a
    flag, the change in one place is balanced in another one of each of its groups, and every sum shown stays true.
    """
    held = {place: _own(position) for place, position in positions.items()}
    changed = True
    while changed:
        changed = False
        for whole, parts in groups:
            for flag in _FLAGS:
                with_flag = [place for place in (whole, *parts) if getattr(held[place], flag)]
                if len(with_flag) == 1:
                    partner = _partner(flag, whole, parts, with_flag[0], positions)
                    setattr(held[partner], flag, True)
                    changed = True
        for one in held.values():
            if one.total and not (one.sides and one.distinct):
                one.sides = one.distinct = changed = True
    return held


def _own(position: Position) -> Withheld:
    """What has to be held back for the place's own sake."""
    views, parts = position.views, position.parts
    total = views["total"].is_small or views["distinct"].is_small
    sides = total or views["in"].is_small or views["out"].is_small
    # 合计 less 去重 is what was dealt inside; 去重 less one side is the other side without it.
    distinct = total or parts["inside"].is_small
    if not sides and (parts["only_in"].is_small or parts["only_out"].is_small):
        distinct = True
    return Withheld(total, sides, distinct)


def _partner(
    flag: str, whole: Place, parts: Sequence[Place], alone: Place, positions: Mapping[Place, Position]
) -> Place:
    """Return the place that best hides the only one with a flag: a part with something in it, small, else the whole."""
    candidates = [place for place in parts if place != alone and not positions[place].is_empty]
    if not candidates:
        return whole if alone != whole else next(place for place in parts if place != alone)
    return min(candidates, key=lambda place: _cost(flag, positions[place]))


def _cost(flag: str, position: Position) -> tuple[bool, int]:
    """A place hides another one's figure best where it has one of the same sort, and costs least where it is small."""
    views = position.views
    wanted = {
        "sides": bool(views["in"].contributors and views["out"].contributors),
        "distinct": bool(position.parts["inside"].contributors),
        "total": True,
    }
    return not wanted[flag], views["distinct"].amount_fen


def words_for(position: Position, held: Withheld, view: str) -> str:
    """Return what stands in place of a figure for the public: 少于3项, 不单列, or '' where the figure is shown."""
    if not held.hides(view):
        return ""
    return FEW if position.views[view].is_small else APART
