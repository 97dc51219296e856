"""合同台账 and the import of historical contracts through their pages."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from marketplace.domain.access import Role
from marketplace.services import dispatch
from tests import deals, factories
from tests.services.deals.importing.table import row, workbook

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def registrar(client):
    client.sign_in(factories.make_staff(Role.CONTRACT_REGISTRAR).id)
    return client


def upload(client, content, name="合同.xlsx"):
    return client.submit(
        "/admin/contracts/import",
        {"file": (BytesIO(content), name)},
        form="upload",
    )


def test_filters_stay_in_the_address_through_order_pages_and_export(registrar):
    firm = factories.make_organisation(name="宿州台账公司")
    for amount in (3, 1, 2):
        deals.make_contract(firm, amounts=(amount * deals.WAN,), related_party=True)
    deals.make_contract(factories.make_organisation())
    page = registrar.page("/admin/contracts?q=宿州台账&related=1&sort=amount")
    assert "合计 3 份" in page.text
    assert "已付（万元）" in page.text
    assert any("related=1" in link and "sort=amount_up" in link for link in page.links)
    sent = registrar.submit("/admin/contracts?q=宿州台账&related=1", form="export")
    rows = list(load_workbook(BytesIO(sent.data)).active.iter_rows(values_only=True))
    assert len(rows) == 2 + 3 + 1
    assert "没有符合条件的合同" in registrar.page("/admin/contracts?q=没有这样的").text
    assert registrar.page("/admin/contracts?registered_from=昨天&state=x&page=99").h1 == "合同台账"


def test_an_import_from_template_to_ledger(registrar):
    assert b"PK" in registrar.get("/admin/contracts/import/template").data
    answer = upload(registrar, workbook([row(1), row(2, amount="一百")]))
    report = answer.headers.get("Location") or answer.request.path
    assert "您可以离开此页" in registrar.page(report).text
    dispatch.perform_jobs()
    page = registrar.page(report)
    for words in ("第 4 行", "成交额（元）", "不能识别的字符", "只导入正确的 1 行", "下载完整清单"):
        assert words in page.text, words
    registrar.submit(report, form="import", button="how=good")
    dispatch.perform_jobs()
    assert "已导入 1 份合同" in registrar.page(report).text
    assert "历史技术合同1" in registrar.page("/admin/contracts").text
    assert registrar.post(report, data={"how": "good"}).status_code == 302
    assert dispatch.perform_jobs() == 0


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"", "a.xlsx", "请填写要导入的表格"), (deals.PDF, "a.xlsx", "不是可以上传的类型")],
)
def test_what_is_no_table_is_said_at_the_field(registrar, content, name, words):
    answer = (
        upload(registrar, content, name)
        if content
        else registrar.submit("/admin/contracts/import", form="upload")
    )
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_a_table_without_its_columns_fails_in_words(registrar):
    answer = upload(registrar, workbook([row(1)], keys=["title", "number"]))
    report = answer.headers.get("Location") or answer.request.path
    dispatch.perform_jobs()
    page = registrar.page(report)
    assert "任务没有完成" in page.text
    assert "缺少列" in page.text


def test_nobody_else_opens_a_report(registrar, new_client):
    answer = upload(registrar, workbook([row(1)]))
    report = answer.headers.get("Location") or answer.request.path
    other = new_client()
    other.sign_in(factories.make_staff(Role.CONTRACT_REGISTRAR).id)
    assert other.get(report).status_code == 404
    other.sign_in(factories.make_staff(Role.FINANCE).id)
    assert other.get(report).status_code == 403
