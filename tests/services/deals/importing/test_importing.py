"""Historical contracts: every fault named, good rows written once, a fault in the middle costs nothing."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import Contract, ContractRegistration, TradedAchievement, TurnoverEntry
from marketplace.models.platform import AuditEvent, Job
from marketplace.services import dispatch, ledgers
from marketplace.services.deals.importing import jobs, writing
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import deals, factories
from tests.services.deals.importing.table import row, workbook

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def registrar(session):
    return factories.actor(factories.make_staff(Role.CONTRACT_REGISTRAR))


def checked(actor, content, name="合同.xlsx"):
    """The check of a table, done."""
    with unit_of_work():
        job_id = jobs.start_check(actor, name, content).id
    dispatch.perform_jobs()
    return db.session.get_one(Job, job_id)


def imported(actor, check, how="good"):
    with unit_of_work():
        job_id = jobs.start_import(actor, check.id, how).id
    dispatch.perform_jobs()
    return db.session.get_one(Job, job_id)


def contract_of(number):
    return db.session.scalars(
        select(Contract).join(ContractRegistration).where(ContractRegistration.number == number)
    ).one()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


BAD = [
    ({"number": "2025340101"}, "合同登记编号", "16位"),
    ({"number": "2025341301000077"}, "合同登记编号", "与第一卖方的行政区划不符"),
    ({"number": ""}, "合同登记编号", "必填"),
    ({"title": ""}, "合同名称", "必填"),
    ({"title": "某某专利实施许可合同"}, "合同名称", "示例行"),
    ({"kind": "买卖合同"}, "合同类别", "不在可选范围"),
    ({"licence_scope": ""}, "许可方式", "请填写许可方式"),
    ({"signed_on": "去年"}, "签订日期", "2026-03-18"),
    ({"signed_on": "45292"}, "签订日期", "2024-01-01"),
    ({"registered_on": "2025-02-01"}, "登记日期", "不能早于签订日期"),
    ({"registered_on": "2999-01-01"}, "登记日期", "不能晚于今天"),
    ({"valid_to": "2024-01-01"}, "有效期止", "不能早于"),
    ({"amount": "三百元"}, "成交额（元）", "不能识别"),
    ({"technical": "3000001"}, "技术交易额（元）", "不能大于成交额"),
    ({"buyer_uscc": "91340000711771143K"}, "买方统一社会信用代码", "校验未通过"),
    ({"buyer_uscc": "91340000711771143J"}, "卖方统一社会信用代码", "同一单位"),
    ({"seller_division": "999999"}, "卖方行政区划代码", "没有这个行政区划代码"),
    ({"buyer_division": ""}, "买方行政区划代码", "市内、市外由它判断"),
    ({"achievement_names": ""}, "成果名称", "请填写成果名称"),
    ({"achievement_numbers": "SZ-A-99999"}, "成果编号", "没有编号为SZ-A-99999"),
    ({"achievement_names": "甲；乙"}, "各成果成交额（元）", "请分别填写"),
    ({"achievement_names": "甲；乙", "achievement_amounts": "1；2", "achievement_technical": "1；1"},
     "各成果成交额（元）", "应等于成交额3,000,000.00元"),
    ({"achievement_rights": "201310699744.3"}, "知识产权号", "校验未通过"),
    ({"achievement_names": "甲；甲", "achievement_amounts": "1000000；2000000",
      "achievement_technical": "1000000；1800000"}, "成果名称", "出现了两次"),
    ({"open_ended": "是"}, "是否有金额待定", "提成"),
    ({"state": "已注销"}, "状态", "只能导入"),
    ({"other_sellers": "，，"}, "其他卖方", "统一社会信用代码"),
    ({"seller_country": "美国"}, "卖方行政区划代码", "境外单位"),
    ({"content": "长" * 20_001}, "合同主要内容", "最多20000个字"),
]  # fmt: skip


def test_every_fault_is_named_with_row_column_and_remedy(registrar):
    found = jobs.read(workbook([row(1), *(row(10 + place, **bad) for place, (bad, *_) in enumerate(BAD))]))
    by_row = {}
    for error in found.errors:
        by_row.setdefault(error.row, []).append((error.column, error.message % error.params))
    for place, (bad, column, words) in enumerate(BAD):
        said = by_row.get(place + 4, [])
        assert any(column == where and words in what for where, what in said), (bad, said)
    assert (found.total, len(found.drafts), found.bad_rows) == (len(BAD) + 1, 1, len(BAD))


def test_a_thousand_rows_with_twenty_bad_ones(registrar):
    """All or nothing is refused; the good ones are written, counted and audited, each once."""
    rows = [row(serial) for serial in range(1000)]
    for place in range(0, 1000, 50):
        rows[place]["amount"] = "-1"
    rows[999]["number"] = rows[998]["number"]
    check = checked(registrar, workbook(rows))
    assert {key: check.result[key] for key in ("rows", "good", "bad", "faults")} == {
        "rows": 1000, "good": 979, "bad": 21, "faults": 21,
    }  # fmt: skip
    assert check.result["errors"][-1]["params"] == {"row": 1001}
    (faults,) = files.links_of("job", check.id, "export")
    with files.open_for(registrar, faults.id).open() as stream:
        assert load_workbook(BytesIO(stream.read())).active.max_row == 23
    check_id = check.id
    assert count(Contract) == 0
    with pytest.raises(DomainError), unit_of_work():
        jobs.start_import(registrar, check.id, "all")
    done = imported(registrar, check)
    done_id = done.id
    assert (done.state, done.error, done.result) == ("done", "", {"imported": 979, "skipped": 21})
    assert (count(Contract), count(ContractRegistration), count(TurnoverEntry)) == (979, 979, 979)
    tags = select(AuditEvent.tag, func.count()).where(AuditEvent.tag.like("contract%import"))
    assert dict(db.session.execute(tags.group_by(AuditEvent.tag)).all()) == {
        "contract.import": 979, "contracts.import": 5,
    }  # fmt: skip
    again = checked(registrar, workbook(rows[1:40]))
    assert (again.result["good"], "已经登记" in again.result["errors"][0]["message"]) == (0, True)
    with unit_of_work():
        assert jobs.start_import(registrar, check_id, "good").id == done_id


def test_what_a_row_becomes(registrar):
    """Member linked, listing sold off, a recorded achievement met again, joint sellers, several lines."""
    firm = factories.make_organisation(name="宿州买方公司")
    agent = factories.make_person(factories.make_organisation("university"))
    listing = factories.make_published(agent)
    firm_id, listing_id, revision_id = firm.id, listing.id, listing.published_id
    first = row(
        1, buyer_uscc=firm.uscc, achievement_names="；另一项成果", achievement_numbers=f"{listing.number}；",
        achievement_rights="；ZL95115608.X、2023SR0123456", achievement_amounts="2000000；1000000",
        achievement_technical="2000000；800000", licence_scope="独占许可",
        other_sellers="蚌埠某某公司，，340302；境外所，，",
    )  # fmt: skip
    second = row(2, achievement_names="同一项成果", achievement_rights="95115608.X", number="25340101000002")
    assert imported(registrar, checked(registrar, workbook([first])), "all").state == "done"
    assert imported(registrar, checked(registrar, workbook([second])), "all").state == "done"
    contract = contract_of("2025340101000001")
    version, registration = contract.current, contract.registration
    assert (contract.state, contract.origin, contract.organisation_id) == ("registered", "imported", None)
    assert (contract.signed_on, registration.registered_on) == (date(2025, 3, 1), date(2025, 3, 18))
    assert (registration.route, registration.technical_fen) == ("external", 280 * deals.WAN)
    assert [(party.role, party.name, party.organisation_id) for party in version.parties] == [
        ("buyer", "宿州某某公司", firm_id), ("seller", "合肥某某大学", None), ("seller", "蚌埠某某公司", None),
        ("seller", "境外所", None),
    ]  # fmt: skip
    assert [(line.traded.listing_id, line.amount_fen, line.approved_technical_fen) for line in version.lines] == [
        (listing_id, 200 * deals.WAN, 200 * deals.WAN), (None, 100 * deals.WAN, 80 * deals.WAN),
    ]  # fmt: skip
    assert version.tags == ["l08", "k6"]
    assert version.lines[0].revision_id == revision_id
    assert db.session.get_one(Listing, listing_id).state == "dealt"
    other = contract_of("25340101000002").current.lines[0].traded
    assert (other.id, other.name) == (version.lines[1].traded_id, "另一项成果")
    entry = db.session.scalars(select(TurnoverEntry).order_by(TurnoverEntry.id)).first()
    assert (entry.counted_on, entry.amount_fen, entry.field, entry.category, entry.tag) == (
        date(2025, 3, 18), 300 * deals.WAN, "05", "licence", "l08",
    )  # fmt: skip
    assert (entry.seller_division, entry.buyer_division) == ("340111", "341302")


def test_a_fault_in_the_middle_goes_on_after_the_last_chunk(registrar, monkeypatch):
    """What was written stays, nothing is written twice, and the job's result counts all of it."""
    monkeypatch.setattr(jobs, "CHUNK", 10)
    check = checked(registrar, workbook([row(serial) for serial in range(25)]))
    whole, calls = writing.write, []

    def fail_at_third(actor, drafts):
        calls.append(len(drafts))
        if len(calls) == 3:
            raise RuntimeError("the disk is full")
        return whole(actor, drafts)

    monkeypatch.setattr(writing, "write", fail_at_third)
    broken = imported(registrar, check, "all")
    assert (broken.state, broken.result, count(Contract)) == ("failed", {"last_row": 22, "imported": 20}, 20)
    broken_id = broken.id
    with unit_of_work():
        job = db.session.get_one(Job, broken_id)
        job.state, job.error = "queued", ""
    dispatch.perform_jobs()
    job = db.session.get_one(Job, broken_id)
    assert (job.state, job.result, calls) == ("done", {"imported": 25, "skipped": 0}, [10, 10, 5, 5])
    assert (count(Contract), count(TurnoverEntry), count(TradedAchievement)) == (25, 25, 25)


def test_two_writers_of_one_number_leave_one_contract(registrar):
    """Registered between check and import: the row is skipped, or refused where all were asked for."""
    check = checked(registrar, workbook([row(1), row(2)]))
    deals.make_contract(factories.make_organisation(), number="2025340101000001")
    assert imported(registrar, check, "good").result == {"imported": 1, "skipped": 1}
    other = checked(registrar, workbook([row(3)]))
    deals.make_contract(factories.make_organisation(), number="2025340101000003")
    assert imported(registrar, other, "all").state == "failed"


def test_what_was_exported_can_be_imported(registrar, database):
    """The same columns in and out: the ledger of one instance fills another one, with the very same values."""
    firm = factories.make_organisation()
    traded = [deals.make_traded("甲；乙成果"), deals.make_traded("丙成果")]
    deals.make_contract(
        firm, amounts=(100 * deals.WAN, 200 * deals.WAN), traded=traded, signed_on=date(2025, 5, 6)
    )
    with unit_of_work():
        version = db.session.scalars(select(Contract)).one().current
        version.parties[0].uscc, version.parties[1].uscc = firm.uscc, "91340000711771143J"
        content = ledgers.table(registrar, "contracts", {})
        number = db.session.scalars(select(ContractRegistration)).one().number
    cells = [cell.value for cell in load_workbook(BytesIO(content)).active[3]]
    assert cells[0] == number
    with unit_of_work():
        db.session.scalars(select(ContractRegistration)).one().number = "20253401019999999"[:16]
    found = jobs.read(content)
    assert [error.message % error.params for error in found.errors] == []
    (draft,) = found.drafts
    assert draft.number == number
    assert [(line.name, line.amount_fen) for line in draft.lines] == [
        ("甲，乙成果", 100 * deals.WAN), ("丙成果", 200 * deals.WAN),
    ]  # fmt: skip
    assert (draft.values["amount"], draft.values["technical"]) == (300 * deals.WAN, 300 * deals.WAN)


def test_only_registrars_import_and_see_only_their_own(registrar):
    finance = factories.actor(factories.make_staff(Role.FINANCE))
    other = factories.actor(factories.make_staff(Role.CONTRACT_REGISTRAR))
    with pytest.raises(NotAllowed), unit_of_work():
        jobs.start_check(finance, "合同.xlsx", workbook([row(1)]))
    check = checked(registrar, workbook([row(1)]))
    with pytest.raises(NotFound):
        jobs.get_check(other, check.id)
    with pytest.raises(NotAllowed), unit_of_work():
        writing.write(finance, [])


def test_the_template_reads_back_and_its_example_is_refused(registrar):
    found = jobs.read(jobs.template())
    assert [error.message[:9] for error in found.errors] == ["这是模板里的示例行"]


def test_a_file_that_is_no_table_is_refused_at_once(registrar):
    with pytest.raises(DomainError) as refused, unit_of_work():
        jobs.start_check(registrar, "合同.xlsx", deals.PDF)
    assert refused.value.field == "file"
