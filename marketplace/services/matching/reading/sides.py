"""The fields of a listing as the matcher compares them, at the level its reader is shown."""

from marketplace.domain.access import Shown
from marketplace.domain.regions import exists, province_of
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing
from marketplace.retrieval.matching.fit import AchievementFacts, DemandFacts


def of_demand(listing: Listing, shown: Shown) -> DemandFacts:
    """Return a demand's fields. Who does not learn its organisation learns no more of its place than the province."""
    revision = listing.published
    assert isinstance(revision, DemandRevision)  # noqa: S101
    division = _division(listing)
    if shown is not Shown.FULL_TEXT:
        division = province_of(division) if exists(division) else ""
    return DemandFacts(
        demand_type=revision.demand_type,
        field=revision.field,
        tags=frozenset(revision.tags),
        ways=frozenset(revision.ways),
        ip_ownership=revision.ip_ownership,
        budget_fen=revision.budget_fen,
        due_on=revision.due_on,
        division=division,
    )


def of_achievement(listing: Listing) -> AchievementFacts:
    """Return an achievement's fields; everybody who sees it sees all of them."""
    revision = listing.published
    assert isinstance(revision, AchievementRevision)  # noqa: S101
    level = revision.maturity_level
    return AchievementFacts(
        field=revision.field,
        tags=frozenset(revision.tags),
        ways=frozenset(revision.ways),
        maturity=None if level is None else (revision.maturity_scale, level),
        price_fen=revision.price_fen,
        valid_until=revision.valid_until,
        ip_statuses=tuple(right.status for right in revision.ip_rights),
        division=_division(listing),
    )


def _division(listing: Listing) -> str:
    profile = listing.organisation.profile
    return profile.division if profile else ""
