"""协议定价公示: started, objected to, answered, finished, and what the guard of signing makes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import PricePublication
from marketplace.models.platform import Notice
from marketplace.services.deals import prices
from marketplace.services.deals.registry import publishing
from marketplace.services.paging import paged
from marketplace.services.platform import reviews
from tests import deals
from tests import factories as make
from tests.deals import WAN
from tests.services.deals.helpers import did
from tests.services.deals.registry.helpers import agent, deals_attach, registrar

OBJECTION = ("赵异议", "0557-3024567", "价格明显低于同类专利的市场价，请核实评估依据。")


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


@pytest.fixture
def contract(buyer, seller):
    return deals.make_contract(buyer, seller, state="confirmed", pricing="agreement", drafter=seller)


def days_later(days):
    return clock.frozen(clock.now() + timedelta(days=days))


def test_published_for_the_set_days_then_signed(contract, seller):
    them = agent(seller)
    assert (prices.must_publish(contract), prices.are_public(contract)) == (True, False)
    shown = did(publishing.start, them, contract.id, "  大豆胶粘剂  ")
    assert (shown.name, shown.price_fen) == ("大豆胶粘剂", 300 * WAN)
    assert shown.ends_on == clock.today() + timedelta(days=15)
    with days_later(15):
        assert publishing.takes_objections(shown)
        assert publishing.finish_due() == 0
    with days_later(16):
        assert not publishing.takes_objections(shown)
        assert publishing.finish_due() == 1
        assert publishing.finish_due() == 0
        assert db.session.get_one(PricePublication, shown.id).state == "finished"
        told = db.session.query(Notice).filter_by(kind="price_publication_finished")
        assert {notice.person_id for notice in told} == {them.person_id}
        contract.signed_on = shown.ends_on
        assert not prices.are_public(contract)
        contract.signed_on = clock.today()
        assert prices.are_public(contract)
        contract.current.amount_fen = contract.current.technical_fen = 301 * WAN
        assert not prices.are_public(contract)
        db.session.rollback()


def test_who_need_not_publish(buyer, seller):
    assert prices.are_public(deals.make_contract(buyer, seller, state="confirmed", pricing="auction"))
    assert prices.are_public(deals.make_contract(buyer, state="confirmed", pricing="agreement"))
    firm = make.make_organisation("enterprise")
    assert prices.are_public(deals.make_contract(buyer, firm, state="confirmed", pricing="agreement"))
    proven = deals.make_contract(buyer, seller, state="confirmed", pricing="agreement")
    deals_attach(proven, "price_proof")
    assert prices.are_public(proven)


def test_who_starts_one_and_when(contract, buyer, seller):
    with pytest.raises(NotAllowed):
        did(publishing.start, agent(buyer), contract.id, "成果")
    with pytest.raises(NotFound):
        did(publishing.start, agent(make.make_organisation("enterprise")), contract.id, "成果")
    with pytest.raises(DomainError) as refused:
        did(publishing.start, agent(seller), contract.id, " ")
    assert refused.value.field == "name"
    did(publishing.start, agent(seller), contract.id, "成果")
    with pytest.raises(Conflict):
        did(publishing.start, agent(seller), contract.id, "成果")
    signed = deals.make_contract(
        buyer, seller, state="confirmed", pricing="agreement", signed_on=clock.today()
    )
    with pytest.raises(Conflict):
        did(publishing.start, agent(seller), signed.id, "成果")
    empty = deals.make_contract(buyer, seller, state="draft", pricing="agreement", amounts=(0,), drafter=seller,
                                instalments=[(1, None)])  # fmt: skip
    with pytest.raises(DomainError) as without:
        did(publishing.start, agent(seller), empty.id, "成果")
    assert without.value.code == "no_price"


def test_withdrawn_with_a_reason_and_out_of_the_list(contract, seller):
    them = agent(seller)
    shown = did(publishing.start, them, contract.id, "成果")
    assert [each.id for each in paged(publishing.published(), 1).items] == [shown.id]
    with pytest.raises(DomainError):
        did(publishing.withdraw, them, shown.id, " ")
    with pytest.raises(NotFound):
        did(publishing.withdraw, agent(make.make_organisation("university")), shown.id, "不卖了")
    did(publishing.withdraw, them, shown.id, "不卖了")
    did(publishing.withdraw, them, shown.id, "不卖了")
    assert paged(publishing.published(), 1).items == []
    assert publishing.get_public(shown.id).state_note == "不卖了"
    assert did(publishing.start, them, contract.id, "成果").id != shown.id


def test_an_upheld_objection_halts(contract, seller):
    shown = did(publishing.start, agent(seller), contract.id, "成果")
    row = did(publishing.object_to, shown.id, *OBJECTION)
    assert did(publishing.object_to, shown.id, *OBJECTION).id == row.id
    with days_later(20):
        assert publishing.finish_due() == 0
    one = registrar()
    with pytest.raises(DomainError):
        did(publishing.decide, one, row.id, "uphold", "")
    did(publishing.decide, one, row.id, "uphold", "评估依据不足")
    did(publishing.decide, one, row.id, "uphold", "评估依据不足")
    assert (row.state, shown.state) == ("upheld", "halted")
    with pytest.raises(Conflict):
        did(publishing.decide, registrar(), row.id, "dismiss", "不成立")
    with pytest.raises(Conflict):
        did(publishing.object_to, shown.id, *OBJECTION)
    told = list(db.session.scalars(select(Notice.params)))
    assert all("赵异议" not in str(params) for params in told)


def test_a_dismissed_objection_lets_it_run_on(contract, seller):
    shown = did(publishing.start, agent(seller), contract.id, "成果")
    row = did(publishing.object_to, shown.id, "某公司", "a@example.com", OBJECTION[2])
    did(publishing.decide, registrar(), row.id, "dismiss", "价格有评估报告支持")
    assert (row.state, shown.state) == ("dismissed", "open")
    with days_later(16):
        assert publishing.finish_due() == 1


def test_objections_are_checked_and_nobody_of_a_party_answers_them(contract, buyer, seller):
    shown = did(publishing.start, agent(seller), contract.id, "成果")
    with pytest.raises(ValidationFailed) as refused:
        did(publishing.object_to, shown.id, "", "123", "太贵")
    assert [fault.field for fault in refused.value.errors] == ["name", "contact", "claim"]
    row = did(publishing.object_to, shown.id, *OBJECTION)
    task = reviews.open_task_for("price_objection", row.id)
    assert set(task.parties) == {buyer.id, seller.id}
    for organisation in (buyer, seller):
        insider = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR, authority=organisation))
        with pytest.raises(NotAllowed):
            did(publishing.decide, insider, row.id, "dismiss", "不成立")
    with pytest.raises(NotFound):
        publishing.get_objection(agent(seller), row.id)
    with pytest.raises(NotFound):
        publishing.get_objection(make.actor(make.make_staff(Role.FINANCE)), row.id)
