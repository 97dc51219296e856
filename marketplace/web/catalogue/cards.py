"""Cards and lines of listings: rows turned into the words that the card macros show."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from marketplace.domain import clock, taxonomy
from marketplace.domain.access import Actor, Shown
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing
from marketplace.models.people import Organisation
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.finding import facets, pictures
from marketplace.services.catalogue.finding.texts import label, labels
from marketplace.services.catalogue.search import Result

MOST_WAYS = 3
"""Ways of cooperation that fit a card."""


@dataclass
class Card:
    """What every card shows; segments are set where the words searched for are marked."""

    url: str
    title: str
    owner: str
    listing_id: int = 0
    field: str = ""
    tags: list[str] = dataclasses.field(default_factory=list)
    ways: list[str] = dataclasses.field(default_factory=list)
    origin: str | None = None
    note: str = ""
    note_tone: str = ""
    marked_title: Any = None
    snippet: Any = None


@dataclass
class AchievementCard(Card):
    """The card of an achievement. ``image``: its address, "" for a drawn ground, None for a card without a picture."""

    benefit: str = ""
    maturity: str = ""
    ip: tuple[str, str] | None = None
    confirmed_on: str = ""
    price_fen: int | None = None
    price_word: str = ""
    image: str | None = None
    field_code: str = ""


@dataclass
class DemandCard(Card):
    """The card of a demand; what its reader may not see is simply not on it."""

    type: str = ""
    problem: str = ""
    target: str = ""
    due_on: date | None = None
    published_on: str = ""
    budget_fen: int | None = None
    state: tuple[str, str] | None = None


@dataclass
class OrganisationCard(Card):
    """The card of an organisation."""

    kind: str = ""
    region: str = ""
    introduction: str = ""
    verified_on: str = ""
    achievements: int = 0
    demands: int = 0


def of_result(actor: Actor, result: Result, numbers: Mapping[int, dict[str, int]] | None = None) -> Card:
    """Return the card of a search result; ``numbers`` counts the listings of each organisation by kind."""
    if isinstance(result.row, Organisation):
        own = (numbers or {}).get(result.row.id, {})
        return of_organisation(result.row, own, result.title, result.passage)
    return of_listing(actor, result.row, result.title, result.passage)


def of_results(
    actor: Actor, results: Sequence[Result], numbers: Mapping[int, dict[str, int]] | None = None
) -> list[Card]:
    """Return the cards of a page of results, each achievement with its picture; one query for all pictures."""
    made = [of_result(actor, result, numbers) for result in results]
    return _with_pictures(actor, made, [each.row for each in results if isinstance(each.row, Listing)])


def of_listings(actor: Actor, listings: Sequence[Listing], brief: bool = True) -> list[Card]:
    """Return the cards of some listings, each achievement with its picture; one query for all pictures."""
    return _with_pictures(actor, [of_listing(actor, row, brief=brief) for row in listings], listings)


def _with_pictures(actor: Actor, made: list[Card], listings: Iterable[Listing]) -> list[Card]:
    drawn = pictures.first_pictures(actor, [row for row in listings if row.kind == "achievement"])
    for card, row in zip(made, listings, strict=False):
        if isinstance(card, AchievementCard):
            link = drawn.get(row.id)
            card.image = url_for("files.download", link_id=link, small=1) if link else ""
    return made


def of_listing(
    actor: Actor, listing: Listing, title: Any = None, passage: Any = None, brief: bool = False
) -> Card:
    """Return the card of a listing as ``actor`` sees it; title and passage are marked segments of a search.

    ``brief`` is for the narrow cards of a grid.
    """
    revision = listing.published
    if isinstance(revision, AchievementRevision):
        card: Card = _achievement(listing, revision, brief)
    elif isinstance(revision, DemandRevision):
        card = _demand(actor, listing, revision)
    else:
        raise TypeError("a listing without a published revision has no card")
    if title and any(part.marked for part in title):
        card.marked_title = title
    card.snippet = passage or None
    return card


def _shared(listing: Listing, revision: Any) -> dict[str, Any]:
    division = listing.organisation.profile.division if listing.organisation.profile else ""
    return {
        "listing_id": listing.id,
        "title": revision.title,
        "field": _(label(taxonomy.NATIONAL_FIELDS, revision.field)) if revision.field else "",
        "tags": [_(word) for word in labels(taxonomy.CITY_TAGS, revision.tags)[:1]],
        "origin": facets.origin_of(division),
    }


def _achievement(listing: Listing, revision: AchievementRevision, brief: bool) -> AchievementCard:
    return AchievementCard(
        **_shared(listing, revision),
        url=url_for("achievements.detail", listing_id=listing.id),
        owner=listing.organisation.name,
        ways=_ways(labels(taxonomy.COOPERATION_WAYS, revision.ways), MOST_WAYS - brief),
        field_code=revision.field,
        benefit=revision.benefit,
        maturity=maturity(revision, brief),
        ip=_rights(revision),
        confirmed_on=_day(listing.confirmed_at or listing.published_at),
        price_fen=revision.price_fen,
        price_word=_(label(taxonomy.PRICING_METHODS, revision.pricing) or "面议"),
    )


def _ways(words: list[str], most: int) -> list[str]:
    """Return the first of some words; where more follow, the last one says so."""
    shown = [_(word) for word in words[:most]]
    return [*shown[:-1], _("%(word)s等", word=shown[-1])] if len(words) > most else shown


def maturity(revision: AchievementRevision, brief: bool = False) -> str:
    """Return the level, ``7/9 真实环境下系统演示``, or ``7/9`` in brief; nothing where it is not stated."""
    scale = dict(taxonomy.MATURITY_SCALES[revision.maturity_scale])
    level = revision.maturity_level
    if level not in scale:
        return ""
    if brief:
        return f"{level}/{len(scale)}"
    # The long wordings of GB/T 37264 name the phase before the colon: that much fits a card.
    return f"{level}/{len(scale)} {_(scale[level]).partition('：')[0]}"


def _rights(revision: AchievementRevision) -> tuple[str, str] | None:
    """Return the most frequent type of right in force (else of any) and how many: (发明专利, 3 件有效)."""
    for status, words in (("valid", _("%(n)s 件有效")), ("pending", _("%(n)s 件申请中"))):
        types = [right.ip_type for right in revision.ip_rights if right.status == status]
        if types:
            first = max(dict.fromkeys(types), key=types.count)
            return _(label(taxonomy.IP_TYPES, first)), words % {"n": types.count(first)}
    return None


def _demand(actor: Actor, listing: Listing, revision: DemandRevision) -> DemandCard:
    full = visibility.text_for(actor, listing, revision) is Shown.FULL_TEXT
    first: Mapping[str, str] = next(iter(revision.metrics), {}) if full else {}
    return DemandCard(
        **_shared(listing, revision),
        url=url_for("demands.detail", listing_id=listing.id),
        owner=listing.organisation.name if full else _("匿名单位"),
        ways=_ways(labels(taxonomy.DEMAND_COOPERATION_WAYS, revision.ways), MOST_WAYS),
        type=_(label(taxonomy.DEMAND_TYPES, revision.demand_type)) if revision.demand_type else "",
        problem=shorten(revision.summary),
        target=" ".join(word for word in (first.get("indicator"), first.get("target")) if word),
        due_on=revision.due_on,
        published_on=_day(listing.published_at),
        budget_fen=revision.budget_fen,
        note=_("仅认证单位可见") if revision.disclosure == "verified" else "",
    )


def of_organisation(
    organisation: Organisation, numbers: dict[str, int], title: Any = None, passage: Any = None
) -> OrganisationCard:
    """Return the card of an organisation; ``numbers`` counts its listings by kind."""
    profile = organisation.profile
    division = profile.division if profile else ""
    return OrganisationCard(
        url=url_for("organisations.detail", organisation_id=organisation.id),
        title=organisation.name,
        owner="",
        origin=facets.origin_of(division),
        marked_title=title if title and any(part.marked for part in title) else None,
        snippet=passage or None,
        kind=_(label(taxonomy.ORGANISATION_KINDS, organisation.kind)),
        region=division,
        introduction=shorten(profile.introduction if profile else ""),
        verified_on=_day(organisation.verified_at),
        achievements=numbers.get("achievement", 0),
        demands=numbers.get("demand", 0),
    )


def shorten(text: str, length: int = 90) -> str:
    """Return the beginning of ``text`` on one line, cut after a sentence where one ends near ``length``."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head = line[:length]
    end = max(head.rfind(mark) for mark in "。；！？")
    return head[: end + 1] if end > length // 2 else head.rstrip("，、：") + "…"


def _day(moment: Any) -> str:
    return clock.beijing(moment).date().isoformat() if moment else ""
