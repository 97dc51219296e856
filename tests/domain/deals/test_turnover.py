"""Small cells of the turnover: held back, and not to be computed from what is shown.

The proof does not use the rule: every leaf has three unknown amounts, everything shown is a row over them, and exact
elimination says whether a hidden cell is a combination of what is shown.
"""

from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.domain.deals.turnover import (
    APART,
    FEW,
    VIEWS,
    Position,
    Sums,
    Withheld,
    contributors_of,
    tally,
    withhold,
    words_for,
)

YEAR = "year"
MONTHS = [f"m{number}" for number in range(1, 7)]
QUARTERS = {"q1": MONTHS[:3], "q2": MONTHS[3:]}
ROWS = ["a", "b", "c"]
GROUPS = [(YEAR, list(QUARTERS)), *QUARTERS.items(), (YEAR, ROWS)]

deals = st.lists(
    st.tuples(
        st.sampled_from(MONTHS), st.sampled_from(ROWS), st.sampled_from(["in", "out", "both"]),
        st.integers(1, 9),
    ),
    max_size=24,
)  # fmt: skip


def one(number, fen=100):
    return Sums(fen, fen, 1, frozenset({number}))


def world(found):
    """Positions of every place from single contracts (month, row, sides, how many alike)."""
    serial, counted = count(1), []
    for month, row, side, alike in found:
        for _ in range(alike):
            sums = one(next(serial))
            quarter = next(name for name, months in QUARTERS.items() if month in months)
            for place in (YEAR, quarter, month, row):
                counted.append((sums, place if side != "in" else None, place if side != "out" else None))
    return tally(counted, [YEAR, *QUARTERS, *MONTHS, *ROWS])


def unknowns(place):
    """The leaves a place is made of: its months, or, for a row, itself."""
    if place == YEAR:
        return MONTHS
    return QUARTERS.get(place, [place])


LEAVES = MONTHS + ROWS
SHAPES = {
    "in": (1, 0, 0), "out": (0, 1, 0), "total": (1, 1, 0), "distinct": (1, 1, -1), "inside": (0, 0, 1),
    "only_in": (1, 0, -1), "only_out": (0, 1, -1),
}  # fmt: skip


def row_of(places, shape):
    """A row over the unknowns (bought, sold, both sides) of every leaf."""
    row = [Fraction(0)] * (3 * len(LEAVES))
    for place in places:
        for offset, factor in enumerate(SHAPES[shape]):
            row[3 * LEAVES.index(place) + offset] += factor
    return row


def links():
    """That months and rows add up to the same year is known to everybody."""
    for shape in ("in", "out", "inside"):
        months, rows = row_of(MONTHS, shape), row_of(ROWS, shape)
        yield [left - right for left, right in zip(months, rows, strict=True)]


def reduced(rows):
    """Rows in echelon form: pivot → row."""
    basis = {}
    for row in rows:
        rest = remainder(row, basis)
        pivot = next((place for place, value in enumerate(rest) if value), None)
        if pivot is not None:
            basis[pivot] = [value / rest[pivot] for value in rest]
    return basis


def remainder(row, basis):
    rest = list(row)
    for place in range(len(rest)):
        if rest[place] and place in basis:
            factor = rest[place]
            rest = [value - factor * other for value, other in zip(rest, basis[place], strict=True)]
    return rest


@settings(max_examples=150, deadline=None)
@given(deals)
def test_no_hidden_cell_is_a_combination_of_what_is_shown(found):
    positions = world(found)
    held = withhold(positions, GROUPS)
    cells = [(place, view) for place in positions for view in VIEWS.codes]
    shown = [row_of(unknowns(place), view) for place, view in cells if not held[place].hides(view)]
    basis = reduced([*shown, *links()])
    for place, view in cells:
        if held[place].hides(view):
            assert any(remainder(row_of(unknowns(place), view), basis)), (place, view)
        else:
            assert not positions[place].views[view].is_small, (place, view)
    for place, position in positions.items():
        for part, counted in position.parts.items():
            if counted.is_small:
                assert any(remainder(row_of(unknowns(place), part), basis)), (place, part)


@given(deals)
def test_large_cells_alone_hide_nothing(found):
    positions = world([(month, row, side, 3) for month, row, side, _ in found])
    assert set(map(str, withhold(positions, GROUPS).values())) == {str(Withheld())}


def test_one_small_side_hides_both_and_keeps_the_sums():
    positions = world(
        [("m1", "a", "in", 5), ("m1", "a", "out", 2), ("m2", "b", "in", 4), ("m2", "b", "out", 4)]
    )
    held = withhold(positions, GROUPS)
    assert held["m1"] == Withheld(total=False, sides=True, distinct=False)
    assert words_for(positions["m1"], held["m1"], "out") == FEW
    assert words_for(positions["m1"], held["m1"], "in") == APART
    assert words_for(positions["m1"], held["m1"], "total") == ""
    # Its quarter would give it away, so another month of the quarter keeps silent as well.
    assert held["m2"].sides
    assert not held["q1"].sides
    assert held["b"].sides


def test_what_was_dealt_inside_is_not_given_away_by_two_views():
    positions = world([("m1", "a", "in", 5), ("m1", "a", "out", 5), ("m1", "a", "both", 1)])
    held = withhold(positions, GROUPS)
    assert held[YEAR] == Withheld(total=False, sides=False, distinct=True)


def test_a_lone_month_of_two_contracts_is_said_to_be_few():
    positions = world([("m1", "a", "in", 2), ("m2", "a", "in", 7), ("m4", "b", "in", 9)])
    held = withhold(positions, GROUPS)
    assert words_for(positions["m1"], held["m1"], "total") == FEW
    assert words_for(positions["m2"], held["m2"], "total") == APART
    assert not held["q1"].total
    assert not held[YEAR].total
    # An empty month tells about nobody.
    assert words_for(positions["m3"], held["m3"], "total") == ""


def test_amendments_count_whom_they_concern():
    """A month in which one contract only was changed has one contributor, whatever its number of contracts."""
    position = Position()
    position.add(Sums(-500, -500, 0, frozenset({7})), sold_here=False, bought_here=True)
    position.add(Sums(900, 900, 1, frozenset({7})), sold_here=False, bought_here=True)
    assert position.views["in"].is_small
    assert (position.views["in"].amount_fen, position.views["in"].contracts) == (400, 1)


def test_what_is_left_after_cancellations_may_be_one_contract():
    """Three registered, two of them taken back: the figure is that of the third."""
    position = Position()
    for number, contracts, fen in ((1, 1, 100), (2, 1, 70), (3, 1, 30), (2, -1, -70), (3, -1, -30)):
        position.add(Sums(fen, fen, contracts, frozenset({number})), sold_here=True, bought_here=False)
    assert (len(position.views["out"].contributors), position.views["out"].contracts) == (3, 1)
    assert withhold({YEAR: position}, [])[YEAR] == Withheld(True, True, True)


def test_a_deal_inside_counts_twice_in_the_total_and_between_districts_once_in_each():
    found = tally([(one(1, 100), "d1", "d2"), (one(2, 10), "d1", "d1"), (one(3, 1), None, "d1")], [])
    assert [found["d1"].views[view].amount_fen for view in VIEWS.codes] == [121, 11, 110, 111]
    assert [found["d2"].views[view].amount_fen for view in VIEWS.codes] == [100, 100, 0, 100]
    assert found["d1"].views["out"].fen("technical") == 110


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (2, 2), (3, 3), (900, 3)])
def test_contributors_are_exact_below_three(number, expected):
    assert len(contributors_of(number, 5, 5 if number == 1 else 9)) == expected
