"""Words for a score. The thresholds were learnt on pairs graded by transfer staff (docs/matching.md); only the numbers
are kept. They are for texts; what the parties' terms say about a match is in ``fit``."""

from __future__ import annotations

from typing import Literal

Strength = Literal["strong", "fair", "weak", "none"]

THRESHOLDS: tuple[tuple[float, Strength], ...] = ((0.25, "strong"), (0.12, "fair"), (0.05, "weak"))
"""Least scores, the highest first."""


def strength(score: float) -> Strength:
    """The strength of a score; below the last threshold "none"."""
    return next((name for least, name in THRESHOLDS if score >= least), "none")
