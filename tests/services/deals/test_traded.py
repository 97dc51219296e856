"""Achievements that nobody listed, and parties that become members: found by their numbers, claimed and linked."""

import pytest
from sqlalchemy import select

from marketplace.domain.errors import NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.deals import Contract, TradedAchievement
from marketplace.models.platform import AuditEvent
from marketplace.services.catalogue import revisions
from marketplace.services.deals import contracts, texts, traded
from tests import factories as make
from tests.deals import make_contract, make_traded
from tests.domain.deals.samples import PATENT
from tests.services.deals.helpers import did, people, side, written

pytestmark = pytest.mark.usefixtures("session")


def test_a_listing_is_one_traded_achievement() -> None:
    """Made on first use, found ever after."""
    listing = make.make_published(make.make_person(make.make_organisation("university", "合肥大学")))
    row = did(traded.for_listing, listing)
    assert (row.name, row.owner_name) == (listing.published.title, "合肥大学")
    assert did(traded.for_listing, listing).id == row.id


def test_rights_find_listings_and_records_but_no_drafts() -> None:
    """Public listings and what stands in a shown contract; not what only a draft speaks of, nor itself."""
    owner = make.make_person(make.make_organisation("university"))
    listing = make.make_published(owner)
    make.make_draft(owner)
    own, actor = people()
    recorded = make_traded("已记录")
    number = recorded.rights[0].number
    make_contract(own, state="draft", traded=[recorded])
    assert [match.listing for match in traded.find_by_rights([PATENT.number])] == [listing]
    assert traded.find_by_rights([number, ""]) == []
    make_contract(own, traded=[recorded])
    (match,) = traded.find_by_rights([number])
    assert (match.number, match.name, match.traded, match.listing) == (number, "已记录", recorded, None)
    assert traded.find_by_rights([number], but=recorded.id) == []
    assert traded.find_by_rights([]) == []
    assert actor.organisation_id == own.id


def test_its_owner_claims_a_recorded_achievement() -> None:
    """It becomes a draft listing with name and rights; the contract goes on naming the same row."""
    own, _ = people()
    recorded = make_traded("待认领的成果")
    contract = make_contract(own, traded=[recorded])
    university, owner = people("合肥大学", kind="university")
    assert traded.claimable(owner) == []
    recorded.owner_uscc = university.uscc
    db.session.commit()
    assert traded.claimable(owner) == [recorded]
    for stranger in (people()[1], make.actor(make.make_person(make.make_organisation(verified=False)))):
        with pytest.raises(NotFound):
            did(traded.claim, stranger, recorded.id)
    listing = did(traded.claim, owner, recorded.id)
    revision = revisions.in_work(listing)
    assert revision is not None
    assert (listing.state, listing.organisation_id, revision.title) == (
        "draft",
        university.id,
        "待认领的成果",
    )
    assert [right.number for right in revision.ip_rights] == [recorded.rights[0].number]
    row = db.session.get_one(TradedAchievement, recorded.id)
    assert (row.listing_id, row.claimed_at is not None) == (listing.id, True)
    assert db.session.get_one(Contract, contract.id).current.lines[0].traded_id == row.id
    assert did(traded.claim, owner, recorded.id).id == listing.id
    assert traded.claimable(owner) == []
    # The contract reads as before: what was agreed upon does not change by the claim.
    (line,) = texts.text_of(db.session.get_one(Contract, contract.id).current).subject.lines
    assert (line.name, line.rights[0].number) == ("待认领的成果", recorded.rights[0].number)
    with pytest.raises(NotFound):
        did(traded.claim, owner, 999_999)


def test_a_new_member_links_the_contracts_that_name_it() -> None:
    """By its code, verified, once; drafts of others stay unseen; each link is audited."""
    own, actor = people()
    university, partner = people("合肥大学", kind="university")
    contract = make_contract(own)
    draft = written(actor, side(own))
    for each in (contract, draft):
        each.current.parties[1].uscc = university.uscc
        each.current.parties[1].organisation_id = None
    db.session.commit()
    with pytest.raises(NotFound):
        contracts.get_for(partner, contract.id)
    assert [party.version_id for party in traded.unlinked_parties(partner)] == [contract.version_id]
    assert did(traded.link_parties, partner) == 1
    assert did(traded.link_parties, partner) == 0
    assert contracts.get_for(partner, contract.id).id == contract.id
    with pytest.raises(NotFound):
        contracts.get_for(partner, draft.id)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "contract.link")).one()
    assert event.details == {"position": 1, "organisation": university.id}


def test_only_verified_organisations_link_and_claim() -> None:
    """A code that was only typed proves nothing."""
    organisation = make.make_organisation("university", verified=False)
    actor = make.actor(make.make_person(organisation))
    make_contract(people()[0]).current.parties[1].uscc = organisation.uscc
    db.session.commit()
    assert (traded.unlinked_parties(actor), traded.claimable(actor)) == ([], [])
    with pytest.raises(NotAllowed):
        did(traded.link_parties, actor)
