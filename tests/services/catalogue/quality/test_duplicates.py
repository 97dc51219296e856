"""Duplicates: found by number, name or text, and never more of them than the reader may read."""

from collections.abc import Callable

import pytest

from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.people import Person
from marketplace.models.platform import ReviewTask
from marketplace.services.catalogue import listings, revisions
from marketplace.services.catalogue.quality import duplicates, looking, waiting
from marketplace.services.catalogue.quality.duplicates import Duplicate
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")

UNLIKE = {
    "title": "黄河故道沙地花生起垄覆膜播种",
    "summary": "针对沙地保水差的问题，一次完成旋耕、起垄、施肥、铺管、覆膜和播种，配套可降解地膜，亩节水三十立方米。",
    "problem": "沙地春旱，人工覆膜用工多，地膜残留逐年增加，机具作业质量不稳定，出苗不齐。",
    "advantages": "六道工序一次完成，株距误差小，地膜破损率低，农户培训半天可上手。",
    "ip_rights": [factories.PATENT | {"number": "200310102344.5"}],
}
"""Content that shares nothing with what the factory writes."""


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified university."""
    return factories.make_person(factories.make_organisation("university"))


@pytest.fixture
def other() -> Person:
    """Somebody of another verified organisation."""
    return factories.make_person(factories.make_organisation())


def draft_of(listing: Listing) -> Revision:
    """Return the version in work."""
    revision = revisions.in_work(listing)
    assert revision is not None
    return revision


def found(person: Person, listing: Listing, reviewing: bool = False) -> list[Duplicate]:
    """Return what looks like the version in work of a listing, to a person."""
    revision = draft_of(db.session.get_one(Listing, listing.id))
    content = revisions.content_of(revision)
    return duplicates.find(
        factories.actor(person), listing.kind, content, revision.listing, reviewing=reviewing
    )


def grounds(each: Duplicate) -> list[str]:
    """Return why, in words."""
    return [words.message % words.params for words in each.grounds]


def test_the_same_patent_is_found_without_any_common_word(owner: Person, other: Person) -> None:
    """By the number alone, straight from the database: the index need not be there yet."""
    public = factories.make_published(owner)
    mine = factories.make_draft(other, **UNLIKE | {"ip_rights": [factories.PATENT]})
    (one,) = found(other, mine)
    assert (one.listing_id, one.path, one.own) == (public.id, f"/achievements/{public.id}", False)
    assert grounds(one) == ["知识产权编号 201310699744.2 相同"]


def test_the_same_registration_number_is_found(owner: Person, other: Person) -> None:
    """成果登记号 is given to one achievement."""
    factories.make_published(owner, registration_number="9342023Y0123")
    mine = factories.make_draft(other, **UNLIKE | {"registration_number": "9342023Y0123"})
    (one,) = found(other, mine)
    assert grounds(one) == ["成果登记号 9342023Y0123 相同"]


def test_nearly_the_same_text_is_found_by_the_index(
    owner: Person, other: Person, drain: Callable[[], int]
) -> None:
    """Another name, the sentences of somebody else."""
    public = factories.make_published(owner)
    factories.make_published(owner, **UNLIKE)
    drain()
    mine = factories.make_draft(other, title="环保型豆胶的配方与施胶工艺", ip_rights=[])
    (one,) = found(other, mine)
    assert one.listing_id == public.id
    assert grounds(one) == ["文字有 100% 相同"]
    unlike = factories.make_draft(other, **UNLIKE | {"title": "酥梨冷链运输震动监测"})
    assert [each.listing_id for each in found(other, unlike)] != [public.id]


def test_a_demand_that_is_not_shown_is_neither_named_nor_compared(
    owner: Person, other: Person, drain: Callable[[], int]
) -> None:
    """Of an anonymous demand only the public text counts, of a hidden one nothing, whoever guesses its words."""
    hidden = factories.make_published(owner, "demand", disclosure="admin")
    unverified = factories.make_person(factories.make_organisation(verified=False))
    factories.make_published(
        owner, "demand", title="另一项完全不同的需求名称", disclosure="anonymous",
        summary="某企业寻找环保板材用胶，要求冬季低温条件下能够预压成型，现有设备不更换，成本增加有限，可以先小批量试用再签合同。",
    )  # fmt: skip
    drain()
    text = "年产板材六万立方米，使用脲醛胶，甲醛释放量偏高，出口订单流失，试过两种无醛胶均因强度不足停用。"
    for person in (other, unverified):
        mine = factories.make_draft(
            person, "demand", title="求一种胶", situation=text, summary="很短的公开文本"
        )
        shown = found(person, mine)
        assert hidden.id not in {each.listing_id for each in shown}
        # The same situation stands in the anonymous one's full text: only verified organisations are shown that.
        assert [each.owner for each in shown] == ([owner_name(owner)] if person is other else [])


def owner_name(person: Person) -> str:
    """Return the name of a person's organisation."""
    return factories.actor(person).organisation_name


def test_drafts_of_ones_own_organisation_count_and_others_never(owner: Person, other: Person) -> None:
    """Two colleagues who enter the same thing see each other; a draft elsewhere is nobody's business."""
    first = factories.make_draft(owner)
    colleague = factories.make_person(first.organisation)
    second = factories.make_draft(colleague)
    (one,) = found(colleague, second)
    assert (one.listing_id, one.own, one.path) == (first.id, True, f"/desk/listings/{first.id}")
    assert found(other, factories.make_draft(other)) == []


def test_a_reviewer_sees_what_waits_beside_it_and_others_do_not(owner: Person, other: Person) -> None:
    """Two that came in on the same day, with both texts side by side; who does not review finds nothing."""
    first, second = factories.make_submitted(owner), factories.make_submitted(other)
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER)
    (one,) = found(reviewer, second, reviewing=True)
    assert (one.listing_id, one.path, one.owner) == (first.id, "", owner_name(owner))
    assert grounds(one)[:2] == ["知识产权编号 201310699744.2 相同", "名称相同"]
    assert found(other, second) == []
    task = reviews.open_task_for("revision", draft_of(second).id)
    assert task is not None
    side = looking.beside(factories.actor(reviewer), task, first.id)
    assert next(row for row in side.rows if row.key == "title").changed is False
    for wrong in (second.id, 999_999):
        with pytest.raises(NotFound):
            looking.beside(factories.actor(reviewer), task, wrong)
    profile = factories.make_organisation(verified=False)
    elsewhere = db.session.query(ReviewTask).filter_by(organisation_id=profile.id).one()
    assert looking.of_task(factories.actor(reviewer), elsewhere) is None
    with pytest.raises(NotFound):
        looking.beside(factories.actor(reviewer), elsewhere, first.id)


def test_what_was_taken_out_of_the_market_is_no_longer_shown_to_others(owner: Person, other: Person) -> None:
    """Its own people still learn of it."""
    public = factories.make_published(owner)
    with unit_of_work():
        listings.act(factories.actor(owner), db.session.get_one(Listing, public.id), "unlist")
    assert found(other, factories.make_draft(other)) == []
    (one,) = found(owner, factories.make_draft(owner))
    assert (one.listing_id, one.state.code) == (public.id, "unlisted")


def test_an_empty_draft_is_like_nothing(owner: Person) -> None:
    """Two untouched drafts have everything in common, which is nothing; signs alone are no question."""
    for title in ("", "！！？？——", '" -'):
        listing = factories.make_draft(
            owner, title=title, summary="", problem="", advantages="", ip_rights=[]
        )
        content = revisions.content_of(draft_of(listing))
        assert duplicates.find(factories.actor(owner), "achievement", content, listing) == []
        assert duplicates.find(VISITOR, "achievement", content, listing) == []


def test_the_meter_follows_what_is_typed_and_stores_nothing(owner: Person) -> None:
    """Typed text lies over what is stored; what cannot be read is left as it was."""
    listing = factories.make_draft(owner, "demand")
    revision = draft_of(listing)
    before = looking.look(factories.actor(owner), revision)
    typed = {"metrics": [{"indicator": "产量", "present": "", "target": "更高"}], "due_on": "not a day"}
    after = looking.look(factories.actor(owner), revision, typed)
    points = {part.key: part.points for part in after.meter.parts}
    assert after.meter.score < before.meter.score
    assert points["targets"] == 0
    assert points["deadline"] == next(part.points for part in before.meter.parts if part.key == "deadline")
    db.session.refresh(revision)
    assert revision.metrics == factories.DEMAND["metrics"]


def test_drafts_on_the_workbench_say_how_clear_they_are(owner: Person) -> None:
    """As many queries for many drafts as for one; what is under review says nothing."""
    drafts = [draft_of(factories.make_draft(owner, kind)) for kind in ("demand", "achievement")]
    submitted = draft_of(factories.make_submitted(owner))
    hints = waiting.hints([*drafts, submitted])
    assert set(hints) == {revision.id for revision in drafts}
    assert [hints[revision.id].message.partition(" ")[0] for revision in drafts] == ["清晰度", "完整度"]
