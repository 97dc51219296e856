"""Pages of a change: begun, written without scripts, checked, submitted, decided."""

from io import BytesIO

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.services.deals.registry import changes
from tests import deals
from tests import factories as make
from tests.deals import PDF, WAN
from tests.support.inspector import Page
from tests.web.deals.registry.pages import confirm, send

REASON = "双方协商一致，成交额调整为二百五十万元。"


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


@pytest.fixture
def contract(buyer, seller):
    return deals.make_contract(buyer, seller)


@pytest.fixture
def written(client, login, buyer, contract):
    """A change begun by the buyer's person, who is signed in; its address."""
    login(make.make_person(buyer))
    begun = client.submit(
        f"/desk/contracts/{contract.id}/changes/new", {"kind": "amend"}, form="change-kind", follow=False
    )
    return begun.headers["Location"].removesuffix("/edit")


def typed(**more):
    return {
        "signed_on": clock.today().isoformat(), "reason": REASON, "lines-0-amount_fen": "2500000",
        "lines-0-technical_fen": "2000000", "instalments-0-amount_fen": "2500000",
    } | more  # fmt: skip


def upload(client, address, content=PDF, name="变更协议.pdf"):
    return client.post(
        f"{address}/files", data={"file": (BytesIO(content), name)}, content_type="multipart/form-data",
        follow_redirects=True,
    )  # fmt: skip


def test_from_the_first_word_to_the_new_text(client, login, written, contract, buyer):
    page = send(client, f"{written}/edit", typed(), form="writing", button="action=check")
    assert page.h1 == "核对并提交"
    assert "2,500,000.00" in page.text
    refused = send(client, f"{written}/submit", {}, status=422)
    assert "请上传各方签章" in refused.text
    assert upload(client, written).status_code == 200
    page = send(client, f"{written}/submit", {})
    assert "待审核" in page.text
    assert client.post(f"{written}/submit").status_code == 302
    login(make.make_staff(Role.CONTRACT_REGISTRAR))
    wrong = send(
        client,
        written,
        {"lines-0-approved": "3000000"},
        form="judgement",
        button="action=approve",
        status=422,
    )
    assert "核定的技术交易额应在0和" in wrong.text
    asked = send(client, written, {"lines-0-approved": "1900000"}, form="judgement", button="action=approve")
    assert asked.h1 == "请确认同意变更"
    assert db.session.get_one(Contract, contract.id).registration.turnover_fen == 300 * WAN
    assert "已生效" in confirm(client, asked, written).text
    row = db.session.get_one(Contract, contract.id, populate_existing=True).registration
    db.session.refresh(row)
    assert (row.turnover_fen, row.technical_fen) == (250 * WAN, 190 * WAN)


def test_rows_without_scripts_and_malformed_input_is_kept(client, written):
    page = send(client, f"{written}/edit", typed(), form="writing", button="add_row=instalments")
    assert "instalments-1-name" in page.by_id
    bad = typed(**{"lines-0-technical_fen": "2600000", "lines-0-amount_fen": "2500000", "signed_on": "昨天"})
    page = send(client, f"{written}/edit", bad, form="writing", button="action=save", status=422)
    assert "日期请写成" in page.text
    assert REASON in page.text
    bad["signed_on"] = ""
    page = send(client, f"{written}/edit", bad, form="writing", button="action=save", status=422)
    assert "技术交易额不能大于成交额" in page.text
    answer = client.post(f"{written}/submit")
    assert answer.status_code == 422
    assert "请填写变更文件的签订日期" in answer.get_data(as_text=True)


def test_files_that_do_not_fit(client, written):
    answer = upload(client, written, b"MZ not a pdf", "变更协议.pdf")
    assert answer.status_code == 422
    assert "文件内容不是可以上传的类型" in answer.get_data(as_text=True)
    page = Page(upload(client, written).get_data(as_text=True))
    assert "变更协议.pdf" in page.text
    assert upload(client, written).status_code == 422
    removing = next(form.action for form in page.forms if form.action.endswith("/remove"))
    assert client.post(removing).status_code == 302
    assert "还没有上传" in client.page(f"{written}/edit").text


def test_withdrawn_after_a_second_question(client, written, contract):
    asked = send(client, written, {}, form="/withdraw")
    assert asked.h1 == "撤回变更"
    assert changes.open_change(contract.id) is not None
    assert "已撤回" in confirm(client, asked, written).text
    assert changes.open_change(contract.id) is None


def test_returned_with_reasons(client, login, written, contract, buyer):
    upload(client, written)
    send(client, f"{written}/edit", typed(), form="writing", button="action=check")
    send(client, f"{written}/submit", {})
    login(make.make_staff(Role.CONTRACT_REGISTRAR))
    page = send(client, written, {"note": "请补章"}, form="judgement", button="action=return", status=422)
    assert "请至少选择一条退回理由" in page.text
    assert "请补章" in page.text
    send(
        client,
        written,
        {"reasons": ["not_signed"], "note": "请补章"},
        form="judgement",
        button="action=return",
    )
    login(make.make_person(buyer))
    page = client.page(written)
    assert "变更文件未经各方签章" in page.text
    assert "请补章" in page.text
    assert client.page(f"{written}/edit").h1 == "变更"


def test_stale_pages_and_other_organisations(client, login, new_client, written, contract, seller):
    send(client, f"{written}/edit", typed(), form="writing", button="action=save")
    late = client.post(f"{written}/edit", data=typed(reason="另写的原因，也要留住。") | {"version": "1"})
    assert late.status_code == 422
    page = Page(late.get_data(as_text=True))
    assert "刚才已有人保存过" in page.text
    assert "另写的原因，也要留住。" in page.text
    other = new_client()
    login(make.make_person(seller), other)
    other.page(written, status=404)
    other.page(f"{written}/edit", status=404)
    page = other.page(f"/desk/contracts/{contract.id}/changes/new")
    assert "已有一项变更在办理" in page.text
    login(make.make_person(make.make_organisation("enterprise")), other)
    other.page(f"/desk/contracts/{contract.id}/changes/new", status=404)


def test_nothing_to_change_before_registration(client, login, buyer):
    draft = deals.make_contract(buyer, state="draft")
    login(make.make_person(buyer))
    page = client.page(f"/desk/contracts/{draft.id}/changes/new")
    assert "目前不能办理变更" in page.text


def test_rescinding_needs_no_text(client, login, buyer, contract):
    login(make.make_person(buyer))
    begun = client.submit(
        f"/desk/contracts/{contract.id}/changes/new", {"kind": "rescind"}, form="change-kind", follow=False
    )
    address = begun.headers["Location"].removesuffix("/edit")
    page = client.page(f"{address}/edit")
    assert "lines" not in page.by_id
    upload(client, address)
    said = {"signed_on": clock.today().isoformat(), "reason": "项目终止，双方同意解除合同。"}
    send(client, f"{address}/edit", said, form="writing", button="action=check")
    send(client, f"{address}/submit", {})
    login(make.make_staff(Role.CONTRACT_REGISTRAR))
    asked = send(client, address, {}, form="judgement", button="action=approve")
    confirm(client, asked, address)
    assert db.session.get_one(Contract, contract.id, populate_existing=True).state == "rescinded"
