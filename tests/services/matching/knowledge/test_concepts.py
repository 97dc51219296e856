"""The knowledge table: shipped concepts with the site's own changes, and what follows a change."""

import pytest
from sqlalchemy import select

from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, Job
from marketplace.services.matching.knowledge import concepts, table
from marketplace.services.matching.knowledge.concepts import Draft
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")

DRAFT = Draft("09", "地方特产", "符离集烧鸡", "烧鸡、符离集 卤制，卤制", "本市特产")
KEY = "09:地方特产:符离集烧鸡"
SHIPPED = "06:新能源:氢能燃料电池"


@pytest.fixture
def admin() -> Actor:
    return factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))


def test_a_concept_of_the_sites_own_counts_changes_and_ends(admin: Actor) -> None:
    """Each step is audited, changes the fingerprint, and one refresh is promised for all of them."""
    before = table.reader().fingerprint
    with unit_of_work():
        row = concepts.create(admin, DRAFT)
        assert (row.key, row.words, row.version) == (KEY, "烧鸡 符离集 卤制", 1)
    first = table.reader().fingerprint
    assert first != before
    assert [one.origin for one in concepts.entries(text="符离集")] == ["own"]
    with unit_of_work():
        concepts.write(admin, KEY, Draft("09", "地方特产", "符离集烧鸡", "烧鸡 卤味"), 1)
    assert table.concepts()[KEY].words == ("烧鸡", "卤味")
    with unit_of_work():
        concepts.retire(admin, KEY)
        concepts.retire(admin, KEY)
    assert table.reader().fingerprint == before
    assert concepts.entries(text="卤味") == []
    assert [one.key for one in concepts.entries(origin="retired")] == [KEY]
    tags = select(AuditEvent.tag).where(AuditEvent.subject_kind == "field_concept").order_by(AuditEvent.id)
    assert list(db.session.scalars(tags)) == [f"field_concept.{act}" for act in ("create", "write", "retire")]
    assert list(db.session.scalars(select(Job.kind))) == ["match_refresh"]


def test_a_shipped_concept_is_replaced_retired_and_restored(admin: Actor) -> None:
    shipped = concepts.get(SHIPPED)
    words = concepts.with_words(" ".join(shipped.concept.words), ["叉车电堆", shipped.concept.words[0]])
    draft = Draft("06", "新能源", shipped.concept.name, words)
    with unit_of_work():
        concepts.write(admin, SHIPPED, draft, 0)
    changed = concepts.get(SHIPPED)
    assert changed.origin == "changed"
    assert changed.concept.words == (*shipped.concept.words, "叉车电堆")
    with unit_of_work():
        concepts.retire(admin, SHIPPED)
    assert SHIPPED not in table.concepts()
    with unit_of_work():
        concepts.write(admin, SHIPPED, draft, concepts.get(SHIPPED).version)
    assert not concepts.get(SHIPPED).retired


def test_two_administrators_at_once_and_others(admin: Actor) -> None:
    """The second of two works on what the first left; nobody else may change the table."""
    with unit_of_work():
        concepts.create(admin, DRAFT)
    with unit_of_work():
        concepts.write(admin, KEY, DRAFT, 1)
    with pytest.raises(Conflict), unit_of_work():
        concepts.write(admin, KEY, DRAFT, 0)
    with pytest.raises(DomainError, match="同名"), unit_of_work():
        concepts.create(admin, DRAFT)
    with pytest.raises(DomainError, match="同名"), unit_of_work():
        concepts.write(admin, "09:作物育种:水稻", DRAFT, 0)
    other = factories.actor(factories.make_person(factories.make_organisation()))
    for act in (lambda: concepts.create(other, DRAFT), lambda: concepts.retire(other, SHIPPED)):
        with pytest.raises(NotAllowed), unit_of_work():
            act()
    with pytest.raises(NotFound):
        concepts.get("09:无:无")


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (Draft("", "", "", ""), {"field", "direction", "name", "words"}),
        (Draft("09", "甲" * 31, "乙", "词"), {"direction"}),
        (Draft("09", "甲", "乙", "很" * 31), {"words"}),
        (Draft("09", "甲", "乙", " ".join(f"词{n}" for n in range(601))), {"words"}),
    ],
)
def test_what_is_wrong_is_said_at_once(draft: Draft, fields: set[str]) -> None:
    with pytest.raises(ValidationFailed) as refused:
        concepts.checked(draft)
    assert {error.field for error in refused.value.errors} == fields
