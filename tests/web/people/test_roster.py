"""人员管理, 单位管理, batches and letters through their pages."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.people import Letter, Organisation, Person
from marketplace.models.platform import Notice
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin(client: InspectingClient) -> InspectingClient:
    """A signed-in administrator."""
    client.sign_in(factories.make_staff(Role.SYSTEM_ADMIN).id)
    return client


def test_people_are_listed_filtered_and_taken_away_alike(admin: InspectingClient) -> None:
    """What the filter shows is what the table holds, in both forms."""
    place = factories.make_organisation(name="汴水钢厂")
    factories.make_person(place, "manager", name="甲负责")
    factories.make_person(factories.make_organisation(name="别处"), name="乙经办")
    page = admin.page("/admin/people?q=汴水&position=manager")
    assert "甲负责" in page.text
    assert "乙经办" not in page.text
    address = "/admin/people?q=汴水&sort=name"
    book = admin.submit(address, form="export", button="format=xlsx")
    rows = list(load_workbook(BytesIO(book.data)).worksheets[0].iter_rows(values_only=True))
    assert [row[1] for row in rows[2:]] == ["甲负责"]
    plain = admin.submit(address, form="export", button="format=csv")
    assert plain.mimetype == "text/csv"
    assert list(csv.reader(StringIO(plain.data.decode("utf-8-sig"))))[1][1] == "甲负责"
    assert "没有符合条件的人员" in admin.page("/admin/people?q=%25").text
    assert admin.page("/admin/people?role=nonsense&sort=nonsense&page=x").h1 == "人员管理"


def test_one_is_suspended_and_signed_out(
    admin: InspectingClient, enter: Callable[[Person], InspectingClient]
) -> None:
    """With a reason only; the person is out at the next press; the page tells what was done and leads to the trail."""
    person = factories.make_person(factories.make_organisation(), name="甲某")
    theirs = enter(person)
    assert theirs.get("/desk").status_code == 200
    address = f"/admin/people/{person.id}"
    empty = admin.submit(f"{address}/suspend", {"note": " "}, button=None)
    assert empty.status_code == 422
    admin.submit(f"{address}/suspend", {"note": "冒用身份"}, button=None)
    assert theirs.get("/desk").status_code == 302
    page = admin.page(address)
    assert "已暂停" in page.text
    assert "冒用身份" in page.text
    assert any("around=1" in link for link in page.links)
    assert admin.get(f"{address}/suspend").status_code == 404
    admin.submit(f"{address}/restore", {"note": "已核实"}, button=None)
    assert db.session.get_one(Person, person.id).state == "active"
    assert "暂停账号" in admin.page(f"/admin/audit?subject_kind=person&subject_id={person.id}&around=1").text


def test_a_batch_is_confirmed_and_each_row_told(admin: InspectingClient) -> None:
    """From the ticks of the list to the results; what cannot be done is left out, said, and harms nobody."""
    first, second = factories.make_organisation(name="甲厂"), factories.make_organisation(name="乙厂")
    unverified = factories.make_organisation(name="丙厂", verified=False)
    ids = "&".join(f"id={each.id}" for each in (first, second, unverified))
    address = f"/admin/batch/organisation?action=suspend&{ids}"
    page = admin.page(address)
    assert "可以办理 2 行" in page.text
    assert admin.submit(address, {"note": ""}, button=None).status_code == 422
    done = admin.submit(address, {"note": "资质到期"}, button=None).get_data(as_text=True)
    assert "办成 2 行，未办成 0 行" in done
    states = {
        each.id: db.session.get_one(Organisation, each.id).state for each in (first, second, unverified)
    }
    assert list(states.values()) == ["suspended", "suspended", "unverified"]
    again = admin.post(
        "/admin/batch/organisation", data={"action": "suspend", "id": [first.id], "note": "资质到期"}
    ).get_data(as_text=True)
    assert "办成 0 行，未办成 1 行" in again


def test_a_letter_is_sent_once_and_read_by_whom_it_is_for(
    admin: InspectingClient, enter: Callable[[Person], InspectingClient]
) -> None:
    """A second press of the same page sends nothing; the notice leads to the letter; nobody else opens it."""
    person = factories.make_person(factories.make_organisation())
    address = f"/admin/batch/person?action=mail&id={person.id}"
    form = next(each for each in admin.page(address).forms if "batch" in each.action)
    (key,) = form.values["key"]
    sent = {"action": "mail", "id": [person.id], "key": key, "title": "停机通知", "body": "周六停机。"}
    assert "已发给 1 人" in admin.post("/admin/batch/person", data=sent).get_data(as_text=True)
    assert "已经发过" in admin.post("/admin/batch/person", data=sent).get_data(as_text=True)
    letter = db.session.scalars(select(Letter)).one()
    notice = db.session.scalars(select(Notice).where(Notice.person_id == person.id)).one()
    theirs = enter(person)
    assert theirs.get(f"/desk/notices/{notice.id}").location == f"/desk/letters/{letter.id}"
    assert "周六停机" in theirs.page(f"/desk/letters/{letter.id}").text
    stranger = enter(factories.make_person(factories.make_organisation()))
    stranger.page(f"/desk/letters/{letter.id}", status=404)


def test_nothing_chosen_leads_back(admin: InspectingClient) -> None:
    """Without ticks, without an action, with numbers that are none."""
    for address in ("person?action=suspend", "person?id=1", "organisation?action=mail&id=abc&id=²"):
        assert admin.get(f"/admin/batch/{address}").status_code == 302
    too_many = "&".join(f"id={number}" for number in range(1, 202))
    admin.get(f"/admin/batch/person?action=mail&{too_many}")
    assert "一次最多办理 200 行" in admin.page("/admin/people").text
    assert admin.get("/admin/batch/person?action=erase&id=1").status_code == 404
    assert admin.get("/admin/batch/listing?action=mail&id=1").status_code == 404


def test_an_auditor_reads_without_buttons(client: InspectingClient) -> None:
    """Lists and trails, no ticks, no acts."""
    client.sign_in(factories.make_staff(Role.AUDITOR).id)
    person = factories.make_person(factories.make_organisation())
    page = client.page("/admin/people")
    assert "批量" not in page.text
    assert "暂停账号" not in client.page(f"/admin/people/{person.id}").text
    assert client.get(f"/admin/batch/person?action=remind&id={person.id}").status_code == 403
