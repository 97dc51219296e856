"""Leads as the desk shows them: titles and owners as far as the broker may see them today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.domain.access import Actor, Shown
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Lead, LeadTask
from marketplace.services.catalogue import visibility


@dataclass(frozen=True)
class Side:
    """One side of a lead. ``title`` and ``owner`` are '' where the broker may not see them (any more)."""

    kind: str
    listing_id: int
    title: str = ""
    owner: str = ""
    offered: bool = False


@dataclass(frozen=True)
class Line:
    """A lead with its sides and the task that is due first."""

    lead: Lead
    demand: Side | None
    achievement: Side | None
    task: LeadTask | None

    @property
    def sides(self) -> list[Side]:
        """The sides there are, the demand first."""
        return [one for one in (self.demand, self.achievement) if one is not None]


def lines(actor: Actor, rows: Iterable[Lead]) -> Sequence[Line]:
    """Return what the desk shows of leads, by two queries beyond their own."""
    found = list(rows)
    demands = _seen(actor, "demand", {lead.demand_id for lead in found})
    achievements = _seen(actor, "achievement", {lead.achievement_id for lead in found})
    return [
        Line(
            lead,
            _side(actor, "demand", lead.demand_id, demands),
            _side(actor, "achievement", lead.achievement_id, achievements),
            next((task for task in lead.tasks if task.done_at is None), None),
        )
        for lead in found
    ]


def _seen(actor: Actor, kind: str, ids: set[int | None]) -> dict[int, Listing]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    query = visibility.visible_listings(actor, kind).where(Listing.id.in_(wanted))
    return {row.id: row for row in db.session.scalars(query).unique()}


def _side(actor: Actor, kind: str, listing_id: int | None, seen: dict[int, Listing]) -> Side | None:
    if listing_id is None:
        return None
    row = seen.get(listing_id)
    if row is None or row.published is None:
        return Side(kind, listing_id)
    named = visibility.text_for(actor, row, row.published) is Shown.FULL_TEXT
    owner = row.organisation.name if named else ""
    return Side(kind, listing_id, row.published.title, owner, row.state == "published")
