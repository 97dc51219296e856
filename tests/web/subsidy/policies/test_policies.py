"""Pages of policy versions and batches: written by one, confirmed by another, read by everybody once confirmed."""

from datetime import date

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.subsidy.parameters import PURCHASE, initial, shown
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyBatch
from tests import deals, subsidies
from tests import factories as make

WORDING = {
    "says": "law", "document": "实施方案", "document_number": "宿科〔2026〕8号", "item": "第8条",
    "words": "给予10%的补助。",
    "window_from": "2026-01-01",
}  # fmt: skip


@pytest.fixture
def manager(session):
    return make.make_staff(Role.POLICY_MANAGER)


def typed(**changed):
    values = {
        one.key: initial(PURCHASE)[one.key]
        if one.kind in ("codes", "choice")
        else ("y" if one.kind == "flag" else shown(one, initial(PURCHASE)[one.key]))
        for one in PURCHASE
    }
    return values | WORDING | changed


def begun(client):
    client.post("/admin/policies/new", data={"clause": "purchase", "copy_of": ""})
    return db.session.scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc())).first().id


def test_a_version_is_written_proposed_confirmed_by_another_and_public(client, login, manager):
    login(manager)
    version = begun(client)
    assert "初始" not in client.page(f"/admin/policies/{version}/edit").text
    assert client.get(f"/policies/{version}").status_code == 200
    answer = client.post(f"/admin/policies/{version}/edit", data=typed(rate="12.5"))
    assert answer.status_code == 302
    assert "12.5 %" in client.page(f"/admin/policies/{version}").text
    assert client.post(f"/admin/policies/{version}/propose").status_code == 302
    assert client.post(f"/admin/policies/{version}/confirm").status_code == 422
    assert "政策版本 1" not in client.page("/desk").text
    login(make.make_staff(Role.POLICY_MANAGER))
    assert "政策版本 1" in client.page("/desk").text
    assert "不能再修改" in client.page(f"/admin/policies/{version}/confirm").text
    client.post(f"/admin/policies/{version}/confirm")
    client.get("/logout")
    shown_page = client.page(f"/policies/{version}").text
    assert "12.5 %" in shown_page
    assert "50 万元" in shown_page
    assert "给予10%的补助。" in client.page("/policies").text


def test_a_visitor_sees_no_version_that_is_being_written(client, login, new_client, manager):
    login(manager)
    version = begun(client)
    assert new_client().get(f"/policies/{version}").status_code == 404


def test_faults_are_shown_with_nothing_lost(client, login, manager):
    login(manager)
    version = begun(client)
    answer = client.post(f"/admin/policies/{version}/edit", data=typed(cap_fen="五十", document=""))
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "五十" in text
    assert "请填写文件名称" in text
    assert "给予10%的补助。" in text


def test_versions_are_compared_in_words(client, login, manager):
    old = subsidies.make_policy(window=(date(2025, 1, 1), date(2025, 12, 31)))
    new = subsidies.make_policy(window=(date(2026, 1, 1), None), annual_budget_fen=0, cap_fen=60_000_000)
    login(manager)
    text = client.page(f"/admin/policies/{new.id}/compare?with={old.id}").text
    assert "60 万元" in text
    assert "不限" in text
    assert "0 万元" in text


def test_a_stale_step_is_refused_and_an_unknown_one_not_found(client, login, manager):
    version = subsidies.make_policy().id
    login(manager)
    assert "状态已经变化" in client.page(f"/admin/policies/{version}/propose").text
    assert client.get(f"/admin/policies/{version}/explode").status_code == 404


def test_a_repeal_says_why(client, login, manager):
    version = subsidies.make_policy().id
    login(manager)
    assert client.post(f"/admin/policies/{version}/repeal", data={"note": ""}).status_code == 422
    client.post(f"/admin/policies/{version}/repeal", data={"note": "新办法已施行"})
    assert db.session.get_one(PolicyVersion, version).state == "repealed"
    assert "废止" in client.page(f"/policies/{version}").text


def test_a_closing_asks_for_the_day_and_why(client, login, manager):
    version, today = subsidies.make_policy().id, clock.today()
    login(manager)
    assert "付款日期截止到" in client.page(f"/admin/policies/{version}/close").text
    for data, words in (
        ({"day": "", "note": "换版"}, "请填写付款日期截止到哪一天"),
        ({"day": "2001-01-01", "note": "换版"}, "不能早于"),
        ({"day": today.isoformat(), "note": ""}, "理由"),
    ):
        answer = client.post(f"/admin/policies/{version}/close", data=data)
        assert (answer.status_code, words in answer.text) == (422, True)
    client.post(f"/admin/policies/{version}/close", data={"day": today.isoformat(), "note": "换版"})
    page = client.page(f"/admin/policies/{version}").text
    assert today.isoformat() in page
    assert "有效" in page


def test_a_batch_is_announced_shown_to_all_and_then_fixed(client, login, new_client, manager):
    policy = subsidies.make_policy()
    login(manager)
    data = {
        "policy_version_id": policy.id, "title": "第一批", "number": "宿科〔2026〕18号", "apply_from": "2026-01-01",
        "apply_to": "2099-03-31", "paid_from": "2026-01-01", "paid_to": "2099-12-31", "contact": "0557-3000000",
    }  # fmt: skip
    refused = client.post("/admin/batches/new", data=data | {"apply_to": "2025-01-01"})
    assert refused.status_code == 422
    assert "宿科〔2026〕18号" in refused.get_data(as_text=True)
    client.post("/admin/batches/new", data=data | {"steps": ["visit"]})
    batch = db.session.scalars(select(SubsidyBatch)).one()
    assert batch.steps == ["visit"]
    assert "开放申报" in new_client().page("/policies").text
    assert "现场核查" in client.page("/admin/batches").text
    client.post(f"/admin/batches/{batch.id}", data=data | {"title": "改名", "version": batch.version})
    db.session.expire_all()
    assert batch.title == "改名"
    subsidies.make_case(make.make_organisation(), deals.make_traded(), policy, batch, "review")
    assert "不能再修改" in client.page(f"/admin/batches/{batch.id}").text
