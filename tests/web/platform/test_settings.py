"""参数设置 and 工作日历 through their pages."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.services.platform import deadlines, settings
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")
IMPORTANT = "login.failures_allowed"


@pytest.fixture
def admin(client: InspectingClient) -> InspectingClient:
    """A signed-in administrator."""
    client.sign_in(factories.make_staff(Role.SYSTEM_ADMIN).id)
    return client


def test_a_limit_is_changed_at_once_with_its_reason(admin: InspectingClient) -> None:
    """The list shows the new value and since when; the history shows who and why."""
    key = "review.limit.achievement"
    admin.submit(
        f"/admin/settings/{key}/change", {"value": "７", "unit": "日", "note": "科技局通知"}, button=None
    )
    assert settings.get(key) == {"number": 7, "unit": "日"}
    assert "7 日" in admin.page("/admin/settings").text
    page = admin.page(f"/admin/settings/{key}")
    assert "科技局通知" in page.text
    assert "生效" in page.text


def test_two_people_change_what_matters(admin: InspectingClient, new_client: object) -> None:
    """Proposed by one, waiting in the list and on the overview, confirmed by another."""
    admin.submit(f"/admin/settings/{IMPORTANT}/change", {"value": "5", "note": "防猜测"})
    assert settings.get(IMPORTANT) == 8
    assert "5 次 待确认" in admin.page("/admin/settings").text
    row = settings.history(IMPORTANT)[0]
    own = admin.page(f"/admin/settings/values/{row.id}")
    assert ("action", "withdraw") in [button for form in own.forms for button in form.buttons]
    assert ("action", "confirm") not in [button for form in own.forms for button in form.buttons]
    second = new_client()  # type: ignore[operator]
    second.sign_in(factories.make_staff(Role.POLICY_MANAGER).id)
    assert "等第二人确认的参数" in second.page("/admin").text
    refused = second.submit(f"/admin/settings/values/{row.id}", button="action=reject")
    assert "请选择或填写理由" in refused.get_data(as_text=True)
    second.submit(f"/admin/settings/values/{row.id}", {"note": "同意"}, button="action=confirm")
    assert settings.get(IMPORTANT) == 5
    assert "已经办结" in second.page(f"/admin/settings/values/{row.id}").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"value": "0"}, "请填写 3 到 50 之间的整数"),
        ({"value": "3.5"}, "请填写整数"),
        ({"value": "-5"}, "请填写 3 到 50 之间的整数"),
        ({"value": "五次"}, "请填写整数"),
        ({"value": "9" * 5000}, "请填写整数"),
        ({"value": ""}, "请填写新的值"),
        ({"valid_from": "明天"}, "日期请写成"),
        ({"note": ""}, "请填写理由或依据"),
    ],
)
def test_bad_input_is_said_and_kept(admin: InspectingClient, typed: dict[str, str], words: str) -> None:
    """A clear message at the field; nothing is written and nothing typed is lost."""
    data = {"value": "5", "note": "很长的理由", **typed}
    answer = admin.submit(f"/admin/settings/{IMPORTANT}/change", data).get_data(as_text=True)
    assert words in answer
    assert settings.history(IMPORTANT) == []
    if data["note"]:
        assert "很长的理由" in answer


def test_the_past_is_not_changed(admin: InspectingClient) -> None:
    """Yesterday is over."""
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    answer = admin.submit(
        f"/admin/settings/{IMPORTANT}/change", {"value": "5", "note": "x", "valid_from": yesterday}
    )
    assert "不能早于今天" in answer.get_data(as_text=True)


def test_the_password_is_asked_for_what_matters(client: InspectingClient) -> None:
    """An hour after signing in: not for a plain limit, yes for what takes two people."""
    person = factories.make_staff(Role.SYSTEM_ADMIN)
    client.sign_in(person.id)
    with client.session_transaction() as kept:
        kept["password_at"] = 0
    assert client.get("/admin/settings/files.max_megabytes/change").status_code == 200
    for address in (f"/admin/settings/{IMPORTANT}/change", "/admin/settings/values/1"):
        assert client.get(address).location.startswith("/confirm-password?next=")


def test_readers_read_and_strangers_do_not(client: InspectingClient) -> None:
    """The auditor sees the values and no button; a reviewer sees nothing; an unknown key is not found."""
    client.sign_in(factories.make_staff(Role.AUDITOR).id)
    assert "提出新的值" not in client.page(f"/admin/settings/{IMPORTANT}").text
    assert client.get(f"/admin/settings/{IMPORTANT}/change").status_code == 403
    assert client.get("/admin/settings/no.such").status_code == 404
    client.sign_in(factories.make_staff(Role.DEMAND_REVIEWER).id)
    assert client.get("/admin/settings").status_code == 403


@pytest.mark.usefixtures("noon")
def test_the_calendar_warns_and_is_completed(admin: InspectingClient) -> None:
    """2027 is missing at noon of 2026-03-18: both pages say so until the days are there."""
    assert "2027" in admin.page("/admin").text
    page = admin.page("/admin/calendar?year=2027")
    assert "缺少 2027 年的放假安排" in page.text
    assert "这一年还没有数据" in page.text
    admin.submit(
        "/admin/calendar",
        {"first": "2027-10-01", "last": "2027/10/7", "source": "国务院办公厅通知"},
        form="days",
    )
    page = admin.page("/admin/calendar?year=2027")
    assert "2027-10-01 至 2027-10-07" in page.text
    assert not deadlines.calendar().is_working(clock.today().replace(year=2027, month=10, day=4))
    assert "缺少" not in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"first": "2027-10-07", "last": "2027-10-01"}, "结束日期不能早于开始日期"),
        ({"first": "2027-13-40"}, "日期请写成"),
        ({"source": ""}, "请填写依据的文件"),
    ],
)
def test_wrong_days_are_refused(admin: InspectingClient, typed: dict[str, str], words: str) -> None:
    """At the field, with nothing written."""
    data = {"first": "2027-10-01", "last": "2027-10-01", "source": "通知", **typed}
    answer = admin.submit("/admin/calendar", data, form="days")
    assert words in answer.get_data(as_text=True)
    assert deadlines.days_of(2027) == []


@pytest.mark.parametrize("year", ["abc", "99999999999", "1", "٢٠٢٧"])
def test_a_year_that_is_none_shows_this_one(admin: InspectingClient, year: str) -> None:
    """Never an error."""
    assert admin.page(f"/admin/calendar?year={year}").h1 == "工作日历"


def test_a_choice_is_picked_from_its_list(admin: InspectingClient) -> None:
    """What the page does not offer is refused; the value is shown by its word, before and after."""
    address = "/admin/settings/turnover.view/change"
    refused = admin.submit(address, {"value": "everything", "note": "试"})
    assert (refused.status_code, "请从列表中选择" in refused.get_data(as_text=True)) == (422, True)
    admin.submit(address, {"value": "in", "note": "按吸纳统计"})
    assert settings.get("turnover.view") == "total"
    assert "吸纳 待确认" in admin.page("/admin/settings").text
    assert "合计、吸纳、输出、去重" in admin.page("/admin/settings/turnover.view").text
