"""Pages of the registry's desk: checklist, confirmation, second person, number, refusal, revocation."""

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.deals.terms import REFUSAL_GROUNDS
from marketplace.extensions import db
from marketplace.models.deals import Contract
from tests import deals
from tests import factories as make
from tests.services.deals.registry.helpers import submitted, task_of
from tests.web.deals.registry.pages import confirm, send

EXAMINATION = "examination"


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


@pytest.fixture
def registrar(session):
    return make.make_staff(Role.CONTRACT_REGISTRAR)


@pytest.fixture
def verifier(session):
    return make.make_staff(Role.CONTRACT_VERIFIER)


def path(contract, more=""):
    return f"/admin/registration/{contract.id}{more}"


def answers(**problems):
    found = {f"grounds-{code}-verdict": "none" for code in REFUSAL_GROUNDS}
    for code, note in problems.items():
        found |= {f"grounds-{code}-verdict": "problem", f"grounds-{code}-note": note}
    return found


def state_of(contract):
    return db.session.get_one(Contract, contract.id, populate_existing=True).state


def examine(client, contract, action="examine"):
    """Fill in the checklist, press the button, and confirm."""
    page = send(client, path(contract), answers(), form=EXAMINATION, button=f"action={action}")
    return confirm(client, page, path(contract))


def test_through_the_desk_to_the_register(client, login, buyer, seller, registrar, verifier):
    contract = submitted(buyer, seller)
    login(registrar)
    page = client.page(path(contract))
    assert page.h1 == contract.current.title
    assert "没有在线确认过合同" in page.text
    assert "可补正" in page.text
    asked = send(client, path(contract), answers(), form=EXAMINATION, button="action=examine")
    assert asked.h1 == "请确认核定结果"
    assert state_of(contract) == "submitted"
    examine(client, contract)
    assert state_of(contract) == "examined"
    assert "复核通过并登记" not in client.page(path(contract)).text
    client.page(path(contract, "/register"), status=403)
    login(verifier)
    assert "已逐项核对，未发现问题" in client.page(path(contract)).text
    wrong = send(client, path(contract, "/register"), {"number": "12"}, status=422)
    assert "应为16位数字" in wrong.text
    number = f"{clock.today().year}341301000321"
    send(client, path(contract, "/register"), {"number": number})
    assert state_of(contract) == "registered"
    assert f"{clock.today().year} 3413 01 000321" in client.page(path(contract)).text


def test_what_is_missing_stands_at_its_field_and_nothing_is_lost(client, login, buyer, seller, registrar):
    contract = submitted(buyer, seller)
    login(registrar)
    typed = answers(seal_missing="卖方印章看不清")
    del typed["grounds-other-verdict"]
    page = send(client, 
        path(contract), typed | {"lines-0-approved": "400万", "note": "请尽快"}, form=EXAMINATION,
        button="action=examine", status=422,
    )  # fmt: skip
    assert "单位是元" in page.text
    assert "卖方印章看不清" in page.text
    assert "请尽快" in page.text
    page = send(client, path(contract), typed, form=EXAMINATION, button="action=examine", status=422)
    assert "请逐项核对并选择结果" in page.text
    assert "这一项有问题，不能通过" in page.text
    page = send(
        client, path(contract), answers(seal_missing=""), form=EXAMINATION, button="action=return", status=422
    )
    assert "请写明有什么问题" in page.text


def test_returned_with_what_was_found(client, login, buyer, seller, registrar):
    contract = submitted(buyer, seller)
    login(registrar)
    page = send(
        client,
        path(contract),
        answers(not_technical="只是设备"),
        form=EXAMINATION,
        button="action=return",
        status=422,
    )
    assert "不能补正" in page.text
    send(
        client,
        path(contract),
        answers(seal_missing="卖方印章看不清"),
        form=EXAMINATION,
        button="action=return",
    )
    assert state_of(contract) == "returned"
    page = client.page(path(contract))
    assert "印章不齐全或与当事人名称不一致" in page.text
    assert "卖方印章看不清" in page.text


def test_kept_for_later_then_refused(client, login, buyer, seller, registrar):
    contract = submitted(buyer, seller)
    login(registrar)
    send(
        client, path(contract), answers(not_technical="标的只有设备"), form=EXAMINATION, button="action=save"
    )
    assert "标的只有设备" in client.page(path(contract)).text
    sent = send(
        client,
        path(contract),
        answers(not_technical="标的只有设备"),
        form=EXAMINATION,
        button="action=refuse",
    )
    assert sent.h1 == "不予登记"
    assert "标的只有设备" in sent.text
    refused = send(client, path(contract, "/refuse"), {"note": ""}, status=422)
    assert "请写明不予登记的事实和依据" in refused.text
    assert state_of(contract) == "submitted"
    send(client, path(contract, "/refuse"), {})
    assert state_of(contract) == "refused"


def test_a_certificate_from_outside(client, login, buyer, registrar):
    contract = submitted(buyer)
    login(registrar)
    page = client.page(path(contract))
    assert "合肥市技术合同登记处" in page.text
    assert "action=examine" not in page.text
    asked = send(client, path(contract), answers(), form=EXAMINATION, button="action=accept_certificate")
    assert asked.h1 == "请确认核验结果"
    examine(client, contract, "accept_certificate")
    assert state_of(contract) == "registered"


def test_somebody_was_faster(client, login, new_client, buyer, seller, registrar):
    contract = submitted(buyer, seller)
    login(registrar)
    client.page(path(contract))
    task = task_of(contract).id
    other = new_client()
    login(make.make_staff(Role.CONTRACT_REGISTRAR), other)
    examine(other, contract)
    late = client.post(
        path(contract),
        data=answers()
        | {"task": str(task), "lines-0-approved": "1", "action": "examine", "confirmed": "yes"},
    )
    assert late.status_code == 422
    assert "已由他人办结" in late.text
    mine = client.post(
        path(contract, "/refuse"), data={"task": str(task), "reasons": "other", "note": "晚了"}
    )
    assert mine.status_code == 409


def test_sent_back_by_the_verifier(client, login, buyer, seller, registrar, verifier):
    contract = submitted(buyer, seller)
    login(registrar)
    examine(client, contract)
    login(verifier)
    page = send(client, path(contract), {"note": ""}, form="send-back", status=422)
    assert "请写明退回的原因" in page.text
    send(client, path(contract), {"note": "核定额与附件不符"}, form="send-back")
    assert state_of(contract) == "submitted"
    login(registrar)
    assert "核定额与附件不符" in client.page(path(contract)).text
    assert "通知" in client.page("/desk/notices").text


def test_the_number_entered_later(client, login, buyer, seller, registrar, verifier):
    contract = submitted(buyer, seller)
    login(registrar)
    examine(client, contract)
    login(verifier)
    send(client, path(contract, "/register"), {})
    login(registrar)
    page = send(
        client, path(contract, "/number"), {"number": f"{clock.today().year}340101000009"}, status=422
    )
    assert "应为3413" in page.text
    send(client, path(contract, "/number"), {"number": f"{clock.today().year}341301000009"})
    assert "填写登记编号" not in client.page(path(contract)).text
    client.page(path(contract, "/number"), status=200)
    again = client.post(path(contract, "/number"), data={"number": f"{clock.today().year}341301000010"})
    assert again.status_code == 409


def test_revoked_after_a_last_look(client, login, buyer, seller, registrar):
    contract = deals.make_contract(buyer, seller)
    login(registrar)
    assert "撤销登记" in client.page(path(contract)).text
    page = send(client, path(contract, "/revoke"), {"note": "查实虚假"}, status=422)
    assert "请至少选择一条撤销登记的理由" in page.text
    assert "查实虚假" in page.text
    send(client, path(contract, "/revoke"), {"reasons": ["false_contract"], "note": "查实虚假"})
    assert state_of(contract) == "revoked"
    client.page(path(contract, "/revoke"), status=409)


def test_assigned_to_a_colleague(client, login, buyer, seller, registrar):
    contract = submitted(buyer, seller)
    login(registrar)
    send(client, path(contract), {"assignee": str(registrar.id)}, form="assign")
    assert task_of(contract).assignee_id == registrar.id


def test_who_may_look_and_who_may_not(client, login, buyer, seller):
    contract = submitted(buyer, seller)
    login(make.make_staff(Role.AUDITOR))
    page = client.page(path(contract))
    assert "您可以查看，但不能办理" in page.text
    assert EXAMINATION not in page.by_id
    client.page(path(contract, "/refuse"), status=403)
    client.page(path(contract, "/revoke"), status=409)
    client.page(path(contract, "/number"), status=403)
    login(make.make_staff(Role.CONTRACT_REGISTRAR, authority=seller))
    assert "您可以查看，但不能办理" in client.page(path(contract)).text
    login(make.make_person(buyer))
    client.page(path(contract), status=403)
    login(make.make_staff(Role.ACHIEVEMENT_REVIEWER))
    client.page(path(contract), status=403)
    client.page("/admin/registration/999999", status=403)
