"""Confirming by a mailed link, replaced by the signed text, and two people at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, ConfirmationLink, Contract
from marketplace.services.deals import confirming, contracts
from marketplace.services.people.tokens import token_digest
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.domain.deals.samples import SELLER
from tests.services.deals.helpers import did, link_of, notices_of, people, signed, state

pytestmark = pytest.mark.usefixtures("session")


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
