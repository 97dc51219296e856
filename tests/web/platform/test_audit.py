"""留痕 through its page."""

import pytest
from sqlalchemy import select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.jobs import chores
from marketplace.models.people import Person
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def auditor(client: InspectingClient) -> InspectingClient:
    """A signed-in auditor, and two people's events."""
    first, second = factories.make_person(name="甲某"), factories.make_person(name="乙某")
    with unit_of_work():
        for person in (first, second):
            audit.record(factories.actor(person), "demo.load", "demo", person.id, what=f"事{person.id}")
    client.sign_in(factories.make_staff(Role.AUDITOR).id)
    return client


def test_the_trail_is_read_filtered_and_followed(auditor: InspectingClient) -> None:
    """In words, newest first; a person and a subject are one click away; days and tags narrow it."""
    page = auditor.page("/admin/audit")
    assert "演示数据：装入" in page.text
    assert page.text.index("乙某") < page.text.index("甲某")
    first = db.session.scalars(select(Person.id).where(Person.name == "甲某")).one()
    assert f"/admin/audit?actor_id={first}" in page.links
    only = auditor.page(f"/admin/audit?actor_id={first}")
    assert "甲某" in only.text
    assert "乙某" not in only.text
    assert "没有符合条件的记录" in auditor.page("/admin/audit?until=2020-01-01").text
    assert "乙某" in auditor.page("/admin/audit?tag=demo.load&subject_kind=demo&since=2020-01-01").text


@pytest.mark.parametrize(
    ("query", "words"),
    [("subject_id=abc", "请填写数字编号"), ("since=昨天", "日期请写成"), ("actor_id=-1", "请填写数字编号")],
)
def test_a_filter_that_cannot_be_read_is_said(auditor: InspectingClient, query: str, words: str) -> None:
    """Words instead of an error page."""
    assert words in auditor.page(f"/admin/audit?{query}").text


@pytest.mark.parametrize(
    "query", ["page=99999", "page=-1", "page=x", "tag=no.such", "subject_id=99999999999999999999"]
)
def test_odd_addresses_break_nothing(auditor: InspectingClient, query: str) -> None:
    """The nearest page, an empty list, or words."""
    assert auditor.page(f"/admin/audit?{query}").h1 == "留痕"


def test_the_head_and_the_verification_are_shown(auditor: InspectingClient) -> None:
    """Unsealed first; sealed, the head's digest stands there to be printed; verifying is one button."""
    assert "尚未封存" in auditor.page("/admin/audit").text
    audit.seal_all()
    head = audit.head()
    assert head is not None
    assert head.digest in auditor.page("/admin/audit").text
    started = auditor.submit("/admin/audit", form="verify", button="kind=audit_verify", follow=False)
    chores.run_due()
    assert "全部相符" in auditor.page(started.location).text


def test_the_trail_is_not_for_everybody(client: InspectingClient) -> None:
    """Reviewers and visitors stay outside."""
    client.sign_in(factories.make_staff(Role.ACHIEVEMENT_REVIEWER).id)
    assert client.get("/admin/audit").status_code == 403


def test_it_is_filtered_by_words_and_taken_away(auditor: InspectingClient) -> None:
    """A name, an organisation; the table holds what the page shows."""
    page = auditor.page("/admin/audit?who=甲某")
    assert "甲某" in page.text
    assert "乙某" not in page.text
    assert "没有符合条件的记录" in auditor.page("/admin/audit?organisation=不存在").text
    answer = auditor.submit("/admin/audit?who=甲某", form="export", button="format=csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len([line for line in lines if "demo.load" in line]) == 1
