"""Lists taken away: the filters of the page, the columns of the import, nothing that the reader may not see."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.people import Organisation
from marketplace.models.platform import AuditEvent, Job
from marketplace.services import dispatch
from marketplace.services.catalogue import indexing
from marketplace.services.catalogue.exchange import exports
from marketplace.services.catalogue.exchange.columns import COLUMNS, HEADINGS
from marketplace.services.platform import files, tables
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner(session):
    return factories.make_person(factories.make_organisation("university", name="符离研究院"))


@pytest.fixture
def readers(session):
    """Readers of every level: of an unverified organisation, of a verified one, an auditor."""
    return {
        "public": factories.actor(factories.make_person(factories.make_organisation(verified=False))),
        "verified": factories.actor(factories.make_person(factories.make_organisation())),
        "admin": factories.actor(factories.make_staff(Role.AUDITOR)),
    }


def rows_of(actor, source, form="csv", **args):
    with unit_of_work():
        made = exports.take(actor, source, args, form)
    table = exports.SOURCES[source].table
    lines = made.content.decode("utf-8-sig").splitlines() if form == "csv" else [""] * 2
    return tables.read(made.content, COLUMNS[table]).rows if len(lines) > 1 else []


def test_the_filters_of_the_page_are_kept(owner, readers, drain):
    factories.make_published(owner, field="05")
    factories.make_published(owner, title="小麦赤霉病预警", field="09")
    drain()
    reader = readers["verified"]
    for form in ("csv", "xlsx"):
        assert len(rows_of(reader, "achievements", form)) == 2
        (found,) = rows_of(reader, "achievements", form, q=["赤霉病"])
        assert (found["title"], found["owner"], found["field"]) == ("小麦赤霉病预警", "符离研究院", "09")
        (found,) = rows_of(reader, "achievements", form, field=["05"], sort=["price_asc"], page=["7"])
        assert found["field"] == "05"
    taken = select(AuditEvent).where(AuditEvent.tag == "export.create").order_by(AuditEvent.id)
    event = db.session.scalars(taken).first()
    assert (event.actor_id, event.details) == (reader.person_id, {"table": "achievements", "rows": 2})


SECRETS = ("situation", "requirements", "metrics", "contact_name", "contact_phone", "owner")


@pytest.mark.parametrize(
    ("disclosure", "levels"),
    [
        ("public", {"public": "open", "verified": "all", "admin": "all"}),
        ("anonymous", {"public": "text", "verified": "all", "admin": "all"}),
        ("verified", {"public": "nothing", "verified": "all", "admin": "all"}),
        ("admin", {"public": "nothing", "verified": "nothing", "admin": "all"}),
    ],
)
def test_a_demand_goes_out_as_far_as_its_reader_may_see(owner, readers, drain, disclosure, levels):
    factories.make_published(owner, "demand", disclosure=disclosure)
    drain()
    for name, level in levels.items():
        found = rows_of(readers[name], "demands")
        assert len(found) == (0 if level == "nothing" else 1), name
        for row in found:
            told = {key for key in SECRETS if row.get(key)}
            wanted = {
                "all": set(SECRETS),
                "text": set(),
                "open": set(SECRETS) - {"contact_name", "contact_phone"},
            }
            assert told == wanted[level], name
            assert row["summary"]


def test_contacts_of_achievements_are_for_verified_readers(owner, readers, drain):
    factories.make_published(owner)
    drain()
    told = {name: bool(rows_of(actor, "achievements")[0]["contact_phone"]) for name, actor in readers.items()}
    assert told == {"public": False, "verified": True, "admin": True}


def test_organisations_go_out_as_their_public_page_tells(owner, readers, drain):
    with unit_of_work():
        indexing.enqueue("organisation", owner_id(owner))
    drain()
    (row,) = rows_of(readers["verified"], "organisations", q=["符离"])
    assert (row["name"], row["kind"], row["region"]) == ("符离研究院", "university", "安徽省宿州市埇桥区")
    assert not any(row[key] for key in ("contact_name", "contact_phone", "legal_representative"))


def owner_id(person):
    return factories.actor(person).organisation_id


def test_who_may_take_what(owner, readers):
    with pytest.raises(NotAllowed):
        exports.source_of(VISITOR, "achievements")
    with pytest.raises(NotAllowed):
        exports.source_of(readers["admin"], "my-achievements")
    with pytest.raises(NotFound):
        exports.source_of(readers["admin"], "secrets")
    factories.make_draft(owner, title="自家草稿")
    assert rows_of(readers["verified"], "my-achievements") == []
    (own,) = rows_of(factories.actor(owner), "my-achievements", tab=["draft"])
    assert own["title"] == "自家草稿"


def test_a_long_list_is_made_in_the_background(owner, monkeypatch):
    monkeypatch.setattr(exports, "DIRECT_ROWS", 5)
    monkeypatch.setattr(exports, "READ_AT_ONCE", 4)
    agent = factories.actor(owner)
    organisation = owner_id(owner)
    factories.make_many_published(db.session.get_one(Organisation, organisation), 11)
    with unit_of_work():
        assert exports.take(agent, "my-achievements", {}, "csv") is None
        job_id = exports.start(agent, "my-achievements", {"tab": ["published"]}, "csv").id
    dispatch.perform_jobs()
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.error, job.result, job.done) == ("done", "", {"rows": 11}, 11)
    (link,) = files.links_of("job", job_id, "export")
    assert link.file.name.startswith("本单位科技成果-")
    with files.open_for(agent, link.id).open() as stream:
        assert len(tables.read(stream.read(), COLUMNS["achievement"]).rows) == 11


def test_the_table_says_where_it_was_cut(owner, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    factories.make_many_published(db.session.get_one(Organisation, owner_id(owner)), 3)
    with unit_of_work():
        made = exports.take(factories.actor(owner), "my-achievements", {}, "xlsx")
    title, heading, *rows = load_workbook(BytesIO(made.content)).active.iter_rows(values_only=True)
    assert "共 3 项，此表为前 2 项" in title[0]
    assert list(heading) == list(HEADINGS["achievement"].values())
    assert len(rows) == 2
