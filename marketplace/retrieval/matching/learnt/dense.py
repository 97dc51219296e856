"""Vectors of meaning beside the words: blended into the scores where both texts have one.

Cosines of such vectors lie close together and high (0.5 to 0.9), scores of words low and wide. A cosine is therefore
put on the scale of the scores first: as many deviations from the mean of the scores as it stands from that of cosines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

SAMPLE = 400
"""Texts of a side that the two scales are compared on."""


class Dense:
    """Vectors by key, of length one, and how much of a score they make (``share``, 0 to 0.9)."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.vectors: dict[int, np.ndarray] = {}
        self.slope, self.offset = 1.0, 0.0

    def put(self, key: int, packed: bytes) -> None:
        """Keep the vector of a text: little-endian 32-bit floats."""
        self.vectors[key] = np.frombuffer(packed, dtype="<f4").astype(np.float32)

    def calibrate(self, pairs: Iterable[tuple[int, int, float]]) -> None:
        """Learn the scale from pairs of keys with their score by words."""
        known = [
            (float(self.vectors[one] @ self.vectors[other]), score)
            for one, other, score in pairs
            if self._both(one, other)
        ]
        if len(known) < 2:
            return
        cosines, scores = np.array(known).T
        spread = float(cosines.std())
        self.slope = float(scores.std()) / spread if spread > 1e-6 else 0.0
        self.offset = float(scores.mean()) - self.slope * float(cosines.mean())

    def blend(self, key: int, scores: Mapping[int, float]) -> dict[int, float]:
        """The scores of an item with others, blended where both have a vector; never below 0 or above 1."""
        own = self.vectors.get(key)
        if own is None or not self.share:
            return dict(scores)
        there = [other for other in scores if self._both(key, other)]
        found = dict(scores)
        if there:
            cosines = np.stack([self.vectors[other] for other in there]) @ own
            meant = np.clip(self.slope * cosines + self.offset, 0, 1)
            for other, score in zip(there, meant.tolist(), strict=True):
                found[other] = (1 - self.share) * scores[other] + self.share * score
        return found

    def _both(self, one: int, other: int) -> bool:
        first, second = self.vectors.get(one), self.vectors.get(other)
        return first is not None and second is not None and first.shape == second.shape


def pack(vector: Sequence[float]) -> bytes:
    """A vector as it is stored."""
    return np.asarray(vector, dtype="<f4").tobytes()
