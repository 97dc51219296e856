"""The contract ledger: filters, order, sums, and the contracts behind a figure of the turnover."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import NotAllowed
from marketplace.extensions import db
from marketplace.services import ledgers
from marketplace.services.deals.ledger import contracts, payments
from marketplace.services.deals.ledger.filters import clean
from marketplace.services.unit import unit_of_work
from tests import deals, factories

pytestmark = pytest.mark.usefixtures("session")
WAN = deals.WAN
DAY = date(2025, 3, 18)


@pytest.fixture
def finance(session):
    return factories.actor(factories.make_staff(Role.FINANCE))


@pytest.fixture
def world(session):
    """Five contracts by name."""
    firm = factories.make_organisation(name="宿州甲公司")
    county = factories.make_organisation(name="灵璧乙公司", division="341323")
    late = [(100 * WAN, clock.today() - timedelta(days=9)), (200 * WAN, clock.today() + timedelta(days=9))]
    made = {
        "outside": deals.make_contract(
            firm, title="麦种许可", signed_on=DAY, instalments=late, related_party=True
        ),
        "inside": deals.make_contract(
            county, firm, amounts=(50 * WAN,), signed_on=DAY, field="09", tags=["k2"]
        ),
        "sold": deals.make_contract(
            factories.make_organisation(division="110101"),
            county,
            amounts=(20 * WAN,),
            kind="service.general",
        ),
        "waiting": deals.make_contract(firm, state="confirmed", amounts=(7 * WAN,)),
        "draft": deals.make_contract(firm, state="draft", title="草稿不外露"),
    }
    deals.make_payment(made["outside"], 90 * WAN)
    deals.make_payment(made["outside"], 30 * WAN, state="submitted")
    deals.make_payment(made["outside"], 10 * WAN, kind="refund")
    return {name: contract.id for name, contract in made.items()}


def names(world, actor, sort="registered", **filters):
    page, _totals = contracts.page_of(actor, filters, sort, 1)
    by_id = {key: name for name, key in world.items()}
    return [by_id[row.contract.id] for row in page.items]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, {"outside", "inside", "sold", "waiting"}),
        ({"state": "confirmed"}, {"waiting"}),
        ({"q": "麦种"}, {"outside"}),
        ({"q": "宿州甲 灵璧乙"}, {"inside"}),
        ({"q": "100%"}, set()),
        ({"q": "草稿不外露"}, set()),
        ({"field": "09"}, {"inside"}),
        ({"category": "service"}, {"sold"}),
        ({"direction": "k2"}, {"inside"}),
        ({"district": "341323"}, {"inside", "sold"}),
        ({"district": "341300"}, set()),
        ({"route": "external"}, {"outside"}),
        ({"side": "in"}, {"outside", "inside", "waiting"}),
        ({"side": "out"}, {"inside", "sold"}),
        ({"side": "inside"}, {"inside"}),
        ({"related": "1"}, {"outside"}),
        ({"related": "0", "side": "inside"}, {"inside"}),
        ({"overdue": "1"}, {"outside"}),
        ({"registered_from": "2025-03-18", "registered_to": "2025-03-18"}, {"outside", "inside"}),
        ({"counted_from": "2025-03-01", "counted_to": "2025-03-31"}, {"outside", "inside"}),
        ({"counted_from": "2025-03-01", "counted_to": "2025-03-31", "side": "out"}, {"inside"}),
        ({"counted_from": "2025-01-01", "district": "341323", "side": "out"}, {"sold"}),
        ({"counted_from": "2025-01-01", "district": "341323"}, {"inside", "sold"}),
        ({"counted_to": "2025-12-31", "field": "09", "category": "licence", "direction": "k2"}, {"inside"}),
    ],
)  # fmt: skip
def test_filters(world, finance, filters, found):
    assert set(names(world, finance, **filters)) == found
    assert contracts.totals(filters).contracts == len(found)


def test_numbers_are_found_as_they_are_written(world, finance):
    page, _totals = contracts.page_of(finance, {"q": "麦种"}, "", 1)
    row = page.items[0]
    number, filing = row.registration.number, row.contract.filing_number
    for typed in (number, f"{number[:4]}-{number[4:]}", number[6:], filing, filing.lower(), row.buyer.uscc):
        assert "outside" in names(world, finance, q=typed), typed


def test_sums_stand_over_all_pages_and_count_what_was_verified(world, finance, monkeypatch):
    monkeypatch.setattr(contracts, "SIZE", 2)
    page, totals = contracts.page_of(finance, {}, "amount", 2)
    assert (page.page, page.pages, page.total, len(page.items)) == (2, 2, 4, 2)
    assert (totals.amount_fen, totals.technical_fen, totals.paid_fen) == (377 * WAN, 377 * WAN, 80 * WAN)
    assert contracts.totals({"side": "out"}).paid_fen == 0
    assert contracts.totals({"q": "麦种"}).paid_fen == 80 * WAN


def test_orders(world, finance):
    assert names(world, finance, sort="amount") == ["outside", "inside", "sold", "waiting"]
    assert names(world, finance, sort="amount_up") == ["waiting", "sold", "inside", "outside"]
    assert names(world, finance, sort="registered") == ["sold", "inside", "outside", "waiting"]
    assert names(world, finance, sort="registered_up") == ["outside", "inside", "sold", "waiting"]


def test_a_page_takes_the_same_queries_however_long_it_is(world, finance):
    def asked():
        statements = []
        listen = lambda _c, _k, statement, *_rest: statements.append(statement)  # noqa: E731
        db.session.expire_all()
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            page, _totals = contracts.page_of(finance, {}, "registered", 1)
            assert all(row.buyer and row.sellers and row.paid_fen >= 0 for row in page.items)
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(statements)

    before = asked()
    for _ in range(3):
        deals.make_contract(factories.make_organisation())
    assert asked() <= before <= 7


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"state": "registered", "q": " 甲 ", "page": "2"}, {"state": "registered", "q": "甲"}),
        ({"state": "draft", "side": "up", "counted_from": "2025-3-1", "registered_to": "x"}, {}),
        ({"counted_from": "2025-03-01", "counted_to": "20250301"}, {"counted_from": "2025-03-01"}),
        ({"q": "长" * 300}, {"q": "长" * 100}),
    ],
)  # fmt: skip
def test_only_what_the_page_could_send_is_a_filter(typed, kept):
    assert clean(typed, contracts.FILTERS) == kept


def test_the_export_keeps_the_filters_and_codes_stay_text(world, finance):
    with unit_of_work():
        content = ledgers.table(finance, "contracts", {"q": "麦种"})
        money = ledgers.table(finance, "payments", {"state": "verified"})
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    heading = rows[1]
    values = dict(zip(heading, rows[2], strict=True))
    assert len(rows) == 4
    assert (len(values["合同登记编号"]), values["已付金额（元）"], values["状态"]) == (16, 800_000, "已登记")
    assert (values["是否关联交易"], values["技术领域"], values["产业方向"]) == (
        "是",
        "新材料及其应用",
        "主导产业·新材料",
    )
    assert dict(zip(heading, rows[3], strict=True))["成交额（元）"] == 3_000_000
    paid = list(load_workbook(BytesIO(money)).active.iter_rows(values_only=True))
    assert [row[4] for row in paid[2:]] == [900_000, -100_000, 800_000]
    assert paid[2][0] == values["合同登记编号"]


@pytest.mark.parametrize(
    ("filters", "number"),
    [({}, 3), ({"kind": "refund"}, 1), ({"state": "submitted"}, 1), ({"bank": "HSB", "evidence": "bank_transfer"}, 3),
     ({"contract": "BA1999-00001"}, 0), ({"paid_from": "2999-01-01"}, 0), ({"paid_to": "2999-01-01"}, 3)],
)  # fmt: skip
def test_payments_are_filtered(world, finance, filters, number):
    assert ledgers.count(finance, "payments", filters) == number
    filing = contracts.page_of(finance, {"q": "麦种"}, "", 1)[0].items[0].contract.filing_number
    assert len(db.session.scalars(payments.query_of({"contract": filing})).all()) == 3


def test_readers_of_contracts_take_only_these_ledgers(finance):
    admin = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    auditor = factories.actor(factories.make_staff(Role.AUDITOR))
    assert set(ledgers.readable(finance)) == {"contracts", "payments", "subsidies"}
    assert set(ledgers.readable(admin)) == {"organisations", "people", "achievements", "demands", "audit"}
    assert set(ledgers.readable(auditor)) == set(ledgers.LEDGERS)
    for actor, name in ((finance, "organisations"), (admin, "contracts")):
        with pytest.raises(NotAllowed):
            ledgers.count(actor, name, {})
    with pytest.raises(NotAllowed):
        contracts.page_of(admin, {}, "", 1)
