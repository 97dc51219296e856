"""What the guards of the case's table ask for, gathered from where each fact lives."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.subsidy import DishonestEntry, FollowUp, Recovery, SubsidyCase, SubsidyDecision
from marketplace.services.subsidy.applying import lacking, terms
from marketplace.services.subsidy.granting import recovering, standing
from marketplace.services.subsidy.registers import dishonest
from marketplace.services.subsidy.reviewing import examinations


class Sight:
    """What the guards ask of some cases: each looked up once for all of them, when it is first asked for.

    Good as long as nothing of it changes: for one page, or for one step of many cases.
    """

    def __init__(self, found: Sequence[SubsidyCase]) -> None:
        self._found = found

    @cached_property
    def listed(self) -> dict[str, list[DishonestEntry]]:
        """USCC → the entries of 失信 lists that stand against it today."""
        return dishonest.listed_of({case.organisation.uscc for case in self._found}, clock.today())

    @cached_property
    def let_through(self) -> set[int]:
        """Cases that a recorded decision lets through in spite of a list."""
        query = select(SubsidyDecision.subject_id, SubsidyDecision.outcome).where(
            SubsidyDecision.kind == "dishonest",
            SubsidyDecision.subject_kind == "subsidy_case",
            SubsidyDecision.subject_id.in_([case.id for case in self._found]),
        )
        # The last decision about a case stands.
        rows = db.session.execute(query.order_by(SubsidyDecision.id))
        last: dict[int, str] = {}
        for case_id, outcome in rows:
            last[case_id] = outcome
        return {case_id for case_id, outcome in last.items() if outcome == "overridden"}

    @cached_property
    def objections(self) -> dict[int, int]:
        """Case → how many objections are open against its publications."""
        return standing.open_objections(self._found)

    @cached_property
    def burdens(self) -> dict[int, list[Recovery]]:
        """Case → the open 追回 on whose cap its amount rests."""
        return standing.burdens(self._found)

    @cached_property
    def owed_fen(self) -> dict[int, int]:
        """Recovery of ``burdens`` → what is left of it in 分."""
        rows = {row.id: row for each in self.burdens.values() for row in each}
        return {key: one.left_fen for key, one in recovering.standings_of(list(rows.values())).items()}

    @cached_property
    def unaccepted_years(self) -> dict[int, list[int]]:
        """Case → the years whose reports were asked for and are not accepted, the earliest first."""
        query = select(FollowUp.case_id, FollowUp.year).where(
            FollowUp.case_id.in_([case.id for case in self._found]), FollowUp.state != "accepted"
        )
        found: dict[int, list[int]] = {}
        for case_id, year in db.session.execute(query.order_by(FollowUp.year, FollowUp.id)):
            found.setdefault(case_id, []).append(year)
        return found

    def is_trustworthy(self, case: SubsidyCase) -> bool:
        """Return whether the applicant stands on no 失信 list today, or a recorded decision lets the case through."""
        return case.organisation.uscc not in self.listed or case.id in self.let_through


def facts_of(case: SubsidyCase, actor: Actor, sight: Sight | None = None) -> frozenset[str]:
    """Return the facts that hold for a case now, seen by ``actor``; only those its state can ask for are looked up."""
    sight = sight or Sight([case])
    return frozenset(name for name in FACTS if holds(name, case, actor, sight))


def holds(name: str, case: SubsidyCase, actor: Actor, sight: Sight) -> bool:
    """Return whether a fact holds for a case, seen by ``actor``."""
    states, is_so = FACTS[name]
    return (not states or case.state in states) and is_so(case, actor, sight)


def is_trustworthy(case: SubsidyCase) -> bool:
    """Return whether the applicant stands on no 失信 list today, or a recorded decision lets this case through."""
    return Sight([case]).is_trustworthy(case)


Fact = tuple[frozenset[str], Callable[[SubsidyCase, Actor, Sight], bool]]

_APPLYING = frozenset({"draft", "returned"})

FACTS: Mapping[str, Fact] = {
    "ready": (_APPLYING, lambda case, _actor, _sight: not lacking.problems(case)),
    "in_force": (_APPLYING, lambda case, _actor, _sight: terms.is_in_force(case)),
    "batch_open": (_APPLYING, lambda case, _actor, _sight: terms.open_batch(case) is not None),
    "trustworthy": (_APPLYING | {"approved"}, lambda case, _actor, sight: sight.is_trustworthy(case)),
    "from_office": (
        frozenset({"returned"}),
        lambda case, _actor, _sight: case.returned_from == "first_review",
    ),
    "from_city": (frozenset({"returned"}), lambda case, _actor, _sight: case.returned_from == "review"),
    "converted": (frozenset({"review"}), lambda case, _actor, _sight: lacking.is_converted(case)),
    "examined": (frozenset({"review"}), lambda case, _actor, _sight: examinations.is_examined(case)),
    "in_appeal_time": (frozenset({"refused"}), lambda case, _actor, _sight: terms.may_still_appeal(case)),
    "account_confirmed": (
        frozenset({"approved"}),
        lambda case, _actor, _sight: case.account_confirmed_at is not None,
    ),
    "no_objection": (
        frozenset({"proposed", "published"}),
        lambda case, _actor, sight: case.id not in sight.objections,
    ),
    "unburdened": (frozenset({"approved"}), lambda case, _actor, sight: case.id not in sight.burdens),
    "reported": (frozenset({"tracking"}), lambda case, _actor, sight: case.id not in sight.unaccepted_years),
}
"""Fact → the states whose guards ask for it (none: every state), and how it is found out."""
