"""Suggestions, offers and related listings as a reader meets them: only what they may see, read anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from marketplace.domain.access import VISITOR, Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import indexing, search
from marketplace.services.catalogue.finding.instead import Drop, Instead, instead_of
from marketplace.services.catalogue.finding.related import related
from marketplace.services.catalogue.finding.suggesting import suggestions
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def market(drain: Callable[[], int]) -> dict[str, Listing]:
    """Three achievements and a demand for verified organisations only."""
    seller_organisation = factories.make_organisation("university", "星河研究院", "340111")
    seller = factories.make_person(seller_organisation)
    buyer = factories.make_person(factories.make_organisation(name="曜板家居材料厂"))
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER, Role.DEMAND_REVIEWER)

    def publish(title: str, *keywords: str, **more: Any) -> Listing:
        return factories.make_published(
            seller, "achievement", reviewer, title=title, keywords=list(keywords), **more
        )

    made = {
        "film": publish("高导热石墨烯散热膜制备技术", "石墨烯", "散热膜"),
        "paint": publish("石墨烯防腐涂料生产工艺", "石墨烯", "防腐涂料", field="06"),
        "glue": publish("大豆基无醛木材胶粘剂", "无醛胶"),
        "plate": factories.make_published(
            buyer,
            "demand",
            reviewer,
            title="燃料电池双极板冲压难题",
            keywords=["双极板"],
            disclosure="verified",
        ),
    }
    with unit_of_work():
        indexing.enqueue("organisation", seller_organisation.id)
    drain()
    return made


def texts(actor: Any, typed: str, kind: Any = "achievement") -> list[tuple[str, str, int]]:
    return [(one.kind, one.text, one.count) for one in suggestions(actor, kind, typed)]


@pytest.mark.parametrize("typed", ["石墨", "shimo", "smx", "SMX", " 石墨 "])
def test_typing_suggests_keywords_and_titles(market: dict[str, Listing], typed: str) -> None:
    assert texts(VISITOR, typed) == [
        ("keyword", "石墨烯", 2),
        ("achievement", "石墨烯防腐涂料生产工艺", 0),
        ("achievement", "高导热石墨烯散热膜制备技术", 0),
    ]


def test_what_was_typed_is_marked_and_organisations_are_named(market: dict[str, Listing]) -> None:
    found = suggestions(VISITOR, "achievement", "xinghe")
    assert [(one.kind, one.text) for one in found] == [("organisation", "星河研究院")]
    assert [part.text for part in found[0].parts if part.marked] == ["星河"]
    assert texts(VISITOR, "") == texts(VISITOR, "，。！") == texts(VISITOR, "\x00") == []
    assert texts(VISITOR, "石" * 300) == []


def test_nobody_is_told_what_they_may_not_read(market: dict[str, Listing]) -> None:
    """A demand for verified organisations: neither its title nor its keyword, by no way of typing."""
    stranger = factories.actor(factories.make_person(factories.make_organisation()))
    for typed in ("双极", "shuangji", "sjb"):
        assert texts(VISITOR, typed, "demand") == []
        assert texts(stranger, typed, "demand") == [
            ("keyword", "双极板", 1),
            ("demand", "燃料电池双极板冲压难题", 0),
        ]


def test_what_was_withdrawn_a_moment_ago_is_not_suggested(market: dict[str, Listing]) -> None:
    """The index still has it; the rows decide."""
    with unit_of_work():
        db.session.get_one(Listing, market["glue"].id).state = "unlisted"
    assert texts(VISITOR, "无醛") == []
    assert market["glue"].id not in [row.id for row in related(VISITOR, "achievement", market["film"].id)]


def test_suggestions_cost_few_queries(market: dict[str, Listing]) -> None:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        suggestions(VISITOR, "achievement", "石墨")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(seen) <= 3


def offers(text: str, **chosen: tuple[str, ...]) -> Instead:
    """What is offered to a visitor beside the answer."""
    return instead_of(VISITOR, search.search(VISITOR, search.question("achievement", text, chosen)))


def test_a_slip_is_answered_with_words_that_find_something(market: dict[str, Listing]) -> None:
    assert offers("石墨希").meant == (("石墨烯", 2),)
    assert offers("shimoshi").meant == (("石墨烯", 2),)
    assert offers("石墨烯").meant == ()
    assert offers("双级板").meant == (), "what the reader may not see is not offered"
    with unit_of_work():
        for name in ("film", "paint"):
            db.session.get_one(Listing, market[name].id).state = "unlisted"
    assert offers("石墨希").meant == (), "nor what was withdrawn a moment ago"


def test_words_typed_by_sound_are_named(market: dict[str, Listing]) -> None:
    found = search.search(VISITOR, search.question("achievement", "smx sanre"))
    assert (found.total, found.sounded) == (1, True)
    assert found.results[0].title is not None
    assert [part.text for part in found.results[0].title if part.marked] == ["石墨烯散热"]


def test_conditions_that_leave_nothing_are_offered_to_be_dropped(market: dict[str, Listing]) -> None:
    """One by one, with the number that is found without each; conditions that do not matter are left out."""
    told = offers('"石墨烯散热膜"', field=("09",), origin=("outside",))
    assert told.drops == (Drop("field", "09", 1),)
    assert offers('"石墨烯散热膜"').drops == ()


def test_other_lists_that_have_it_are_named(market: dict[str, Listing]) -> None:
    assert offers("星河研究院 不存在").elsewhere == ()
    verified = factories.actor(factories.make_person(factories.make_organisation()))
    asked = search.question("achievement", "双极板")
    assert instead_of(verified, search.search(verified, asked)).elsewhere == (("demand", 1),)
    assert instead_of(VISITOR, search.search(VISITOR, asked)).elsewhere == ()


@pytest.mark.parametrize("text", ["，。！", "\x00", "！" * 200])
def test_only_punctuation_finds_and_offers_nothing(market: dict[str, Listing], text: str) -> None:
    found = search.search(VISITOR, search.question("achievement", text))
    offered = instead_of(VISITOR, found)
    assert (found.total == 0 or not found.question.text, offered) == (True, Instead())


def test_related_listings_are_such_as_the_reader_sees(market: dict[str, Listing]) -> None:
    assert [row.id for row in related(VISITOR, "achievement", market["film"].id)] == [market["paint"].id]
    assert related(VISITOR, "achievement", market["film"].id, {market["paint"].id}) == []
    assert related(VISITOR, "demand", market["plate"].id) == []
    assert related(VISITOR, "achievement", 0) == []


@pytest.fixture
def orchard(drain: Callable[[], int]) -> tuple[dict[str, Listing], Any]:
    """Demands of one organisation, one of them anonymous, and a stranger's, all about the same."""
    owner = factories.make_person(factories.make_organisation(name="曜板家居材料厂"))
    stranger = factories.make_person(factories.make_organisation(name="渡汴果业"))
    reviewer = factories.make_staff(Role.DEMAND_REVIEWER)

    def publish(person: Any, title: str, disclosure: str) -> Listing:
        return factories.make_published(
            person, "demand", reviewer, title=title, keywords=["葡萄病害"], disclosure=disclosure
        )

    made = {
        "hidden": publish(owner, "葡萄病害防治减药", "anonymous"),
        "hidden too": publish(owner, "葡萄病害预报", "anonymous"),
        "named": publish(owner, "葡萄病害识别", "public"),
        "named too": publish(owner, "葡萄病害巡查", "public"),
        "theirs": publish(stranger, "葡萄病害监测", "anonymous"),
    }
    drain()
    return made, owner


def test_no_company_tells_whose_an_anonymous_demand_is(orchard: tuple[dict[str, Listing], Any]) -> None:
    """Beside it stands nothing of its owner, beside the owner's others it does not stand; who may know sees all."""
    made, owner = orchard
    names = {listing.id: name for name, listing in made.items()}

    def beside(actor: Any, name: str) -> set[str]:
        return {names[row.id] for row in related(actor, "demand", made[name].id)}

    assert beside(VISITOR, "hidden") == {"theirs"}
    assert beside(VISITOR, "named") == {"named too", "theirs"}
    assert beside(VISITOR, "theirs") == set(made) - {"theirs"}
    for knowing in (owner, factories.make_staff(Role.DEMAND_REVIEWER)):
        assert beside(factories.actor(knowing), "hidden") == set(made) - {"hidden"}
