"""Every state × action × role of every table: what the engine accepts, and that buttons offer exactly that."""

import pytest

from marketplace.domain.access import (
    OUTSIDE_ROLES,
    SYSTEM,
    VISITOR,
    Actor,
    Grant,
    Permission,
    Role,
    Subject,
    may,
)
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.platform.audit import TAGS
from marketplace.domain.platform.notices import KINDS
from marketplace.domain.states import MACHINES, Machine, State, Tone, Transition

OWNER, STRANGER, AUTHORITY = 1, 2, 3
FACTS = frozenset(
    {
        "is_demand", "is_proposer", "owner_verified", "declared", "complete", "signed", "reachable", "awaits_you",
        "priced_in_public", "has_certificate", "is_local", "is_outside", "paid_in_full", "is_recorder",
        "window_free", "says_draft", "says_law", "ready", "in_force", "batch_open", "trustworthy", "from_office",
        "from_city", "converted", "examined", "in_appeal_time", "no_objection", "account_confirmed", "unburdened",
        "reported", "has_pending", "is_owner", "is_asker", "has_broker", "other_side", "own_offer", "not_expired",
        "is_pair", "is_side",
    }
)  # fmt: skip


def member(organisation: int, kind: str = "enterprise", manager: bool = False, person: int = 10) -> Actor:
    return Actor(
        person_id=person,
        organisation_id=organisation,
        organisation_kind=kind,
        organisation_verified=True,
        is_manager=manager,
    )


def staff(role: Role, organisation: int = AUTHORITY, person: int = 20) -> Actor:
    return Actor(
        person_id=person,
        organisation_id=organisation,
        organisation_kind="authority",
        organisation_verified=True,
        grants=frozenset({Grant(role)}),
    )


PEOPLE: dict[str, Actor] = {
    "visitor": VISITOR,
    "site": SYSTEM,
    "owner's agent": member(OWNER),
    "owner's manager": member(OWNER, manager=True),
    "stranger": member(STRANGER, manager=True),
    "own broker": member(OWNER, kind="broker"),
    **{f"{role}": staff(role) for role in Role},
    **{f"own {role}": staff(role, organisation=OWNER) for role in Role},
}

ENTERPRISE = {"owner's agent", "owner's manager"}
OWNERS = ENTERPRISE | {"own broker"}
MANAGER = {"owner's manager"}
ADMIN = {"system_admin"}
SETTERS = {"system_admin", "policy_manager", "own system_admin", "own policy_manager"}
ANNOUNCERS = SETTERS | {"publisher", "own publisher"}
REVIEWERS = {
    "achievement": {"achievement_reviewer"},
    "demand": {"demand_reviewer"},
    "achievement_correction": {"achievement_reviewer"},
    "demand_correction": {"demand_reviewer"},
    "organisation": {"system_admin"},
    "contract": {"contract_registrar"},
    "contract_check": {"contract_verifier"},
    "contract_change": {"contract_registrar"},
    "price_objection": {"contract_registrar"},
    "payment": {"finance", "contract_registrar"},
    "payment_evidence": {"finance", "contract_registrar"},
    "subsidy_first_review": {"subsidy_first_reviewer"},
    "subsidy_review": {"subsidy_reviewer"},
    "subsidy_appeal": {"subsidy_approver"},
    "grant_objection": {"subsidy_reviewer"},
}


def expected(permission: Permission, kind: str) -> set[str]:
    """Who is meant to hold a permission that a table asks for, written down a second time, by name."""
    if permission is Permission.RUN_BY_ITSELF:
        return {"site"}
    return {
        Permission.EDIT_LISTING: OWNERS,
        Permission.EDIT_CONTRACT: OWNERS,
        Permission.APPLY_SUBSIDY: ENTERPRISE,
        Permission.CHANGE_POLICY: {"policy_manager", "own policy_manager"},
        Permission.CONFIRM_POLICY: {
            "policy_manager",
            "own policy_manager",
            "subsidy_approver",
            "own subsidy_approver",
        },
        Permission.WRITE_ANNOUNCEMENT: ANNOUNCERS,
        Permission.PUBLISH_ANNOUNCEMENT: ANNOUNCERS,
        Permission.FIX_GRANT: {"subsidy_reviewer"},
        Permission.PUBLISH_GRANT: {"publisher"},
        Permission.APPROVE_GRANT: {"subsidy_approver"},
        Permission.PAY_GRANT: {"finance"},
        Permission.HANDLE_CONTRACT: OWNERS,
        Permission.HANDLE_INQUIRY: OWNERS,
        Permission.NEGOTIATE: OWNERS,
        Permission.WORK_AS_BROKER: {"own broker"},
        Permission.CHECK_REGISTRATION: {"contract_verifier"},
        Permission.IMPORT_CONTRACTS: {"contract_registrar", "own contract_registrar"},
        Permission.EDIT_ORGANISATION: MANAGER,
        Permission.MANAGE_MEMBERS: MANAGER,
        Permission.VERIFY_ORGANISATION: ADMIN,
        Permission.REVIEW: REVIEWERS.get(kind, set()),
        Permission.ASSIGN_REVIEW: REVIEWERS.get(kind, set()),
        Permission.CHANGE_SETTINGS: SETTERS,
        Permission.CONFIRM_SETTINGS: SETTERS,
        Permission.RUN_JOBS: {"system_admin", "own system_admin"},
        Permission.MANAGE_PEOPLE: {"system_admin", "own system_admin"},
    }[permission]


def kinds_of(machine: Machine) -> list[str]:
    if machine.subject in ("listing", "revision"):
        return ["achievement", "demand"]
    if machine.subject == "correction":
        return ["achievement_correction", "demand_correction"]
    if machine.subject == "subsidy_case":
        return ["subsidy_first_review", "subsidy_review", "subsidy_appeal"]
    if machine.subject == "review_task":
        return list(REVIEWERS)
    return [machine.subject]


CASES = [(machine, kind) for machine in MACHINES.values() for kind in kinds_of(machine)]


@pytest.mark.parametrize(("machine", "kind"), CASES, ids=lambda case: getattr(case, "subject", case))
def test_every_state_action_and_role_is_decided_as_written(machine, kind):
    subject = Subject(kind, organisation_id=OWNER, facts=FACTS)
    for state in machine.states:
        for action in machine.actions:
            transition = machine.table.get((state, action))
            for name, actor in PEOPLE.items():
                if transition is None:
                    with pytest.raises(Conflict):
                        machine.decide(state, action, actor, subject)
                elif name in expected(transition.who, kind):
                    assert machine.decide(state, action, actor, subject) is transition, (state, action, name)
                else:
                    with pytest.raises(NotAllowed):
                        machine.decide(state, action, actor, subject)


@pytest.mark.parametrize(("machine", "kind"), CASES, ids=lambda case: getattr(case, "subject", case))
def test_buttons_offer_exactly_what_the_engine_accepts(machine, kind):
    for facts in (FACTS, frozenset()):
        subject = Subject(kind, organisation_id=OWNER, facts=facts)
        for state in machine.states:
            for actor in PEOPLE.values():
                offered = {transition.action for transition in machine.available(state, actor, subject)}
                accepted = set()
                for action in machine.actions:
                    try:
                        machine.decide(state, action, actor, subject)
                    except DomainError:
                        continue
                    accepted.add(action)
                assert offered == accepted


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.subject)
def test_every_state_is_reached_and_every_open_one_can_be_left(machine):
    reached, frontier = {machine.initial}, [machine.initial]
    while frontier:
        here = frontier.pop()
        for (source, _), transition in machine.table.items():
            if source == here and transition.target not in reached:
                reached.add(transition.target)
                frontier.append(transition.target)
    assert reached == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.subject)
def test_every_action_is_audited_and_every_notice_has_its_words(machine):
    for transition in machine.table.values():
        assert {"from", "to", "reasons"} <= TAGS[machine.audit_tag(transition.action)]
        assert transition.notice is None or transition.notice in KINDS


def test_a_guard_tells_what_is_missing():
    revision = MACHINES["revision"]
    subject = Subject("achievement", organisation_id=OWNER, facts=frozenset({"declared"}))
    with pytest.raises(DomainError, match="单位通过认证后才能提交审核") as refused:
        revision.decide("draft", "submit", PEOPLE["owner's agent"], subject)
    assert refused.value.code == "guard_owner_verified"


def test_a_maker_never_reviews_what_they_made_even_from_another_organisation():
    subject = Subject("achievement", organisation_id=OWNER, makers=frozenset({20}), facts=FACTS)
    with pytest.raises(NotAllowed, match="不能办理本单位或本人提交的事项"):
        MACHINES["revision"].decide("submitted", "approve", staff(Role.ACHIEVEMENT_REVIEWER), subject)


def test_a_setting_is_confirmed_by_a_second_person_only():
    subject = Subject("setting", makers=frozenset({20}))
    proposer, colleague = staff(Role.SYSTEM_ADMIN), staff(Role.SYSTEM_ADMIN, person=21)
    assert MACHINES["setting"].decide("proposed", "confirm", colleague, subject).target == "effective"
    with pytest.raises(NotAllowed):
        MACHINES["setting"].decide("proposed", "confirm", proposer, subject)


def test_a_table_that_leaves_a_final_state_or_repeats_itself_is_refused():
    states = [State("a", "甲", Tone.DRAFT), State("b", "乙", Tone.OK, final=True)]
    leaves = Transition("b", "go", "a", "走", Permission.RUN_BY_ITSELF)
    twice = Transition("a", "go", "b", "走", Permission.RUN_BY_ITSELF)
    with pytest.raises(ValueError, match="final"):
        Machine("x", "某", states, [leaves], "a")
    with pytest.raises(ValueError, match="twice"):
        Machine("x", "某", states, [twice, twice], "a")


def test_nothing_is_allowed_to_a_visitor_and_an_unknown_permission_to_nobody():
    assert not any(may(VISITOR, permission) for permission in Permission)
    assert not may(SYSTEM, "no_such_permission")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", sorted(OUTSIDE_ROLES))
def test_people_from_outside_hold_no_permission_of_the_authority(role):
    assert not may(staff(role), Permission.REVIEW, Subject("achievement"))
    assert not may(staff(role), Permission.READ_AUDIT)


def test_a_scope_limits_a_role_to_its_office():
    here, there = Subject("x", scope="341302"), Subject("x", scope="341321")
    actor = Actor(person_id=1, grants=frozenset({Grant(Role.SYSTEM_ADMIN, "341302")}))
    assert may(actor, Permission.READ_AUDIT, here)
    assert not may(actor, Permission.READ_AUDIT, there)
