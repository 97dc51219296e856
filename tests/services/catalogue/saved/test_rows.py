"""What the database itself refuses of what people keep."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Favourite, ListingReminder, SavedHit, SavedSearch
from marketplace.models.platform import NoticeMute
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")

SEARCH = {"kind": "demand", "name": "胶", "text": "胶", "filters": {}, "digest": "a", "frequency": "daily"}


@pytest.mark.parametrize(
    "wrong", [{"kind": "person"}, {"frequency": "hourly"}, {"digest": "known"}, {"hit": 1}]
)
def test_a_search_has_known_words_and_stands_once(wrong: dict[str, object]) -> None:
    """Kind, frequency, one row a question; a search that reported something is not removed with its hits left."""
    person = make.make_person()
    values = {**SEARCH, "person_id": person.id, "since": clock.now()}
    known = SavedSearch(**{**values, "digest": "known"})
    db.session.add(known)
    db.session.flush()
    if "hit" in wrong:
        db.session.add(SavedHit(search_id=known.id, subject_id=1, found_at=clock.now()))
        db.session.flush()
        db.session.delete(known)
    else:
        db.session.add(SavedSearch(**{**values, **wrong}))
    with pytest.raises(IntegrityError):
        db.session.flush()


@pytest.mark.parametrize(
    "wrong", ["twice", "shared with nobody", "reminder", "reminded twice", "muted twice"]
)
def test_stars_reminders_and_mutes_stand_once(wrong: str) -> None:
    """A favourite is shared within an organisation or not at all; a reminder comes before the last day."""
    item = make.make_many_published(make.make_organisation(), 1)[0]
    person = make.make_person()
    star = {"person_id": person.id, "listing_id": item.id}
    mute = {"person_id": person.id, "kind": "match_found"}
    reminder = {"listing_id": item.id, "expires_on": clock.today() + timedelta(days=7), "days_before": 7}
    rows = {
        "twice": [Favourite(**star, shared=False), Favourite(**star, shared=False)],
        "shared with nobody": [Favourite(**star, shared=True)],
        "reminder": [ListingReminder(**{**reminder, "days_before": 0})],
        "reminded twice": [ListingReminder(**reminder), ListingReminder(**reminder)],
        "muted twice": [NoticeMute(**mute), NoticeMute(**mute)],
    }
    with db.session.no_autoflush, pytest.raises(IntegrityError):
        keep(rows[wrong])


def keep(rows: list[object]) -> None:
    """Write rows one after the other, each as if no other were known."""
    for row in rows:
        db.session.add(row)
        db.session.flush()
        db.session.expunge(row)
