"""The desk of a broker: its own leads and nobody else's, introductions, and what moves by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.states import LEAD
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision, Listing
from marketplace.models.deals import Contract
from marketplace.models.matching import Lead, Ranking
from marketplace.models.platform import Notice
from marketplace.services.matching.brokerage import doing, funnel, hooks, introducing, leads, suggesting
from marketplace.services.matching.brokerage.doing import ContactData
from marketplace.services.matching.negotiations import ending, offers
from marketplace.services.unit import unit_of_work
from marketplace.services.workbench import workbench
from tests import dealings
from tests import factories as make
from tests.dealings import fresh, make_lead, make_negotiation, make_offer, make_table, run

pytestmark = pytest.mark.usefixtures("session")
WORDS = "看过双方的资料，建议到试验车间看一看，我们陪同。"


def heard(kind, person):
    query = select(Notice).where(Notice.kind == kind, Notice.person_id == person.id)
    return db.session.scalars(query.order_by(Notice.id)).all()


def test_a_lead_is_one_of_a_kind_and_the_desk_shares_it():
    table = make_table()
    lead = make_lead(table)
    assert make_lead(table).id == lead.id
    alone = make_lead(table, pair=False)
    assert alone.id != lead.id
    colleague = make.actor(make.make_person(db.session.get_one(dealings.Organisation, lead.organisation_id)))
    assert leads.get(colleague, lead.id).id == lead.id
    with pytest.raises(NotFound):
        leads.get(table.actor("stranger"), lead.id)
    with pytest.raises(NotFound):
        leads.get(table.buyer, lead.id)
    with pytest.raises(NotAllowed):
        run(leads.create, table.buyer, table.demand.id)
    assert leads.counts(colleague)["new"] == 2
    assert leads.counts(table.actor("stranger"))["open"] == 0
    run(leads.take_over, colleague, lead.id)
    run(leads.follow, colleague, lead.id, False)
    assert (lead.person_id, lead.followed) == (colleague.person_id, False)
    assert {one.id for one in leads.beside(colleague, table.demand)} == {lead.id, alone.id}
    # The same pair is nobody's secret to another desk, which begins its own lead.
    assert run(leads.create, table.actor("stranger"), table.demand.id, table.achievement.id).id != lead.id


def test_only_what_the_broker_sees_becomes_a_lead():
    table = make_table()
    with unit_of_work():
        revision = db.session.get_one(Listing, table.demand.id).published
        assert isinstance(revision, DemandRevision)
        revision.disclosure = "admin"
    for wanted in (
        (table.demand.id, None),
        (table.demand.id, table.achievement.id),
        (None, None),
        (10**9, None),
    ):
        with pytest.raises(NotFound):
            run(leads.create, table.broker, *wanted)


def test_notes_contacts_and_tasks():
    table = make_table()
    lead = make_lead(table)
    known = lead.version
    run(leads.write_note, table.broker, lead.id, "先看配方", known)
    with pytest.raises(Conflict, match="同事改过"):
        run(leads.write_note, table.broker, lead.id, "另一句话", known)
    with pytest.raises(DomainError, match="最多"):
        run(leads.write_note, table.broker, lead.id, "长" * 2001)
    contact, key = ContactData(clock.today(), "phone", "buyer", "对方有兴趣，下周回话。"), dealings.key()
    for _press in range(2):
        run(doing.record_contact, table.broker, lead.id, contact, key)
    assert (fresh(lead).state, len(fresh(lead).contacts)) == ("contacted", 1)
    with pytest.raises(ValidationFailed) as refused:
        run(
            doing.record_contact, table.broker, lead.id,
            ContactData(clock.today() + timedelta(days=1), "", "", ""), dealings.key(),
        )  # fmt: skip
    assert {error.field for error in refused.value.errors} == {"met_on", "way", "side", "body"}
    with pytest.raises(ValidationFailed):
        run(doing.add_task, table.broker, lead.id, clock.today() - timedelta(days=1), "", dealings.key())
    late = run(doing.add_task, table.broker, lead.id, clock.today(), "送样品", dealings.key())
    soon = run(
        doing.add_task, table.broker, lead.id, clock.today() + timedelta(days=2), "回访", dealings.key()
    )
    assert [one.id for one in doing.open_tasks(table.broker)] == [late.id, soon.id]
    listed = [(item.title, item.due, item.mine) for item in workbench(table.broker).mine]
    assert listed == [("送样品", late.due_on, True), ("回访", soon.due_on, True)]
    assert "送样品" not in [item.title for item in workbench(table.actor("stranger")).mine]
    run(doing.finish, table.broker, late.id)
    assert [one.id for one in doing.open_tasks(table.broker)] == [soon.id]
    with pytest.raises(NotFound):
        run(doing.finish, table.actor("stranger"), soon.id)
    run(doing.finish, table.broker, late.id, False)
    assert len(doing.open_tasks(table.broker)) == 2


def test_an_introduction_reaches_both_sides_once_and_nobody_else():
    table = make_table()
    lead = make_lead(table)
    with pytest.raises(DomainError, match="至少"):
        run(introducing.introduce, table.broker, lead.id, "短")
    for _press in range(2):
        run(introducing.introduce, table.broker, lead.id, WORDS)
    for side in ("buyer", "seller"):
        notices = heard("pair_introduced", table.people[side])
        assert [one.subject_kind for one in notices] == ["introduction"]
    assert not heard("pair_introduced", table.people["stranger"])
    read = introducing.read(table.buyer, lead.id)
    assert (read.side, read.asks_about) == ("buyer", ("achievement", table.achievement.id))
    assert introducing.read(table.seller, lead.id).asks_about == ("demand", table.demand.id)
    for side in ("broker", "stranger"):
        with pytest.raises(NotFound):
            introducing.read(table.actor(side), lead.id)
    alone = make_lead(table, pair=False)
    with pytest.raises(DomainError, match="需要一项需求和一项成果"):
        run(introducing.introduce, table.broker, alone.id, WORDS)
    with pytest.raises(NotFound):
        introducing.read(table.buyer, alone.id)


def test_nothing_hidden_withdrawn_or_unverified_is_introduced():
    table = make_table()
    lead = make_lead(table)
    with unit_of_work():
        db.session.get_one(Listing, table.achievement.id).state = "expired"
    with pytest.raises(DomainError, match=r"不能引荐|没有找到"):
        run(introducing.introduce, table.broker, lead.id, WORDS)
    with unit_of_work():
        db.session.get_one(Listing, table.achievement.id).state = "published"
    dealings.suspend(table.seller.organisation_id)
    with pytest.raises(DomainError):
        run(introducing.introduce, table.broker, lead.id, WORDS)
    assert fresh(lead).state == "new"


def test_a_lead_goes_on_by_itself_with_its_own_negotiation_only():
    table = make_table()
    lead, others = make_lead(table), make_lead(table, side="stranger")
    run(introducing.introduce, table.broker, lead.id, WORDS)
    negotiation = make_negotiation(table, broker=True)
    assert (fresh(lead).state, fresh(lead).negotiation_id) == ("negotiating", negotiation.id)
    assert fresh(others).state == "new"
    run(ending.end, table.buyer, negotiation.id, ["price"])
    assert fresh(lead).state == "contacted"
    again = make_negotiation(table, of=negotiation.inquiry)
    run(offers.accept, table.buyer, make_offer(table, again).id)
    contract = run(ending.draft, table.buyer, again.id)
    run(hooks.follow, [{"contract": contract.id}])
    assert fresh(lead).state == "negotiating"
    with unit_of_work():
        row = db.session.get_one(Contract, contract.id)
        row.state, row.signed_on = "registered", clock.today()
    for _late in range(2):
        run(hooks.follow, [{"contract": contract.id}])
    assert fresh(lead).state == "won"
    assert [(one.code, one.count) for one in funnel.funnel(table.broker)] == [
        ("created", 1),
        ("introduced", 1),
        ("negotiating", 1),
        ("won", 1),
    ]
    assert funnel.funnel(table.broker)[3].days == 0
    assert [one.count for one in funnel.funnel(table.actor("stranger"))] == [1, 0, 0, 0]


def test_every_state_and_action_of_a_lead_by_everybody():
    table = make_table()
    lead = make_lead(table)
    acts = {
        "contact": lambda actor: doing.record_contact(
            actor, lead.id, ContactData(clock.today(), "phone", "both", "已联系。"), dealings.key()
        ),
        "introduce": lambda actor: introducing.introduce(actor, lead.id, WORDS),
        "lose": lambda actor: leads.lose(actor, lead.id, ["price"]),
        "reopen": lambda actor: leads.reopen(actor, lead.id),
    }
    for state in LEAD.states:
        for action, act in acts.items():
            for side in ("buyer", "stranger", "broker"):
                found = _tried(lead.id, state, act, table.actor(side))
                moved = LEAD.table.get((state, action))
                if side != "broker":
                    assert found is NotFound, (state, action, side)
                elif moved is not None:
                    assert found == moved.target
                else:
                    # What is done already, or needs no step of the table, leaves the state; all else is too late.
                    assert found == state or found is Conflict, (state, action)


class _Undone(Exception):
    pass


def _tried(lead_id, state, act, actor):
    found = state
    try:
        with unit_of_work():
            lead = db.session.get_one(Lead, lead_id, populate_existing=True)
            lead.state, lead.introduced_at = state, clock.now() if state == "introduced" else None
            db.session.flush()
            act(actor)
            found = lead.state
            raise _Undone
    except _Undone:
        return found
    except DomainError as refused:
        return type(refused)


def test_a_lead_that_is_lost_says_why_and_a_desk_that_lost_its_verification_rests():
    table = make_table()
    lead = make_lead(table)
    with pytest.raises(DomainError, match="理由"):
        run(leads.lose, table.broker, lead.id)
    with pytest.raises(DomainError, match="列表"):
        run(leads.lose, table.broker, lead.id, ["nonsense"])
    run(leads.lose, table.broker, lead.id, ["no_answer"])
    run(leads.reopen, table.broker, lead.id)
    assert fresh(lead).state == "new"
    dealings.suspend(lead.organisation_id)
    with pytest.raises(NotAllowed):
        run(leads.write_note, table.actor("broker"), lead.id, "话")


def test_strong_pairs_without_contact_are_suggested():
    table = make_table()
    weak = make.make_many_published(
        db.session.get_one(dealings.Organisation, table.seller.organisation_id), 1
    )[0]
    with unit_of_work():
        db.session.add(
            Ranking(
                listing_id=table.demand.id,
                revision_id=table.demand.published_id,
                entries=[[table.achievement.id, 0.4], [weak.id, 0.01], [10**9, 0.9]],
                ranked_at=clock.now(),
            )
        )
    found = suggesting.suggestions(table.broker)
    assert [(one.demand.id, one.achievement.id, one.strength) for one in found] == [
        (table.demand.id, table.achievement.id, "strong")
    ]
    make_lead(table, side="stranger")
    assert suggesting.suggestions(table.actor("stranger")) == []
    assert len(suggesting.suggestions(table.broker)) == 1
    dealings.make_inquiry(table)
    assert suggesting.suggestions(table.broker) == []


def test_the_database_knows_states_and_subjects_of_leads():
    table = make_table()
    lead = make_lead(table)
    for name, value in (("state", "nowhere"), ("state", "introduced")):
        with pytest.raises(IntegrityError):
            run(_set, lead.id, {name: value})
    with pytest.raises(IntegrityError):
        run(_set, lead.id, {"demand_id": None, "achievement_id": None})


def _set(lead_id, values):
    for name, value in values.items():
        setattr(db.session.get_one(Lead, lead_id), name, value)
