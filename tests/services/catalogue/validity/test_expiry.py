"""Expiry by the clock."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.platform import Notice
from marketplace.services.catalogue import listings
from marketplace.services.catalogue.validity import expiry
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session", "noon")


def test_the_last_day_is_still_published() -> None:
    """有效至 includes its day, in Beijing."""
    owner = factories.make_person(factories.make_organisation())
    listing = factories.make_published(owner, "demand")
    last = listing.expires_on
    assert last == date(2027, 3, 18)
    with clock.frozen(clock.now().replace(hour=15) + timedelta(days=365)):  # 23:00 in Beijing on the last day
        assert expiry.expire_due() == 0
    with clock.frozen(clock.now().replace(hour=16) + timedelta(days=365)):
        assert expiry.expire_due() == 1
        assert expiry.expire_due() == 0
    db.session.refresh(listing)
    assert listing.state == "expired"
    assert (
        db.session.scalars(select(Notice.kind).where(Notice.person_id == owner.id).order_by(Notice.id)).all()[
            -1
        ]
        == "listing_expired"
    )
    with unit_of_work():
        listings.act(
            factories.actor(owner), listings.get_own(factories.actor(owner), listing.id), "reconfirm"
        )
    assert db.session.get_one(Listing, listing.id).state == "published"


def test_many_expire_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction grows with the number of listings, and none is left over."""
    organisation = factories.make_organisation()
    factories.make_many_published(organisation, 7)
    monkeypatch.setattr(expiry, "CHUNK", 3)
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert expiry.expire_due() == 7
    assert set(db.session.scalars(select(Listing.state))) == {"expired"}


def test_unlisted_items_do_not_expire() -> None:
    """They are not public anyway; coming back counts as a confirmation."""
    owner = factories.make_person(factories.make_organisation())
    listing = factories.make_published(owner)
    with unit_of_work():
        listings.act(factories.actor(owner), listings.get_own(factories.actor(owner), listing.id), "unlist")
    with clock.frozen(clock.now() + timedelta(days=500)):
        assert expiry.expire_due() == 0
        with unit_of_work():
            listings.act(
                factories.actor(owner), listings.get_own(factories.actor(owner), listing.id), "relist"
            )
        assert expiry.expire_due() == 0
