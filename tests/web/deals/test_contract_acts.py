"""What parties do with a contract, by real requests: once, twice, too late, by the wrong side."""

from typing import Any

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.people import Organisation
from marketplace.services.platform import reviews
from tests import factories as make
from tests.deals import make_contract, make_payment
from tests.support.inspector import Page

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def buyer() -> Organisation:
    """A verified enterprise of the city, which drafts."""
    return make.make_organisation(name="萧县试验板业有限公司")


@pytest.fixture
def seller() -> Organisation:
    """A verified university of the city."""
    return make.make_organisation("university", name="宿州试验学院")


@pytest.fixture
def drafter(buyer: Organisation, login: Any, new_client: Any) -> Any:
    """The browser of somebody of the buyer."""
    return login(make.make_person(buyer), new_client())


@pytest.fixture
def other(seller: Organisation, login: Any, new_client: Any) -> Any:
    """The browser of somebody of the seller."""
    return login(make.make_person(seller), new_client())


def state(contract_id: int) -> str:
    """Return the state as it is stored now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Contract, contract_id).state


def at(contract: Contract, rest: str = "") -> str:
    """Return an address below a contract."""
    return f"/desk/contracts/{contract.id}{rest}"


def test_offer_and_agree(drafter: Any, other: Any, buyer: Organisation, seller: Organisation) -> None:
    """The page names whom it asks; the other side agrees by name; the second press changes nothing."""
    contract = make_contract(buyer, seller, "draft")
    page = drafter.page(at(contract, "/offer"))
    assert "宿州试验学院" in page.text
    assert state(contract.id) == "draft"
    drafter.submit(at(contract, "/offer"), form="act")
    assert state(contract.id) == "offered"
    assert other.submit(at(contract, "/agree"), {"typed_name": ""}, form="act").status_code == 422
    assert state(contract.id) == "offered"
    form = {"typed_name": "李老师", "disclosure": "parties", "ordinal": "1"}
    assert other.post(at(contract, "/agree"), data=form).status_code == 302
    assert state(contract.id) == "confirmed"
    assert other.post(at(contract, "/agree"), data=form).status_code in (302, 409, 422)
    assert state(contract.id) == "confirmed"
    assert "李老师" in drafter.page(at(contract)).text
    assert db.session.get_one(Contract, contract.id).current.parties[1].disclosure == "parties"


def test_an_incomplete_contract_is_not_offered(drafter: Any, buyer: Organisation) -> None:
    """The page says what is missing and has no button; what is sent all the same is refused in words."""
    contract = make_contract(buyer, None, "draft", content="")
    page = drafter.page(at(contract, "/offer"))
    assert "现在还不能办理" in page.text
    assert "提请确认" not in [
        b for _n, b in [(one.tag, "".join(one.itertext())) for one in page.all("button")]
    ]
    assert drafter.post(at(contract, "/offer")).status_code == 422
    assert state(contract.id) == "draft"


def test_decline_sends_the_text_back(
    drafter: Any, other: Any, buyer: Organisation, seller: Organisation
) -> None:
    """A reason is asked for; afterwards the other side has no page of it, and the drafter reads the reason."""
    contract = make_contract(buyer, seller, "offered")
    assert other.submit(at(contract, "/decline"), {"note": " "}, form="act").status_code == 422
    other.submit(at(contract, "/decline"), {"note": "第三期付款条件请写明验收标准"}, form="act")
    assert state(contract.id) == "draft"
    assert other.get(at(contract)).status_code == 404
    assert "第三期付款条件请写明验收标准" in drafter.page(at(contract)).text


def test_agreeing_to_a_version_that_was_replaced(
    other: Any, buyer: Organisation, seller: Organisation
) -> None:
    """Whoever read version 1 does not agree to another one by an old page."""
    contract = make_contract(buyer, seller, "offered")
    answer = other.post(
        at(contract, "/agree"), data={"typed_name": "李老师", "ordinal": "7", "disclosure": "none"}
    )
    assert answer.status_code == 409
    assert state(contract.id) == "offered"


def test_the_drafter_does_not_agree_for_the_other_side(
    drafter: Any, buyer: Organisation, seller: Organisation
) -> None:
    """The page says so and the request is refused."""
    contract = make_contract(buyer, seller, "offered")
    assert "不需要确认这份合同" in drafter.page(at(contract, "/agree")).text
    form = {"typed_name": "自己", "ordinal": "1", "disclosure": "none"}
    assert drafter.post(at(contract, "/agree"), data=form).status_code == 422
    assert state(contract.id) == "offered"


def test_recall_revise_and_void(drafter: Any, other: Any, buyer: Organisation, seller: Organisation) -> None:
    """Taken back twice is harmless; only the drafter does it; a void contract asks for a reason and stays so."""
    contract = make_contract(buyer, seller, "offered")
    assert other.post(at(contract, "/act/recall")).status_code == 403
    for _ in range(2):
        assert drafter.post(at(contract, "/act/recall")).status_code in (302, 409)
    assert state(contract.id) == "draft"
    confirmed = make_contract(buyer, seller, "confirmed")
    assert drafter.post(at(confirmed, "/act/revise")).status_code == 302
    assert state(confirmed.id) == "draft"
    assert drafter.submit(at(confirmed, "/void"), {"note": ""}, form="act").status_code == 422
    drafter.submit(at(confirmed, "/void"), {"note": "双方不再合作"}, form="act")
    assert state(confirmed.id) == "voided"
    assert "双方不再合作" in drafter.page(at(confirmed)).text
    assert "不需要这一步" in drafter.page(at(confirmed, "/void")).text


def test_the_signed_text_instead_of_a_word(drafter: Any, buyer: Organisation) -> None:
    """Without a signed text it is refused in words; with it the contract is confirmed."""
    contract = make_contract(buyer, None, "offered")
    assert "请先上传双方签章的合同文本" in drafter.page(at(contract, "/adopt")).text
    assert drafter.post(at(contract, "/adopt")).status_code == 422
    signed = make_contract(buyer, None, "offered", signed_on=clock.today())
    drafter.submit(at(signed, "/adopt"), form="act")
    assert state(signed.id) == "confirmed"


def test_apply_for_registration_and_take_it_back(
    drafter: Any, other: Any, buyer: Organisation, seller: Organisation
) -> None:
    """Everything on one page first; what is missing is said with the way there; twice is once."""
    bare = make_contract(buyer, seller, "confirmed")
    page = drafter.page(at(bare, "/submit"))
    assert "签订与文件" in page.text
    assert drafter.post(at(bare, "/submit")).status_code == 422
    contract = make_contract(buyer, seller, "confirmed", signed_on=clock.today())
    answer = other.submit(at(contract, "/submit"), form="act")
    assert "已申请登记，最迟" in Page(answer.get_data(as_text=True)).text
    assert drafter.post(at(contract, "/submit")).status_code in (302, 409)
    assert state(contract.id) == "submitted"
    assert reviews.open_task_for("contract", contract.id) is not None
    assert drafter.post(at(contract, "/act/withdraw")).status_code == 302
    assert state(contract.id) == "confirmed"
    assert reviews.open_task_for("contract", contract.id) is None


def test_complete_only_when_all_is_paid(drafter: Any, buyer: Organisation, seller: Organisation) -> None:
    """The button comes with the last verified 分; before it the request is refused in words."""
    contract = make_contract(buyer, seller)
    assert "标记为履行完毕" not in drafter.page(at(contract)).text
    assert drafter.post(at(contract, "/act/complete")).status_code == 400
    make_payment(contract, contract.current.amount_fen)
    assert "标记为履行完毕" in drafter.page(at(contract)).text
    assert drafter.post(at(contract, "/act/complete")).status_code == 302
    assert state(contract.id) == "completed"


def test_a_copy_for_another_buyer(drafter: Any, buyer: Organisation, seller: Organisation) -> None:
    """A draft of its own that shares the key of the joint purchase."""
    contract = make_contract(buyer, seller)
    address = drafter.post(at(contract, "/copy")).location
    made = db.session.get_one(Contract, int(address.split("/")[3]))
    assert made.state == "draft"
    assert made.joint_key == db.session.get_one(Contract, contract.id).joint_key != ""
    assert drafter.page(address).by_id["buyer-name"].get("value") in (None, "")


def test_each_side_says_what_may_be_told(
    drafter: Any, other: Any, buyer: Organisation, seller: Organisation
) -> None:
    """At any time, for one's own side only; what the page did not offer is refused."""
    contract = make_contract(buyer, seller)
    other.submit(at(contract), {"disclosure": "amount"}, form="disclosure-form")
    db.session.rollback()
    db.session.expire_all()
    levels = [party.disclosure for party in db.session.get_one(Contract, contract.id).current.parties]
    assert levels == ["none", "amount"]
    assert drafter.post(at(contract, "/disclosure"), data={"disclosure": "everything"}).status_code == 404
