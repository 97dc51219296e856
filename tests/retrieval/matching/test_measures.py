"""The figures, against numbers worked out by hand."""

import math

import pytest

from marketplace.retrieval.matching.measures import auc, ndcg, says_something


def test_the_best_order_has_all_the_gain() -> None:
    assert ndcg([4, 3, 2, 1, 1]) == 1.0


def test_a_late_strong_candidate_costs_its_discount() -> None:
    # Gains 0, 7 against 7, 0: the 7 stands on the second place, divided by log2(3).
    assert ndcg([1, 4]) == pytest.approx(1 / math.log2(3))
    # (1/1 + 7/log2(3) + 3/2) / (7/1 + 3/log2(3) + 1/2)
    assert ndcg([2, 4, 3]) == pytest.approx(6.916508 / 9.392789, abs=1e-6)


def test_only_ten_places_count() -> None:
    assert ndcg([1] * 10 + [4]) == 0.0
    assert ndcg([1] * 9 + [4]) == pytest.approx(1 / math.log2(11))


def test_auc_counts_pairs_and_halves_ties() -> None:
    # Relevant 0.9 and 0.4 against 0.5 and 0.4: 2 wins, then a loss and a tie: 2.5 of 4.
    assert auc([0.9, 0.5, 0.4, 0.4], [4, 2, 3, 1]) == 0.625
    assert auc([0.1, 0.2], [3, 4]) is None
    assert auc([0.1, 0.2], [1, 2]) is None


def test_few_or_equal_candidates_say_nothing() -> None:
    assert says_something([1, 1, 2, 1, 1])
    assert not says_something([1, 2, 3, 4])
    assert not says_something([2] * 9)
