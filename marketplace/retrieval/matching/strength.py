"""Words for a score. The thresholds were learnt on pairs graded by transfer staff (docs/matching.md); only the numbers
are kept. They are for texts; what the parties' terms say about a match is in ``fit``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

Strength = Literal["strong", "fair", "weak", "none"]

THRESHOLDS: tuple[tuple[float, Strength], ...] = ((0.25, "strong"), (0.12, "fair"), (0.05, "weak"))
"""Least scores, the highest first."""


def strength(score: float, thresholds: Sequence[tuple[float, Strength]] = THRESHOLDS) -> Strength:
    """The strength of a score; below the last threshold "none"."""
    return next((name for least, name in thresholds if score >= least), "none")


LEAST_SHOWN = 300
"""Pairs shown, from which on their outcomes may say something about the thresholds ..."""
LEAST_ABOVE = 40
"""... and how many of them must stand above a threshold."""
TIMES: tuple[tuple[float, Strength], ...] = ((2.0, "strong"), (1.25, "fair"))
"""How many times as often as on average the pairs from a threshold on must have led to an inquiry."""


def proposed(outcomes: Iterable[tuple[float, bool]]) -> dict[Strength, float]:
    """The least scores (whole hundredths) from which a strength kept its promise, given scores and whether an inquiry
    followed. Nothing for a strength that no threshold bears out, or as long as too few were shown."""
    known = list(outcomes)
    if len(known) < LEAST_SHOWN or not any(came for _, came in known):
        return {}
    average = sum(came for _, came in known) / len(known)
    found: dict[Strength, float] = {}
    for times, name in TIMES:
        for hundredth in range(1, 100):
            above = [came for score, came in known if score >= hundredth / 100]
            if len(above) < LEAST_ABOVE:
                break
            if sum(above) / len(above) >= times * average:
                found[name] = hundredth / 100
                break
    return found
