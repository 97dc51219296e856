"""Settings: dated, bounded, and the important ones by two people."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.platform.settings import SETTINGS
from marketplace.extensions import db
from marketplace.models.platform import Notice, SettingValue
from marketplace.services.platform import settings
from marketplace.services.unit import unit_of_work
from tests import factories

IMPORTANT = "login.failures_allowed"
PLAIN = "files.max_megabytes"


@pytest.fixture
def people(session: object) -> tuple[Actor, Actor]:
    """Two people who may change settings."""
    first = factories.make_staff(Role.SYSTEM_ADMIN)
    second = factories.make_staff(Role.POLICY_MANAGER)
    return factories.actor(first), factories.actor(second)


def propose(actor: Actor, key: str, value: Any, days: int = 0) -> SettingValue:
    """Propose a value from today plus ``days`` on."""
    with unit_of_work():
        return settings.propose(actor, key, value, clock.today() + timedelta(days=days), "依据文件")


def confirm_by_hand(row_id: int) -> None:
    """What a bug would do: let the proposer stand as the second person."""
    row = settings.get_value(row_id)
    row.decided_by = row.proposed_by
    db.session.flush()


def test_a_plain_setting_holds_from_its_day_on(people: tuple[Actor, Actor]) -> None:
    """The initial value until the first row; then the newest row whose day has come."""
    assert settings.get(PLAIN) == SETTINGS[PLAIN].initial
    propose(people[0], PLAIN, 30)
    propose(people[0], PLAIN, 40, days=5)
    assert settings.get(PLAIN) == 30
    assert settings.get(PLAIN, clock.today() + timedelta(days=4)) == 30
    assert settings.get(PLAIN, clock.today() + timedelta(days=5)) == 40
    now = next(each for each in settings.overview() if each.definition.key == PLAIN)
    assert (now.value, now.since, [row.value for row in now.coming]) == (30, clock.today(), [40])


def test_an_important_setting_waits_for_a_second_person(people: tuple[Actor, Actor]) -> None:
    """Nobody confirms their own proposal, not even through the database."""
    first, second = people
    row_id = propose(first, IMPORTANT, 5).id
    assert settings.get(IMPORTANT) == SETTINGS[IMPORTANT].initial
    with pytest.raises(NotAllowed), unit_of_work():
        settings.decide(first, row_id, "confirm")
    with unit_of_work():
        settings.decide(second, row_id, "confirm", "同意")
    assert settings.get(IMPORTANT) == 5
    with pytest.raises(Conflict), unit_of_work():
        settings.decide(second, row_id, "confirm")
    with pytest.raises(IntegrityError), unit_of_work():
        confirm_by_hand(row_id)


def test_rejecting_needs_a_reason_and_withdrawing_is_for_the_proposer_too(
    people: tuple[Actor, Actor],
) -> None:
    """A refusal says why; a withdrawn proposal has no second person."""
    first, second = people
    refused, withdrawn = propose(first, IMPORTANT, 5).id, propose(first, IMPORTANT, 6).id
    with pytest.raises(DomainError) as error, unit_of_work():
        settings.decide(second, refused, "reject")
    assert error.value.code == "reason_missing"
    with pytest.raises(DomainError) as error, unit_of_work():
        settings.decide(second, withdrawn, "withdraw")
    assert error.value.code == "guard_is_proposer"
    with unit_of_work():
        settings.decide(second, refused, "reject", "次数过少，影响老年人")
        settings.decide(first, withdrawn, "withdraw")
    rows = {row.id: row for row in settings.history(IMPORTANT)}
    assert (rows[refused].state, rows[refused].decision_note) == ("rejected", "次数过少，影响老年人")
    assert (rows[withdrawn].state, rows[withdrawn].decided_by) == ("withdrawn", None)
    told = db.session.scalars(select(Notice).where(Notice.person_id == first.person_id)).one()
    assert (told.kind, told.params["note"]) == ("setting_rejected", "次数过少，影响老年人")
    assert settings.get(IMPORTANT) == SETTINGS[IMPORTANT].initial


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        (PLAIN, 0, "setting_out_of_bounds"),
        (PLAIN, 51, "setting_out_of_bounds"),
        (PLAIN, "二十", "setting_not_integer"),
        (PLAIN, True, "setting_not_integer"),
        (PLAIN, 2.5, "setting_not_integer"),
        ("review.limit.demand", {"number": 0, "unit": "日"}, "setting_out_of_bounds"),
        ("review.limit.demand", 5, "setting_not_integer"),
    ],
)
def test_values_stay_in_bounds(people: tuple[Actor, Actor], key: str, value: Any, code: str) -> None:
    """What is refused is refused at the field, and nothing is written."""
    with pytest.raises(DomainError) as refused:
        propose(people[0], key, value)
    assert (refused.value.code, refused.value.field) == (code, "value")
    assert settings.history(key) == []


def test_nothing_takes_effect_in_the_past(people: tuple[Actor, Actor]) -> None:
    """What was decided under the old value stays decided."""
    with pytest.raises(DomainError) as refused:
        propose(people[0], PLAIN, 30, days=-1)
    assert refused.value.field == "valid_from"


def test_others_may_not_change_or_see(session: object) -> None:
    """A reviewer changes nothing; a value that does not exist is not found."""
    reviewer = factories.actor(factories.make_staff(Role.DEMAND_REVIEWER))
    with pytest.raises(NotAllowed):
        propose(reviewer, PLAIN, 30)
    with pytest.raises(NotFound):
        settings.get_value(10**9)
    assert db.session.scalars(select(SettingValue)).all() == []
