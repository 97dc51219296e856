"""Offers beside an answer, as links: words that may have been meant, conditions to drop, other lists that have it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext as _

from marketplace.domain.access import Actor
from marketplace.domain.text import N_
from marketplace.services.catalogue.finding.instead import Drop, instead_of
from marketplace.services.catalogue.search import Found, Question
from marketplace.web.catalogue.finding.suggestions import LISTS

KINDS: Mapping[str, str] = {
    "achievement": N_("科技成果"),
    "demand": N_("技术需求"),
    "organisation": N_("认证单位"),
}


@dataclass(frozen=True)
class Offer:
    """A link with what it finds."""

    label: str
    url: str
    total: int


@dataclass(frozen=True)
class Offers:
    """What may be asked instead; empty lists where there is nothing to offer."""

    meant: tuple[Offer, ...] = ()
    drops: tuple[Offer, ...] = ()
    elsewhere: tuple[Offer, ...] = ()


def beside(actor: Actor, found: Found, labels: Mapping[tuple[str, str], str]) -> Offers:
    """Return the offers beside an answer; ``labels`` names chosen values by (facet, value)."""
    asked, instead = found.question, instead_of(actor, found)
    return Offers(
        tuple(Offer(text, _address(replace(asked, text=text)), total) for text, total in instead.meant),
        tuple(_drop(asked, drop, labels) for drop in instead.drops),
        tuple(
            Offer(_(KINDS[kind]), url_for(LISTS[kind], q=asked.text), total)
            for kind, total in instead.elsewhere
        ),
    )


def _drop(asked: Question, drop: Drop, labels: Mapping[tuple[str, str], str]) -> Offer:
    kept = {
        facet: tuple(one for one in values if (facet, one) != (drop.facet, drop.value))
        for facet, values in asked.filters.items()
    }
    label = labels.get((drop.facet, drop.value), drop.value)
    return Offer(label, _address(replace(asked, filters=kept)), drop.total)


def _address(asked: Question) -> str:
    filters: dict[str, list[str]] = {name: list(values) for name, values in asked.filters.items() if values}
    return url_for(LISTS[asked.kind], q=asked.text or None, **filters)  # type: ignore[arg-type]
