"""Offers: versions of the terms, one open at a time, one accepted at most, whoever presses what and when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.states import OFFER
from marketplace.extensions import db
from marketplace.models.matching import Negotiation, Offer
from marketplace.models.platform import Notice
from marketplace.services.matching.negotiations import beginning, ending, lapsing, offers, records
from marketplace.services.unit import unit_of_work
from tests import dealings
from tests.dealings import fresh, make_negotiation, make_offer, make_table, run
from tests.deals import WAN

pytestmark = pytest.mark.usefixtures("session")


def heard(kind: str, person_id: int) -> int:
    query = select(Notice).where(Notice.kind == kind, Notice.person_id == person_id)
    return len(db.session.scalars(query).all())


def test_an_offer_is_answered_by_another_until_one_is_accepted():
    table = make_table()
    negotiation = make_negotiation(table)
    assert (negotiation.buyer_id, negotiation.seller_id) == (
        table.buyer.organisation_id,
        table.seller.organisation_id,
    )
    assert negotiation.inquiry.state == "negotiating"
    assert heard("negotiation_opened", table.people["buyer"].id) == 1
    first = make_offer(table, negotiation)
    second = make_offer(table, negotiation, "buyer", amount_fen=50 * WAN, instalments=_lump(50))
    assert (fresh(first).state, second.ordinal) == ("countered", 2)
    assert heard("offer_made", table.people["buyer"].id) == 1
    run(offers.accept, table.seller, second.id, second.version)
    assert fresh(second).state == "accepted"
    assert fresh(negotiation).state == "agreed"
    assert heard("offer_accepted", table.people["buyer"].id) == 1
    # The same press once more, by them or a colleague, changes nothing.
    run(offers.accept, table.seller, second.id, second.version)
    assert heard("offer_accepted", table.people["buyer"].id) == 1
    with pytest.raises(Conflict, match="已谈妥"):
        run(offers.make, table.buyer, negotiation.id, dealings.terms(), dealings.key())


def _lump(wan: int) -> tuple[InstalmentData, ...]:
    return (InstalmentData("首付", amount_fen=wan * WAN // 2, condition="签订后10日内"),
            InstalmentData("尾款", amount_fen=wan * WAN - wan * WAN // 2, condition="验收后10日内"))  # fmt: skip


def test_a_second_press_is_one_offer_and_a_new_one_takes_the_own_one_back():
    table = make_table()
    negotiation = make_negotiation(table)
    key = dealings.key()
    made = [run(offers.make, table.buyer, negotiation.id, dealings.terms(), key).id for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(NotFound):
        run(offers.make, table.seller, negotiation.id, dealings.terms(), key)
    again = make_offer(table, negotiation, "buyer")
    assert [one.state for one in fresh(negotiation).offers] == ["withdrawn", "open"]
    with pytest.raises(Conflict, match="第 2 份方案"):
        run(offers.make, table.seller, negotiation.id, dealings.terms(), dealings.key(), 1)
    run(offers.make, table.seller, negotiation.id, dealings.terms(), dealings.key(), again.ordinal)


class Undone(Exception):
    """What was tried is taken back."""


def tried(row: Any, state: str, act: Callable[[], Any]) -> str | type[DomainError]:
    """Return the state in which ``act`` leaves ``row``, or what it was refused with; nothing of it stays."""
    left = state
    try:
        with unit_of_work():
            here = db.session.get_one(type(row), row.id, populate_existing=True)
            here.state = state
            db.session.flush()
            act()
            left = here.state
            raise Undone
    except Undone:
        return left
    except DomainError as refused:
        return type(refused)


def test_every_state_and_action_of_an_offer_by_everybody():
    """Only what the table says, only by whom it says; strangers do not even find it."""
    table = make_table()
    offer = make_offer(table, make_negotiation(table, broker=True))
    acts = {
        "accept": (lambda actor: offers.accept(actor, offer.id), "buyer", "accepted"),
        "decline": (lambda actor: offers.decline(actor, offer.id, None, ["price"]), "buyer", "declined"),
        "withdraw": (lambda actor: offers.withdraw(actor, offer.id), "seller", "withdrawn"),
    }
    for state in OFFER.states:
        for action, (act, who, target) in acts.items():
            for side in ("stranger", "broker", "buyer", "seller"):
                actor = table.actor(side)
                found = tried(offer, state, lambda act=act, actor=actor: act(actor))
                if side in ("stranger", "broker"):
                    assert found is {"stranger": NotFound, "broker": NotAllowed}[side]
                elif state == "open" and side == who:
                    assert found == target
                elif state == "open":
                    assert found is DomainError, (action, side)
                else:
                    # A second press of the same button by the same side changes nothing; all else is too late.
                    assert found == state or found is Conflict, (state, action, side)


def test_every_state_and_action_of_a_negotiation_by_everybody():
    table = make_table()
    negotiation = make_negotiation(table, broker=True)
    run(offers.accept, table.buyer, make_offer(table, negotiation).id)
    acts = {
        "end": lambda actor: ending.end(actor, negotiation.id, ["price"]),
        "draft": lambda actor: ending.draft(actor, negotiation.id),
    }
    moves = {("open", "end"): "ended", ("agreed", "end"): "ended", ("agreed", "draft"): "drafted"}
    for state in ("open", "agreed", "ended", "drafted"):
        if state == "drafted":
            run(ending.draft, table.seller, negotiation.id)
        for action, act in acts.items():
            for side in ("stranger", "broker", "buyer", "seller"):
                actor = table.actor(side)
                found = tried(negotiation, state, lambda act=act, actor=actor: act(actor))
                if side in ("stranger", "broker"):
                    assert found is {"stranger": NotFound, "broker": NotAllowed}[side]
                elif (state, action) in moves:
                    assert found == moves[state, action]
                else:
                    assert found == state or found is Conflict, (state, action, side)


def test_declining_takes_a_reason_and_withdrawing_is_for_who_offered():
    table = make_table()
    negotiation = make_negotiation(table)
    offer = make_offer(table, negotiation)
    with pytest.raises(DomainError, match="理由"):
        run(offers.decline, table.buyer, offer.id)
    with pytest.raises(DomainError, match="列表"):
        run(offers.decline, table.buyer, offer.id, None, ["nonsense"])
    with pytest.raises(DomainError, match="写明情况"):
        run(offers.decline, table.buyer, offer.id, None, ["other"], " ")
    with pytest.raises(DomainError, match="写明情况"):
        run(ending.end, table.buyer, negotiation.id, ["other"])
    with pytest.raises(DomainError, match="只有提出方案的一方"):
        run(offers.withdraw, table.buyer, offer.id)
    run(offers.decline, table.buyer, offer.id, None, ["price"], "超出预算")
    assert (fresh(offer).state, fresh(offer).state_note) == ("declined", "超出预算")
    assert heard("offer_declined", table.people["seller"].id) == 1
    with pytest.raises(Conflict, match="没有接受"):
        run(offers.withdraw, table.seller, offer.id)
    # The negotiation goes on.
    make_offer(table, negotiation)


def test_plain_words_for_an_offer_that_is_gone():
    table = make_table()
    negotiation = make_negotiation(table)
    gone = make_offer(table, negotiation)
    run(offers.withdraw, table.seller, gone.id, gone.version)
    with pytest.raises(Conflict, match="已经撤回"):
        run(offers.accept, table.buyer, gone.id, gone.version)
    overtaken, _newer = make_offer(table, negotiation), make_offer(table, negotiation, "buyer")
    with pytest.raises(Conflict, match="新的方案"):
        run(offers.accept, table.buyer, overtaken.id)
    newest = fresh(negotiation).offers[-1]
    run(offers.accept, table.seller, newest.id)
    with pytest.raises(Conflict, match="终止洽谈"):
        run(offers.withdraw, table.buyer, newest.id)
    with pytest.raises(NotFound):
        run(offers.accept, table.buyer, 10**9)


def test_an_offer_lapses_by_the_clock(noon):
    table = make_table()
    negotiation = make_negotiation(table)
    offer = make_offer(table, negotiation, valid_until=clock.today())
    assert lapsing.lapse_due() == 0
    with clock.frozen(noon + timedelta(days=1)):
        assert offers.open_one(fresh(negotiation)) is None
        with pytest.raises(Conflict, match="有效期已过"):
            run(offers.accept, table.buyer, offer.id)
        assert lapsing.lapse_due() == 1
        assert [heard("offer_lapsed", table.people[side].id) for side in ("buyer", "seller")] == [1, 1]
        assert fresh(offer).state == "lapsed"
        with pytest.raises(Conflict, match="有效期已过"):
            run(offers.accept, table.buyer, offer.id)
        make_offer(table, negotiation)


def test_the_side_that_owes_an_answer_is_told_once_before_the_last_day(noon):
    table = make_table()
    offer = make_offer(table, make_negotiation(table), valid_until=clock.today() + timedelta(days=5))
    assert lapsing.remind_due() == 0
    with clock.frozen(noon + timedelta(days=3)):
        assert (lapsing.remind_due(), lapsing.remind_due()) == (1, 0)
    sides = [heard("offer_ending", table.people[side].id) for side in ("buyer", "seller")]
    assert sorted(sides) == [0, 1]
    assert heard("offer_ending", offer.person_id) == 0


def test_who_lost_its_verification_stops_and_so_does_who_deals_with_it():
    table = make_table()
    negotiation = make_negotiation(table)
    offer = make_offer(table, negotiation)
    dealings.suspend(table.seller.organisation_id)
    with pytest.raises(DomainError, match="对方单位目前没有有效的认证"):
        run(offers.accept, table.buyer, offer.id)
    with pytest.raises(DomainError, match="对方单位目前没有有效的认证"):
        run(offers.make, table.buyer, negotiation.id, dealings.terms(), dealings.key())
    with pytest.raises(NotAllowed):
        run(offers.withdraw, table.actor("seller"), offer.id)
    assert records.get(table.actor("seller"), negotiation.id).id == negotiation.id
    run(ending.end, table.buyer, negotiation.id, ["elsewhere"])
    assert (fresh(negotiation).state, fresh(offer).state) == ("ended", "lapsed")


def test_the_end_leaves_the_thread_open_and_another_negotiation_may_begin():
    table = make_table()
    negotiation = make_negotiation(table)
    with pytest.raises(DomainError, match="理由"):
        run(ending.end, table.buyer, negotiation.id)
    run(ending.end, table.buyer, negotiation.id, ["price"], "价格谈不拢")
    assert fresh(negotiation).inquiry.state == "answered"
    assert heard("negotiation_ended", table.people["seller"].id) == 1
    again = make_negotiation(table, of=negotiation.inquiry)
    assert again.id != negotiation.id
    assert make_negotiation(table, of=negotiation.inquiry).id == again.id
    with pytest.raises(NotFound):
        beginning.of_inquiry(table.actor("stranger"), negotiation.inquiry_id)
    with pytest.raises(DomainError, match="列表"):
        run(ending.end, table.buyer, again.id, ["nonsense"])


def _set_states(ids: list[int], state: str) -> None:
    for offer_id in ids:
        db.session.get_one(Offer, offer_id).state = state


def test_the_database_holds_one_open_and_one_accepted_offer():
    table = make_table()
    negotiation = make_negotiation(table)
    first, second = make_offer(table, negotiation), make_offer(table, negotiation, "buyer")
    for state in ("open", "accepted"):
        with pytest.raises(DomainError) as refused:
            run(_set_states, [first.id, second.id], state)
        assert isinstance(refused.value.__cause__, IntegrityError)
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.get_one(Negotiation, negotiation.id).state = "drafted"
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.get_one(Negotiation, negotiation.id).broker_id = table.buyer.organisation_id


@pytest.mark.parametrize("other", ["withdraw", "counter", "accept"])
def test_two_at_the_same_moment_agree_once(app, other):
    """Accept against withdraw, against another offer of the other side, against a colleague's accept."""
    table = make_table()
    negotiation = make_negotiation(table)
    offer_id, negotiation_id = make_offer(table, negotiation).id, negotiation.id
    colleague = dealings.make.make_person(
        db.session.get_one(dealings.Organisation, table.buyer.organisation_id)
    )
    second = dealings.make.actor(colleague)
    acts = [
        lambda: offers.accept(table.buyer, offer_id),
        {
            "withdraw": lambda: offers.withdraw(table.seller, offer_id),
            "counter": lambda: offers.make(second, negotiation_id, dealings.terms(), dealings.key()),
            "accept": lambda: offers.accept(second, offer_id),
        }[other],
    ]
    db.session.rollback()

    def press(act):
        with app.app_context():
            try:
                with unit_of_work():
                    act()
            except DomainError as refused:
                return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(press, acts))
    states = [one.state for one in fresh(negotiation).offers]
    if other == "accept":
        assert (found, states) == (["done", "done"], ["accepted"])
    else:
        assert found.count("done") == 1, found
        assert states in (["accepted"], ["withdrawn"], ["countered", "open"])
    assert (fresh(negotiation).state == "agreed") is ("accepted" in states)
