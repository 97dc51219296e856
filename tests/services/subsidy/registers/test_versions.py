"""Policy versions: two people, windows that never overlap, nothing changed once confirmed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.subsidy.parameters import PURCHASE, initial, shown
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, Notice
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import batches, versions
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import subsidies
from tests.deals import make_traded

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
    told = db.session.scalars(select(Notice)).one()
    assert (told.person_id, told.kind, told.subject_id) == (manager.person_id, "policy_confirmed", version)


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


def test_what_was_applied_for_under_a_repealed_version_is_not_taken_by_the_next(manager, other):
    first = written(manager)
    act(manager, first, "propose")
    act(other, first, "confirm")
    policy = db.session.get_one(PolicyVersion, first)
    batch = subsidies.make_batch(policy)
    subsidies.make_case(make.make_organisation(), make_traded(), policy, batch, "tracking")
    act(other, first, "repeal", "新办法已施行")
    assert policies.overlapping(policy) == []
    assert db.session.get_one(PolicyVersion, first, populate_existing=True).window_to == clock.today()
    assert batches.state_of(batch) == ("draft", "已随政策版本废止关闭")
    second = written(manager)
    with pytest.raises(DomainError, match="同一笔付款会补助两次"):
        act(manager, second, "propose")
    tomorrow = written(manager, window_from=clock.today() + timedelta(days=1))
    assert act(manager, tomorrow, "propose") == "proposed"


def test_a_repealed_version_that_nobody_used_is_in_nobody_s_way(manager, other):
    first = written(manager)
    act(manager, first, "propose")
    act(other, first, "confirm")
    act(other, first, "repeal", "新办法已施行")
    assert act(manager, written(manager), "propose") == "proposed"


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


@pytest.fixture
def open_ended(manager, other):
    version = written(manager)
    act(manager, version, "propose")
    act(other, version, "confirm")
    return version


def close(actor, version_id, last, note="新办法次日起施行"):
    with unit_of_work():
        return versions.close(actor, version_id, last, note)


def test_a_window_is_closed_without_locking_anybody_out(manager, other, open_ended):
    policy = db.session.get_one(PolicyVersion, open_ended)
    batch, today = subsidies.make_batch(policy), clock.today()
    for _press in range(2):
        row = close(other, open_ended, today)
    assert (row.state, row.window_to, row.state_note) == ("effective", today, "新办法次日起施行")
    assert batches.state_of(batch) == ("ok", "开放申报")
    assert policies.for_payment("purchase", today).id == open_ended
    tomorrow = today + timedelta(days=1)
    following = written(manager, window_from=tomorrow)
    act(manager, following, "propose")
    assert act(other, following, "confirm") == "effective"
    assert policies.for_payment("purchase", tomorrow).id == following
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "policy_version.close")).all()
    assert [one.details["window_to"] for one in told] == [today.isoformat()]


@pytest.mark.parametrize(("days", "code"), [(-1, "day_early"), (10, "day_late"), (None, "day_missing")])
def test_a_window_is_closed_from_today_on_and_only_ever_earlier(other, open_ended, days, code):
    close(other, open_ended, clock.today() + timedelta(days=9))
    with pytest.raises(DomainError) as refused:
        close(other, open_ended, None if days is None else clock.today() + timedelta(days=days))
    assert (refused.value.code, refused.value.field) == (code, "day")


def test_closing_asks_for_the_right_a_reason_and_a_version_in_force(manager, other, open_ended):
    with pytest.raises(NotAllowed):
        close(make.actor(make.make_staff(Role.SUBSIDY_REVIEWER)), open_ended, clock.today())
    with pytest.raises(DomainError) as refused:
        close(other, open_ended, clock.today(), "")
    assert refused.value.code == "reason_missing"
    with pytest.raises(Conflict):
        act(other, open_ended, "close")
    act(other, open_ended, "repeal", "新办法已施行")
    with pytest.raises(Conflict):
        close(other, open_ended, clock.today())
