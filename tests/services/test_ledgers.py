"""Ledgers: the page's filters kept, codes as text, an audit event for every export."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, Job
from marketplace.services import dispatch, ledgers
from marketplace.services.outside import outside
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


def cells(content: bytes) -> list[tuple[object, ...]]:
    """The rows of a workbook."""
    return list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def test_the_ledgers_hold_what_their_filters_say() -> None:
    """Organisations by kind, achievements with their price and a sum, demands by state."""
    auditor = factories.actor(factories.make_staff(Role.AUDITOR))
    owner = factories.make_organisation(name="宿州测试企业")
    factories.make_organisation("university", name="测试大学")
    factories.make_many_published(owner, 3)
    factories.make_many_published(owner, 2, "demand")
    with unit_of_work():
        organisations = cells(ledgers.table(auditor, "organisations", {"kind": "enterprise"}))
        achievements = cells(ledgers.table(auditor, "achievements", {}))
        demands = cells(ledgers.table(auditor, "demands", {"state": "published", "field": "05"}))
        nothing = cells(ledgers.table(auditor, "demands", {"state": "expired"}))
    assert [row[1] for row in organisations[2:]] == ["宿州测试企业"]
    assert organisations[2][0] == owner.uscc
    assert organisations[2][3:5] == ("341302", "安徽省宿州市埇桥区")
    assert len(achievements) == 6
    price = list(achievements[1]).index("价格（万元）")
    assert achievements[2][price] == 26
    assert (achievements[-1][0], achievements[-1][price]) == ("合计", 78)
    assert len(demands) == 5
    assert len(nothing) == 3
    events = db.session.scalars(
        select(AuditEvent.details).where(AuditEvent.tag == "export.create").order_by(AuditEvent.id)
    ).all()
    assert [event["rows"] for event in events] == [1, 3, 2, 0]


def test_only_known_filters_pass() -> None:
    """A value the page could not have produced is no filter."""
    asked = {"kind": "enterprise", "state": "x' OR 1=1", "name": "甲"}
    assert ledgers.chosen("organisations", asked) == {"kind": "enterprise"}


def test_a_long_ledger_is_made_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's file is for who asked for it and may still export; read in portions, nothing missing."""
    monkeypatch.setattr(ledgers, "READ_AT_ONCE", 7)
    person = factories.make_staff(Role.AUDITOR)
    auditor = factories.actor(person)
    owner = factories.make_organisation()
    factories.make_many_published(owner, 30)
    with unit_of_work():
        job_id = ledgers.start_export(auditor, "achievements", {"state": "published"}).id
    assert dispatch.perform_jobs() == 1
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.error, job.result, job.done) == ("done", "", {"rows": 30}, 30)
    (link,) = files.links_of("job", job_id)
    with files.open_for(auditor, link.id).open() as stream:
        rows = cells(stream.read())
    assert len({row[0] for row in rows[2:-1]}) == 30
    assert link.file.name.startswith("科技成果台账-")
    other = factories.actor(factories.make_staff(Role.AUDITOR))
    for actor in (VISITOR, other):
        with pytest.raises(NotFound):
            files.open_for(actor, link.id)
    assert outside().call_jobs is None


def test_whoever_may_not_export_gets_nothing() -> None:
    """Neither at once nor through a job, and not when the right has ended before the job ran."""
    reviewer = factories.actor(factories.make_staff(Role.DEMAND_REVIEWER))
    for attempt in (ledgers.table, ledgers.start_export, ledgers.count):
        with pytest.raises(NotAllowed), unit_of_work():
            attempt(reviewer, "organisations", {})
    with unit_of_work():
        db.session.add(Job(kind="export_ledger", params={"name": "organisations", "filters": {}},
                           started_by=reviewer.person_id))  # fmt: skip
    dispatch.perform_jobs()
    job = db.session.scalars(select(Job)).one()
    assert (job.state, files.links_of("job", job.id)) == ("failed", [])
