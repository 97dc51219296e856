"""Pages of money: both sides record and correct, the authority verifies, nobody else finds anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Contract, Invoice, Payment, PaymentEvidence
from marketplace.models.people import Organisation, Person
from marketplace.services.deals.payments import paid
from marketplace.services.platform import reviews
from tests import factories as make
from tests.deals import PDF, WAN, make_contract, make_payment, make_traded
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

Login = Callable[..., InspectingClient]


@pytest.fixture
def firm() -> Organisation:
    """The buyer's organisation."""
    return make.make_organisation("enterprise", "砀山板材有限公司")


@pytest.fixture
def buyer(firm: Organisation) -> Person:
    """A person of the buyer."""
    return make.make_person(firm)


@pytest.fixture
def seller() -> Person:
    """A person of the seller."""
    return make.make_person(make.make_organisation("university", "星河研究院"))


@pytest.fixture
def contract(firm: Organisation, seller: Person) -> Contract:
    """A registered contract of two lines, 200 and 100 万元, with a late instalment."""
    today = clock.today()
    return make_contract(
        firm, seller.memberships[0].organisation, amounts=(200 * WAN, 100 * WAN),
        traded=[make_traded("甲成果"), make_traded("乙成果")], title="大豆胶专利实施许可",
        instalments=[(100 * WAN, today - timedelta(days=4)), (200 * WAN, today + timedelta(days=90))],
    )  # fmt: skip


@pytest.fixture
def finance() -> Person:
    """Who verifies."""
    return make.make_staff(Role.FINANCE)


def file(content: bytes = PDF, name: str = "回单.pdf") -> tuple[BytesIO, str]:
    """An upload."""
    return BytesIO(content), name


def typed(**values: object) -> dict:
    """A payment of 100 万元 as a person fills it in, shared 60 and 40."""
    return {
        "paid_on": clock.today().isoformat(), "amount": "1000000", "bank": "HSB", "serial": "2026-0001",
        "file": [file()], "shares-0-amount_fen": "600000", "shares-1-amount_fen": "400,000",
    } | values  # fmt: skip


def count(model: type) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def last() -> Payment:
    """The newest payment."""
    return db.session.scalars(select(Payment).order_by(Payment.id.desc()).limit(1)).one()


def test_from_the_voucher_to_the_figure(
    login: Login, client: InspectingClient, buyer: Person, seller: Person, finance: Person, contract: Contract
) -> None:
    """The buyer records, the office verifies on the review desk, both sides read the same figures."""
    address = f"/desk/contracts/{contract.id}/payments"
    login(buyer)
    assert 'value="砀山板材有限公司"' in client.get(f"{address}/new").get_data(as_text=True)
    done = client.submit(f"{address}/new", typed(), form="payment")
    assert "已登记，等待财务或合同登记人员核验" in done.get_data(as_text=True)
    row = last()
    assert [share.amount_fen for share in row.allocations] == [60 * WAN, 40 * WAN]
    waiting = client.page(address).text
    assert "待核验" in waiting
    assert "逾期" in waiting
    login(finance)
    task = reviews.open_task_for("payment", row.id)
    assert task is not None
    shown = client.page(f"/admin/reviews/{task.id}").text
    for words in ("2026-0001", "甲成果", "壹佰万元整", "徽商银行", "砀山板材有限公司"):
        assert words in shown
    client.submit(f"/admin/reviews/{task.id}", {}, form="decision", button="action=approve")
    assert paid.net(contract.id) == 100 * WAN
    assert "大豆胶专利实施许可" in client.page("/admin/payments").text
    for person in (buyer, seller, finance):
        login(person)
        assert "没有逾期" in client.page(address).text
        assert "已核验" in client.page(f"/desk/payments/{row.id}").text


def test_a_mistake_loses_nothing_and_is_said_where_it_is(
    login: Login, client: InspectingClient, buyer: Person, contract: Contract
) -> None:
    """422, the words at the field and on top, what was typed still there, the file asked for again."""
    login(buyer)
    address = f"/desk/contracts/{contract.id}/payments/new"
    wrong = client.submit(address, typed(**{"amount": "壹百万", "serial": "A-77"}), form="payment")
    body = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    for words in ("壹百万", "A-77", "600000", "请重新选择刚才的1个文件", 'id="error-summary"'):
        assert words in body
    short = client.submit(address, typed(**{"shares-1-amount_fen": ""}), form="payment")
    assert short.status_code == 422
    assert "还有400,000.00元没有分到成果" in short.get_data(as_text=True)
    fake = client.submit(address, typed(file=[file(b"MZ not a pdf at all")]), form="payment")
    assert fake.status_code == 422
    assert "文件内容不是可以上传的类型" in fake.get_data(as_text=True)
    over = client.submit(
        address,
        typed(**{"amount": "3000000.01", "shares-0-amount_fen": "3000000.01", "shares-1-amount_fen": ""}),
        form="payment",
    )
    assert "已登记的付款比合同金额多0.01元" in over.get_data(as_text=True)
    assert count(Payment) == 0


def test_the_form_sent_twice_is_one_payment_and_the_voucher_is_known(
    login: Login, client: InspectingClient, buyer: Person, contract: Contract
) -> None:
    """The back button and a second press; another form with the same serial is told which row has it."""
    login(buyer)
    address = f"/desk/contracts/{contract.id}/payments/new"
    page = client.get(address).get_data(as_text=True)
    key = re.search(r'name="request_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    for _ in range(2):
        client.submit(address, typed(request_key=key.group(1)), form="payment")
    assert count(Payment) == 1
    again = client.submit(address, typed(), form="payment")
    assert again.status_code == 422
    assert "这笔流水已经登记过" in again.get_data(as_text=True)


def test_one_line_needs_no_sharing_and_other_contracts_of_the_buyer_are_offered(
    login: Login, client: InspectingClient, buyer: Person, firm: Organisation, contract: Contract
) -> None:
    """All goes to the one line; one transfer may pay several contracts of the same buyer."""
    small = make_contract(firm, None, amounts=(50 * WAN,), title="检测服务")
    login(buyer)
    address = f"/desk/contracts/{small.id}/payments/new"
    blank = {f"shares-{place}-amount_fen": "" for place in range(3)}
    client.submit(address, typed(amount="500000", **blank), form="payment")
    assert [(one.contract_id, one.amount_fen) for one in last().allocations] == [(small.id, 50 * WAN)]
    split = blank | {"shares-0-amount_fen": "100000", "shares-1-amount_fen": "250000"}
    both = client.submit(
        address,
        typed(amount="350000", serial="B2", note="一笔付两份合同，首份合同已付清", **split),
        form="payment",
    )
    assert both.status_code == 200
    assert {one.contract_id for one in last().allocations} == {small.id, contract.id}


def test_returned_then_corrected_withdrawn_and_refunded(
    login: Login, client: InspectingClient, buyer: Person, finance: Person, contract: Contract
) -> None:
    """The reasons are shown, the form comes back filled in, each last look asks first, twice is harmless."""
    login(buyer)
    client.submit(f"/desk/contracts/{contract.id}/payments/new", typed(), form="payment")
    row = last()
    task = reviews.open_task_for("payment", row.id)
    assert task is not None
    login(finance)
    client.submit(
        f"/admin/reviews/{task.id}", {"reasons": ["serial_differs"], "note": "流水号少一位"}, form="decision",
        button="action=return",
    )  # fmt: skip
    login(buyer)
    told = client.page(f"/desk/payments/{row.id}").text
    assert "流水号少一位" in told
    assert "银行或流水号与凭证不一致" in told
    client.submit(f"/desk/payments/{row.id}/correct", {"serial": "2026-00012"}, form="payment")
    better = last()
    assert (better.replaces_id, better.serial) == (row.id, "2026-00012")
    assert client.get(f"/desk/payments/{row.id}/correct").status_code == 409
    assert "更正后的一笔" in client.page(f"/desk/payments/{row.id}").text
    for _ in range(2):
        assert client.submit(f"/desk/payments/{better.id}/withdraw", form="withdraw").status_code == 200
    db.session.refresh(better)
    assert better.state == "withdrawn"
    done = make_payment(contract, 30 * WAN, paid_on=clock.today() - timedelta(days=2))
    back: dict = {"paid_on": clock.today().isoformat(), "serial": "R1"}
    client.submit(f"/desk/payments/{done.id}/refund", back | {"file": [file()]}, form="refund")
    refund = last()
    assert (refund.kind, refund.returns_id, refund.amount_fen) == ("refund", done.id, 30 * WAN)
    assert (
        client.submit(f"/desk/payments/{done.id}/refund", back | {"amount": "1"}, form="refund").status_code
        == 422
    )
    unnamed = {
        **back,
        "file": [file()],
        "bank": "HSB",
        "serial": "R2",
        "amount": "5",
        "kind": "reversal",
        "shares-0-amount_fen": "5",
    }
    client.submit(f"/desk/contracts/{contract.id}/refunds/new", unnamed, form="refund")
    assert (last().kind, last().returns_id) == ("reversal", None)
    client.submit(f"/desk/payments/{refund.id}/withdraw", form="withdraw")
    client.submit(f"/desk/payments/{refund.id}/correct", {"amount": "10"}, form="refund")
    assert (last().replaces_id, last().returns_id, last().amount_fen) == (refund.id, done.id, 1000)


def test_later_evidence_exclusion_invoices_and_explanations(
    login: Login, client: InspectingClient, buyer: Person, finance: Person, contract: Contract
) -> None:
    """Each has its page, its last look and its place on the overview."""
    done = make_payment(contract, 30 * WAN, evidence="cash", bank="", serial="")
    login(buyer)
    evidence = {"evidence": "bank_transfer", "bank": "HSB", "serial": "L1"}
    address = f"/desk/payments/{done.id}/evidence"
    assert client.submit(address, evidence, form="new-evidence").status_code == 422
    client.submit(address, evidence | {"file": [file()]}, form="new-evidence")
    later = db.session.scalars(select(PaymentEvidence)).one()
    assert client.get(address).status_code == 409
    client.submit(f"/desk/payment-evidences/{later.id}/withdraw", form="withdraw")
    assert "已撤回" in client.page(f"/desk/payments/{done.id}").text
    client.submit(address, {"evidence": "none", "note": "收据有误"}, form="new-evidence")
    task = reviews.open_task_for("payment_evidence", later.id + 1)
    assert task is not None
    number = "24342000000012345678"
    bill = {
        "number": number, "issued_on": clock.today().isoformat(), "amount": "200000", "file": [file()],
        "shares-0-amount_fen": "200000",
    }  # fmt: skip
    assert (
        client.submit(
            f"/desk/contracts/{contract.id}/invoices/new", bill | {"number": "1", "file": [file()]}
        ).status_code
        == 422
    )
    client.submit(f"/desk/contracts/{contract.id}/invoices/new", bill)
    traded = contract.current.lines[0].traded_id
    explain = f"/desk/contracts/{contract.id}/explain/{traded}"
    assert client.submit(explain, {"explanation": "待开"}).status_code == 422
    client.submit(explain, {"explanation": "余下十万元发票下月开具"})
    shown = client.page(f"/desk/contracts/{contract.id}/payments").text
    assert number in shown
    assert "余下十万元发票下月开具" in shown
    row = db.session.scalars(select(Invoice)).one()
    client.submit(f"/desk/invoices/{row.id}/cancel")
    assert "已红冲" in client.page(f"/desk/contracts/{contract.id}/payments").text
    login(finance)
    client.submit(f"/admin/reviews/{task.id}", {}, form="decision", button="action=approve")
    assert "现在的凭证：无" in re.sub(r"<[^>]+>|\s", "", client.page(f"/desk/payments/{done.id}").text)
    share = done.allocations[0].id
    exclude = f"/desk/payments/{done.id}/exclude/{share}"
    assert client.submit(exclude, {"excluded": "100000", "reason": ""}).status_code == 422
    client.submit(exclude, {"excluded": "100000", "reason": "没有发票"})
    assert "没有发票" in client.page(f"/desk/payments/{done.id}").text


def test_others_find_nothing_and_readers_only_read(
    login: Login, client: InspectingClient, buyer: Person, finance: Person, contract: Contract
) -> None:
    """404 for another organisation, 403 for the authority where parties act, no buttons for readers."""
    row = make_payment(contract, 5, state="submitted")
    done = make_payment(contract, 5)
    share = done.allocations[0].id
    party_pages = [
        f"/desk/contracts/{contract.id}/payments/new", f"/desk/contracts/{contract.id}/refunds/new",
        f"/desk/payments/{done.id}/refund", f"/desk/payments/{done.id}/evidence",
        f"/desk/contracts/{contract.id}/invoices/new",
        f"/desk/contracts/{contract.id}/explain/{contract.current.lines[0].traded_id}",
    ]  # fmt: skip
    pages = [f"/desk/contracts/{contract.id}/payments", f"/desk/payments/{row.id}"]
    login(make.make_person(make.make_organisation()))
    for address in [*party_pages, *pages, f"/desk/payments/{row.id}/withdraw"]:
        assert client.get(address).status_code == 404, address
    assert client.get(f"/desk/payments/{done.id}/exclude/{share}").status_code in (403, 404)
    login(finance)
    for address in party_pages:
        assert client.get(address).status_code == 403, address
    for address in pages:
        body = client.get(address).get_data(as_text=True)
        assert "登记付款" not in body
        assert f"/desk/payments/{row.id}/withdraw" not in body
    login(buyer)
    assert client.get("/admin/payments").status_code == 403
    assert client.get(f"/desk/payments/{done.id}/exclude/{share}").status_code == 403
    client.post(f"/desk/payments/{done.id}/withdraw")
    assert db.session.get_one(Payment, done.id).state == "verified"


def test_the_ledger_keeps_its_filters_and_says_what_it_cannot_read(
    login: Login, client: InspectingClient, finance: Person, contract: Contract
) -> None:
    """Filters from the address, sums over all rows, pages."""
    for place in range(27):
        make_payment(contract, 10_000, paid_on=clock.today() - timedelta(days=place))
    make_payment(contract, 10_000, kind="refund", evidence="cash", bank="", serial="")
    login(finance)
    shown = client.get("/admin/payments?evidence=bank_transfer").get_data(as_text=True)
    assert "共 27 笔" in shown
    assert "evidence=bank_transfer&amp;page=2" in shown
    assert "共 1 笔" in client.page("/admin/payments?kind=refund").text
    assert "没有符合条件的款项" in client.page("/admin/payments?contract=NOPE").text
    table = client.submit("/admin/payments?kind=refund", form="export")
    assert table.mimetype.endswith("spreadsheetml.sheet")
    bad = client.get("/admin/payments?paid_from=someday")
    assert bad.status_code == 422
    assert "日期请写成" in bad.get_data(as_text=True)
