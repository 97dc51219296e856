"""The desk's list and the page of a contract by real requests; its deals on the achievement's page."""

from typing import Any

import pytest
from sqlalchemy import event

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty
from marketplace.models.people import Organisation, Person
from marketplace.services.deals.reading import disclosed
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_traded

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def buyer() -> Organisation:
    """A verified enterprise of the city."""
    return make.make_organisation(name="萧县试验板业有限公司")


@pytest.fixture
def seller() -> Organisation:
    """A verified university of the city."""
    return make.make_organisation("university", name="宿州试验学院")


@pytest.fixture
def person(buyer: Organisation) -> Person:
    """Somebody of the buyer."""
    return make.make_person(buyer)


@pytest.fixture
def visitor(person: Person, login: Any) -> Any:
    """The buyer's browser."""
    return login(person)


def test_the_list_by_tab_and_words(visitor: Any, buyer: Organisation, seller: Organisation) -> None:
    """Tabs count and narrow, words find title, party and number; nonsense falls back to everything."""
    assert "还没有技术合同" in visitor.page("/desk/contracts").text
    make_contract(buyer, seller, "draft", title="冷链蓄冷剂许可")
    make_contract(buyer, None, "registered", title="双极板冲压许可", number="2026340101000777")
    make_contract(seller, buyer, "draft", drafter=seller, title="对方的草稿")
    everything = visitor.page("/desk/contracts").text
    assert "冷链蓄冷剂许可" in everything
    assert "双极板冲压许可" in everything
    assert "对方的草稿" not in everything
    assert "双极板冲压许可" not in visitor.page("/desk/contracts?tab=draft").text
    for words, found in (("双极板", True), ("合肥测试大学", True), ("20263401 01", True), ("100%_", False)):
        assert ("双极板冲压许可" in visitor.page("/desk/contracts", query_string={"q": words}).text) is found
    for address in ("?tab=x&page=-3", "?page=99999999999999999999&q=%20"):
        assert "双极板冲压许可" in visitor.page(f"/desk/contracts{address}").text


def test_a_long_list_asks_the_database_no_more_often(
    visitor: Any, buyer: Organisation, seller: Organisation
) -> None:
    """The number of queries does not grow with the rows, in all states."""
    counts = []
    for number in (1, 3):
        for _ in range(number):
            for state in ("offered", "confirmed", "submitted"):
                make_contract(buyer, seller, state)
        seen: list[str] = []
        listener = lambda *arguments, seen=seen: seen.append(arguments[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        visitor.page("/desk/contracts")
        event.remove(db.engine, "before_cursor_execute", listener)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("state", "offers", "not_offered"),
    [
        ("draft", "继续填写", "申请登记"),
        ("offered", "收回修改", "阅读并确认"),
        ("confirmed", "申请登记", "撤回登记申请"),
        ("submitted", "撤回登记申请", "修改合同内容"),
        ("returned", "修改合同内容", "收回修改"),
        ("registered", "付款与凭证", "作废"),
        ("completed", "付款与凭证", "申请登记"),
        ("voided", "版本", "申请登记"),
        ("revoked", "付款与凭证", "变更、补正或解除"),
    ],
)
def test_the_page_in_every_state(
    visitor: Any, buyer: Organisation, seller: Organisation, state: str, offers: str, not_offered: str
) -> None:
    """It shows what may be done now and nothing else, parties with their origin, and amounts in capitals."""
    page = visitor.page(f"/desk/contracts/{make_contract(buyer, seller, state).id}")
    words = [button.strip() for button in buttons(page)]
    assert offers in words or offers in page.text
    assert not_offered not in words
    assert "叁佰万元整" in page.text
    assert "市内" in page.text


def buttons(page: Any) -> list[str]:
    """Return the words of buttons and of links that look like one."""
    found = [one for one in page.all("a", "button") if "button" in (one.get("class") or "")]
    return ["".join(one.itertext()) for one in found]


def test_staff_read_without_the_buttons_of_parties(
    login: Any, buyer: Organisation, seller: Organisation
) -> None:
    """A reader of contracts sees the page; what parties do is not drawn and is refused."""
    contract = make_contract(buyer, seller, "confirmed")
    visitor = login(make.make_staff(Role.AUDITOR))
    words = buttons(visitor.page(f"/desk/contracts/{contract.id}"))
    assert not {"申请登记", "作废", "修改合同内容", "签订与文件"} & {word.strip() for word in words}
    assert visitor.get(f"/desk/contracts/{contract.id}/submit").status_code == 403
    assert visitor.post(f"/desk/contracts/{contract.id}/act/revise").status_code == 403


def test_other_organisations_find_nothing(login: Any, buyer: Organisation, seller: Organisation) -> None:
    """404 for a stranger on every page; a draft is not there for the other side either."""
    offered, draft = make_contract(buyer, seller, "offered"), make_contract(buyer, seller, "draft")
    stranger = login(make.make_person(make.make_organisation(name="路人有限公司")))
    for rest in ("", "/history", "/edit/papers", "/agree", "/submit", "/void", "/offer"):
        assert stranger.get(f"/desk/contracts/{offered.id}{rest}").status_code == 404
    for rest in ("/copy", "/act/withdraw", "/disclosure", "/resend/1", "/agree"):
        sent = stranger.post(f"/desk/contracts/{offered.id}{rest}", data={"disclosure": "none"})
        assert sent.status_code == 404, rest
    other_side = login(make.make_person(seller))
    assert other_side.get(f"/desk/contracts/{offered.id}").status_code == 200
    assert other_side.get(f"/desk/contracts/{draft.id}").status_code == 404


def test_contracts_with_our_code_are_linked_once(
    visitor: Any, buyer: Organisation, seller: Organisation
) -> None:
    """A snapshot with our USCC is announced on the list, linked by a button, and then is ours."""
    contract = make_contract(seller, None, "registered", drafter=seller)
    with unit_of_work():
        party = db.session.get_one(ContractParty, contract.current.parties[1].id)
        party.uscc, party.name = buyer.uscc, "萧县试验板业有限公司"
    assert "写着贵单位的统一社会信用代码" in visitor.page("/desk/contracts").text
    assert visitor.get(f"/desk/contracts/{contract.id}").status_code == 404
    visitor.submit("/desk/contracts", form="/desk/contracts/link")
    assert visitor.get(f"/desk/contracts/{contract.id}").status_code == 200
    assert "没有可以关联的合同" in visitor.post("/desk/contracts/link", follow_redirects=True).get_data(
        as_text=True
    )


def test_a_recorded_achievement_is_claimed(visitor: Any, buyer: Organisation, seller: Organisation) -> None:
    """What a contract recorded as ours becomes a draft listing; somebody else's is not found."""
    mine, theirs = make_traded("板材低温固化工艺"), make_traded("别人的工艺")
    with unit_of_work():
        db.session.merge(mine).owner_uscc = buyer.uscc
        db.session.merge(theirs).owner_uscc = seller.uscc
    mine_id, theirs_id = mine.id, theirs.id
    make_contract(buyer, seller, amounts=(WAN, WAN), traded=[mine, theirs])
    assert "板材低温固化工艺" in visitor.page("/desk/contracts").text
    answer = visitor.submit("/desk/contracts", form=f"/desk/contracts/claim/{mine_id}")
    assert "板材低温固化工艺" in answer.get_data(as_text=True)
    assert visitor.post(f"/desk/contracts/claim/{theirs_id}").status_code == 404


def test_versions_and_how_they_differ(visitor: Any, buyer: Organisation, seller: Organisation) -> None:
    """An edit after a return to draft is a second version; both stay and are compared."""
    contract_id = make_contract(buyer, seller, "offered", title="许可合同").id
    visitor.post(f"/desk/contracts/{contract_id}/act/recall")
    visitor.submit(
        f"/desk/contracts/{contract_id}/edit/subject",
        {"title": "独占许可合同"},
        form="step",
        button="action=save",
    )
    page = visitor.page(f"/desk/contracts/{contract_id}/history")
    assert "许可合同" in page.text
    assert "独占许可合同" in page.text
    assert "第 2 版" in visitor.page(f"/desk/contracts/{contract_id}").text
    assert visitor.get(f"/desk/contracts/{contract_id}/history?old=1&new=9").status_code == 404


@pytest.mark.parametrize(
    ("levels", "told", "untold"),
    [
        (("amount", "amount"), ["萧县试验板业有限公司", "300 万元", "专利实施许可"], []),
        (("amount", "parties"), ["萧县试验板业有限公司"], ["300 万元"]),
        (("fact", "amount"), ["专利实施许可", "1 次"], ["萧县试验板业有限公司", "300 万元"]),
        (("none", "amount"), [], ["成交情况"]),
        (("", "amount"), [], ["成交情况"]),
    ],
)
def test_deals_are_told_as_far_as_all_parties_allow(
    client: Any,
    buyer: Organisation,
    seller: Organisation,
    levels: tuple[str, str],
    told: list[str],
    untold: list[str],
) -> None:
    """The least of all choices holds; a contract that is not in force tells nothing at all."""
    listing = make.make_published(make.make_person(seller))
    contract = make_contract(buyer, seller, traded=[make_traded("成果", listing)])
    make_contract(buyer, seller, "revoked", traded=[contract.current.lines[0].traded])
    with unit_of_work():
        for party, level in zip(
            db.session.get_one(Contract, contract.id).current.parties, levels, strict=True
        ):
            party.disclosure = level
    page = client.page(f"/achievements/{listing.id}").text
    for words in told:
        assert words in page
    for words in untold:
        assert words not in page


def test_an_amount_told_is_that_of_this_achievement(buyer: Organisation, seller: Organisation) -> None:
    """Of a contract over two achievements each page tells its own share."""
    listing = make.make_published(make.make_person(seller))
    traded = [make_traded("成果", listing), make_traded("另一项")]
    contract = make_contract(buyer, seller, amounts=(100 * WAN, 250 * WAN), traded=traded)
    with unit_of_work():
        for party in db.session.get_one(Contract, contract.id).current.parties:
            party.disclosure = "amount"
    assert [deal.amount_fen for deal in disclosed.of_listing(listing.id)] == [100 * WAN]


def test_the_way_to_a_contract_from_an_achievement_and_a_demand(
    visitor: Any, client: Any, seller: Organisation, new_client: Any
) -> None:
    """The button stands there for whoever may begin one, and for nobody else."""
    owner = make.make_person(seller)
    listing, demand = make.make_published(owner), make.make_published(owner, "demand")
    assert "拟订技术合同" in visitor.page(f"/achievements/{listing.id}").text
    assert "拟订技术合同" in visitor.page(f"/demands/{demand.id}").text
    assert "拟订技术合同" not in new_client().page(f"/achievements/{listing.id}").text


def test_a_payment_due_waits_for_the_buyer(
    visitor: Any, login: Any, new_client: Any, buyer: Organisation, seller: Organisation
) -> None:
    """The buyer reads that it is their turn, the seller whose it is."""
    contract = make_contract(buyer, seller)
    waits = [
        one for one in visitor.page(f"/desk/contracts/{contract.id}").all("dl") if one.get("class") == "next"
    ]
    assert "贵单位" in "".join(waits[0].itertext())
    other = login(make.make_person(seller), new_client())
    assert "贵单位" not in " ".join(
        "".join(one.itertext())
        for one in other.page(f"/desk/contracts/{contract.id}").all("dl")
        if (one.get("class") or "").startswith("next")
    )
