"""The mailed link by real requests: read, answered once, dead, forged; and what its pages tell other sites."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.services.deals import confirming
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import make_contract
from tests.support.inspector import Page

pytestmark = pytest.mark.usefixtures("session")

EMAIL = "tech@university.example"


@pytest.fixture
def offered(drain: Any) -> Contract:
    """A contract whose seller is no member and was mailed a link."""
    buyer = make.make_organisation(name="萧县试验板业有限公司")
    contract = make_contract(buyer, None, "draft", title="大豆基胶粘剂实施许可合同")
    drafter = make.actor(make.make_person(buyer))
    with unit_of_work():
        confirming.offer(drafter, contract.id)
    drain()
    return contract


@pytest.fixture
def address(offered: Contract, mailbox: Any) -> str:
    """The address in the mail."""
    link = next(link for link in mailbox.last(EMAIL).links if "/c/" in link)
    return str(link[link.index("/c/") :])


def state(contract: Contract) -> str:
    """Return the state as it is stored now."""
    contract_id = contract.id
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Contract, contract_id).state


def test_the_link_shows_the_whole_text_and_hides_itself(client: Any, address: str) -> None:
    """Parties, amounts and capitals; never indexed, never sent on, never kept by the browser; no files."""
    answer = client.get(address)
    page = Page(answer.get_data(as_text=True))
    for words in ("大豆基胶粘剂实施许可合同", "萧县试验板业有限公司", "3,000,000.00", "叁佰万元整"):
        assert words in page.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "/files/" not in answer.get_data(as_text=True)


def test_agreeing_by_the_link_works_once(client: Any, offered: Contract, address: str) -> None:
    """A name is asked for; then the contract is confirmed, and the link says that it was used."""
    assert client.submit(address, {"typed_name": " "}, form="agree-form").status_code == 422
    answer = client.submit(address, {"typed_name": "李老师", "disclosure": "fact"}, form="agree-form")
    assert "已确认合同内容" in Page(answer.get_data(as_text=True)).text
    assert state(offered) == "confirmed"
    dead = client.get(address)
    assert dead.status_code == 410
    assert "只能用一次" in Page(dead.get_data(as_text=True)).text
    again = client.post(address, data={"answer": "agree", "typed_name": "王", "disclosure": "none"})
    assert again.status_code == 410


def test_declining_by_the_link_sends_it_back(client: Any, offered: Contract, address: str) -> None:
    """Name and reason are asked for and kept while they are typed; the contract is a draft again."""
    answer = client.submit(address, {"decliner": "李老师", "note": ""}, form="decline-form")
    assert answer.status_code == 422
    assert Page(answer.get_data(as_text=True)).by_id["decliner"].get("value") == "李老师"
    client.submit(address, {"decliner": "李老师", "note": "请补充验收标准"}, form="decline-form")
    assert state(offered) == "draft"
    assert db.session.get_one(Contract, offered.id).state_note == "请补充验收标准"


def test_a_dead_link_tells_nothing_of_the_text(client: Any, offered: Contract, address: str) -> None:
    """Taken back, the link says why it is dead and not what the contract says."""
    drafter = make.actor(make.make_person(offered.organisation))
    with unit_of_work():
        confirming.recall(drafter, offered.id)
    answer = client.get(address)
    assert answer.status_code == 410
    assert "大豆基" not in answer.get_data(as_text=True)
    assert (
        client.post(address, data={"answer": "agree", "typed_name": "王", "disclosure": "none"}).status_code
        == 410
    )
    assert state(offered) == "draft"


def test_an_expired_and_a_forged_link(client: Any, offered: Contract, address: str) -> None:
    """Expired: said so, with what to do. Forged: not found, whatever is sent."""
    with clock.frozen(clock.now() + timedelta(days=400)):
        answer = client.get(address)
    assert answer.status_code == 410
    assert "有效期" in Page(answer.get_data(as_text=True)).text
    assert client.get("/c/" + "x" * 43).status_code == 404
    sent = client.post("/c/" + "x" * 43, data={"answer": "agree", "typed_name": "王", "disclosure": "none"})
    assert sent.status_code == 404
    assert state(offered) == "offered"


def test_a_fresh_link_kills_the_former(
    client: Any, login: Any, new_client: Any, offered: Contract, address: str, drain: Any, mailbox: Any
) -> None:
    """The drafter sends another; the first one is dead, the second is open."""
    drafter = login(make.make_person(offered.organisation), new_client())
    drafter.submit(f"/desk/contracts/{offered.id}", form="/resend/1")
    drain()
    fresh = next(link for link in mailbox.last(EMAIL).links if "/c/" in link)
    assert not fresh.endswith(address)
    assert client.get(address).status_code == 410
    assert client.get(fresh[fresh.index("/c/") :]).status_code == 200
