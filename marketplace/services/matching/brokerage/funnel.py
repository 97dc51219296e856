"""What came of the desk's leads: how many reached each stage, and how many days it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.matching import Lead

STAGES = (
    ("created", N_("建立线索")),
    ("introduced", N_("引荐双方")),
    ("negotiating", N_("进入洽谈")),
    ("won", N_("签约登记")),
)


@dataclass(frozen=True)
class Stage:
    """How many leads came this far, and the median days since they were begun; None where none did."""

    code: str
    label: str
    count: int
    days: float | None


def funnel(actor: Actor) -> Sequence[Stage]:
    """Return the stages of the leads of the actor's organisation, all that were ever begun."""
    query = select(Lead.created_at, Lead.introduced_at, Lead.negotiating_at, Lead.won_at).where(
        Lead.organisation_id == actor.organisation_id
    )
    rows = list(db.session.execute(query))
    found = []
    for place, (code, label) in enumerate(STAGES):
        reached = [(row[0], row[place]) for row in rows]
        spans = [max(0, (at - begun).days) for begun, at in reached if at is not None]
        found.append(Stage(code, label, len(spans), median(spans) if place and spans else None))
    return found
