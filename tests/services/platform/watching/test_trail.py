"""The trail as it is read and taken away."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from marketplace.domain.access import Role
from marketplace.domain.errors import NotAllowed
from marketplace.domain.platform.audit import TAGS
from marketplace.domain.platform.audit_words import KEY_WORDS, key_words, reason_words
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.services import dispatch, ledgers
from marketplace.services.platform import audit, files
from marketplace.services.platform.watching import trail
from marketplace.services.unit import unit_of_work
from tests.factories import actor, make_organisation, make_person, make_staff, make_submitted

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def found(session: object) -> Callable[..., list[str]]:
    """Tags of the events that fit, oldest first."""

    def read(**wanted: object) -> list[str]:
        return [
            event.tag for event in db.session.scalars(trail.query_of(wanted).order_by(None).order_by("id"))
        ]

    return read


@pytest.fixture
def owner() -> Person:
    """Somebody whose listing waits for review."""
    person = make_person(make_organisation(name="淮畔机电厂"), name="陶某", email="tao@example.com")
    make_submitted(person)
    return person


def test_every_filter_narrows(owner: Person, found: Callable[..., list[str]]) -> None:
    """By person's name or address, by organisation, tag, subject, days; what cannot be read asks for nothing."""
    everything = found()
    assert found(who="陶") == found(who="TAO@example") == found(actor_id=str(owner.id)) == everything
    assert found(who="无此人") == []
    assert found(organisation="淮畔") == everything
    assert found(organisation="%") == []
    assert found(tag="revision.submit") == ["revision.submit"]
    assert found(since="2999-01-01") == []
    assert found(until="no day") == everything


def test_what_names_a_subject_stands_with_it(owner: Person, found: Callable[..., list[str]]) -> None:
    """A listing's trail alone, and with that of its revisions; another listing's stay away."""
    first = db.session.scalars(trail.query_of({"tag": "listing.create"})).one().subject_id
    make_submitted(owner, title="另一项成果的名称")
    alone = found(subject_kind="listing", subject_id=first)
    around = found(subject_kind="listing", subject_id=first, around="1")
    assert set(alone) == {"listing.create"}
    assert {"listing.create", "revision.create", "revision.submit"} <= set(around)
    assert around.count("revision.submit") == 1
    assert found(subject_kind="revision", subject_id=1, around="1") == found(
        subject_kind="revision", subject_id=1
    )


def test_it_is_taken_away_with_the_head_of_the_chain(owner: Person) -> None:
    """Both forms: each event with its link, the head beside the title or in the last line; the export is audited."""
    audit.seal_all()
    head, auditor = audit.head(), actor(make_staff(Role.AUDITOR))
    assert head is not None
    with unit_of_work():
        book = ledgers.table(auditor, "audit", {"who": "陶"})
        plain = ledgers.table(auditor, "audit", {"tag": "revision.submit"}, "csv").decode("utf-8-sig")
    rows = list(load_workbook(BytesIO(book)).worksheets[0].iter_rows(values_only=True))
    assert head.digest in rows[0][0]
    assert [row[0] for row in rows[2:]] == sorted(row[0] for row in rows[2:])
    lines = list(csv.reader(StringIO(plain)))
    assert lines[1][2:4] == ["版本：提交审核", "revision.submit"]
    assert "草稿→待审核" in lines[1][10]
    assert len(lines[1][12]) == 64
    assert lines[-1] == [f"链首 第{head.sequence}条 {head.digest}"]
    assert trail.query_of({"tag": "export.create"}) is not None
    with unit_of_work(), pytest.raises(NotAllowed):
        ledgers.table(actor(owner), "audit", {})


def test_a_long_one_becomes_a_file_of_the_form_asked_for(owner: Person) -> None:
    """By a job of the one who asked."""
    auditor = actor(make_staff(Role.AUDITOR))
    with unit_of_work():
        job_id = ledgers.start_export(auditor, "audit", {}, "csv").id
    dispatch.drain()
    (file,) = files.links_of("job", job_id)
    assert file.file.name.endswith(".csv")


def test_details_are_told_in_words() -> None:
    """The keys that occur most have a word; codes of reasons have their labels."""
    assert key_words("listing") == "成果或需求"
    assert key_words("unheard_of") == "unheard_of"
    assert reason_words("title_vague").startswith("名称笼统")
    assert set(KEY_WORDS) & set().union(*TAGS.values()) >= {"reasons", "listing", "ordinal", "file"}
    told = trail.details_text(
        "revision.return", {"from": "submitted", "to": "returned", "reasons": ["duplicate"]}
    )
    assert told.startswith("待审核→退回修改；理由：")
