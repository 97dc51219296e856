"""What the guards of the case's table ask for, gathered from where each fact lives."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.subsidy import FollowUp, SubsidyCase, SubsidyDecision
from marketplace.services.subsidy.applying import lacking, terms
from marketplace.services.subsidy.granting import standing
from marketplace.services.subsidy.registers import dishonest
from marketplace.services.subsidy.reviewing import examinations


def facts_of(case: SubsidyCase, actor: Actor) -> frozenset[str]:
    """Return the facts that hold for a case now, seen by ``actor``; only those its state can ask for are looked up."""
    return frozenset(
        name
        for name, (states, holds) in FACTS.items()
        if (not states or case.state in states) and holds(case, actor)
    )


def is_trustworthy(case: SubsidyCase) -> bool:
    """Return whether the applicant stands on no 失信 list today, or a recorded decision lets this case through."""
    if not dishonest.listed(case.organisation.uscc, clock.today()):
        return True
    decision = db.session.scalar(
        select(SubsidyDecision.outcome)
        .where(
            SubsidyDecision.kind == "dishonest",
            SubsidyDecision.subject_kind == "subsidy_case",
            SubsidyDecision.subject_id == case.id,
        )
        .order_by(SubsidyDecision.id.desc())
        .limit(1)
    )
    return decision == "overridden"


def is_reported(case: SubsidyCase) -> bool:
    """Return whether every yearly report that was asked for has been accepted."""
    return not unaccepted_years(case)


def unaccepted_years(case: SubsidyCase) -> Sequence[int]:
    """Return the years whose reports were asked for and are not accepted, the earliest first."""
    query = select(FollowUp.year).where(FollowUp.case_id == case.id, FollowUp.state != "accepted")
    return db.session.scalars(query.order_by(FollowUp.year)).all()


Fact = tuple[frozenset[str], Callable[[SubsidyCase, Actor], bool]]

_APPLYING = frozenset({"draft", "returned"})

FACTS: Mapping[str, Fact] = {
    "ready": (_APPLYING, lambda case, _actor: not lacking.problems(case)),
    "in_force": (_APPLYING, lambda case, _actor: terms.is_in_force(case)),
    "batch_open": (_APPLYING, lambda case, _actor: terms.open_batch(case) is not None),
    "trustworthy": (_APPLYING | {"approved"}, lambda case, _actor: is_trustworthy(case)),
    "from_office": (frozenset({"returned"}), lambda case, _actor: case.returned_from == "first_review"),
    "from_city": (frozenset({"returned"}), lambda case, _actor: case.returned_from == "review"),
    "converted": (frozenset({"review"}), lambda case, _actor: lacking.is_converted(case)),
    "examined": (frozenset({"review"}), lambda case, _actor: examinations.is_examined(case)),
    "in_appeal_time": (frozenset({"refused"}), lambda case, _actor: terms.may_still_appeal(case)),
    "account_confirmed": (
        frozenset({"approved"}),
        lambda case, _actor: case.account_confirmed_at is not None,
    ),
    "no_objection": (
        frozenset({"proposed", "published"}),
        lambda case, _actor: not standing.is_objected(case),
    ),
    "unburdened": (frozenset({"approved"}), lambda case, _actor: standing.is_unburdened(case)),
    "reported": (frozenset({"tracking"}), lambda case, _actor: is_reported(case)),
}
"""Fact → the states whose guards ask for it (none: every state), and how it is found out."""
