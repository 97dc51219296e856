"""Policy versions: two people, windows that never overlap, nothing changed once confirmed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.subsidy.parameters import PURCHASE, initial, shown
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import versions
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")

WORDING = versions.Wording(
    "law",
    "实施方案",
    "宿科〔2026〕8号",
    "第8条",
    "给予10%的补助。",
    "",
    date(2026, 1, 1),
    None,
    date(2026, 1, 1),
    None,
)
VALUES = initial(PURCHASE)
TYPED = {
    one.key: VALUES[one.key] if one.kind in ("codes", "flag") else shown(one, VALUES[one.key])
    for one in PURCHASE
}


@pytest.fixture
def manager():
    return make.actor(make.make_staff(Role.POLICY_MANAGER))


@pytest.fixture
def other():
    return make.actor(make.make_staff(Role.POLICY_MANAGER))


def written(actor, **wording):
    with unit_of_work():
        row = versions.create(actor, "purchase")
        versions.write(actor, row.id, replace(WORDING, **wording), TYPED, None)
        return row.id


def act(actor, version_id, action, note=""):
    with unit_of_work():
        return versions.act(actor, version_id, action, note).state


def test_a_second_person_confirms(manager, other):
    version = written(manager)
    act(manager, version, "propose")
    with pytest.raises(NotAllowed):
        act(manager, version, "confirm")
    assert act(other, version, "confirm") == "effective"
    assert policies.for_payment("purchase", date(2026, 5, 1)).id == version
    assert policies.for_payment("purchase", date(2025, 12, 31)) is None


def test_a_confirmed_version_is_fixed(manager, other):
    version = written(manager)
    act(manager, version, "propose")
    act(other, version, "confirm")
    with pytest.raises(Conflict), unit_of_work():
        versions.write(manager, version, WORDING, TYPED, None)


def test_a_draft_text_serves_estimates_only(manager, other):
    version = written(manager, says="draft")
    act(manager, version, "propose")
    with pytest.raises(DomainError, match="征求意见稿"):
        act(other, version, "confirm")
    assert act(other, version, "confirm_draft") == "drafted"
    assert policies.for_estimates("purchase").id == version
    assert policies.for_payment("purchase", date(2026, 5, 1)) is None


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ((None, None), (date(2026, 1, 1), None), True),
        ((date(2025, 1, 1), date(2025, 12, 31)), (date(2025, 12, 31), None), True),
        ((date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), None), False),
    ],
)
def test_windows_never_overlap(manager, other, first, second, refused):
    old = written(manager, window_from=first[0], window_to=first[1])
    act(manager, old, "propose")
    act(other, old, "confirm")
    new = written(manager, window_from=second[0], window_to=second[1])
    if refused:
        with pytest.raises(DomainError, match="重叠") as told:
            act(manager, new, "propose")
        assert f"第{db.session.get_one(PolicyVersion, old).ordinal}版" in str(told.value)
        assert str(second[0]) in str(told.value)
        assert ("2026-01-01或以后" in str(told.value)) is (first[1] is not None)
    else:
        assert act(manager, new, "propose") == "proposed"
        assert act(other, new, "confirm") == "effective"


def test_of_two_that_overlap_one_is_confirmed(app, manager, other):
    """Both were proposed while neither was in force; two people press at the same moment."""
    pair = [written(manager) for _ in range(2)]
    for version in pair:
        act(manager, version, "propose")
    db.session.rollback()

    def press(version):
        with app.app_context():
            try:
                return act(other, version, "confirm")
            except DomainError as refused:
                return refused.code

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(press, pair))
    assert outcomes == ["effective", "guard_window_free"]


def test_what_cannot_be_read_is_named_and_nothing_is_written(manager):
    version = written(manager)
    bad = replace(WORDING, document="", window_to=date(2025, 1, 1))
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        versions.write(manager, version, bad, TYPED | {"rate": "abc"}, None)
    assert [error.field for error in refused.value.errors] == ["document", "window_to", "rate"]
    assert db.session.get_one(PolicyVersion, version).document == "实施方案"


def test_two_editors_do_not_overwrite_each_other(manager, other):
    version = written(manager)
    seen = db.session.get_one(PolicyVersion, version).version
    with unit_of_work():
        versions.write(manager, version, replace(WORDING, words="新的原文。"), TYPED, seen)
    with pytest.raises(Conflict), unit_of_work():
        versions.write(other, version, WORDING, TYPED, seen)


def test_versions_are_compared_and_copied(manager):
    old = written(manager)
    with unit_of_work():
        new = versions.create(manager, "purchase", copy_of=old)
        versions.write(manager, new.id, WORDING, TYPED | {"rate": "12"}, None)
        found = versions.compare(db.session.get_one(PolicyVersion, old), new)
    assert [(one.key, one.old, one.new) for one in found] == [("rate", 1000, 1200)]


def test_a_copy_goes_on_the_day_after_the_other_ends(manager):
    old = written(
        manager, window_from=date(2025, 1, 1), window_to=date(2025, 12, 31), valid_to=date(2026, 6, 30)
    )
    with unit_of_work():
        new = versions.create(manager, "purchase", copy_of=old)
    assert (new.window_from, new.window_to, new.valid_from) == (date(2026, 1, 1), None, date(2026, 7, 1))


def test_the_public_reads_what_is_confirmed(manager):
    version = written(manager)
    with pytest.raises(NotFound):
        versions.get(VISITOR, version)
    assert versions.all_versions(VISITOR) == []
