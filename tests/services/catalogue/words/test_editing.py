"""Search words: shipped ones with the site's own changes, and the rebuild that follows a change."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.catalogue import SearchWord
from marketplace.models.platform import AuditEvent, Job
from marketplace.services.catalogue import search
from marketplace.services.catalogue.words import editing, table
from marketplace.services.catalogue.words.editing import Draft
from marketplace.services.matching.knowledge import table as knowledge
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")

ALIAS = Draft("alias", "锂电", "锂离子电池", "行业简称")


@pytest.fixture
def admin() -> Actor:
    """Somebody who may edit the words."""
    return factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))


def write(actor: Actor, draft: Draft, **more: Any) -> SearchWord:
    """Write a word in a transaction of its own."""
    with unit_of_work():
        return editing.write(actor, draft, **more)


def test_a_word_of_the_sites_own_counts_changes_and_ends(admin: Actor) -> None:
    """Each step is audited, changes chain and matcher, and starts one rebuild of each."""
    assert table.analyzer() is table.analyzer()
    before, matcher_before = table.analyzer().fingerprint, knowledge.reader().fingerprint
    row = write(admin, ALIAS)
    assert table.analyzer().resolve("锂电回收") == "锂离子电池回收"
    assert table.analyzer().fingerprint != before
    assert knowledge.reader().fingerprint != matcher_before
    write(admin, Draft("", "", "锂离子蓄电池"), key=("alias", "锂电"), version=row.version)
    assert table.words()["alias", "锂电"].meaning == "锂离子蓄电池"
    assert [one.origin for one in editing.entries(text="蓄电池")] == ["own"]
    with unit_of_work():
        editing.retire(admin, ("alias", "锂电"), "误伤")
        editing.retire(admin, ("alias", "锂电"))
    assert table.analyzer().fingerprint == before
    assert [one.key for one in editing.entries(origin="retired")] == [("alias", "锂电")]
    tags = select(AuditEvent.tag).where(AuditEvent.subject_kind == "search_word").order_by(AuditEvent.id)
    assert list(db.session.scalars(tags)) == ["search_word.write", "search_word.write", "search_word.retire"]
    assert sorted(db.session.scalars(select(Job.kind).order_by(Job.id))) == ["match_refresh", "reindex"]


def test_a_shipped_word_is_replaced_retired_and_restored(admin: Actor) -> None:
    key = ("alias", "甬桥")
    with unit_of_work():
        editing.retire(admin, key)
    assert table.analyzer().resolve("甬桥") == "甬桥"
    assert editing.get(*key).origin == "retired"
    write(admin, Draft("alias", "甬桥", "埇桥"))
    assert table.analyzer().resolve("甬桥") == "埇桥"
    assert editing.get(*key).origin == "changed"
    assert "的" in table.analyzer().stop_words
    with unit_of_work():
        editing.retire(admin, ("stop", "的"))
    assert "的" not in table.analyzer().stop_words
    write(admin, Draft("word", "皖北麦香酥饼"))
    assert "皖北麦香酥饼" in table.analyzer().cut("皖北麦香酥饼")


def test_two_administrators_at_once_and_others(admin: Actor) -> None:
    row = write(admin, ALIAS)
    seen = row.version
    write(admin, Draft("", "", "锂离子蓄电池"), key=("alias", "锂电"), version=seen)
    with pytest.raises(Conflict):
        write(admin, Draft("", "", "锂电池组"), key=("alias", "锂电"), version=seen)
    with pytest.raises(DomainError) as known:
        write(admin, Draft("alias", "鋰電", "别的"))
    assert known.value.code == "word_known", "in traditional characters it is the same word"
    with pytest.raises(NotFound):
        editing.get("alias", "没有的词")
    agent = factories.actor(factories.make_person(factories.make_organisation()))
    for act in (lambda: editing.write(agent, ALIAS), lambda: editing.retire(agent, ("alias", "甬桥"))):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft("", "锂电", ""), "kind_missing"),
        (Draft("word", "", ""), "text_length"),
        (Draft("word", "，。！", ""), "text_shape"),
        (Draft("word", "锂 电", ""), "text_shape"),
        (Draft("word", "锂" * 13, ""), "word_shape"),
        (Draft("word", "PM2.5", ""), "word_shape"),
        (Draft("alias", "锂", "三号元素"), "alias_short"),
        (Draft("alias", "锂电", ""), "meaning_length"),
        (Draft("alias", "石墨", "石墨烯"), "meaning_holds"),
        (Draft("alias", "ＡＩ", "ai技术"), "meaning_holds"),
        (Draft("alias", "宿城", "宿洲"), "meaning_alias"),
        (Draft("alias", "埇桥", "宿城区"), "alias_of_meaning"),
        (Draft("alias", "蘇州", "姑苏"), "alias_city"),
    ],
)
def test_what_would_harm_the_search_is_refused_with_the_reason(admin: Actor, draft: Draft, code: str) -> None:
    """Aliases are put in place once: none may hold itself, lead to another one, or be what one means."""
    with pytest.raises(ValidationFailed) as refused:
        write(admin, draft)
    assert [error.code for error in refused.value.errors] == [code]


def test_the_database_keeps_the_shape(admin: Actor) -> None:
    """One row for a kind and form, a known kind, a meaning for aliases and for nothing else."""
    write(admin, ALIAS)
    wrong: tuple[dict[str, str], ...] = (
        {"kind": "alias", "text": "锂电", "form": "锂电", "meaning": "锂"},
        {"kind": "word", "text": "锂", "form": "锂", "meaning": "锂"},
        {"kind": "alias", "text": "锂", "form": "锂", "meaning": ""},
        {"kind": "name", "text": "锂", "form": "锂", "meaning": ""},
        {"kind": "word", "text": "锂", "form": "", "meaning": ""},
    )
    for values in wrong:
        db.session.add(SearchWord(**values, changed_on=clock.today()))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_a_change_is_searched_by_after_the_rebuild(admin: Actor, drain: Callable[[], int]) -> None:
    """Until then the index goes on by its own words, changes of listings included."""

    def found() -> int:
        answer = search.search(VISITOR, search.question("achievement", "锂电"))
        return 0 if answer.relaxed else answer.total

    owner = factories.make_person(factories.make_organisation("university"))
    factories.make_published(owner, title="退役锂离子电池梯次利用", keywords=["电池"])
    outside().index.rebuild([], 0)
    drain()
    assert found() == 0
    write(admin, ALIAS)
    assert editing.waiting()
    assert outside().index.serves(), "the site is well meanwhile"
    assert found() == 0
    for _ in range(3):
        drain()
    assert not editing.waiting()
    assert found() == 1
