"""产业方向 as dated records: offered from their day on, kept by old items, confirmed by a second person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.coded import Labels
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.taxonomy import CITY_TAGS
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import Job
from marketplace.services.catalogue import drafts, revisions
from marketplace.services.catalogue.finding.facets import FACETS
from marketplace.services.platform import settings
from marketplace.services.platform.lists import terms
from marketplace.services.unit import unit_of_work
from tests.factories import actor, make_draft, make_organisation, make_person, make_staff

pytestmark = pytest.mark.usefixtures("session")

KEY = "list.future_industry"
CHANGED = [
    ("f1", "通用人工智能"),
    ("f2", "空天信息"),
    ("f4", "生命健康"),
    ("f5", "先进材料"),
    ("", "量子科技"),
]
"""f1 renamed, f3 retired, one added."""


@pytest.fixture
def proposer() -> Person:
    """Who proposes."""
    return make_staff(Role.POLICY_MANAGER)


def change(proposer: Person, days: int = 0, typed: list[tuple[str, str]] = CHANGED) -> None:
    """Propose and have it confirmed by somebody else."""
    with unit_of_work():
        row = terms.propose(actor(proposer), KEY, typed, clock.today() + timedelta(days=days), "规划调整")
    checker = actor(make_staff(Role.SYSTEM_ADMIN))
    with unit_of_work():
        settings.decide(checker, row.id, "confirm")


def offered() -> dict[str, str]:
    """What may be chosen of 未来产业 today."""
    return {term.code: term.label for term in CITY_TAGS.offered if term.group == "未来产业"}


def test_a_list_changes_on_its_day_and_old_codes_keep_their_words(proposer: Person) -> None:
    """Until then nothing; then the new one is offered, the retired one only known."""
    change(proposer, days=3)
    assert offered()["f1"] == "通用智能"
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert offered() == {
            "f1": "通用人工智能",
            "f2": "空天信息",
            "f4": "生命健康",
            "f5": "先进材料",
            "f6": "量子科技",
        }
        assert "f3" in CITY_TAGS
        assert CITY_TAGS.label_of("f3") == "低碳能源"
        labels = Labels(CITY_TAGS, grouped=True)
        assert labels["f6"] == "未来产业·量子科技"
        assert len(labels) == len(CITY_TAGS) == 25
        facet = next(each for each in FACETS["achievement"] if each.name == "tag")
        assert facet.label_of("f6") == "量子科技"
        assert facet.label_of("f9") is None
    assert offered()["f3"] == "低碳能源"


def test_a_proposal_alone_changes_nothing_and_stands_alone(proposer: Person) -> None:
    """Not one's own confirmation, not two at once, not without a change, not by everybody."""
    with unit_of_work():
        row = terms.propose(actor(proposer), KEY, CHANGED, clock.today(), "规划调整")
    assert "f6" not in offered()
    with pytest.raises(NotAllowed), unit_of_work():
        settings.decide(actor(proposer), row.id, "confirm")
    with pytest.raises(Conflict), unit_of_work():
        terms.propose(actor(proposer), KEY, CHANGED, clock.today(), "再提")
    with unit_of_work():
        settings.decide(actor(proposer), row.id, "withdraw")
    with pytest.raises(DomainError) as same, unit_of_work():
        terms.propose(actor(proposer), KEY, list(offered().items()), clock.today(), "无")
    assert same.value.code == "nothing_changed"
    auditor = actor(make_staff(Role.AUDITOR))
    with pytest.raises(NotAllowed), unit_of_work():
        terms.propose(auditor, KEY, CHANGED, clock.today(), "无权")


def test_a_code_is_never_given_again(proposer: Person) -> None:
    """Not that of a term that was retired, not that of a proposal that was taken back, not a made-up one."""
    change(proposer)
    kept = [pair for pair in offered().items() if pair[0] != "f6"]
    change(proposer, typed=[*kept, ("", "脑机接口"), ("x1", "假冒代码")])
    assert offered()["f7"] == "脑机接口"
    assert offered()["f8"] == "假冒代码"


def test_a_draft_takes_todays_terms_and_keeps_its_own(proposer: Person) -> None:
    """A retired term stays in a draft that holds it, and is refused in one that does not."""
    owner = make_person(make_organisation())
    old = make_draft(owner, tags=["f3"])
    change(proposer)
    with unit_of_work():
        kept = drafts.save(actor(owner), old.id, {"tags": ["f3", "f6"]})
    assert kept.errors == []
    assert revisions.content_of(kept.revision)["tags"] == ["f6", "f3"]
    fresh = make_draft(owner, tags=["f1"], title="全新的另一项成果")
    with unit_of_work():
        refused = drafts.save(actor(owner), fresh.id, {"tags": ["f3"]})
    assert [(error.field, error.code) for error in refused.errors] == [("tags", "term_retired")]
    assert revisions.content_of(refused.revision)["tags"] == ["f1"]


def test_the_index_follows_a_change_once(proposer: Person) -> None:
    """Nothing to do at first; after a change one rebuild, and no second."""

    def rebuilds() -> int:
        terms.follow_due()
        return len(db.session.scalars(select(Job).where(Job.kind == "reindex")).all())

    assert rebuilds() == 0
    change(proposer, days=1)
    assert rebuilds() == 0
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert rebuilds() == 1
        assert rebuilds() == 1


def test_what_was_read_holds_for_one_transaction_only(proposer: Person) -> None:
    """Another process's change shows in the next."""
    assert "f6" not in offered()
    change(proposer)
    db.session.rollback()
    assert "f6" in offered()


def test_lists_and_targets_stand_as_of_a_day(proposer: Person) -> None:
    """The page asks for any day."""
    change(proposer, days=10)
    later = clock.today() + timedelta(days=10)
    now = next(row for row in settings.overview() if row.definition.key == KEY)
    then = next(row for row in settings.overview(later) if row.definition.key == KEY)
    assert len(now.value) == len(then.value) == 5
    assert (now.since, then.since) == (None, later)
    assert len(now.coming) == 1
