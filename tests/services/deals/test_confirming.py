"""Confirming: by members, by links, by the signed text; to the registry and back; never twice, never by strangers."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, ConfirmationLink, Contract
from marketplace.models.platform import MailMessage, Notice, ReviewTask
from marketplace.services.deals import confirming, contracts, drafts, texts
from marketplace.services.people.tokens import token_digest
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment
from tests.domain.deals.samples import MONEY, SELLER
from tests.services.deals.helpers import did, people, side, signed, written

pytestmark = pytest.mark.usefixtures("session")


def state(contract: Contract) -> str:
    """Return the state, read anew."""
    return db.session.get_one(Contract, contract.id, populate_existing=True).state


def link_of(contract: Contract, place: int = -1) -> str:
    """Return the token that was mailed last (or at ``place``) for a contract."""
    mails = db.session.scalars(
        select(MailMessage).where(MailMessage.template == "contract_link").order_by(MailMessage.id)
    )
    return str(list(mails)[place].params["path"]).rpartition("/")[2]


def notices_of(actor: Actor) -> list[str]:
    """Return the kinds of notices a person got."""
    query = select(Notice.kind).where(Notice.person_id == actor.person_id).order_by(Notice.id)
    return list(db.session.scalars(query))


@pytest.fixture
def two() -> tuple[Contract, Actor, Actor]:
    """A contract offered to a member, its drafter, and the member asked."""
    own, actor = people("买方")
    other, partner = people("卖方", kind="university")
    contract = written(actor, side(own), side(other, nature="university"))
    did(confirming.offer, actor, contract.id)
    return contract, actor, partner


@pytest.fixture
def linked() -> tuple[Contract, Actor]:
    """A contract offered by a link to somebody who is no member, and its drafter."""
    own, actor = people("买方")
    contract = written(actor, side(own))
    did(confirming.offer, actor, contract.id)
    return contract, actor


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
    with pytest.raises(DomainError) as refused:
        did(confirming.adopt_signed, actor, contract.id)
    assert refused.value.code == "guard_signed"
    signed(actor, contract)
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


# --- links --------------------------------------------------------------------------------------------------


def test_a_link_agrees_once(linked: tuple[Contract, Actor], drain: Callable[..., int], mailbox: Any) -> None:
    """Mailed with title and days; only its digest is kept; used, it is dead."""
    contract, actor = linked
    token = link_of(contract)
    db.session.commit()
    drain()
    mail = mailbox.last(SELLER.contact_email)
    assert mail.links[0].endswith(f"/c/{token}")
    assert "大豆胶粘剂专利实施许可合同" in mail.subject
    row = db.session.scalars(select(ConfirmationLink)).one()
    assert row.token_digest == token_digest(token) != token
    asked = confirming.by_token(token)
    assert asked is not None
    assert (asked.state, asked.party.name, asked.version.ordinal) == ("open", SELLER.name, 1)
    assert did(confirming.agree_by_token, token, "校长甲", "fact").state == "confirmed"
    (said,) = db.session.scalars(select(Confirmation))
    assert (said.how, said.typed_name, said.person_id) == ("link", "校长甲", None)
    assert notices_of(actor) == ["contract_confirmed"]
    for call in (
        lambda: confirming.agree_by_token(token, "校长甲"), lambda: confirming.decline_by_token(token, "校长甲", "不"),
    ):  # fmt: skip
        with pytest.raises(Conflict) as refused:
            did(call)
        assert refused.value.code == "link_used"
    assert confirming.by_token(token).state == "used"


def test_a_link_declines_with_a_reason(linked: tuple[Contract, Actor]) -> None:
    """The drafter reads it; the link is used."""
    contract, actor = linked
    token = link_of(contract)
    for name, note, field in ((" ", "不", "typed_name"), ("校长甲", " ", "note")):
        with pytest.raises(DomainError) as refused:
            did(confirming.decline_by_token, token, name, note)
        assert refused.value.field == field
    assert did(confirming.decline_by_token, token, "校长甲", "价格太低").state == "draft"
    assert db.session.get_one(Contract, contract.id).state_note == "价格太低"
    assert notices_of(actor) == ["contract_declined"]
    assert confirming.by_token(token).state == "used"
    assert db.session.scalars(select(Confirmation)).one().agreed is False


def test_forged_expired_and_replaced_links_are_dead(linked: tuple[Contract, Actor]) -> None:
    """Each says why, and none of them says anything for the party."""
    contract, actor = linked
    token = link_of(contract)
    assert confirming.by_token("forged") is None
    with pytest.raises(NotFound):
        did(confirming.agree_by_token, "forged", "某人")

    def refused() -> str:
        with pytest.raises(Conflict) as caught:
            did(confirming.agree_by_token, token, "校长甲")
        asked = confirming.by_token(token)
        assert asked is not None
        assert caught.value.code == f"link_{asked.state}"
        return asked.state

    with clock.frozen(clock.now() + timedelta(days=15)):
        assert refused() == "expired"
    did(confirming.resend, actor, contract.id, 1)
    assert refused() == "replaced"
    token = link_of(contract)
    assert confirming.by_token(token).state == "open"
    did(confirming.recall, actor, contract.id)
    assert refused() == "replaced"
    did(confirming.offer, actor, contract.id)
    assert refused() == "replaced"
    token = link_of(contract)
    did(confirming.void, actor, contract.id, "不做了")
    assert refused() == "replaced"
    assert list(db.session.scalars(select(Confirmation))) == []


def test_links_are_resent_with_measure(linked: tuple[Contract, Actor]) -> None:
    """Not to members, not to nobody, not without end, not by others."""
    contract, actor = linked
    for position in (0, 7):
        with pytest.raises(Conflict):
            did(confirming.resend, actor, contract.id, position)
    for _ in range(4):
        did(confirming.resend, actor, contract.id, 1)
    with pytest.raises(DomainError) as refused:
        did(confirming.resend, actor, contract.id, 1)
    assert refused.value.code == "too_many_links"
    with pytest.raises(NotFound):
        did(confirming.resend, people()[1], contract.id, 1)


def test_the_signed_text_replaces_a_link(linked: tuple[Contract, Actor]) -> None:
    """While the link waits the signed text arrives: the link is dead."""
    contract, actor = linked
    token = link_of(contract)
    signed(actor, contract)
    assert did(confirming.adopt_signed, actor, contract.id).state == "confirmed"
    assert confirming.by_token(token).state == "replaced"


# --- at once ------------------------------------------------------------------------------------------------


def at_once(app: Flask, *calls: Callable[[], Any]) -> list[str]:
    """Run the calls in threads that begin together; return how each ended."""
    ends: list[str] = []
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        with app.app_context():
            gate.wait()
            try:
                with unit_of_work():
                    call()
                ends.append("done")
            except DomainError as error:
                ends.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_two_people_agree_at_once(app: Flask, two: tuple[Contract, Actor, Actor]) -> None:
    """Two colleagues press at the same moment: one word is said, the contract is confirmed once."""
    contract, actor, partner = two
    organisation = contracts.sellers_of(contract)[0].organisation_id
    colleague = make.actor(make.make_person(db.session.get_one(make.Organisation, organisation)))
    number = contract.id
    db.session.commit()
    ends = at_once(
        app,
        lambda: confirming.agree(partner, number, "张三", 1),
        lambda: confirming.agree(colleague, number, "李四", 1),
    )
    assert ends in (["done", "done"], ["Conflict", "done"])
    assert len(list(db.session.scalars(select(Confirmation)))) == 1
    assert state(contract) == "confirmed"
    assert notices_of(actor) == ["contract_confirmed"]


def test_a_link_used_and_recalled_at_once(app: Flask, linked: tuple[Contract, Actor]) -> None:
    """Whoever comes first decides; the other is told so. Never both."""
    contract, actor = linked
    number, token = contract.id, link_of(contract)
    db.session.commit()
    ends = at_once(
        app, lambda: confirming.agree_by_token(token, "校长甲"), lambda: confirming.recall(actor, number)
    )
    assert ends == ["Conflict", "done"]
    said = list(db.session.scalars(select(Confirmation)))
    assert (state(contract), len(said)) in (("confirmed", 1), ("draft", 0))


# --- to the registry ----------------------------------------------------------------------------------------


def ready(own: make.Organisation, other: make.Organisation | None = None) -> Contract:
    """Return a confirmed and signed contract with a seller of the city."""
    return make_contract(own, other, state="confirmed", signed_on=clock.today(), drafter=own)


def open_tasks(contract: Contract) -> list[ReviewTask]:
    """Return the open tasks of a contract."""
    query = select(ReviewTask).where(ReviewTask.subject_id == contract.id, ReviewTask.state == "open")
    return list(db.session.scalars(query.where(ReviewTask.subject_kind == "contract")))


def test_applying_opens_a_task_that_no_party_decides() -> None:
    """One task however often it is pressed; withdrawing closes it; either side may apply."""
    own, actor = people()
    other, partner = people("宿州卖方")
    contract = ready(own, other)
    did(confirming.submit, partner, contract.id)
    did(confirming.submit, actor, contract.id)
    (task,) = open_tasks(contract)
    assert (task.kind, set(task.parties)) == ("contract", {own.id, other.id})
    assert task.title == contracts.get_for(actor, contract.id).current.title
    did(confirming.withdraw, actor, contract.id)
    did(confirming.withdraw, actor, contract.id)
    assert (state(contract), open_tasks(contract)) == ("confirmed", [])


@pytest.mark.parametrize("taken", ["signed_contract", "signed_on", "certificate"])
def test_what_is_missing_is_said_before_applying(taken: str) -> None:
    """Signed text and day; for a seller elsewhere the certificate."""
    own, actor = people()
    other = None if taken == "certificate" else people("宿州卖方")[0]
    contract = ready(own, other)
    if taken == "signed_contract":
        for link in contracts.files.links_of("contract", contract.id):
            did(drafts.remove_file, actor, contract.id, link.id)
    elif taken == "signed_on":
        did(drafts.sign, actor, contract.id, None)
    with pytest.raises(DomainError) as refused:
        did(confirming.submit, actor, contract.id)
    assert refused.value.code == ("guard_has_certificate" if taken == "certificate" else "guard_signed")


def test_a_returned_contract_is_submitted_with_a_fresh_limit() -> None:
    """The clock restarts with the supplemented material."""
    own, actor = people()
    contract = ready(own, people("宿州卖方")[0])
    did(confirming.submit, actor, contract.id)
    (first,) = open_tasks(contract)
    registrar = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR))
    with unit_of_work():
        contracts.act(
            registrar, db.session.get_one(Contract, contract.id), "return", ["seal_missing"], "缺章"
        )
        reviews.finish(registrar, first, "returned", ["seal_missing"], "缺章", frozenset())
    with clock.frozen(clock.now() + timedelta(days=20)):
        did(confirming.submit, actor, contract.id)
        (second,) = open_tasks(contract)
    assert second.id != first.id
    assert second.due_on > first.due_on
    assert state(contract) == "submitted"


def test_a_confirmed_contract_is_revised_and_confirmed_anew() -> None:
    """The former version stays, the next needs everybody's word again."""
    own, actor = people()
    other, partner = people("宿州卖方")
    contract = ready(own, other)
    with pytest.raises(NotAllowed):
        did(confirming.revise, partner, contract.id)
    did(confirming.revise, actor, contract.id)
    did(confirming.revise, actor, contract.id)
    did(drafts.save_subject, actor, contract.id, replace(drafts_subject(contract), title="新名称"))
    did(confirming.offer, actor, contract.id)
    assert state(contract) == "offered"
    assert did(confirming.agree, partner, contract.id, "张三", 2).state == "confirmed"


def drafts_subject(contract: Contract) -> Any:
    """Return step ``subject`` of the text in force."""
    assert contract.current is not None
    return texts.text_of(contract.current).subject


def test_what_was_never_shown_ends_unseen_and_what_was_shown_ends_as_shown() -> None:
    """A voided draft stays the drafter's own; one that was offered before ends before everybody's eyes."""
    own, actor = people()
    other, partner = people("宿州卖方")
    hidden = written(actor, side(own), side(other))
    with pytest.raises(DomainError) as refused:
        did(confirming.void, actor, hidden.id, " ")
    assert refused.value.field == "note"
    did(confirming.void, actor, hidden.id, "写错了")
    did(confirming.void, actor, hidden.id, "写错了")
    for somebody in (partner, make.actor(make.make_staff(Role.CONTRACT_REGISTRAR))):
        with pytest.raises(NotFound):
            contracts.get_for(somebody, hidden.id)
    assert list(db.session.scalars(contracts.own_query(partner))) == []
    assert notices_of(partner) == []
    shown = ready(own, other)
    did(confirming.revise, actor, shown.id)
    did(drafts.save_money, actor, shown.id, MONEY)
    did(confirming.void, actor, shown.id, "不做了")
    assert contracts.get_for(partner, shown.id).current.ordinal == 1
    assert notices_of(partner) == ["contract_ended"]


def test_a_contract_is_completed_when_all_is_paid() -> None:
    """Not before; pressed twice it stays."""
    own, actor = people()
    contract = make_contract(own, state="registered", amounts=(WAN,))
    with pytest.raises(DomainError) as refused:
        did(confirming.complete, actor, contract.id)
    assert refused.value.code == "guard_paid_in_full"
    make_payment(contract, WAN)
    did(confirming.complete, actor, contract.id)
    assert did(confirming.complete, actor, contract.id).state == "completed"


def test_a_joint_purchase_is_one_contract_for_each_buyer() -> None:
    """The copy has the same text, an open buyer, and shares a key with its origin."""
    own, actor = people()
    contract = make_contract(own, state="registered", amounts=(WAN, 2 * WAN))
    made = did(confirming.copy, actor, contract.id)
    again = did(confirming.copy, actor, contract.id)
    origin = db.session.get_one(Contract, contract.id)
    assert made.joint_key == again.joint_key == origin.joint_key != ""
    assert (made.state, made.organisation_id) == ("draft", own.id)
    buyer, seller = made.current.parties
    assert (buyer.name, seller.name) == ("", contracts.sellers_of(origin)[0].name)
    assert [line.traded_id for line in made.current.lines] == [
        line.traded_id for line in origin.current.lines
    ]
    assert all(line.approved_technical_fen is None for line in made.current.lines)
    did(drafts.save_parties, actor, made.id, replace(text_parties(made), buyer=side(people()[0])))
    with pytest.raises(NotFound):
        did(confirming.copy, people()[1], contract.id)


def text_parties(contract: Contract) -> Any:
    """Return step ``parties`` of the text in force."""
    assert contract.current is not None
    return texts.text_of(contract.current).parties


def test_the_system_is_no_party() -> None:
    """Only people of a party act for it."""
    own, _ = people()
    with pytest.raises(NotFound):
        did(confirming.submit, SYSTEM, ready(own).id)
