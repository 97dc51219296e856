"""Matches as lists show them: a card of the other side, how strong, what fits and what is missing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from marketplace.domain.access import Actor
from marketplace.domain.matching.strengths import STRENGTHS
from marketplace.models.catalogue import Listing
from marketplace.services.matching.reading import feedback, matches
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.matching.telling import desk, shown
from marketplace.web.catalogue import cards
from marketplace.web.matching.matches import sentences
from marketplace.web.matching.matches.sentences import Line

BARS: Mapping[str, int] = {"strong": 3, "fair": 2, "weak": 1, "none": 0}
"""How many of three bars a strength fills: its shape beside its word."""

IN_PANEL = 3
DECISIVE = ("price", "maturity", "ways", "time")


@dataclass(frozen=True)
class Strength:
    """A strength as word and shape."""

    word: str
    bars: int


@dataclass(frozen=True)
class Glance:
    """A match in a list. ``said``: what the reader's organisation said of it; ``may_judge``: whether it may."""

    card: cards.Card
    url: str
    pair: Pair
    strength: Strength
    lines: list[Line]
    said: str
    may_judge: bool

    @property
    def told(self) -> list[Line]:
        """The tests that a card tells in full: what decides a deal, then all that is missing."""
        fitting = {line.name: line for line in self._with("ok")}
        return [fitting[name] for name in DECISIVE if name in fitting] + self._with("bad")

    @property
    def also(self) -> list[str]:
        """What fits beside, by name."""
        return [line.label for line in self._with("ok") if line.name not in DECISIVE]

    @property
    def unknown(self) -> list[str]:
        """What could not be compared, by name."""
        return [line.label for line in self._with("info")]

    def _with(self, tone: str) -> list[Line]:
        return [line for line in self.lines if line.tone == tone]


def strength(code: str) -> Strength:
    """Return a strength as word and shape."""
    return Strength(_(STRENGTHS[code]), BARS[code])


def of(actor: Actor, listing: Listing, pairs: Iterable[Pair]) -> list[Glance]:
    """Return the pairs of ``listing`` for a list."""
    return [_glance(actor, listing, pair) for pair in pairs]


@dataclass(frozen=True)
class Teaser:
    """A match in the few words that fit beside a listing."""

    title: str
    owner: str
    url: str
    strength: Strength
    line: Line | None


def panel(actor: Actor, listing: Listing) -> list[Teaser]:
    """Return the few best matches of a listing for its own page."""
    return [_teaser(actor, listing, pair) for pair in matches.matches_of(actor, listing, limit=IN_PANEL)]


def for_home(actor: Actor) -> list[tuple[str, Teaser]]:
    """Return the best match of each of the newest listings of the reader's organisation, with the listing's title."""
    return [
        (listing.published.title, _teaser(actor, listing, pair))
        for listing, pair in desk.best(actor, IN_PANEL)
        if listing.published is not None
    ]


def _teaser(actor: Actor, listing: Listing, pair: Pair) -> Teaser:
    card = cards.of_listing(actor, pair.other(listing), brief=True)
    return Teaser(
        title=card.title,
        owner=card.owner,
        url=url_for("matches.detail", **pair.address),
        strength=strength(pair.strength),
        line=sentences.telling(pair.fit.findings),
    )


def _glance(actor: Actor, listing: Listing, pair: Pair) -> Glance:
    return Glance(
        card=cards.of_listing(actor, pair.other(listing), brief=True),
        url=url_for("matches.detail", **pair.address),
        pair=pair,
        strength=strength(pair.strength),
        lines=sentences.lines(pair.fit.findings),
        said=pair.verdict,
        may_judge=feedback.may_judge(actor, pair),
    )


@dataclass(frozen=True)
class Outcome:
    """How often pairs of a strength led to an inquiry so far, in words."""

    strength: Strength
    sentence: str


def outcomes(only: Collection[str] = ("strong", "fair", "weak")) -> list[Outcome]:
    """Return what became of matches, by strength; where too few were shown that is said."""
    found = shown.rates()
    made = []
    for code in only:
        rate = found.get(code)
        percent = rate.percent if rate else None
        words = (
            _("%(shown)s 对中有 %(inquired)s 对带来询问（%(percent)s%%）", **_numbers(rate, percent))
            if percent is not None
            else _("尚无足够记录")
        )
        made.append(Outcome(strength(code), words))
    return made


def _numbers(rate: Any, percent: float) -> dict[str, Any]:
    return {"shown": rate.shown, "inquired": rate.inquired, "percent": round(percent)}
