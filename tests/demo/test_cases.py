"""The demonstration's subsidy cases: every state, a full cap that two buyers share, a reduction and a recovery."""

from flask import Flask
from sqlalchemy import func, select

from marketplace.demo.subsidy import scenes
from marketplace.domain import clock
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.extensions import db
from marketplace.models.subsidy import (
    CapGroup,
    CapGroupMember,
    CaseExamination,
    DishonestEntry,
    FollowUp,
    PolicyVersion,
    Recovery,
    SubsidyCase,
)
from marketplace.services.platform import reviews
from marketplace.services.subsidy import recoveries
from marketplace.services.subsidy.granting import recovering


def test_every_state_can_be_looked_at(demonstration: Flask) -> None:
    assert set(db.session.scalars(select(SubsidyCase.state))) == set(SUBSIDY_CASE.states)
    submitted = db.session.scalar(select(func.count(SubsidyCase.id)).where(SubsidyCase.number.is_not(None)))
    assert submitted == len(scenes.load())


def test_two_buyers_share_a_full_cap_and_a_third_claim_is_refused_by_rule(demonstration: Flask) -> None:
    query = (
        select(SubsidyCase.traded_id)
        .group_by(SubsidyCase.traded_id)
        .having(
            func.sum(SubsidyCase.fixed_fen) == 50_000_000,
            func.count(SubsidyCase.organisation_id.distinct()) == 2,
        )
    )
    traded_id = db.session.scalars(query).one()
    found = select(SubsidyCase).where(SubsidyCase.traded_id == traded_id).order_by(SubsidyCase.number)
    told = [(case.state, case.fixed_fen, case.reasons) for case in db.session.scalars(found)]
    assert told == [
        ("tracking", 20_000_000, []),
        ("tracking", 30_000_000, []),
        ("refused", None, ["CAP_EXHAUSTED"]),
    ]


def test_one_grant_is_reduced_and_one_is_partly_paid_back(demonstration: Flask) -> None:
    rows = {row.kind: row for row in db.session.scalars(select(Recovery))}
    reduction = db.session.get_one(SubsidyCase, rows["reduction"].case_id)
    assert (reduction.state, reduction.granted_fen, reduction.fixed_fen) == (
        "proposed",
        13_000_000,
        10_000_000,
    )
    standing = recovering.standing_of(rows["recovery"])
    assert (rows["recovery"].state, standing.repaid_fen, standing.left_fen) == ("open", 1_200_000, 1_200_000)
    assert rows["recovery"].due_on < clock.today()


def test_the_lists_of_the_offices_have_something_of_each_kind(demonstration: Flask) -> None:
    groups = select(CapGroup.state, func.count(CapGroupMember.traded_id)).join(CapGroup.members)
    found = db.session.execute(groups.group_by(CapGroup.id, CapGroup.state).order_by(CapGroup.state))
    assert [tuple(row) for row in found] == [("confirmed", 2), ("suggested", 2)]
    removed = [row.removed_on is not None for row in db.session.scalars(select(DishonestEntry))]
    assert sorted(removed) == [False, False, True]
    given = {row.kind: row.given_at is not None for row in db.session.scalars(select(CaseExamination))}
    assert given == {"audit": True, "expert": False}


def test_the_arithmetic_agrees_and_every_review_has_its_task(demonstration: Flask) -> None:
    version = db.session.scalars(
        select(PolicyVersion).where(PolicyVersion.clause == "purchase", PolicyVersion.state == "effective")
    ).one()
    assert recoveries.sync(version) == []
    for case in db.session.scalars(select(SubsidyCase).order_by(SubsidyCase.id)):
        waits = case.state in ("first_review", "review", "appealed")
        assert (reviews.open_task_for("subsidy_case", case.id) is not None) is waits


def test_a_report_is_on_a_year_that_is_over_and_only_then_a_case_is_closed(demonstration: Flask) -> None:
    found = db.session.execute(select(FollowUp, SubsidyCase).join(SubsidyCase).order_by(FollowUp.id)).all()
    closed = [row for row, case in found if case.state == "closed"]
    assert [(row.state, row.year < clock.today().year) for row in closed] == [("accepted", True)]
    assert {row.state for row, case in found if case.state == "tracking"} == {"due"}
