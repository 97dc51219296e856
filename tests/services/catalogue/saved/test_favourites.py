"""Favourites: one's own, shared with colleagues unless private, and never more of a listing than its reader may see."""

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR
from marketplace.domain.catalogue.saved import NOTE_LENGTH
from marketplace.domain.errors import DomainError, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision, Favourite, Listing, SavedHit, SavedSearch
from marketplace.models.people import Person
from marketplace.models.platform import NoticeMute
from marketplace.services.catalogue import listings, search
from marketplace.services.catalogue.saved import favourites, searches
from marketplace.services.people import accounts
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")


def star(person: Person, listing: Listing) -> int:
    """Star a listing; return the favourite's id."""
    with unit_of_work():
        return favourites.star(make.actor(person), listing.kind, listing.id).id


def titles(person: Person, colleagues: bool = False, kind: str = "") -> list[str]:
    """What a person finds in a list; '' for what they may not see now."""
    page = favourites.lines(make.actor(person), 1, kind, colleagues)
    return [line.listing.published.title if line.listing else "" for line in page.items]


def test_starred_once_and_unstarred_however_often_pressed() -> None:
    """The first star stays with its note; taking away what is not there changes nothing."""
    person = make.make_person(make.make_organisation())
    item = make.make_published(make.make_person(make.make_organisation("university")))
    first = star(person, item)
    with unit_of_work():
        favourites.annotate(make.actor(person), first, "  值得谈\n", True)
    assert star(person, item) == first
    assert favourites.starred(make.actor(person)) == {item.id}
    (line,) = favourites.lines(make.actor(person), 1).items
    assert (line.favourite.note, line.favourite.shared, line.mine) == ("值得谈", True, True)
    for _ in range(2):
        with unit_of_work():
            favourites.unstar(make.actor(person), item.id)
        assert favourites.starred(make.actor(person)) == set()
    assert favourites.starred(VISITOR) == set()


def test_colleagues_read_what_is_shared_and_nobody_else() -> None:
    """Own, a colleague's, a stranger's; private again; the note is its author's to change."""
    firm = make.make_organisation()
    person, colleague = make.make_person(firm), make.make_person(firm)
    stranger, alone = make.make_person(make.make_organisation()), make.make_person()
    owner = make.make_person(make.make_organisation("university"))
    one, other = make.make_published(owner), make.make_published(owner, title="淀粉胶")
    demand = make.make_published(make.make_person(make.make_organisation()), "demand")
    key = star(person, one)
    star(colleague, other)
    star(person, demand)
    star(alone, one)
    assert titles(person) == ["人造板无醛胶替代技术", "大豆基无醛木材胶粘剂"]
    assert titles(person, kind="demand") == ["人造板无醛胶替代技术"]
    assert titles(person, colleagues=True) == ["淀粉胶"]
    assert titles(colleague, colleagues=True) == ["人造板无醛胶替代技术", "大豆基无醛木材胶粘剂"]
    assert favourites.count_of_colleagues(make.actor(colleague)) == 2
    assert titles(stranger, colleagues=True) == []
    assert titles(alone, colleagues=True) == []
    for nosy in (colleague, stranger):
        with pytest.raises(NotFound), unit_of_work():
            favourites.annotate(make.actor(nosy), key, "改", True)
    with unit_of_work():
        favourites.annotate(make.actor(person), key, "", False)
    assert titles(colleague, colleagues=True) == ["人造板无醛胶替代技术"]


def test_what_its_reader_may_no_longer_see_keeps_its_place_and_tells_nothing() -> None:
    """Unlisted, or hidden from them; colleagues of the owner's own organisation see it anyway."""
    person = make.make_person(make.make_organisation())
    owner = make.make_person(make.make_organisation("university"))
    item = make.make_published(owner)
    demand = make.make_published(make.make_person(make.make_organisation()), "demand")
    star(person, item)
    star(owner, item)
    star(person, demand)
    with unit_of_work():
        listings.act(make.actor(owner), listings.get_own(make.actor(owner), item.id), "unlist")
        assert isinstance(demand.published, DemandRevision)
        demand.published.disclosure = "admin"
    assert titles(person) == ["", ""]
    assert titles(owner) == ["大豆基无醛木材胶粘剂"]
    with pytest.raises(NotFound):
        star(make.make_person(), demand)


def test_limits_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that is too long; one favourite too many."""
    person = make.make_person(make.make_organisation())
    owner = make.make_organisation("university")
    items = make.make_many_published(owner, 2)
    key = star(person, items[0])
    with pytest.raises(DomainError, match="备注最多500个字"), unit_of_work():
        favourites.annotate(make.actor(person), key, "长" * (NOTE_LENGTH + 1), True)
    monkeypatch.setattr(favourites, "MOST_FAVOURITES", 1)
    with pytest.raises(DomainError, match="最多收藏 1 项"):
        star(person, items[1])
    assert star(person, items[0]) == key


def test_a_page_of_favourites_takes_as_many_queries_as_one() -> None:
    """However many stand on it."""
    person = make.make_person(make.make_organisation())
    items = make.make_many_published(make.make_organisation("university"), 6)
    numbers = []
    for batch in (items[:1], items[1:]):
        for item in batch:
            star(person, item)
        reader = make.actor(person)
        db.session.expire_all()
        with count_queries() as seen:
            assert all(
                line.listing.published.title for line in favourites.lines(reader, 1).items if line.listing
            )
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_closing_an_account_forgets_what_was_kept() -> None:
    """Searches with what they reported, favourites with their notes, muted kinds; a colleague's stay."""
    firm = make.make_organisation()
    make.make_person(firm, position="manager")
    person, colleague = make.make_person(firm), make.make_person(firm)
    item = make.make_published(make.make_person(make.make_organisation("university")))
    for each in (person, colleague):
        key = star(each, item)
        with unit_of_work():
            favourites.annotate(make.actor(each), key, "备注", True)
            row = searches.save(make.actor(each), search.question("achievement", "胶"), "胶", "daily")
            db.session.add(SavedHit(search_id=row.id, subject_id=item.id, found_at=clock.now()))
            notices.mute(make.actor(each), "search_found")
    with unit_of_work():
        accounts.close(make.actor(person))
    for table in (Favourite, SavedSearch, NoticeMute):
        assert list(db.session.scalars(select(table.person_id))) == [colleague.id]
    assert len(list(db.session.scalars(select(SavedHit.search_id)))) == 1
