"""Submitted applications and their reviewers, for tests."""

from typing import Any

from marketplace.domain.access import Actor, Role
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy.applying import evidence, materials, submitting
from marketplace.services.subsidy.reviewing import checking, deciding
from marketplace.services.subsidy.reviewing.deciding import Opinion
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.applications import complete, open_case


def submitted(**parameters: Any) -> tuple[SubsidyCase, Actor]:
    """Return a case that waits for 初审 at 埇桥区, and its applicant. Commits."""
    case, agent = open_case(**parameters)
    complete(case, agent)
    with unit_of_work():
        submitting.submit(agent, case.id)
    return again(case), agent


def again(case: SubsidyCase) -> SubsidyCase:
    """Return a case as it stands in the database."""
    db.session.expire_all()
    return db.session.get_one(SubsidyCase, case.id)


def office(scope: str = "341302") -> Actor:
    """Return somebody who does 初审 for an office."""
    return make.actor(make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, scope=scope))


def city(*roles: Role) -> Actor:
    """Return somebody of the city: 补助审核 by default."""
    return make.actor(make.make_staff(*(roles or (Role.SUBSIDY_REVIEWER,))))


def check_all(actor: Actor, case: SubsidyCase) -> None:
    """Check every paper of a case that is there."""
    items = materials.checklist(case, evidence.sum_of(case))
    with unit_of_work():
        checking.check_off(actor, case.id, [one.material.code for one in items if one.state != "missing"])


def decide(actor: Actor, case: SubsidyCase, decision: str, *reasons: str, **words: Any) -> SubsidyCase:
    """Decide the present step and return the case."""
    with unit_of_work():
        deciding.decide(actor, case.id, decision, Opinion(list(reasons), **words))
    return again(case)


def passed_first(**parameters: Any) -> tuple[SubsidyCase, Actor]:
    """Return a case that waits for the city's review, every paper checked, and its applicant. Commits."""
    case, agent = submitted(**parameters)
    reviewer = office()
    check_all(reviewer, case)
    return decide(reviewer, case, "pass"), agent
