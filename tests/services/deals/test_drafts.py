"""Drafting: begun from anywhere, saved however incomplete, never by two at once, seen by nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.deals.texts import (
    PartiesData,
    PartyData,
    SubjectData,
)
from marketplace.domain.errors import Conflict, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractVersion
from marketplace.models.platform import AuditEvent
from marketplace.services.deals import contracts, drafts, texts
from tests import factories as make
from tests.deals import WAN, make_contract
from tests.domain.deals.samples import MONEY, SELLER
from tests.services.deals.helpers import did, people, side, written

pytestmark = pytest.mark.usefixtures("session")


def current(contract: Contract) -> ContractVersion:
    """Return the text in force, read anew."""
    found = db.session.get_one(Contract, contract.id).current
    assert found is not None
    return found


# --- beginning ----------------------------------------------------------------------------------------------


def test_a_blank_draft_begins_with_ones_own_side_and_is_used_again() -> None:
    """Pressing 新建合同 twice makes one draft; once something is written, the next is another."""
    own, actor = people("宿州买方")
    first = did(drafts.create, actor)
    assert did(drafts.create, actor).id == first.id
    buyer, seller = current(first).parties
    assert (buyer.role, buyer.name, buyer.organisation_id, buyer.division) == (
        "buyer",
        "宿州买方",
        own.id,
        "341302",
    )
    assert (seller.role, seller.name) == ("seller", "")
    assert (buyer.contact_name, buyer.contact_phone) == ("李测试", "0557-3000000")
    did(drafts.save_subject, actor, first.id, SubjectData(title="写过"))
    assert did(drafts.create, actor).id != first.id


def test_a_university_begins_as_the_seller() -> None:
    """Who mostly sells need not move its own data to the other side."""
    own, actor = people(kind="university")
    buyer, seller = current(did(drafts.create, actor)).parties
    assert (buyer.name, buyer.organisation_id, seller.organisation_id) == ("", None, own.id)


def test_a_broker_begins_for_both_sides() -> None:
    """Neither side is the broker's own."""
    _, actor = people(kind="broker")
    assert [party.name for party in current(did(drafts.create, actor)).parties] == ["", ""]


def test_only_verified_organisations_of_the_market_draft() -> None:
    """Unverified organisations, the authority and visitors do not."""
    unverified = make.make_person(make.make_organisation(verified=False))
    for person in (unverified, make.make_staff(Role.CONTRACT_REGISTRAR), make.make_person()):
        with pytest.raises(NotAllowed):
            did(drafts.create, make.actor(person))


def test_from_an_achievement_the_draft_is_filled_in() -> None:
    """Owner as first seller with the contact it published, line, price, field and a guess at the kind."""
    university, owner = people("合肥大学", kind="university", division="340111")
    listing = make.make_published(
        make.make_person(university), ways=["exclusive"], pricing="agreement", price_fen=80 * WAN
    )
    own, actor = people("宿州买方")
    contract = did(drafts.create, actor, listing_id=listing.id)
    version = current(contract)
    buyer, seller = version.parties
    assert (buyer.organisation_id, seller.organisation_id) == (own.id, university.id)
    assert (seller.name, seller.division, seller.nature) == ("合肥大学", "340111", "university")
    assert seller.contact_phone == listing.published.contact_phone
    assert (version.kind, version.licence_scope, version.pricing) == (
        "licence.patent",
        "exclusive",
        "agreement",
    )
    assert (version.amount_fen, version.field) == (80 * WAN, listing.published.field)
    assert version.rights_involved == ["invention"]
    (line,) = version.lines
    assert (line.traded.listing_id, line.revision_id, line.amount_fen) == (
        listing.id,
        listing.published_id,
        80 * WAN,
    )
    assert did(drafts.create, actor, listing_id=listing.id).id == contract.id
    mine = current(did(drafts.create, owner, listing_id=listing.id))
    assert [party.organisation_id for party in mine.parties] == [None, university.id]


def test_from_a_demand_its_owner_buys() -> None:
    """Budget as amount, the demand's name for what is to be developed; the broker leaves the seller open."""
    firm, _ = people("需求企业")
    demand = make.make_published(make.make_person(firm), "demand", ways=["commission"])
    university, actor = people("合肥大学", kind="university")
    contract = did(drafts.create, actor, demand_id=demand.id)
    version = current(contract)
    assert [party.organisation_id for party in version.parties] == [firm.id, university.id]
    assert (version.kind, version.amount_fen) == ("development.commissioned", 80_000_000)
    assert (version.lines[0].traded.name, contract.demand_id) == (version.title, demand.id)
    assert did(drafts.create, actor, demand_id=demand.id).id == contract.id
    _, broker = people(kind="broker")
    assert [
        each.organisation_id for each in current(did(drafts.create, broker, demand_id=demand.id)).parties
    ] == [
        firm.id,
        None,
    ]


def test_what_is_not_public_to_the_actor_begins_nothing() -> None:
    """Unpublished achievements, demands for the authority's eyes, numbers that do not exist."""
    owner = make.make_person(make.make_organisation("university"))
    hidden = make.make_published(make.make_person(make.make_organisation()), "demand", disclosure="admin")
    _, actor = people()
    for values in (
        {"listing_id": make.make_draft(owner).id}, {"demand_id": hidden.id}, {"listing_id": 999_999},
    ):  # fmt: skip
        with pytest.raises(NotFound):
            did(drafts.create, actor, **values)


# --- who may write, and when --------------------------------------------------------------------------------


def test_a_draft_is_seen_by_its_drafter_only() -> None:
    """Not by the other side, not by the authority: it is nobody's business yet. Nor when it is given up."""
    own, actor = people()
    other, stranger = people()
    contract = written(actor, side(own), side(other))
    registrar = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR, Role.AUDITOR))
    for somebody in (stranger, registrar):
        with pytest.raises(NotFound):
            contracts.get_for(somebody, contract.id)
        with pytest.raises(NotFound):
            did(drafts.save_money, somebody, contract.id, MONEY)
    assert contracts.get_for(actor, contract.id).id == contract.id
    assert list(db.session.scalars(contracts.own_query(stranger))) == []


def test_another_party_reads_but_does_not_write() -> None:
    """The text belongs to its drafter; of a contract that is not theirs others learn nothing."""
    own, actor = people()
    other, partner = people()
    contract = make_contract(own, other, state="confirmed", drafter=own)
    with pytest.raises(NotAllowed):
        did(drafts.save_money, partner, contract.id, MONEY)
    with pytest.raises(Conflict):
        did(drafts.save_money, actor, contract.id, MONEY)
    with pytest.raises(NotFound):
        did(drafts.save_money, people()[1], contract.id, MONEY)


def test_a_stale_form_is_refused() -> None:
    """Two windows of one form: the second save does not wipe out the first, whichever step it is."""
    own, actor = people()
    contract = did(drafts.create, actor)
    seen = current(contract).version
    after = did(drafts.save_subject, actor, contract.id, SubjectData(title="甲"), seen).version
    assert after > seen
    with pytest.raises(Conflict):
        did(drafts.save_money, actor, contract.id, MONEY, seen)
    did(drafts.save_parties, actor, contract.id, PartiesData(side(own)), after)
    with pytest.raises(Conflict):
        did(drafts.save_parties, actor, contract.id, PartiesData(side(own)), after)
    assert current(contract).title == "甲"


def test_a_fixed_text_is_followed_by_a_new_version() -> None:
    """What was shown to others stays; the copy goes on from it, and pages that show it are stale afterwards."""
    own, actor = people()
    contract = make_contract(own, state="draft", drafter=own, amounts=(3 * WAN, 5 * WAN))
    old = current(contract)
    old.frozen_at = clock.now()
    db.session.commit()
    counter = old.version
    new = did(
        drafts.save_subject, actor, contract.id, replace(texts.text_of(old).subject, title="第二版"), counter
    )
    assert (new.ordinal, new.frozen_at, new.id != old.id) == (2, None, True)
    assert [line.traded_id for line in new.lines] == [line.traded_id for line in current(contract).lines]
    assert (db.session.get_one(ContractVersion, old.id).title, new.title) == (old.title, "第二版")
    assert len(new.parties) == len(old.parties) == 2
    with pytest.raises(Conflict):
        did(drafts.save_money, actor, contract.id, MONEY, counter)


def test_every_step_is_audited() -> None:
    """Which part of which version, never what was written."""
    own, actor = people()
    contract = written(actor, side(own))
    rows = db.session.scalars(
        select(AuditEvent.details)
        .where(AuditEvent.subject_kind == "contract", AuditEvent.subject_id == contract.id)
        .where(AuditEvent.tag == "contract.write")
        .order_by(AuditEvent.id)
    )
    assert [row["part"] for row in rows] == ["parties", "subject", "money", "particulars"]


# --- parties ------------------------------------------------------------------------------------------------


def test_a_members_verified_data_cannot_be_typed_over() -> None:
    """Its code brings name, domicile, address and legal representative; contact stays as typed, not as known."""
    own, actor = people()
    member, _ = people("合肥大学", kind="university", division="340111")
    typed = side(
        member,
        name="冒名",
        division="341302",
        legal_representative="别人",
        contact_phone="",
        contact_email="",
    )
    version = did(drafts.save_parties, actor, did(drafts.create, actor).id, PartiesData(side(own), (typed,)))
    buyer, seller = version.parties
    assert (seller.name, seller.division, seller.legal_representative) == ("合肥大学", "340111", "王测试")
    assert (seller.organisation_id, seller.nature) == (member.id, "private_company")
    assert (seller.contact_phone, seller.contact_email) == ("", "")
    assert buyer.contact_email == own.profile.contact_email


def test_outsiders_and_foreigners_stand_as_typed() -> None:
    """An unverified organisation is no member; a foreign party has no division."""
    own, actor = people()
    unverified = make.make_organisation(verified=False)
    abroad = PartyData(name="Test GmbH", country="DE", foreign_number="HRB 1")
    contract = did(drafts.create, actor)
    sellers = (SELLER, side(unverified, name="未认证"), abroad)
    version = did(drafts.save_parties, actor, contract.id, PartiesData(side(own), sellers))
    assert [party.organisation_id for party in version.parties] == [own.id, None, None, None]
    assert [party.name for party in version.parties[1:]] == [SELLER.name, "未认证", "Test GmbH"]
    assert (version.parties[3].division, version.parties[3].country) == (None, "DE")
    fewer = did(drafts.save_parties, actor, contract.id, PartiesData(side(own), (abroad,)))
    assert [(party.position, party.name) for party in current(contract).parties] == [
        (0, own.name),
        (1, "Test GmbH"),
    ]
    assert len(fewer.parties) == 2


def test_malformed_parties_change_nothing() -> None:
    """The field is named as in the form, and what stood there stands."""
    own, actor = people()
    contract = written(actor, side(own))
    with pytest.raises(ValidationFailed) as refused:
        did(drafts.save_parties, actor, contract.id, PartiesData(side(own), (replace(SELLER, uscc="1"),)))
    assert [error.field for error in refused.value.errors] == ["sellers.0.uscc"]
    assert current(contract).parties[1].uscc == SELLER.uscc


def test_signing_takes_the_profile_of_that_day() -> None:
    """A member stands in the contract as it was verified on the day of signing."""
    own, actor = people("旧名")
    contract = did(drafts.create, actor)
    with clock.frozen(clock.now() + timedelta(days=10)):
        profile = make.OrganisationProfile(
            organisation_id=own.id, ordinal=2, state="approved", valid_from=clock.today(), name="新名",
            division="341321", address="新址", legal_representative="新人", contact_name="联系",
            contact_phone="13800138000", contact_email="n@example.com",
        )  # fmt: skip
        own.profile.valid_to = clock.today()
        db.session.add(profile)
        db.session.flush()
        own.profile_id = profile.id
        db.session.commit()
        did(drafts.save_parties, actor, contract.id, PartiesData(side(own)))
        assert current(contract).parties[0].name == "新名"
        did(drafts.sign, actor, contract.id, clock.today() - timedelta(days=5))
        assert current(contract).parties[0].name == "旧名"
