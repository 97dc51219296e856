"""Tables in and out through their pages."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation
from marketplace.models.platform import Job
from marketplace.services import dispatch
from marketplace.services.catalogue.exchange.columns import COLUMNS
from marketplace.services.platform import tables
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.services.catalogue.exchange.table import csv_file, row, workbook

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def agent(login):
    return login(factories.make_person(factories.make_organisation("university", name="符离研究院")))


def upload(client, table, content, name="填报表.xlsx"):
    """The page after a table was sent; jobs are performed at once."""
    sent = client.post(
        f"/desk/imports/{table}", data={"file": (BytesIO(content), name)}, content_type="multipart/form-data"
    )
    dispatch.perform_jobs()
    return sent


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("table", ["achievement", "demand"])
def test_the_template_can_be_filled_in_as_it_is(agent, table):
    """Its example row is refused as what it is, and everything else in it is right."""
    for form in ("xlsx", "csv"):
        template = agent.get(f"/desk/imports/{table}/template.{form}")
        assert template.headers["Content-Disposition"].startswith("attachment")
        (example,) = tables.read(template.data, COLUMNS[table]).rows
        assert example["title"].startswith("示例：")
        sent = upload(agent, table, template.data, f"模板.{form}")
        page = agent.page(sent.headers["Location"])
        assert "这是模板里的示例行" in page.text
        assert "共 1 处" in page.text
    assert agent.get(f"/desk/imports/{table}/template.pdf").status_code == 404


def test_from_upload_to_drafts(agent):
    rows = [row("achievement", 1), row("achievement", 2, benefit=""), row("achievement", 3, field="炼金")]
    report = upload(agent, "achievement", workbook("achievement", rows)).headers["Location"]
    page = agent.page(report)
    assert "第 5 行" in page.text
    assert "“炼金”不在可选范围" in page.text
    assert "只导入正确的 2 行" in page.text
    assert count(Listing) == 0
    agent.submit(report, form="import", button="how=good")
    agent.post(report, data={"how": "good"})
    dispatch.perform_jobs()
    page = agent.page(report)
    assert "新建草稿 2 项" in page.text
    assert "1 行有错误，没有导入" in page.text
    assert count(Listing) == 2
    home = agent.page("/desk/listings?kind=achievement")
    assert "秸秆板材之1" in home.text
    assert "完成" in agent.page("/desk/imports/achievement").text


def test_submitting_takes_both_declarations(agent):
    report = upload(agent, "achievement", workbook("achievement", [row("achievement", 1)])).headers[
        "Location"
    ]
    refused = agent.post(report, data={"how": "all", "submit": "y", "no_secret": "y"})
    assert refused.status_code == 422
    assert "请先确认不涉密声明和权属声明" in refused.text
    agent.submit(
        report, {"submit": "y", "no_secret": "y", "rights_owned": "y"}, form="import", button="how=all"
    )
    dispatch.perform_jobs()
    assert "其中 1 项已提交审核" in agent.page(report).text


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "请先选择表格文件"),
        (b"\x89PNG\r\n\x1a\n0000", "a.xlsx", "请上传 xlsx、csv"),
        (b"PK\x03\x04broken", "a.xlsx", "请上传 xlsx、csv"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field(agent, content, name, words):
    sent = upload(agent, "demand", content, "" if not content else name)
    assert sent.status_code == 422
    assert words in sent.text


def test_a_table_that_is_too_long_is_refused_with_the_limit(agent):
    content = ("需求名称,关键词\n" + "一项需求,甲\n" * 5001).encode("gb18030")
    report = upload(agent, "demand", content, "很长.csv").headers["Location"]
    page = agent.page(report)
    assert "最多导入 5000 行" in page.text
    assert "什么也没有导入" in page.text


def test_nobody_elses_import(agent, login, new_client):
    report = upload(agent, "demand", csv_file("demand", [row("demand", 1)]), "a.csv").headers["Location"]
    stranger = new_client()
    login(factories.make_person(factories.make_organisation()), stranger)
    assert stranger.get(report).status_code == 404
    assert stranger.post(report, data={"how": "all"}).status_code == 404
    assert agent.get("/desk/imports/organisation").status_code == 403
    assert agent.get("/desk/imports/nothing").status_code == 404


def test_a_fault_of_the_program_is_told_without_its_words(agent):
    report = upload(agent, "demand", csv_file("demand", [row("demand", 1)]), "a.csv").headers["Location"]
    with unit_of_work():
        check = db.session.scalars(select(Job)).one()
        check.state, check.error = "failed", "RuntimeError: disk I/O"
    said = agent.page(report).text
    assert f"任务编号 {check.id}" in said
    assert "RuntimeError" not in said


def test_an_unverified_organisation_may_import_but_not_submit(login):
    client = login(factories.make_person(factories.make_organisation(verified=False)))
    report = upload(client, "demand", workbook("demand", [row("demand", 1)])).headers["Location"]
    assert "提交审核（可不选）" not in client.page(report).text
    client.submit(report, form="import", button="how=all")
    dispatch.perform_jobs()
    assert "新建草稿 1 项" in client.page(report).text


def test_an_import_that_wrote_nothing_says_why(agent):
    report = upload(agent, "demand", workbook("demand", [row("demand", 1)])).headers["Location"]
    agent.post(report, data={"how": "all", "submit": "y", "no_secret": "y", "rights_owned": "y"})
    with unit_of_work():
        db.session.scalars(select(Organisation)).one().state = "suspended"
    dispatch.perform_jobs()
    page = agent.page(report)
    assert "什么也没有写入" in page.text
    assert "认证后才能提交审核" in page.text
    agent.submit(report, form="import", button="how=all")
    dispatch.perform_jobs()
    assert "新建草稿 1 项" in agent.page(report).text


def test_administrators_bring_in_organisations(login):
    client = login(factories.make_staff(Role.SYSTEM_ADMIN))
    assert "批量导入单位" in client.page("/admin/organisations").text
    table = workbook("organisation", [row("organisation", 1)])
    report = upload(client, "organisation", table).headers["Location"]
    client.submit(report, form="import", button="how=all")
    dispatch.perform_jobs()
    assert "新增单位 1 家" in client.page(report).text
    assert count(Organisation) == 2
    assert "符离新材料1厂" in client.page("/admin/organisations").text


def test_a_list_is_taken_away_with_its_filters(agent, drain):
    owner = factories.make_person(factories.make_organisation())
    factories.make_published(owner)
    factories.make_published(owner, title="小麦赤霉病预警", field="09")
    drain()
    page = agent.page("/achievements?q=赤霉病&field=09")
    (form,) = [each for each in page.forms if "/exports/" in each.action]
    assert "q=" in form.action
    sent = agent.submit("/achievements?q=赤霉病&field=09", form="/exports/achievements", button="format=xlsx")
    assert sent.headers["Cache-Control"] == "private, no-store"
    lines = list(load_workbook(BytesIO(sent.data)).active.iter_rows(values_only=True))
    assert [line[2] for line in lines[2:]] == ["小麦赤霉病预警"]
    assert agent.post("/exports/nothing").status_code == 404
    assert agent.post("/exports/my-demands", data={"format": "csv"}).mimetype == "text/csv"


def test_visitors_are_not_offered_a_table(client, drain):
    factories.make_published(factories.make_person(factories.make_organisation()))
    drain()
    assert "/exports/" not in client.get("/achievements").text
    assert client.post("/exports/achievements").headers["Location"].startswith("/login")
