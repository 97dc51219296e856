"""领域词表 through its pages: looking up, trying out, changing, retiring."""

from collections.abc import Iterator

import pytest

from marketplace.domain.access import Role
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import learning
from marketplace.services.outside import outside
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

EDIT = "/admin/concepts/edit?key=09:作物育种:小麦育种"


@pytest.fixture
def admin(client: InspectingClient) -> InspectingClient:
    """A signed-in administrator."""
    client.sign_in(factories.make_staff(Role.SYSTEM_ADMIN).id)
    return client


@pytest.fixture
def ranked() -> Iterator[int]:
    """A demand and two achievements that the worker has ranked; the demand's number."""
    university, factory = factories.make_organisation("university"), factories.make_organisation()
    factories.make_many_published(university, 2)
    demand = factories.make_many_published(factory, 1, "demand")[0]
    learning.refresh()
    yield demand.id
    for path in outside().matcher.folder.glob("*.json"):
        path.unlink()


def test_the_table_is_searched_by_word_field_and_origin(admin: InspectingClient) -> None:
    assert "小麦育种" in admin.page("/admin/concepts?q=赤霉病").text
    assert "氢能燃料电池" not in admin.page("/admin/concepts?q=赤霉病").text
    assert "没有符合条件的概念" in admin.page("/admin/concepts?origin=own").text
    assert admin.get("/admin/concepts/edit?key=无").status_code == 404


def test_a_change_is_tried_saved_and_retired(admin: InspectingClient, ranked: int) -> None:
    """A preview writes nothing and keeps what was typed; saving and retiring follow."""
    before = table.reader().fingerprint
    tried = admin.submit(EDIT, {"words": "小麦 大豆", "sample": str(ranked)}, button="action=preview")
    assert "第 1 名" in tried.text
    assert "小麦 大豆" in tried.text
    assert table.reader().fingerprint == before
    nothing = admin.submit(EDIT, button="action=preview")
    assert nothing.status_code == 422
    assert "请选择一条需求" in nothing.text
    assert "已保存" in admin.submit(EDIT, {"words": "小麦 大豆"}, button="action=save").text
    assert table.concepts()["09:作物育种:小麦育种"].words == ("小麦", "大豆")
    admin.submit(EDIT.replace("edit", "retire"), {"note": "不用了"})
    assert "小麦育种" in admin.page("/admin/concepts?origin=retired").text
    assert "已停用" in admin.page(EDIT).text


def test_a_new_concept_needs_words(admin: InspectingClient) -> None:
    refused = admin.submit("/admin/concepts/new", {"name": "烧鸡"}, button="action=save")
    assert refused.status_code == 422
    assert "请填写 1 到 600 个词" in refused.text
    assert 'value="烧鸡"' in refused.text
    typed = {"field": "09", "direction": "地方特产", "name": "烧鸡", "words": "烧鸡 卤制"}
    assert "概念：烧鸡" in admin.submit("/admin/concepts/new", typed, button="action=save").text


def test_what_the_words_promise_is_shown_with_its_outcomes(admin: InspectingClient) -> None:
    """Thresholds in force, nothing proposed while too few pairs were opened."""
    page = admin.page("/admin/concepts/strengths")
    for words in ("25 %", "12 %", "5 %", "满 300 对"):
        assert words in page.text
    assert "改为" not in page.text
