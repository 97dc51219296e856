"""What people say of matches moves the question: toward texts that fit, away from those that do not (Rocchio)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

TOWARD = 0.4
"""Weight of the average fitting text, against 1 for the question itself."""
AWAY = 0.3
"""Weight of the average misfitting one: what is wrong with it is rarely its subject."""
SURE_AFTER = 2.0
"""One judgement counts a third of what many do: n judgements count n / (n + SURE_AFTER)."""


def moved(
    question: sp.csr_matrix,
    fitting: Sequence[sp.csr_matrix],
    misfitting: Sequence[sp.csr_matrix],
    toward: float = TOWARD,
    away: float = AWAY,
) -> sp.csr_matrix:
    """The question after feedback, of the length it had: scores stay comparable. All are rows of the same width."""
    found = question
    for rows, weight in ((fitting, toward), (misfitting, -away)):
        if rows:
            average = sp.csr_matrix(sp.vstack(rows, "csr").mean(axis=0))
            found = found + average * (weight * len(rows) / (len(rows) + SURE_AFTER))
    found = sp.csr_matrix(found, dtype=np.float32)
    found.data = np.maximum(found.data, 0)
    found.eliminate_zeros()
    length = float(np.sqrt(found.multiply(found).sum()))
    before = float(np.sqrt(question.multiply(question).sum()))
    return sp.csr_matrix(found * (before / length)) if length else question
