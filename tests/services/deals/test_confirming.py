"""Confirming by members: each side its word, nothing unread, nothing twice, nothing by strangers."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract
from marketplace.models.platform import Notice
from marketplace.services.deals import confirming, contracts, drafts
from tests import factories as make
from tests.deals import make_contract
from tests.domain.deals.samples import MONEY, SELLER
from tests.services.deals.helpers import did, notices_of, people, side, signed, state, written

pytestmark = pytest.mark.usefixtures("session")


# --- members ------------------------------------------------------------------------------------------------


def test_two_members_agree(two: tuple[Contract, Actor, Actor]) -> None:
    """Offered with a notice to the other side only; its word confirms; both learn of it."""
    contract, actor, partner = two
    assert state(contract) == "offered"
    assert contract.current is not None
    assert contract.current.frozen_at is not None
    assert (notices_of(partner), notices_of(actor)) == (["contract_offered"], [])
    assert contracts.get_for(partner, contract.id).id == contract.id
    did(confirming.agree, partner, contract.id, "张 三", 1, "fact")
    assert state(contract) == "confirmed"
    (said,) = db.session.scalars(select(Confirmation))
    assert (said.how, said.typed_name, said.person_id, said.position) == (
        "member",
        "张 三",
        partner.person_id,
        1,
    )
    assert [party.disclosure for party in contract.current.parties] == ["parties", "fact"]
    assert notices_of(actor) == ["contract_confirmed"]
    # A second press changes nothing.
    assert did(confirming.agree, partner, contract.id, "张三", 1).state == "confirmed"
    assert len(list(db.session.scalars(select(Confirmation)))) == 1


def test_offering_and_recalling_twice_is_harmless(two: tuple[Contract, Actor, Actor]) -> None:
    """The drafter presses twice; nobody is told twice."""
    contract, actor, partner = two
    did(confirming.offer, actor, contract.id)
    assert notices_of(partner) == ["contract_offered"]
    did(confirming.recall, actor, contract.id)
    did(confirming.recall, actor, contract.id)
    assert state(contract) == "draft"
    assert notices_of(partner) == ["contract_offered", "contract_recalled"]
    # Who cannot read the draft is led to the list of contracts.
    told = db.session.scalars(select(Notice).where(Notice.kind == "contract_recalled")).one()
    assert told.subject_kind == "my_contracts"
    with pytest.raises(NotFound):
        contracts.get_for(partner, contract.id)
    with pytest.raises(NotFound):
        did(confirming.agree, partner, contract.id, "张三")


def test_nobody_agrees_to_what_they_have_not_read(two: tuple[Contract, Actor, Actor]) -> None:
    """A page of the first version does not agree to the second."""
    contract, actor, partner = two
    did(confirming.recall, actor, contract.id)
    first, second = MONEY.instalments
    did(
        drafts.save_money,
        actor,
        contract.id,
        replace(MONEY, royalty_terms="另有约定", instalments=(first, second)),
    )
    did(confirming.offer, actor, contract.id)
    for call in (confirming.agree, confirming.decline):
        with pytest.raises(Conflict):
            did(call, partner, contract.id, "张三", 1)
    assert did(confirming.agree, partner, contract.id, "张三", 2).state == "confirmed"


def test_only_who_is_asked_answers(two: tuple[Contract, Actor, Actor]) -> None:
    """The drafter does not agree with itself; strangers find nothing; the authority does not act for a party."""
    contract, actor, _partner = two
    with pytest.raises(DomainError) as refused:
        did(confirming.agree, actor, contract.id, "李四")
    assert refused.value.code == "guard_awaits_you"
    with pytest.raises(NotFound):
        did(confirming.agree, people()[1], contract.id, "李四")
    with pytest.raises(NotAllowed):
        did(confirming.agree, make.actor(make.make_staff(Role.CONTRACT_REGISTRAR)), contract.id, "李四")
    with pytest.raises(NotAllowed):
        did(confirming.recall, _partner, contract.id)
    assert state(contract) == "offered"


def test_an_answer_needs_a_name_or_a_reason(two: tuple[Contract, Actor, Actor]) -> None:
    """Each at its field, and nothing is said before."""
    contract, _, partner = two
    for call, values, field in (
        (confirming.agree, (" ",), "typed_name"), (confirming.agree, ("名" * 61,), "typed_name"),
        (confirming.agree, ("张三", None, "everything"), "disclosure"), (confirming.decline, (" ",), "note"),
        (confirming.decline, ("长" * 1001,), "note"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            did(call, partner, contract.id, *values)
        assert refused.value.field == field
    assert list(db.session.scalars(select(Confirmation))) == []


def test_a_declined_contract_goes_back_to_its_drafter(two: tuple[Contract, Actor, Actor]) -> None:
    """With the reason; the other side loses sight of the draft, and is asked anew about the next version."""
    contract, actor, partner = two
    did(confirming.decline, partner, contract.id, "金额不对")
    assert state(contract) == "draft"
    assert db.session.get_one(Contract, contract.id).state_note == "金额不对"
    assert notices_of(actor) == ["contract_declined"]
    with pytest.raises(NotFound):
        contracts.get_for(partner, contract.id)
    did(drafts.save_money, actor, contract.id, replace(MONEY, royalty_terms="改过"))
    did(confirming.offer, actor, contract.id)
    assert did(confirming.agree, partner, contract.id, "张三", 2).state == "confirmed"


def test_all_sellers_must_agree_and_words_to_a_version_stay() -> None:
    """With two sellers the first word is not enough; recalled unchanged, it still stands."""
    own, actor = people()
    one, first = people()
    two, second = people()
    contract = written(actor, side(own), side(one), side(two))
    did(confirming.offer, actor, contract.id)
    did(confirming.agree, first, contract.id, "甲方")
    assert state(contract) == "offered"
    did(confirming.recall, actor, contract.id)
    did(confirming.offer, actor, contract.id)
    assert did(confirming.agree, second, contract.id, "乙方").state == "confirmed"
    # Nothing was changed since all agreed: offering the same text again needs nobody's word.
    did(confirming.revise, actor, contract.id)
    assert did(confirming.offer, actor, contract.id).state == "confirmed"


def test_a_broker_asks_both_sides() -> None:
    """Its own word is nobody's."""
    _, broker = people(kind="broker")
    own, buyer = people()
    other, seller = people()
    contract = written(broker, side(own), side(other))
    did(confirming.offer, broker, contract.id)
    did(confirming.agree, seller, contract.id, "卖方")
    assert did(confirming.agree, buyer, contract.id, "买方").state == "confirmed"
    with pytest.raises(Conflict):
        did(confirming.disclose, broker, contract.id, "none")


def test_nothing_incomplete_or_unreachable_is_offered() -> None:
    """COMPLETE and REACHABLE: without the other side's address only the signed text remains."""
    own, actor = people()
    blank = did(drafts.create, actor)
    with pytest.raises(DomainError) as refused:
        did(confirming.offer, actor, blank.id)
    assert refused.value.code == "guard_complete"
    contract = written(actor, side(own), replace(SELLER, contact_email=""), contract=blank)
    with pytest.raises(DomainError) as refused:
        did(confirming.offer, actor, contract.id)
    assert refused.value.code == "guard_reachable"
    colleague = make.make_person(own)
    written(actor, side(own), replace(SELLER, contact_email=colleague.email), contract=contract)
    with pytest.raises(DomainError) as refused:
        did(confirming.offer, actor, contract.id)
    assert refused.value.code == "guard_reachable"
    with pytest.raises(DomainError) as refused:
        did(confirming.adopt_signed, actor, contract.id)
    assert refused.value.code == "guard_signed"
    signed(actor, contract)
    assert did(confirming.adopt_signed, actor, contract.id).state == "confirmed"
    # The second press changes nothing.
    assert did(confirming.adopt_signed, actor, contract.id).state == "confirmed"
    (said,) = db.session.scalars(select(Confirmation))
    assert (said.how, said.position, said.agreed) == ("signed_file", 1, True)


def test_each_party_says_what_may_be_told() -> None:
    """At any time, for its own side only."""
    own, actor = people()
    other, partner = people()
    contract = make_contract(own, other, state="registered", drafter=own)
    did(confirming.disclose, partner, contract.id, "amount")
    assert [party.disclosure for party in contracts.parties_of(contract)] == ["none", "amount"]
    with pytest.raises(DomainError):
        did(confirming.disclose, actor, contract.id, "some")
