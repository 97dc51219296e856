"""The page that says why a pair matches: what it shares, how each condition stands, and what one can do next."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from marketplace.domain.access import Actor
from marketplace.models.catalogue import Listing
from marketplace.services.matching.inquiries import asking
from marketplace.services.matching.reading import explaining
from marketplace.services.matching.reading.explaining import Explained, Standing
from marketplace.services.matching.reading.matches import Pair
from marketplace.web.matching.matches import glances, marking, sentences
from marketplace.web.matching.matches.glances import Strength
from marketplace.web.matching.matches.marking import Because, Marked
from marketplace.web.matching.matches.sentences import Compared


@dataclass(frozen=True)
class Explanation:
    """Everything the page shows of a pair. ``because`` and ``texts`` are empty while nothing was learnt yet."""

    explained: Explained | None
    because: list[Because]
    rest: int
    texts: tuple[Marked, Marked] | None
    compared: list[Compared]
    off: list[str]
    drop: list[str]
    before: Standing
    after: Standing
    strength: Strength
    strength_after: Strength
    listed_by: str

    @property
    def changed(self) -> bool:
        """Whether something is switched off."""
        return bool(self.off or self.drop)

    def toggled(self, name: str, value: str) -> str:
        """Return the address with one reason (``drop``) or test (``off``) switched the other way."""
        values: dict[str, Any] = {"off": self.off, "drop": self.drop}
        chosen = values[name]
        values[name] = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
        address: str = url_for("matches.detail", **(request.view_args or {}), **values, _anchor="reasons")
        return address


def page(actor: Actor, pair: Pair) -> Explanation:
    """Return the explanation of a pair with what the address switches off."""
    off = [name for name in sentences.TESTS if name in request.args.getlist("off")]
    explained = explaining.of(actor, pair)
    dropped = marking.chosen(explained, request.args.getlist("drop"))
    listing = seen_from(actor, pair)
    before, after = explaining.standings(actor, listing, pair, explained, off, dropped)
    because = marking.reasons(explained, dropped) if explained else []
    return Explanation(
        explained=explained,
        because=because,
        rest=max(100 - sum(one.percent for one in because), 0) if because else 0,
        texts=marking.texts(explained, dropped) if explained else None,
        compared=sentences.compared(pair),
        off=off,
        drop=[f"{kind}:{label}" for kind, label in dropped],
        before=before,
        after=after,
        strength=glances.strength(pair.strength),
        strength_after=glances.strength(after.strength),
        listed_by=listing.kind,
    )


def seen_from(actor: Actor, pair: Pair) -> Listing:
    """Return the side whose list the reader looks at: their own; the demand for everybody else."""
    own = pair.achievement.organisation_id == actor.organisation_id
    return pair.achievement if own else pair.demand


@dataclass(frozen=True)
class Step:
    """What the reader can do next: the words of the button, its address, and a remark below."""

    label: str
    url: str
    remark: str = ""


def other_side(actor: Actor, pair: Pair) -> tuple[Listing, Listing | None]:
    """Return which listing the reader would ask about, and their own of the pair, if one is."""
    if pair.achievement.organisation_id == actor.organisation_id:
        return pair.demand, pair.achievement
    return pair.achievement, pair.demand if pair.demand.organisation_id == actor.organisation_id else None


def next_step(actor: Actor, pair: Pair) -> Step | None:
    """Return how the reader gets in touch, naming the pair where one side is theirs; None where they cannot."""
    listing, own = other_side(actor, pair)
    label = _("询问这项成果") if listing.kind == "achievement" else _("我能解决，联系对方")
    if not actor.signed_in:
        return Step(label, ask_url(listing, own), _("需先登录"))
    return Step(label, ask_url(listing, own)) if asking.may_ask(actor, listing) else None


def ask_url(listing: Listing, own: Listing | None, broker_id: int | None = None) -> str:
    """Return where one asks about ``listing``, coming from a pair, with a 技术经理人 or without."""
    pair = own.id if own is not None else None
    return url_for("inquiries.ask", kind=listing.kind, listing_id=listing.id, pair=pair, broker=broker_id)
