"""What waits for a person or an organisation, counted for lists: open review tasks and what was sent back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, func, select, union_all

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.deals import Contract
from marketplace.models.people import OrganisationProfile
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import SubsidyCase


@dataclass(frozen=True)
class Waiting:
    """How many items wait, and how many of them are late."""

    open: int = 0
    late: int = 0


def assigned() -> Subquery:
    """Return open review tasks by person: (person_id, open, late)."""
    late = func.count().filter(ReviewTask.due_on < clock.today())
    return (
        select(ReviewTask.assignee_id.label("person_id"), func.count().label("open"), late.label("late"))
        .where(ReviewTask.state == "open", ReviewTask.assignee_id.is_not(None))
        .group_by(ReviewTask.assignee_id)
        .subquery()
    )


def in_review() -> Subquery:
    """Return open review tasks by organisation whose matter it is: (organisation_id, open)."""
    return (
        select(ReviewTask.organisation_id, func.count().label("open"))
        .where(ReviewTask.state == "open")
        .group_by(ReviewTask.organisation_id)
        .subquery()
    )


def sent_back() -> Subquery:
    """Return what was returned and waits for the organisation: profile, listings, contracts, subsidy cases."""
    returned: list[Select[Any]] = [
        select(OrganisationProfile.organisation_id).where(OrganisationProfile.state == "returned"),
        select(Listing.organisation_id)
        .join(Revision, Revision.listing_id == Listing.id)
        .where(Revision.state == "returned"),
        select(Contract.organisation_id).where(Contract.state == "returned"),
        select(SubsidyCase.organisation_id).where(SubsidyCase.state == "returned"),
    ]
    every = union_all(*returned).subquery()
    organisation_id = every.c.organisation_id
    return select(organisation_id, func.count().label("open")).group_by(organisation_id).subquery()


def of_people(person_ids: Collection[int]) -> dict[int, Waiting]:
    """Return what waits for each of these people by name; one query."""
    held = assigned()
    query = select(held).where(held.c.person_id.in_(person_ids))
    return {row.person_id: Waiting(row.open, row.late) for row in db.session.execute(query)}


def of_organisations(organisation_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return organisation → (waiting for the authority, sent back and waiting for it); two queries."""
    review, back = _counts(in_review(), organisation_ids), _counts(sent_back(), organisation_ids)
    return {key: (review.get(key, 0), back.get(key, 0)) for key in organisation_ids}


def _counts(part: Subquery, organisation_ids: Collection[int]) -> dict[int, int]:
    query = select(part).where(part.c.organisation_id.in_(organisation_ids))
    return {row.organisation_id: row.open for row in db.session.execute(query)}
