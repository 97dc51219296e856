"""Writing in threads: double presses, flooding, the same again, other people's keys, invisible characters."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from marketplace.domain import clock
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage, MatchShown
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import SettingValue
from marketplace.services.catalogue import listings
from marketplace.services.matching.inquiries import asking, reading, silence, threads, waiting, writing
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work
from tests import factories
from tests import threads as make
from tests.support.queries import count_queries


def set_value(key: str, value: object) -> None:
    """Put a setting in force."""
    with unit_of_work():
        db.session.add(SettingValue(key=key, value=value, valid_from=clock.today(), state="effective"))


def test_one_press_is_one_message(inquiry: Inquiry, buyer: Person, seller: Person) -> None:
    """The form's key makes a second press the first message; somebody else's press is not theirs."""
    for _ in range(3):
        with unit_of_work():
            writing.write(factories.actor(seller), inquiry.id, "可以，下周三来看。", "one-press")
    query = select(func.count()).where(InquiryMessage.request_key == "one-press")
    assert db.session.scalar(query) == 1
    with pytest.raises(NotFound), unit_of_work():
        writing.write(factories.actor(buyer), inquiry.id, "可以，下周三来看。", "one-press")


def test_the_same_again_and_too_much(inquiry: Inquiry, buyer: Person) -> None:
    """The same words twice in a row, and more than the hour's measure, are refused at the field with a remedy."""
    make.write(buyer, inquiry, "另外问一下包装规格。")
    with pytest.raises(DomainError) as same:
        make.write(buyer, inquiry, "另外问一下\u200b包装规格。 ")
    assert (same.value.code, same.value.field) == ("same_text", "message")
    set_value("inquiry.messages_hourly", 5)
    for _ in range(3):
        make.write(buyer, inquiry)
    with pytest.raises(DomainError) as flooded:
        make.write(buyer, inquiry)
    assert flooded.value.code == "too_many"
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert make.write(buyer, inquiry)


@pytest.mark.parametrize("body", ["", " ", "\u200b\u202e", "嗯", "长" * 2001])
def test_what_is_no_message(body: str, inquiry: Inquiry, buyer: Person) -> None:
    """Empty, invisible, one sign, too long."""
    with pytest.raises(DomainError) as refused, unit_of_work():
        writing.write(factories.actor(buyer), inquiry.id, body, "k")
    assert refused.value.field == "message"


def test_control_characters_are_gone(inquiry: Inquiry, buyer: Person) -> None:
    """What could turn the direction of writing, or end a line in a mail, is not kept."""
    made = make.write(
        buyer, inquiry, "看\u202eexe.fdp\x00\r\n\n\n\n第二行 <script>alert(1)</script> https://a.example"
    )
    assert made.body == "看exe.fdp\n\n第二行 <script>alert(1)</script> https://a.example"


def test_a_second_thread_about_the_same_is_refused(inquiry: Inquiry, buyer: Person, listing: Listing) -> None:
    """A colleague is led to the open thread; once it has ended one may ask anew."""
    colleague = factories.make_person(buyer.memberships[0].organisation)
    with pytest.raises(DomainError) as refused:
        make.ask(colleague, listing)
    assert refused.value.code == "asked_already"
    with unit_of_work():
        threads.act(factories.actor(buyer), threads.get_any(inquiry.id), "close", ["technology"])
    assert make.ask(colleague, listing).id != inquiry.id


def test_the_same_words_to_everybody(buyer: Person, seller: Person) -> None:
    """Three times a day at most; and an organisation's day has a measure."""
    organisation = seller.memberships[0].organisation
    made = factories.make_many_published(organisation, 5)
    for listing in made[:3]:
        make.ask(buyer, listing, message="请把全套资料发给我们看一下。")
    with pytest.raises(DomainError) as refused:
        make.ask(buyer, made[3], message="请把全套资料发给我们看一下。")
    assert (refused.value.code, refused.value.field) == ("same_text", "message")
    set_value("inquiry.new_daily", 3)
    with pytest.raises(DomainError) as full:
        make.ask(buyer, made[3])
    assert full.value.code == "too_many"
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert make.ask(buyer, made[3])


def test_nobody_asks_themselves(
    seller: Person, buyer: Person, listing: Listing, broker: Organisation
) -> None:
    """Not one's own listing, not with one's own pair of another, not with a broker who is a side or none."""
    with pytest.raises(NotAllowed):
        asking.target(factories.actor(seller), "achievement", listing.id)
    foreign = factories.make_published(seller, "demand")
    ours = factories.make_published(buyer, "demand")
    other = factories.make_published(buyer, "achievement")
    for pair in (foreign.id, other.id, listing.id, 999_999):
        with pytest.raises(NotFound), unit_of_work():
            asking.ask(factories.actor(buyer), listing, make.QUESTION, "k", pair_id=pair)
    suspended = factories.make_organisation("broker", verified=False)
    for one in (buyer.memberships[0].organisation_id, listing.organisation_id, suspended.id, 999_999):
        with pytest.raises(NotFound), unit_of_work():
            asking.ask(factories.actor(buyer), listing, make.QUESTION, "k", broker_id=one)
    with unit_of_work():
        made = asking.ask(
            factories.actor(buyer), db.session.get_one(Listing, listing.id), make.QUESTION, "k", ours.id, broker.id
        )  # fmt: skip
    assert (made.pair_id, made.broker_id) == (ours.id, broker.id)


def test_a_pair_that_was_shown_counts_as_inquired(buyer: Person, listing: Listing) -> None:
    """What was shown and is then asked about is an outcome of the match, with the pair named or not."""
    demand = factories.make_published(buyer, "demand")
    with unit_of_work():
        row = MatchShown(
            demand_id=demand.id, achievement_id=listing.id, organisation_id=demand.organisation_id,
            strength="strong", score=1.0,
        )  # fmt: skip
        db.session.add(row)
    make.ask(buyer, listing)
    assert db.session.get_one(MatchShown, row.id, populate_existing=True).inquired_at is not None


def test_read_by_the_other_side(
    inquiry: Inquiry, buyer: Person, seller: Person, broker: Organisation
) -> None:
    """The mark is set once somebody of the other side opens the thread; until then it counts as unread."""
    assert waiting.unread_count(factories.actor(seller)) == 1
    assert waiting.unread_count(factories.actor(buyer)) == 0
    with unit_of_work():
        reading.mark_read(factories.actor(buyer), inquiry.id)
    assert reading.unread(factories.actor(seller), inquiry)
    with unit_of_work():
        reading.mark_read(factories.actor(seller), inquiry.id)
    assert waiting.unread_count(factories.actor(seller)) == 0
    answer = make.write(seller, inquiry)
    assert answer.read_at is None
    assert waiting.unread_count(factories.actor(buyer)) == 1


def test_broker_and_authority_write_to_both(
    buyer: Person, seller: Person, listing: Listing, broker: Organisation, reviewer: Person
) -> None:
    """A broker's word moves nothing; the authority may write only once silence was raised to it."""
    inquiry = make.ask(buyer, listing, broker)
    agent = factories.make_person(broker)
    before = [notices.unread_count(factories.actor(one)) for one in (buyer, seller)]
    make.write(agent, inquiry)
    assert [notices.unread_count(factories.actor(one)) for one in (buyer, seller)] == [n + 1 for n in before]
    assert db.session.get_one(Inquiry, inquiry.id).state == "waiting"
    with pytest.raises(NotAllowed):
        make.write(reviewer, inquiry)
    assert reading.page(factories.actor(reviewer), inquiry).messages == []
    raised = make.move(inquiry, "raise_broker", "raise_admin")
    assert make.write(reviewer, raised).side == "authority"
    assert len(reading.page(factories.actor(reviewer), raised).messages) == 3
    assert waiting.of_actor(factories.actor(reviewer))[0][2].mine


def test_what_left_the_market_ends(inquiry: Inquiry, buyer: Person, seller: Person) -> None:
    """Withdrawn: nothing is written from that moment, the clock ends it, everything stays readable to both."""
    with unit_of_work():
        listings.act(factories.actor(seller), db.session.get_one(Listing, inquiry.listing_id), "unlist")
    with pytest.raises(NotAllowed):
        make.write(buyer, inquiry)
    assert silence.run() == 1
    assert silence.run() == 0
    ended = db.session.get_one(Inquiry, inquiry.id, populate_existing=True)
    assert (ended.state, ended.outcome, ended.in_time) == ("closed", "gone", None)
    for person in (buyer, seller):
        page = reading.page(factories.actor(person), threads.get(factories.actor(person), inquiry.id))
        assert len(page.messages) == 1
        assert page.refusal is not None


def test_a_long_thread_comes_in_parts(inquiry: Inquiry, seller: Person) -> None:
    """The last fifty, then the older ones, by as many queries as a short thread takes."""
    actor, thread_id = factories.actor(seller), inquiry.id
    db.session.rollback()
    db.session.expunge_all()
    with count_queries() as short:
        first = reading.page(actor, threads.get(actor, thread_id)).messages[0]
    rows = [
        {"inquiry_id": thread_id, "person_id": first.person_id, "organisation_id": first.organisation_id,
         "side": "asker", "body": f"第{n}条", "request_key": f"long-{n}", "created_at": clock.now()}
        for n in range(300)
    ]  # fmt: skip
    with unit_of_work():
        db.session.execute(insert(InquiryMessage), rows)
    db.session.rollback()
    db.session.expunge_all()
    with count_queries() as long:
        page = reading.page(actor, threads.get(actor, thread_id))
    assert [one.body for one in page.messages[-2:]] == ["第298条", "第299条"]
    assert len(page.messages) == 50
    assert len(long) <= len(short)
    older = reading.page(actor, threads.get(actor, thread_id), page.older)
    assert older.messages[-1].body == "第249条"
    assert not older.at_end
