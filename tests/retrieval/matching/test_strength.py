"""Words for scores."""

import pytest

from marketplace.retrieval.matching.strength import THRESHOLDS, strength


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (1.0, "strong"),
        (0.25, "strong"),
        (0.2499, "fair"),
        (0.12, "fair"),
        (0.119, "weak"),
        (0.05, "weak"),
        (0.049, "none"),
    ],
)
def test_a_threshold_belongs_to_the_stronger_word(score: float, word: str) -> None:
    assert strength(score) == word


def test_thresholds_fall() -> None:
    assert [least for least, _ in THRESHOLDS] == sorted((least for least, _ in THRESHOLDS), reverse=True)
