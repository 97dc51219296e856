"""The words for how much two texts share (retrieval/matching/strength has the thresholds), the strongest first."""

from collections.abc import Mapping

from marketplace.domain.text import N_

STRENGTHS: Mapping[str, str] = {
    "strong": N_("强"),
    "fair": N_("较强"),
    "weak": N_("弱"),
    "none": N_("很弱"),
}

ORDER = tuple(STRENGTHS)


def reaches(strength: str, least: str) -> bool:
    """Return whether ``strength`` is ``least`` or more."""
    return ORDER.index(strength) <= ORDER.index(least)
