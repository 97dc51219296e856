"""Published prices, objections, and verification by everybody."""

import pytest

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import PriceObjection, PricePublication
from tests import deals
from tests import factories as make
from tests.web.deals.registry.pages import confirm, send

WORDS = "价格明显低于同类专利的市场价，请核实评估依据。"


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


@pytest.fixture
def contract(session, seller):
    buyer = make.make_organisation("enterprise")
    return deals.make_contract(buyer, seller, state="confirmed", pricing="agreement", drafter=seller)


@pytest.fixture
def shown(client, login, contract, seller):
    """A running publication; the seller's person is signed in. Its public address."""
    login(make.make_person(seller))
    begun = client.submit(
        f"/desk/contracts/{contract.id}/price", {"name": "大豆胶粘剂"}, form="publish", follow=False
    )
    return begun.headers["Location"]


def test_shown_objected_to_and_halted(client, login, new_client, shown, seller, contract):
    visitor = new_client()
    page = visitor.page("/prices")
    assert "大豆胶粘剂" in page.text
    page = visitor.page(shown)
    assert "大写：叁佰万元整" in page.text
    bad = {"name": "赵异议", "contact": "123", "claim": WORDS}
    page = send(visitor, shown, bad, form="object", status=422)
    assert WORDS in page.text
    send(visitor, shown, bad | {"contact": "0557-3024567"}, form="object")
    page = visitor.page(shown)
    assert "正在核实 1 条异议" in page.text
    assert "赵异议" not in page.text
    assert WORDS not in page.text
    row = db.session.query(PriceObjection).one()
    desk = f"/admin/price-objections/{row.id}"
    client.page(desk, status=403)
    login(make.make_staff(Role.CONTRACT_REGISTRAR))
    assert "赵异议" in client.page(desk).text
    page = send(client, desk, {"answer": ""}, form="answering", button="action=uphold", status=422)
    assert "请写明处理意见" in page.text
    asked = send(client, desk, {"answer": "评估依据不足"}, form="answering", button="action=uphold")
    assert asked.h1 == "请确认：异议成立"
    assert "成立" in confirm(client, asked, desk).text
    page = visitor.page(shown)
    assert "公示已中止" in page.text
    late = visitor.post(shown, data=bad | {"contact": "0557-3024567"})
    assert late.status_code == 409


def test_withdrawn_with_its_reason(client, shown, contract):
    number = shown.rsplit("/", 1)[1]
    page = send(client, f"/desk/price-publications/{number}/withdraw", {"note": ""}, status=422)
    assert "请填写撤回的原因" in page.text
    page = send(client, f"/desk/price-publications/{number}/withdraw", {"note": "重新评估价格"})
    assert "重新评估价格" in page.text
    assert "目前没有公示" in client.page("/prices").text
    assert "开始公示" in client.page(f"/desk/contracts/{contract.id}/price").text


def test_the_start_page_says_what_stands_in_the_way(client, login, contract, seller, shown):
    page = client.page(f"/desk/contracts/{contract.id}/price")
    assert "须公示期满" in page.text
    assert "publish" not in page.by_id
    twice = client.post(f"/desk/contracts/{contract.id}/price", data={"name": "大豆胶粘剂"})
    assert twice.headers["Location"] == shown
    again = client.post(f"/desk/contracts/{contract.id}/price", data={"name": "大豆胶粘剂二"})
    assert again.status_code == 422
    assert db.session.query(PricePublication).count() == 1
    login(make.make_person(make.make_organisation("university")))
    client.page(f"/desk/contracts/{contract.id}/price", status=404)
    client.page("/prices/999999", status=404)


def test_everybody_may_verify(client, session):
    contract = deals.make_contract(make.make_organisation("enterprise"), number="2025340101000001")
    client.page("/contracts")
    page = client.page(f"/contracts/verify?number=2025+3401+01+000001&filing={contract.filing_number}")
    assert page.h1 == "技术合同登记查验"
    assert "登记有效" in page.text
    assert "当事人未全部同意公开金额" in page.text
    missed = client.page("/contracts/verify?number=2025340101000002&filing=BA2026-00001", status=404)
    assert "没有查到" in missed.text
    client.page("/contracts/verify/unknown", status=404)
    draft = deals.make_contract(make.make_organisation("enterprise"), state="draft")
    client.page(f"/contracts/verify/{draft.public_code}", status=404)


@pytest.mark.parametrize(
    ("state", "words"), [("revoked", "被撤销"), ("deregistered", "注销"), ("rescinded", "解除")]
)
def test_what_came_to_an_end_is_said_plainly(client, session, state, words):
    contract = deals.make_contract(make.make_organisation("enterprise"), state=state)
    assert words in client.page(f"/contracts/verify/{contract.public_code}").text
