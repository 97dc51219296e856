"""From the accepted offer to the contract draft, and what is told on the way: notes, the broker's part."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import BrokerContribution
from marketplace.models.people import Organisation
from marketplace.models.platform import Notice, OutboxMessage
from marketplace.services.deals import confirming, contracts, texts
from marketplace.services.matching.negotiations import (
    brokers,
    contributions,
    ending,
    meetings,
    offers,
    records,
)
from marketplace.services.matching.negotiations.meetings import NoteData
from marketplace.services.unit import unit_of_work
from tests import dealings
from tests.dealings import fresh, make_negotiation, make_offer, make_table, run
from tests.deals import WAN

pytestmark = pytest.mark.usefixtures("session")
NOTE = "双方确认先做三批中试，再谈许可费的支付节点。"


def agreed(table, **inquiry):
    negotiation = make_negotiation(table, **inquiry)
    run(offers.accept, table.buyer, make_offer(table, negotiation).id)
    return fresh(negotiation)


def heard(kind, side, table):
    query = select(Notice).where(Notice.kind == kind, Notice.person_id == table.people[side].id)
    return len(db.session.scalars(query).all())


def test_the_accepted_offer_becomes_a_contract_draft_without_retyping():
    table = make_table()
    negotiation = agreed(table)
    contract = run(ending.draft, table.seller, negotiation.id)
    assert run(ending.draft, table.buyer, negotiation.id).id == contract.id
    version = fresh(contract).current
    assert [party.organisation_id for party in version.parties] == [
        table.buyer.organisation_id,
        table.seller.organisation_id,
    ]
    assert (version.kind, version.licence_scope, version.payment_mode) == (
        "licence.patent",
        "ordinary",
        "instalments",
    )
    assert version.content == dealings.TERMS
    assert (version.amount_fen, version.technical_fen) == (60 * WAN, 60 * WAN)
    assert [line.traded.listing_id for line in version.lines] == [table.achievement.id]
    assert [(one.name, one.condition, one.amount_fen) for one in version.instalments] == [
        ("首付款", "", 20 * WAN),
        ("验收款", "验收合格后10日内", 40 * WAN),
    ]
    assert contract.demand_id == table.demand.id
    assert contract.organisation_id == table.seller.organisation_id
    lacking = {fault.field.partition(".")[0] for fault in texts.faults(contract)}
    # What only the two sides can say is still asked for; nothing of what was negotiated is.
    assert lacking.isdisjoint({"kind", "licence_scope", "content", "payment_mode", "instalments", "lines"})
    negotiation = fresh(negotiation)
    assert (negotiation.state, negotiation.contract_id) == ("drafted", contract.id)
    assert (negotiation.inquiry.state, negotiation.inquiry.outcome) == ("closed", "signed")
    assert heard("negotiation_drafted", "buyer", table) == 1
    # A draft is its drafter's business until it is offered.
    assert ending.contract_of(table.seller, negotiation) is not None
    assert ending.contract_of(table.buyer, negotiation) is None
    assert ending.of_contract(table.buyer, contract).id == negotiation.id
    assert ending.of_contract(table.actor("stranger"), contract) is None


def test_no_draft_before_an_agreement_nor_with_who_lost_its_verification():
    table = make_table()
    negotiation = make_negotiation(table)
    with pytest.raises(Conflict, match="洽谈中"):
        run(ending.draft, table.buyer, negotiation.id)
    run(offers.accept, table.buyer, make_offer(table, negotiation).id)
    dealings.suspend(table.seller.organisation_id)
    with pytest.raises(DomainError, match="对方单位目前没有有效的认证"):
        run(ending.draft, table.buyer, negotiation.id)
    with pytest.raises(NotAllowed):
        run(ending.draft, table.actor("seller"), negotiation.id)


def test_a_voided_draft_gives_the_negotiation_back_to_both_sides():
    table = make_table()
    negotiation = agreed(table, broker=True)
    contract = run(ending.draft, table.seller, negotiation.id)
    run(ending.follow, [{"contract": contract.id}])
    assert fresh(negotiation).state == "drafted"
    run(confirming.void, table.seller, contract.id, "重新商量付款")
    promised = select(OutboxMessage.payload).where(OutboxMessage.topic == "contract")
    assert {"contract": contract.id} in db.session.scalars(promised).all()
    for _time in range(2):
        run(ending.follow, [{"contract": contract.id}])
    assert (fresh(negotiation).state, negotiation.contract_id) == ("agreed", None)
    for side in ("buyer", "seller", "broker"):
        assert heard("negotiation_undone", side, table) == 1
    # The other side, who could do nothing but wait before, drafts it now.
    again = run(ending.draft, table.buyer, negotiation.id)
    assert again.id != contract.id
    assert (fresh(negotiation).state, negotiation.contract_id) == ("drafted", again.id)


def test_what_was_agreed_holds_when_the_listing_is_taken_down():
    table = make_table()
    negotiation = agreed(table)
    with unit_of_work():
        db.session.get_one(Listing, table.achievement.id).state = "unlisted"
    contract = run(ending.draft, table.buyer, negotiation.id)
    assert [line.traded.listing_id for line in contract.current.lines] == [table.achievement.id]
    assert contracts.is_readable(contract, table.buyer)


def test_a_note_is_confirmed_by_the_other_side_and_never_twice():
    table = make_table()
    negotiation = make_negotiation(table, broker=True)
    note, key = NoteData(clock.today(), "埇桥区试验车间", NOTE), dealings.key()
    made = [run(meetings.write, table.seller, negotiation.id, note, key) for _ in range(2)]
    assert made[0].id == made[1].id
    assert heard("meeting_noted", "buyer", table) == 1
    with pytest.raises(NotAllowed, match="由对方确认"):
        run(meetings.confirm, table.seller, made[0].id)
    with pytest.raises(NotAllowed):
        run(meetings.confirm, table.broker, made[0].id)
    with pytest.raises(NotFound):
        run(meetings.confirm, table.actor("stranger"), made[0].id)
    run(meetings.confirm, table.buyer, made[0].id)
    first = fresh(made[0]).confirmed_at
    run(meetings.confirm, table.buyer, made[0].id)
    assert fresh(made[0]).confirmed_at == first
    # The broker writes too; either side may say that it was so.
    theirs = run(meetings.write, table.broker, negotiation.id, note, dealings.key())
    assert meetings.may_confirm(table.seller, negotiation, theirs)
    assert [one.id for one in meetings.of_negotiation(negotiation)] == [theirs.id, made[0].id]


@pytest.mark.parametrize(
    ("field", "note"),
    [
        ("held_on", NoteData(None, "", NOTE)),
        ("held_on", NoteData(clock.today() + timedelta(days=1), "", NOTE)),
        ("held_on", NoteData(date(1800, 1, 1), "", NOTE)),
        ("body", NoteData(clock.today(), "", "短")),
        ("body", NoteData(clock.today(), "", "长" * 5001)),
        ("place", NoteData(clock.today(), "远" * 101, NOTE)),
    ],
    ids=str,
)
def test_what_a_note_must_say(field, note):
    with pytest.raises(ValidationFailed) as refused:
        meetings._check(note.held_on, note.place, note.body)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_contribution_counts_when_both_sides_confirmed_these_very_words():
    table = make_table()
    negotiation = make_negotiation(table, broker=True)
    write, said = contributions.write, "组织三次技术对接，协助拟定付款节点。"
    with pytest.raises(ValidationFailed):
        run(write, table.broker, negotiation.id, [], "短")
    with pytest.raises(NotAllowed):
        run(write, table.seller, negotiation.id, ["negotiation"], said)
    row = run(write, table.broker, negotiation.id, ["negotiation", "demand"], said)
    assert fresh(row).kinds == ["demand", "negotiation"]
    run(contributions.confirm, table.buyer, row.id, row.version)
    changed = run(write, table.broker, negotiation.id, ["negotiation"], said)
    assert fresh(changed).buyer_confirmed_at is None
    with pytest.raises(Conflict, match="刚刚改过"):
        run(contributions.confirm, table.seller, row.id, row.version - 1)
    for side in (table.buyer, table.seller, table.seller):
        run(contributions.confirm, side, row.id)
    assert contributions.is_confirmed(fresh(row))
    assert heard("contribution_confirmed", "broker", table) == 1
    with pytest.raises(Conflict, match="双方已经确认"):
        run(write, table.broker, negotiation.id, ["demand"], said)
    with pytest.raises(NotFound):
        run(contributions.confirm, table.actor("stranger"), row.id)
    with pytest.raises(NotAllowed):
        run(contributions.confirm, table.broker, row.id)
    assert db.session.query(BrokerContribution).count() == 1


def test_a_broker_joins_when_one_side_proposes_and_the_other_agrees():
    table = make_table()
    negotiation, wanted = make_negotiation(table), table.broker.organisation_id
    assert wanted in {one.id for one in brokers.choices(negotiation)}
    with pytest.raises(NotFound):
        records.get(table.broker, negotiation.id)
    with pytest.raises(DomainError, match="请选择"):
        run(brokers.invite, table.buyer, negotiation.id, table.seller.organisation_id)
    for _press in range(2):
        run(brokers.invite, table.buyer, negotiation.id, wanted)
    assert heard("broker_invited", "seller", table) == 1
    with pytest.raises(NotAllowed, match="由对方决定"):
        run(brokers.answer, table.buyer, negotiation.id, wanted, True)
    with pytest.raises(Conflict, match="已有技术经理人"):
        run(brokers.invite, table.seller, negotiation.id, table.actor("stranger").organisation_id)
    run(brokers.answer, table.seller, negotiation.id, wanted, False)
    with pytest.raises(Conflict, match="撤回或改变"):
        run(brokers.answer, table.seller, negotiation.id, wanted, True)
    run(brokers.invite, table.seller, negotiation.id, wanted)
    dealings.suspend(wanted)
    with pytest.raises(DomainError, match="没有有效的认证"):
        run(brokers.answer, table.buyer, negotiation.id, wanted, True)
    with unit_of_work():
        db.session.get_one(Organisation, wanted).state = "verified"
    for _press in range(2):
        run(brokers.answer, table.buyer, negotiation.id, wanted, True)
    assert heard("broker_joined", "broker", table) == 1
    found = records.get(table.broker, negotiation.id)
    assert found.inquiry.broker_id == wanted
    assert records.side_of(table.broker, found) == "broker"
    with pytest.raises(NotAllowed):
        run(offers.make, table.broker, negotiation.id, dealings.terms(), dealings.key())
