"""What the map of gaps shows of a demand that nothing fits, and of the outcomes of matches."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from marketplace.domain.access import Actor
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import N_
from marketplace.services.matching.gaps import keeping
from marketplace.services.matching.gaps.overview import GapLine
from marketplace.services.matching.inquiries import asking
from marketplace.services.matching.telling.shown import Rate
from marketplace.web.catalogue import cards
from marketplace.web.matching.matches import glances

DISTANCES: Mapping[str, str] = {
    "weak": N_("有成果沾边，还不够"),
    "none": N_("只有个别用词相近"),
    "nothing": N_("还没有相近的成果"),
}
"""How far the nearest achievement is."""


@dataclass(frozen=True)
class GapCard:
    """A gap in the list. ``ask_url`` is '' for whoever cannot offer to solve it."""

    card: cards.Card
    waits: int
    distance: str
    matches_url: str
    ask_url: str


def of_line(actor: Actor, line: GapLine) -> GapCard:
    """Return the card of a gap as ``actor`` sees its demand."""
    listing = line.demand
    distance = keeping.distance(line.gap)
    may_ask = not actor.signed_in or asking.may_ask(actor, listing)
    return GapCard(
        card=cards.of_listing(actor, listing),
        waits=line.waits,
        distance=_(DISTANCES[distance]),
        matches_url=url_for("matches.of_demand", listing_id=listing.id) if distance != "nothing" else "",
        ask_url=url_for("inquiries.ask", kind="demand", listing_id=listing.id)
        if may_ask and listing.state in SEARCHABLE_STATES
        else "",
    )


@dataclass(frozen=True)
class RateLine:
    """What came of the pairs of a strength; ``percent`` is None where too few were shown to say."""

    strength: glances.Strength
    rate: Rate
    percent: float | None


def rates(found: Mapping[str, Rate]) -> list[RateLine]:
    """Return the strengths that are told of, the strongest first."""
    return [
        RateLine(glances.strength(code), found[code], found[code].percent)
        for code in ("strong", "fair", "weak")
    ]
