"""目录与指标 and 规划目标 through their pages."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import SettingValue
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")
LIST = "/admin/lists/list.future_industry/change"


@pytest.fixture
def manager(client: InspectingClient) -> InspectingClient:
    """A signed-in policy manager."""
    client.sign_in(factories.make_staff(Role.POLICY_MANAGER).id)
    return client


def test_a_list_is_changed_by_two_people_and_offered_from_then_on(
    manager: InspectingClient, new_client: Callable[[], InspectingClient]
) -> None:
    """A row more, a word changed; the second person sees what changes; the form of a new item offers it."""
    typed = {"terms-0-label": "通用人工智能", "note": "规划调整"}
    manager.submit(LIST, typed, button="action=send")
    row = db.session.scalars(select(SettingValue)).one()
    assert "待确认" in manager.page("/admin/lists").text
    checker = new_client()
    checker.sign_in(factories.make_staff(Role.SYSTEM_ADMIN).id)
    decide = f"/admin/settings/values/{row.id}"
    assert "通用智能 → 通用人工智能" in checker.page(decide).text
    checker.submit(decide, button="action=confirm")
    owner = factories.make_person(factories.make_organisation())
    draft = factories.make_draft(owner)
    theirs = new_client()
    theirs.sign_in(owner.id)
    step = theirs.get(f"/desk/listings/{draft.id}/edit/basics").get_data(as_text=True)
    assert "通用人工智能" in step
    assert "通用人工智能" in manager.page("/plan").text
    assert "5 项：通用人工智能" in manager.page("/admin/settings/list.future_industry").text


def test_rows_come_and_go_without_scripts(manager: InspectingClient) -> None:
    """Added and taken away on the page; what was typed stays; nothing is stored."""
    more = manager.submit(LIST, {"note": "写到一半"}, button="add_row=terms").get_data(as_text=True)
    assert "terms-5-label" in more
    assert "写到一半" in more
    fewer = manager.submit(LIST, button="remove_row=terms-2").get_data(as_text=True)
    assert "terms-4-label" not in fewer
    assert "低碳能源" not in fewer.split("<main")[1].split("现行")[-1].split("form")[1]
    assert db.session.scalars(select(SettingValue)).all() == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"terms-1-label": "、", "note": "n"}, "请填写，最多 20 个字"),
        ({"terms-1-label": "通用智能", "note": "n"}, "与前面的一项重复"),
        ({"note": "n"}, "没有任何改动"),
        ({"terms-0-label": "新名", "note": "n", "valid_from": "2020-01-01"}, "不能早于今天"),
        ({"terms-0-label": "新名", "note": ""}, "请填写理由或依据"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    manager: InspectingClient, typed: dict[str, str], words: str
) -> None:
    """With everything typed kept."""
    answer = manager.submit(LIST, typed, button="action=send")
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_targets_and_instruments_are_changed_likewise(manager: InspectingClient) -> None:
    """A number, a line; the public page shows what holds, its 口径 and source."""
    target = "/admin/lists/target.patents/change"
    wrong = manager.submit(target, {"number": "许多", "note": "n"}, button="action=send")
    assert wrong.status_code == 422
    assert "请填写数字" in wrong.get_data(as_text=True)
    manager.submit(target, {"number": "15", "year": "2030", "note": "新规划"}, button="action=send")
    manager.submit(
        "/admin/lists/list.instruments/change",
        {"lines-0-text": "每个案例 30 万元", "note": "新标准"},
        button="action=send",
    )
    assert len(db.session.scalars(select(SettingValue)).all()) == 2
    public = manager.page("/plan").text
    for words in ("每万人发明专利拥有量", "规划期累计", "十四五", "现代物流", "每个案例 20 万元"):
        assert words in public


def test_lists_as_of_a_day_and_pages_that_are_not_there(manager: InspectingClient) -> None:
    """Any day may be asked for; other settings have their own page; an unknown key has none."""
    assert manager.page("/admin/lists?day=2030-01-01").h1 == "目录与指标"
    assert "日期请写成" in manager.page("/admin/lists?day=昨天").text
    assert manager.get("/admin/lists/listing.months_valid/change").status_code == 404
    assert (
        manager.get("/admin/settings/target.patents/change").location == "/admin/lists/target.patents/change"
    )


def test_settings_are_shown_as_of_a_day(manager: InspectingClient) -> None:
    """The value that will hold, and a search among the names."""
    key = "review.limit.achievement"
    day = "2030-01-01"
    manager.submit(
        f"/admin/settings/{key}/change", {"value": "9", "valid_from": day, "note": "通知"}, button=None
    )
    later = manager.page(f"/admin/settings?day={day}&q=成果审核").text
    assert "9 工作日" in later
    assert "2030-01-01 有效的值" in later
    assert "技术合同" not in later.split("参数设置")[-1].split("帮助")[0]
    assert "没有符合条件的参数" in manager.page("/admin/settings?q=不存在").text
    percent = manager.page("/admin/settings/contract.price_gap_percent/change").text
    assert "%" in percent


def test_who_may_not(client: InspectingClient) -> None:
    """A reviewer changes nothing; an auditor only reads."""
    person: Person = factories.make_staff(Role.AUDITOR)
    client.sign_in(person.id)
    assert "提出变更" not in client.page("/admin/lists").text
    assert client.get(LIST).status_code == 403
