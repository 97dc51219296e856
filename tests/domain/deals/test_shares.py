"""Dividing an amount: exact to the 分, in proportion, never beyond what there is room for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.domain.deals.shares import split


@pytest.mark.parametrize(
    ("amount", "room", "shares"),
    [
        (0, [], []), (0, [0, 0], [0, 0]), (1, [1], [1]), (20, [40, 10], [16, 4]), (1, [0, 5], [0, 1]),
        (10, [3, 3, 4], [3, 3, 4]), (2, [1, 1, 1], [1, 1, 0]), (10**12, [10**12, 10**12], [5 * 10**11] * 2),
    ],
)  # fmt: skip
def test_worked_numbers(amount, room, shares):
    assert split(amount, room) == shares


@pytest.mark.parametrize(("amount", "room"), [(1, []), (1, [0]), (-1, [5]), (3, [1, 1]), (1, [-1, 5])])
def test_what_does_not_fit_is_refused(amount, room):
    with pytest.raises(ValueError, match="does not fit"):
        split(amount, room)


@settings(max_examples=60)
@given(some.lists(some.integers(0, 10**12), min_size=1, max_size=8), some.data())
def test_nothing_is_lost_and_nobody_gets_more_than_fits(room, data):
    amount = data.draw(some.integers(0, sum(room)))
    shares = split(amount, room)
    assert sum(shares) == amount
    assert all(0 <= share <= most for share, most in zip(shares, room, strict=True))
