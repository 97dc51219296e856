"""Pages of cap groups, of the 失信 list and of decisions on sellers."""

from io import BytesIO

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import TradedRight
from marketplace.models.subsidy import CapGroup, DishonestEntry, SubsidyDecision
from marketplace.services.subsidy.registers import groups
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make

LIST = "统一社会信用代码,单位名称,列入日期,移出日期\n{},甲公司,2026-03-18,\n"


@pytest.fixture
def reviewer(session):
    return make.make_staff(Role.SUBSIDY_REVIEWER)


def test_a_group_is_looked_at_and_confirmed_once(client, login, reviewer):
    subsidies.make_policy()
    buyer = make.make_organisation("enterprise")
    contracts = []
    for name in ("甲成果", "乙成果"):
        traded = deals.make_traded(name)
        with unit_of_work():
            traded.rights = [TradedRight(ip_type="invention", number="201310699744.2")]
        contracts.append(deals.make_contract(buyer, traded=[traded]))
    with unit_of_work():
        group = groups.propose([contracts[0].id])[0].id
    login(reviewer)
    assert "201310699744.2" in client.page("/desk").text
    assert "甲成果" in client.page("/admin/cap-groups").text
    assert "乙成果" in client.page(f"/admin/cap-groups/{group}").text
    address = f"/admin/cap-groups/{group}/confirm"
    assert "合用一个上限" in client.page(address).text
    assert client.post(address, data={"note": ""}).status_code == 422
    assert client.post(address, data={"note": "同一专利"}).status_code == 302
    assert "状态已经变化" in client.page(address).text
    assert db.session.get_one(CapGroup, group).state == "confirmed"
    assert client.get(f"/admin/cap-groups/{group}/explode").status_code == 404
    login(make.make_staff(Role.AUDITOR))
    assert client.get(f"/admin/cap-groups/{group}").status_code == 200
    assert client.get(address).status_code == 403


def test_a_list_is_checked_then_entered_and_shown(client, login, reviewer):
    login(reviewer)
    uscc = make.make_uscc()

    def send(action, text):
        data = {"source": "信用中国", "action": action, "file": (BytesIO(text.encode()), "名单.csv")}
        return client.post("/admin/dishonest/import", data=data, content_type="multipart/form-data")

    assert "将新增 1 条" in send("check", LIST.format(uscc)).get_data(as_text=True)
    assert "没有写入任何一行" in send("write", LIST.format("错")).get_data(as_text=True)
    assert db.session.scalars(select(DishonestEntry)).all() == []
    assert send("write", LIST.format(uscc)).status_code == 302
    page = client.page("/admin/dishonest?q=甲&standing=y").text
    assert uscc in page
    assert "在名单上" in page
    assert client.post("/admin/dishonest/import", data={"source": ""}).status_code == 422
    assert client.get("/admin/dishonest/template").status_code == 200


def test_a_decision_on_the_sellers_is_recorded_with_its_reason(client, login, reviewer):
    contract = deals.make_contract(make.make_organisation("enterprise"))
    login(reviewer)
    address = f"/admin/seller-decisions/{contract.id}"
    assert "通常不需要另作决定" in client.page(address).text
    assert client.post(address, data={"outcome": "outside", "words": ""}).status_code == 422
    client.post(address, data={"outcome": "outside", "words": "联合体中无本市单位"})
    assert "联合体中无本市单位" in client.page(address).text
    assert db.session.scalars(select(SubsidyDecision.outcome)).all() == ["outside"]
    assert client.get("/admin/seller-decisions/999999").status_code == 404


def test_a_dishonest_applicant_goes_on_by_a_written_decision(client, login, reviewer):
    policy = subsidies.make_policy()
    buyer = make.make_organisation("enterprise")
    case = subsidies.make_case(buyer, deals.make_traded(), policy, subsidies.make_batch(policy), "approved")
    with unit_of_work():
        db.session.add(DishonestEntry(uscc=buyer.uscc, source="信用中国", listed_on=clock.today()))
    address = f"/admin/dishonest-decisions/{case.id}"
    login(reviewer)
    assert client.get(address).status_code == 403
    login(make.make_staff(Role.SUBSIDY_APPROVER))
    assert "信用中国" in client.page(address).text
    assert client.post(address, data={"outcome": "overridden", "words": ""}).status_code == 422
    client.post(address, data={"outcome": "overridden", "words": "债务已经履行"})
    assert "债务已经履行" in client.page(address).text
    assert client.get("/admin/dishonest-decisions/999999").status_code == 404


def test_a_draft_of_a_listed_enterprise_is_decided_on_from_the_list(client, login, reviewer):
    policy = subsidies.make_policy()
    buyer = make.make_organisation("enterprise")
    traded, batch = deals.make_traded(name="堆肥翻抛机"), subsidies.make_batch(policy)
    case = subsidies.make_case(buyer, traded, policy, batch, "draft")
    address = f"/admin/dishonest-decisions/{case.id}"
    login(make.make_staff(Role.SUBSIDY_APPROVER))
    assert client.get(address).status_code == 404
    with unit_of_work():
        db.session.add(DishonestEntry(uscc=buyer.uscc, source="信用中国", listed_on=clock.today()))
    assert address in client.page("/admin/dishonest").links
    client.post(address, data={"outcome": "overridden", "words": "信用修复完成"})
    assert "信用修复完成" in client.page(address).text
    login(reviewer)
    assert "堆肥翻抛机" not in client.page("/admin/dishonest").text
