"""How good a ranking of graded candidates is. Levels run from 1 (unrelated) to 4 (strongly related)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DEPTH = 10
RELEVANT = 3
"""From this level on a candidate counts as relevant for the AUC."""
FEWEST = 5
"""Candidates a demand must have for its ranking to say anything."""


def says_something(levels: Sequence[int]) -> bool:
    """Whether a demand is counted: enough candidates, and not all of one level."""
    return len(levels) >= FEWEST and len(set(levels)) > 1


def ndcg(levels: Sequence[int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain of levels in ranked order; the gain of a level is 2^(level−1) − 1.

    The share of the best order's gain, 0 to 1. At least one level must exceed 1.
    """
    gains = [2 ** (level - 1) - 1 for level in levels]
    return _discounted(gains[:depth]) / _discounted(sorted(gains, reverse=True)[:depth])


def _discounted(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(place + 2) for place, gain in enumerate(gains)))


def auc(scores: Sequence[float], levels: Sequence[int]) -> float | None:
    """The chance that a relevant candidate scores above another one, ties counting half; None without both."""
    above = np.array([score for score, level in zip(scores, levels, strict=True) if level >= RELEVANT])
    below = np.array([score for score, level in zip(scores, levels, strict=True) if level < RELEVANT])
    if not len(above) or not len(below):
        return None
    higher = above[:, None] > below[None, :]
    equal = above[:, None] == below[None, :]
    return float((higher + 0.5 * equal).mean())
