"""The turnover as people read it: a year by periods and by one breakdown, in every view, by one query.

Every answer carries its 口径 and its as-of day. What the public must not see is decided by
``domain/deals/turnover.py`` over all views at once, so that it does not depend on the page asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal, select, union_all

from marketplace.domain import clock, regions
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.coded import Labels
from marketplace.domain.deals import terms, turnover
from marketplace.domain.deals.turnover import Position, Sums, Withheld
from marketplace.domain.taxonomy import CITY_TAGS, NATIONAL_FIELDS
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import TurnoverEntry, TurnoverTarget
from marketplace.services.deals.turnover import targets
from marketplace.services.platform import settings

Key = tuple[Any, ...]
"""A place: ("year", 2026), ("quarter", 2026, 1), ("month", 2026, 3), ("row", "341302")."""

_IN = TurnoverEntry.buyer_division.startswith(regions.CITY_PREFIX)
_OUT = TurnoverEntry.seller_division.startswith(regions.CITY_PREFIX)
_COLUMNS: Mapping[str, ColumnElement[str]] = {
    "field": TurnoverEntry.field.expression,
    "category": TurnoverEntry.category.expression,
    "direction": TurnoverEntry.tag.expression,
}
CITY_AT_LARGE = regions.CITY


@dataclass(frozen=True)
class Question:
    """What is asked for. ``on``: as of the end of that day. ``everything``: the reader sees small cells too."""

    year: int
    on: date
    view: str
    measure: str
    by: str = "district"
    everything: bool = False


@dataclass(frozen=True)
class Cell:
    """A figure: ``fen`` and ``contracts``, or ``words`` instead of them. ``is_held``: the public does not see it."""

    fen: int | None
    contracts: int | None
    words: str
    is_held: bool


@dataclass(frozen=True)
class Line:
    """A period or a row with a cell for each view. ``label`` is a msgid filled with ``number``."""

    key: Key
    label: str
    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Progress:
    """A target and how far it is reached, in the target's own 口径; ``cell`` of a target in the future is empty."""

    target: targets.InForce
    cell: Cell
    percent: int | None


@dataclass(frozen=True)
class Answer:
    """A year as it is shown. ``rows`` has only what counts something; ``held``: how many cells are held back."""

    question: Question
    whole: Line
    years: list[Line]
    quarters: list[Line]
    months: list[Line]
    rows: list[Line]
    held: int
    progress: Progress | None
    cumulative: Progress | None


def defaults() -> tuple[str, str]:
    """Return view and measure by which the city publishes its turnover: settings."""
    return settings.get("turnover.view"), settings.get("turnover.measure")


def years_known() -> list[int]:
    """Return the years that can be asked for, in order: from the first that counts something or has a target."""
    first = db.session.execute(
        select(
            select(func.min(TurnoverEntry.year)).scalar_subquery(),
            select(func.min(TurnoverTarget.year)).scalar_subquery(),
        )
    ).one()
    this_year = clock.today().year
    return list(range(min([this_year, *(year for year in first if year is not None)]), this_year + 1))


def sees_everything(actor: Actor) -> bool:
    """Return whether the actor reads contracts anyway, so that small cells tell nothing new."""
    return may(actor, Permission.READ_CONTRACTS)


def answer(question: Question) -> Answer:
    """Return the whole page of a year."""
    positions, groups = _positions(question)
    held = turnover.withhold(positions, groups)
    lines = {key: _line(question, key, position, held[key]) for key, position in positions.items()}
    of = question.year
    rows = [lines[key] for key in _row_order(question.by, positions) if not positions[key].is_empty]
    return Answer(
        question=question,
        whole=lines[("year", of)],
        years=[lines[key] for key in sorted(key for key in lines if key[0] == "year")],
        quarters=[lines[("quarter", of, number)] for number in range(1, 5)],
        months=[lines[("month", of, number)] for number in range(1, 13)],
        rows=rows,
        held=sum(cell.is_held for line in lines.values() for cell in line.cells.values()),
        progress=_progress(question, targets.of_year(of), [("year", of)], positions, held),
        cumulative=_progress(
            question,
            targets.of_year(of, "cumulative"),
            [key for key in positions if key[0] == "year" and key[1] <= of],
            positions,
            held,
        ),
    )


def headline() -> tuple[Question, Cell] | None:
    """Return the figure of this year for the home page, as the public reads it; None before the first contract."""
    view, measure = defaults()
    question = Question(clock.today().year, clock.today(), view, measure)
    found = answer(replace(question, by=""))
    if found.whole.cells["distinct"].contracts == 0:
        return None
    return question, found.whole.cells[view]


def _positions(question: Question) -> tuple[dict[Key, Position], list[tuple[Key, list[Key]]]]:
    """Return every place and which places are parts of which."""
    year = question.year
    counted: list[tuple[Sums, Key | None, Key | None]] = []
    years: set[int] = {year}
    for kind, at, month, sold, bought, sums in _read(question):
        places: list[tuple[Key | None, Key | None]]
        if kind == "row":
            places = [(("row", sold) if sold else None, ("row", bought) if bought else None)]
        else:
            years.add(at)
            keys: list[Key] = [("year", at)]
            if at == year:
                keys += [("quarter", at, (month + 2) // 3), ("month", at, month)]
            places = [(key if sold else None, key if bought else None) for key in keys]
        counted += [(sums, *place) for place in places]
    quarters: list[Key] = [("quarter", year, number) for number in range(1, 5)]
    months: list[Key] = [("month", year, number) for number in range(1, 13)]
    positions = turnover.tally(counted, [*(("year", one) for one in years), *quarters, *months])
    groups: list[tuple[Key, list[Key]]] = [(("year", year), quarters)]
    groups += [(quarter, months[3 * place : 3 * place + 3]) for place, quarter in enumerate(quarters)]
    if question.by:
        groups.append((("year", year), [key for key in positions if key[0] == "row"]))
    return positions, [(whole, parts) for whole, parts in groups if parts]


def _read(question: Question) -> Iterator[tuple[str, int, int, str, str, Sums]]:
    """Yield (kind, year, month, where sold, where bought, sums) by one query: periods of all years, rows of one."""
    known: list[Any] = [TurnoverEntry.counted_on <= question.on]
    if question.on < clock.today():
        # As it stood then: what was entered later, even for an earlier day, was not known.
        end = datetime.combine(question.on + timedelta(days=1), time(), clock.BEIJING)
        known.append(TurnoverEntry.created_at < end)
    entry = TurnoverEntry
    parts = [_summed("period", entry.year, entry.month, _flag(_OUT), _flag(_IN), known)]
    if question.by:
        sold, bought = _row_columns(question.by)
        known = [*known, entry.year == question.year]
        parts.append(_summed("row", entry.year, literal(0), sold, bought, known))
    for kind, year, month, sold_at, bought_at, *sums in db.session.execute(union_all(*parts)):
        amount, technical, contracts, number, first, last = (int(each) for each in sums)
        people = turnover.contributors_of(number, first, last)
        yield kind, year, month, sold_at, bought_at, Sums(amount, technical, contracts, people)


def _summed(kind: str, year: Any, month: Any, sold: Any, bought: Any, known: list[Any]) -> Select[Any]:
    entry = TurnoverEntry
    # Placed first, then summed: PostgreSQL does not see that two expressions with parameters are the same.
    placed = (
        select(
            year.label("year"), month.label("month"), sold.label("sold"), bought.label("bought"),
            entry.amount_fen, entry.technical_fen, entry.contracts, entry.contract_id,
        )
        .where(*known)
        .subquery()
    )  # fmt: skip
    one = placed.c
    places = (one.year, one.month, one.sold, one.bought)
    sums = (func.sum(one.amount_fen), func.sum(one.technical_fen), func.sum(one.contracts))
    who = (func.count(one.contract_id.distinct()), func.min(one.contract_id), func.max(one.contract_id))
    return select(cast(literal(kind), Text), *places, *sums, *who).group_by(*places)


def _flag(condition: ColumnElement[bool]) -> Any:
    return case((condition, "1"), else_="")


def _row_columns(by: str) -> tuple[Any, Any]:
    """Return the rows under which an entry was sold and bought; '' is outside the city."""
    if by == "district":
        return (
            case((_OUT, _office(TurnoverEntry.seller_division)), else_=""),
            case((_IN, _office(TurnoverEntry.buyer_division)), else_=""),
        )
    # A row without a code still is a row, so that the rows add up to the year.
    row = case((_COLUMNS[by] == "", "-"), else_=_COLUMNS[by])
    return case((_OUT, row), else_=""), case((_IN, row), else_="")


def _office(division: Any) -> Any:
    return case((division.in_(list(regions.FIRST_REVIEW_OFFICES)), division), else_=CITY_AT_LARGE)


def row_labels(by: str) -> dict[str, str]:
    """Return code → label of the rows of a breakdown, in their order; ``-`` stands for what is not filled in."""
    offices = {**regions.FIRST_REVIEW_OFFICES, CITY_AT_LARGE: N_("本市其他")}
    lists: dict[str, dict[str, str]] = {
        "district": offices,
        "field": dict(NATIONAL_FIELDS.choices),
        "category": dict(terms.CATEGORIES.choices),
        "direction": dict(Labels(CITY_TAGS)),
    }
    return {**lists[by], "-": N_("未填写")}


def _row_order(by: str, positions: Mapping[Key, Position]) -> list[Key]:
    if not by:
        return []
    order = {code: place for place, code in enumerate(row_labels(by))}
    rows = [key for key in positions if key[0] == "row"]
    return sorted(rows, key=lambda key: (order.get(key[1], len(order)), key[1]))


def _line(question: Question, key: Key, position: Position, held: Withheld) -> Line:
    if key[0] == "row":
        label = row_labels(question.by).get(key[1]) or str(key[1])
    else:
        label = {"year": N_("%(n)s年"), "quarter": N_("第%(n)s季度"), "month": N_("%(n)s月")}[key[0]]
    cells = {view: _cell(question, position, held, view) for view in turnover.VIEWS.codes}
    return Line(key, label, key[-1] if key[0] != "row" else 0, cells)


def _cell(question: Question, position: Position, held: Withheld, view: str, measure: str = "") -> Cell:
    words = turnover.words_for(position, held, view)
    if words and not question.everything:
        return Cell(None, None, words, True)
    found = position.views[view]
    return Cell(found.fen(measure or question.measure), found.contracts, words, bool(words))


def _progress(
    question: Question,
    target: targets.InForce | None,
    keys: list[Key],
    positions: Mapping[Key, Position],
    held: Mapping[Key, Withheld],
) -> Progress | None:
    """Return the progress over some years; a sum that would need a hidden year is not shown."""
    if target is None:
        return None
    row = target.target
    cells = [_cell(question, positions[key], held[key], row.view, row.measure) for key in keys]
    words = next((cell.words for cell in cells if cell.words), "")
    if any(cell.fen is None for cell in cells):
        return Progress(target, Cell(None, None, words, True), None)
    fen = sum(cell.fen or 0 for cell in cells)
    whole = Cell(fen, sum(cell.contracts or 0 for cell in cells), words, bool(words))
    return Progress(target, whole, 100 * fen // row.amount_fen)
