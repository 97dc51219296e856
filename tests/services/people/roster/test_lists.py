"""人员名单 and 单位名单: every filter, every order, and what a line tells."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import NotAllowed
from marketplace.extensions import db
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import ReviewTask
from marketplace.services.people.roster import choices, organisation_list, person_list
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.factories import actor, make_organisation, make_person, make_staff, make_submitted

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin() -> Person:
    """Whoever looks."""
    return make_staff(Role.SYSTEM_ADMIN)


@pytest.fixture
def people() -> dict[str, Person]:
    """One person of each sort: in the city, outside, suspended, closed, in no organisation, a reviewer with a task."""
    city = make_organisation(name="汴水钢厂")
    found = {
        "manager": make_person(city, "manager", name="甲负责"),
        "agent": make_person(city, "agent", name="乙经办"),
        "outside": make_person(make_organisation("university", "江淮大学", "340111"), name="丙教授"),
        "alone": make_person(name="丁独立"),
        "suspended": make_person(city, name="戊暂停"),
        "closed": make_person(name="己注销"),
        "reviewer": make_staff(Role.ACHIEVEMENT_REVIEWER),
    }
    make_submitted(found["agent"])
    now = clock.now()
    with unit_of_work():
        db.session.get_one(Person, found["manager"].id).last_login_at = now - timedelta(days=2)
        db.session.get_one(Person, found["agent"].id).last_login_at = now - timedelta(days=200)
        db.session.get_one(Person, found["suspended"].id).suspended_at = now
        closed = db.session.get_one(Person, found["closed"].id)
        closed.closed_at, closed.password_hash = now, ""
        task = db.session.query(ReviewTask).filter_by(kind="achievement").one()
        task.assignee_id, task.due_on = found["reviewer"].id, clock.today() - timedelta(days=1)
    return found


def names(admin: Person, sort: str = "name", **filters: str) -> list[str]:
    """The names on the first page."""
    return [line.person.name for line in person_list.page_of(actor(admin), filters, sort, 1).items]


def test_people_are_found_by_every_filter(admin: Person, people: dict[str, Person]) -> None:
    """Words, place, position, role, state, last sign-in, what waits."""
    assert names(admin, q="乙经") == ["乙经办"]
    assert names(admin, q=people["alone"].email.upper()) == ["丁独立"]
    assert set(names(admin, q="汴水")) == {"甲负责", "乙经办", "戊暂停"}
    assert names(admin, q="%") == []
    assert names(admin, kind="university") == ["丙教授"]
    assert set(names(admin, kind="none")) == {"丁独立", "己注销"}
    assert names(admin, division="outside") == ["丙教授"]
    assert {"甲负责", "乙经办"} <= set(names(admin, division="341302"))
    assert names(admin, division="341324") == []
    assert names(admin, position="manager") == ["甲负责"]
    assert names(admin, role="achievement_reviewer") == [people["reviewer"].name]
    assert len(names(admin, role="any")) == 2
    assert names(admin, state="suspended") == ["戊暂停"]
    assert names(admin, state="closed") == ["己注销"]
    assert "戊暂停" not in names(admin, state="active")
    assert names(admin, seen="7") == ["甲负责"]
    assert "乙经办" in names(admin, seen="idle180")
    assert "甲负责" not in names(admin, seen="never")
    assert names(admin, tasks="open") == names(admin, tasks="late") == [people["reviewer"].name]
    assert people["reviewer"].name not in names(admin, tasks="none")


def test_orders_and_lines_say_what_they_promise(admin: Person, people: dict[str, Person]) -> None:
    """The newest first unless asked otherwise; whoever was never here stands at the end, or at the start."""
    everybody = names(admin, "newest")
    assert everybody[-1] == admin.name
    assert names(admin, "seen")[0] == "甲负责"
    assert names(admin, "unseen")[-1] == "甲负责"
    assert names(admin, "tasks")[0] == people["reviewer"].name
    (line,) = person_list.page_of(actor(admin), {"tasks": "late"}, "name", 1).items
    assert (line.waiting.open, line.waiting.late, line.roles) == (1, 1, ("成果审核",))


def test_what_was_sent_back_counts_for_the_organisation(admin: Person) -> None:
    """A returned profile waits for the organisation; its task waits for an administrator."""
    owner = make_person(make_organisation(name="退件厂", verified=False), "manager")
    with unit_of_work():
        organisation = db.session.get_one(Organisation, factories.actor(owner).organisation_id)
        assert organisation.profile is not None
        organisation.profile.state = "returned"
    who = actor(admin)
    (line,) = organisation_list.page_of(who, {"tasks": "returned"}, "name", 1).items
    assert (line.organisation.name, line.in_review, line.returned) == ("退件厂", 1, 1)
    assert [
        one.organisation.name for one in organisation_list.page_of(who, {"tasks": "review"}, "name", 1).items
    ] == ["退件厂"]
    assert names(admin, tasks="returned") == [owner.name]


def test_organisations_are_found_by_every_filter(admin: Person, people: dict[str, Person]) -> None:
    """Words, code, contact, kind, state, place, last sign-in; and in every order."""
    who = actor(admin)

    def found(sort: str = "name", **filters: str) -> list[str]:
        return [line.organisation.name for line in organisation_list.page_of(who, filters, sort, 1).items]

    steel = factories.actor(people["agent"]).organisation_id
    uscc = db.session.get_one(Organisation, steel).uscc
    assert found(q="汴水") == found(q=uscc.lower()) == ["汴水钢厂"]
    assert found(kind="university") == ["江淮大学"]
    assert found(state="suspended") == []
    assert "江淮大学" in found(division="outside")
    assert found(seen="7") == ["汴水钢厂"]
    assert found("members")[0] == found("seen")[0] == "汴水钢厂"
    assert found("unseen")[-1] == "汴水钢厂"
    for sort in organisation_list.SORTS:
        assert len(found(sort)) == 4


def test_the_lists_are_for_administrators_and_auditors(people: dict[str, Person]) -> None:
    """A reviewer has no business with telephones."""
    for page in (person_list.page_of, organisation_list.page_of):
        with pytest.raises(NotAllowed):
            page(actor(people["reviewer"]), {}, "name", 1)
        assert page(actor(make_staff(Role.AUDITOR)), {}, "name", 1).total > 0


def test_a_longer_list_asks_no_more_often(admin: Person) -> None:
    """Queries do not grow with the rows."""
    organisation = make_organisation()
    make_person(organisation)

    def asked() -> int:
        statements: list[str] = []
        engine = db.engine

        def count(_c: object, _k: object, statement: str, *_more: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        try:
            db.session.expire_all()
            for page in (person_list.page_of, organisation_list.page_of):
                for line in page(actor(admin), {}, "name", 1).items:
                    str(line)
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(statements)

    before = asked()
    for _ in range(6):
        make_person(make_organisation())
    assert asked() <= before + 2


def test_days_without_a_sign_in_count_from_now() -> None:
    """The condition of the filter, for a moment that never was too."""
    assert set(choices.SEEN) == {"7", "30", "idle30", "idle180", "never"}
