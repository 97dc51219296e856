"""From confirmed to the registry and back; changed, voided, completed, copied for another buyer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Role
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import confirming, contracts, drafts, texts
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment
from tests.domain.deals.samples import MONEY
from tests.services.deals.helpers import did, notices_of, people, side, state, written

pytestmark = pytest.mark.usefixtures("session")


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
    assert notices_of(partner) == ["contract_recalled", "contract_ended"]


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
