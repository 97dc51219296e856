"""Import of listings: every fault named, good rows become drafts once, whatever is pressed, sent or dies."""

from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import ImportedListing, Listing, Revision
from marketplace.models.people import Person
from marketplace.models.platform import AuditEvent, Job, ReviewTask
from marketplace.services import dispatch
from marketplace.services.catalogue import drafts, listings, revisions
from marketplace.services.catalogue.exchange import exports, jobs, listing_writing
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.services.catalogue.exchange.table import checked, csv_file, imported, row, workbook

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner(session):
    return factories.make_person(factories.make_organisation("university", name="符离研究院"))


@pytest.fixture
def agent(owner):
    return factories.actor(owner)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def words(errors):
    return [(one["row"], one["column"], one["message"] % one["params"]) for one in errors]


BAD = [
    ({"title": ""}, "成果名称", "必填"),
    ({"title": "——！！…。"}, "成果名称", "只有标点"),
    ({"title": "示例：秸秆纤维增强无醛板材"}, "成果名称", "示例行"),
    ({"title": "长" * 101}, "成果名称", "最多100个字"),
    ({"field": "炼金术"}, "技术领域", "不在可选范围"),
    ({"tags": "新材料"}, "产业方向", "不在可选范围"),
    ({"research_to": "45292"}, "研究结束日期", "2024-01-01"),
    ({"price_fen": "面议"}, "价格（万元）", "不能识别"),
    ({"contact_phone": "12"}, "联系电话", "位"),
    ({"ip_rights": "发明专利 | 201310699744.3 | 有效 | 甲"}, "知识产权 第1行 编号", "校验"),
    ({"ip_rights": "发明专利 | 1 | 有效 | 甲 | 乙"}, "知识产权", "第1行有5段"),
    ({"maturity_level": ""}, "成熟度级别", "级别"),
    ({"maturity_level": "12"}, "成熟度级别", "“通用九级”没有第12级，请填写1至9"),
    ({"registration_number": "乱写"}, "成果登记号", ""),
    ({"number": "SZ-A-99999"}, "编号", "没有编号为SZ-A-99999"),
    ({"external_key": "K" * 61}, "外部编号", "最多60个字"),
    ({"metrics": "\n".join(f"指标{n} | 1 | 2" for n in range(13))}, "关键指标", "最多12项"),
]


def test_every_fault_is_named_with_row_column_and_remedy(agent):
    rows = [row("achievement", 1), *(row("achievement", 9 + n, **bad) for n, (bad, *_) in enumerate(BAD))]
    check = checked(agent, "achievement", workbook("achievement", rows))
    said = words(check.result["errors"])
    for place, (bad, column, text) in enumerate(BAD, 4):
        mine = [each for each in said if each[0] == place]
        assert any(column == where and text in what for _row, where, what in mine), (bad, mine)
    assert (check.result["rows"], check.result["good"], check.result["bad"]) == (len(BAD) + 1, 1, len(BAD))
    (link,) = files.links_of("job", check.id, "export")
    with files.open_for(agent, link.id).open() as stream:
        listed = list(load_workbook(BytesIO(stream.read())).active.iter_rows(values_only=True))
    assert listed[1] == ("行", "列", "问题和改法", "性质")
    assert len(listed) == 2 + check.result["faults"] + check.result["notes"]
    assert count(Listing) == 0


@pytest.mark.parametrize("table", ["achievement", "demand"])
@pytest.mark.parametrize("make", [workbook, csv_file])
def test_good_rows_become_drafts_with_everything_they_say(agent, table, make):
    name = "填报表.csv" if make is csv_file else "填报表.xlsx"
    check = checked(agent, table, make(table, [row(table, 1), row(table, 2)]), name)
    assert check.result["errors"] == []
    assert (check.result["new"], check.result["complete"]) == (2, 2)
    done = imported(agent, check, "all")
    assert (done.state, done.error, done.result["counted"]) == ("done", "", {"new": 2})
    found = db.session.scalars(select(Listing).order_by(Listing.id)).all()
    assert {(one.kind, one.state, one.organisation_id) for one in found} == {
        (table, "draft", agent.organisation_id)
    }
    revision = revisions.in_work(found[0])
    assert (revision.state, revision.created_by, drafts.problems(revision)) == ("draft", agent.person_id, [])
    assert revision.title == "秸秆板材之1"
    assert revision.tags == ["l10"]
    if table == "achievement":
        assert (revision.price_fen, revision.maturity_level, revision.sectors) == (60_000_000, 7, ["A", "C"])
        assert revision.research_from == date(2022, 3, 1)
        assert [(one.ip_type, one.number) for one in revision.ip_rights] == [("invention", "201310699744.2")]
    tags = Counter(db.session.scalars(select(AuditEvent.tag)))
    assert (tags["listing.create"], tags["revision.create"]) == (2, 2)
    # A draft from a table is nobody's untouched one.
    with unit_of_work():
        assert listings.create(agent, table).id not in {one.id for one in found}


def test_pressed_twice_and_sent_twice_makes_nothing_twice(agent):
    content = workbook("achievement", [row("achievement", n, external_key=f"K{n}") for n in range(2)]
                       + [row("achievement", 7)])  # fmt: skip
    check = checked(agent, "achievement", content)
    with unit_of_work():
        first = jobs.start_import(agent, check.id, "all").id
        assert jobs.start_import(agent, check.id, "all").id == first
    dispatch.perform_jobs()
    assert count(Listing) == 3
    again = checked(agent, "achievement", content, "另存.xlsx")
    assert (again.result["same"], again.result["good"], again.result["bad"]) == (3, 0, 0)
    with pytest.raises(DomainError), unit_of_work():
        jobs.start_import(agent, again.id, "good")


def test_the_same_external_number_changes_what_it_made(agent):
    """Only the columns that are there: what was written on the site meanwhile stays in the others."""
    imported(agent, checked(agent, "demand", workbook("demand", [row("demand", 1, external_key="X1")])))
    (listing_id,) = db.session.scalars(select(Listing.id))
    with unit_of_work():
        drafts.save(agent, listing_id, {"contact_name": "站内改的"})
    check = checked(
        agent, "demand", workbook("demand", [row("demand", 1, external_key="X1", budget_fen="120")],
                                  ["budget_fen", "title", "external_key"]),
    )  # fmt: skip
    assert (check.result["new"], check.result["changed"]) == (0, 1)
    done = imported(agent, check)
    assert done.result["counted"] == {"changed": 1}
    revision = revisions.in_work(db.session.get_one(Listing, listing_id))
    assert (revision.budget_fen, revision.contact_name) == (120_000_000, "站内改的")
    assert count(Listing) == 1


def test_what_was_given_up_can_be_brought_again(agent):
    """The row goes back to the listing it came from; a given-up draft is no reason to refuse it."""
    content = workbook("demand", [row("demand", 1)])
    imported(agent, checked(agent, "demand", content))
    (listing_id,) = db.session.scalars(select(Listing.id))
    with unit_of_work():
        drafts.discard(agent, listing_id)
    check = checked(agent, "demand", content, "又一次.xlsx")
    assert (check.result["changed"], check.result["same"]) == (1, 0)
    imported(agent, check)
    revision = revisions.in_work(db.session.get_one(Listing, listing_id))
    assert (revision.ordinal, revision.state, revision.title) == (2, "draft", "秸秆板材之1")
    assert count(Listing) == 1


def test_what_went_to_review_after_the_check_is_left_alone(agent):
    imported(agent, checked(agent, "demand", workbook("demand", [row("demand", 1, external_key="X")])))
    check = checked(
        agent, "demand", workbook("demand", [row("demand", 1, external_key="X", budget_fen="90")]), "b.xlsx"
    )
    with unit_of_work():
        drafts.submit(agent, db.session.scalars(select(Listing.id)).one(), declared=True)
        job_id = jobs.start_import(agent, check.id, "good").id
    dispatch.perform_jobs()
    done = db.session.get_one(Job, job_id)
    assert (done.result["counted"], done.result["skipped"]) == ({}, 1)
    assert db.session.scalars(select(Revision.state)).all() == ["submitted"]


def test_the_number_of_the_site_begins_the_next_version(owner, agent):
    public = factories.make_published(owner)
    waiting = factories.make_submitted(owner, title="冷链蓄冷剂")
    number, waits, public_id = public.number, waiting.number, public.id
    stranger = factories.make_published(factories.make_person(factories.make_organisation()))
    keys = ["number", "title", "price_fen"]
    rows = [
        {"number": number, "title": public.published.title, "price_fen": "30"},
        {"number": waits, "title": "冷链蓄冷剂", "price_fen": "1"},
        {"number": stranger.number, "title": "别家的", "price_fen": "1"},
    ]
    check = checked(agent, "achievement", workbook("achievement", rows, keys))
    assert [(line, column) for line, column, _ in words(check.result["errors"])] == [(4, "编号"), (5, "编号")]
    assert "待审核" in words(check.result["errors"])[0][2]
    imported(agent, check)
    public = db.session.get_one(Listing, public_id)
    assert (public.state, public.published.price_fen) == ("published", 26_000_000)
    revision = revisions.in_work(public)
    assert (revision.ordinal, revision.state, revision.price_fen) == (2, "draft", 30_000_000)


def test_what_is_exported_comes_back_as_nothing_new(agent):
    """Drafts from a table and from the site, published ones, ones under review: the same columns in and out."""
    imported(
        agent,
        checked(agent, "achievement", workbook("achievement", [row("achievement", 1, external_key="K1")])),
    )
    owner = db.session.get_one(Person, agent.person_id)
    factories.make_draft(owner, title="站内草稿")
    factories.make_published(owner, title="=已发布|的")
    factories.make_submitted(owner, title="'=在审")
    with unit_of_work():
        made = {form: exports.take(agent, "my-achievements", {}, form) for form in ("xlsx", "csv")}
    for export in made.values():
        check = checked(agent, "achievement", export.content, export.name)
        assert words(check.result["errors"]) == []
        assert (check.result["rows"], check.result["same"]) == (4, 4)


def test_rows_that_repeat_each_other_are_named(agent):
    rows = [row("achievement", 1), row("achievement", 1), row("achievement", 2, external_key="A"),
            row("achievement", 3, external_key="A")]  # fmt: skip
    found = words(checked(agent, "achievement", workbook("achievement", rows)).result["errors"])
    assert [(line, column) for line, column, _ in found] == [(4, "成果名称"), (6, "外部编号")]
    assert "第3行" in found[0][2]


def test_incomplete_rows_are_welcome_and_told_what_they_lack(owner, agent):
    factories.make_draft(owner, title="同名成果")
    keys = ["title", "benefit"]
    content = workbook("achievement", [{"title": "同名成果", "benefit": "省一半"}], keys)
    check = checked(agent, "achievement", content)
    assert (check.result["good"], check.result["complete"], check.result["bad"]) == (1, 0, 0)
    said = words(check.result["remarks"])
    assert (3, "技术领域", "请选择") in said
    assert any(column == "成果名称" and "草稿" in text for _row, column, text in said)


def test_complete_rows_are_submitted_where_asked_and_declared(agent):
    rows = [row("achievement", 1), row("achievement", 2, benefit="")]
    check = checked(agent, "achievement", workbook("achievement", rows))
    with pytest.raises(DomainError) as refused, unit_of_work():
        jobs.start_import(agent, check.id, "all", submit=True)
    assert refused.value.code == "guard_declared"
    done = imported(agent, check, "all", submit=True)
    assert done.result["counted"] == {"new": 2, "submitted": 1, "incomplete": 1}
    assert count(ReviewTask) == 1
    found = db.session.scalars(select(Listing).where(Listing.number.is_not(None))).one()
    assert found.state == "draft"
    assert db.session.scalars(select(Revision.state).order_by(Revision.id)).all() == ["submitted", "draft"]


def test_a_fault_in_the_middle_costs_nothing_and_repeats_nothing(agent, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    check = checked(agent, "achievement", workbook("achievement", [row("achievement", n) for n in range(5)]))
    calls = []

    def dies(*args):
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return listing_writing.write(*args)

    way = jobs.IMPORTS["achievement"]
    monkeypatch.setattr(jobs, "IMPORTS", {**jobs.IMPORTS, "achievement": replace(way, write=dies)})
    done_id = imported(agent, check, "all").id
    assert (db.session.get_one(Job, done_id).state, count(Listing)) == ("failed", 2)
    with unit_of_work():
        db.session.get_one(Job, done_id).state = "queued"
    dispatch.perform_jobs()
    done = db.session.get_one(Job, done_id)
    assert (done.state, done.result["counted"], count(Listing)) == ("done", {"new": 5}, 5)
    assert count(ImportedListing) == 5


def test_who_is_suspended_in_the_middle_brings_in_no_more(agent, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    check = checked(agent, "achievement", workbook("achievement", [row("achievement", n) for n in range(5)]))
    way = jobs.IMPORTS["achievement"]

    def suspended(*args):
        db.session.get_one(Person, agent.person_id).suspended_at = clock.now()
        return listing_writing.write(*args)

    monkeypatch.setattr(jobs, "IMPORTS", {**jobs.IMPORTS, "achievement": replace(way, write=suspended)})
    done = imported(agent, check, "all")
    assert (done.state, done.result["done"], count(Listing)) == ("failed", 2, 2)


def test_other_writers_come_in_between_two_chunks(agent, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    given = []
    monkeypatch.setattr(jobs.longjobs, "give_way", lambda: given.append(count(Listing)))
    check = checked(agent, "achievement", workbook("achievement", [row("achievement", n) for n in range(4)]))
    imported(agent, check, "all")
    assert given == [2], "not after the last"


HEAD = "成果名称,一句话效益\n"


@pytest.mark.parametrize(
    ("content", "name", "text"),
    [
        ((HEAD + "甲乙,丙\n" * 5001).encode(), "a.csv", "最多导入 5000 行"),
        ("一句话效益,关键词\n丙,丁\n".encode(), "b.csv", "缺少列：成果名称"),
        ("随便,写写\n1,2\n".encode(), "c.csv", "没有找到列名"),
        (HEAD.encode(), "d.csv", "没有数据行"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(agent, content, name, text):
    check = checked(agent, "achievement", content, name)
    assert check.state == "done"
    assert text in check.result["refused"]["message"] % check.result["refused"]["params"]
    with pytest.raises(DomainError), unit_of_work():
        jobs.start_import(agent, check.id, "good")


def test_gb18030_and_other_orders_are_understood_and_unknown_columns_named(agent):
    content = "备注,一句话效益,成果名称\n无,省一半,新型榫卯\n".encode("gb18030")
    check = checked(agent, "achievement", content, "旧表.csv")
    assert (check.result["good"], check.result["unknown"]) == (1, ["备注"])


def test_whose_table_it_is(owner, agent):
    """Nobody else sees a check; authorities import no listings; who changed house brings nothing along."""
    check = checked(agent, "achievement", workbook("achievement", [row("achievement", 1)]))
    colleague = factories.actor(factories.make_person(factories.make_organisation()))
    with pytest.raises(NotFound):
        jobs.get_check(colleague, check.id)
    admin = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    with pytest.raises(NotAllowed):
        jobs.definition(admin, "achievement")
    with pytest.raises(NotAllowed):
        jobs.definition(agent, "organisation")
    with pytest.raises(NotFound):
        jobs.definition(agent, "contract")


@pytest.mark.parametrize(
    "more",
    [{"digest": "a" * 64}, {"external_key": "K1"}, {"digest": "short"}, {"kind": "contract"}],
)
def test_the_database_keeps_two_listings_from_one_row(owner, more):
    """The same row or the same 外部编号 of one owner belongs to one listing; of another owner it is another's."""
    first, second = factories.make_draft(owner, title="甲一"), factories.make_draft(owner, title="甲二")
    other = factories.make_draft(factories.make_person(factories.make_organisation()))
    row_of = {"kind": "achievement", "digest": "a" * 64, "external_key": "K1"}
    with unit_of_work():
        for listing in (first, other):
            db.session.add(
                ImportedListing(listing_id=listing.id, organisation_id=listing.organisation_id, **row_of)
            )
    values = {"kind": "achievement", "digest": "b" * 64, "external_key": ""} | more
    db.session.add(ImportedListing(listing_id=second.id, organisation_id=second.organisation_id, **values))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
