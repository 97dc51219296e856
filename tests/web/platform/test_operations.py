"""运行状况 and 台账导出 through their pages."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.platform import Job, OutboxMessage
from marketplace.services import dispatch, ledgers, operations
from marketplace.services.platform import longjobs, notices, outbox
from marketplace.services.unit import unit_of_work
from marketplace.web.platform.operations import MAILS
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin(client: InspectingClient) -> InspectingClient:
    """A signed-in administrator."""
    client.sign_in(factories.make_staff(Role.SYSTEM_ADMIN).id)
    return client


def give_up(topic: str = "mail") -> int:
    """A promise that was given up; return its id."""
    payload = {"message": 10**6}
    with unit_of_work():
        message = OutboxMessage(
            topic=topic, payload=payload, state="failed", attempts=8, last_error="no route"
        )
        db.session.add(message)
    return message.id


def test_a_given_up_promise_is_seen_and_sent_again(admin: InspectingClient) -> None:
    """The overview turns red, the list names the fault, the button puts it back, the trail tells who did."""
    message_id = give_up()
    assert "1 项失败" in admin.page("/admin").text
    assert "no route" in admin.page("/admin/operations/outbox").text
    admin.submit("/admin/operations/outbox", form=f"/outbox/{message_id}/retry")
    dispatch.drain()
    assert db.session.get_one(OutboxMessage, message_id).state == "done"
    assert "待发事项：重试" in admin.page("/admin/audit").text
    assert admin.post(f"/admin/operations/outbox/{message_id}/retry").status_code == 409


def test_every_mail_has_a_name_for_people(app: Flask) -> None:
    """One for each folder of words, none for mails that are no more."""
    folders = {each.name for each in (Path(app.root_path).parent / "templates" / "mail").iterdir()}
    assert set(MAILS) == folders


def test_mails_show_masked_addresses_and_no_contents(admin: InspectingClient) -> None:
    """Enough to see that it went out; nothing to write down."""
    with unit_of_work():
        notices.send_mail("somebody@example.com", "notice", name="某人", kind="listing_approved",
                          params={"title": "机密标题"}, path="/desk")  # fmt: skip
    text = admin.page("/admin/operations/mails").text
    assert "somebody@example.com" not in text
    assert "example.com" in text
    assert "机密标题" not in text


def test_the_index_is_rebuilt_from_the_page(admin: InspectingClient) -> None:
    """Start, watch, done: once, however often the button is pressed."""
    first = admin.submit("/admin/operations", form="reindex", button="kind=reindex", follow=False)
    assert (
        first.location
        == admin.submit("/admin/operations", form="reindex", button="kind=reindex", follow=False).location
    )
    waiting = admin.get(first.location).get_data(as_text=True)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting
    assert "排队中" in waiting
    dispatch.drain()
    page = admin.page(first.location)
    assert "索引已重建，共 0 份文档" in page.text
    assert "上次重建" in admin.page("/admin/operations").text


def test_a_failed_job_says_why_and_is_tried_again(admin: InspectingClient) -> None:
    """The button queues it anew; an auditor sees it without the button."""
    with unit_of_work():
        job = Job(kind="audit_verify", params={}, state="failed", error="RuntimeError: 断电")
        db.session.add(job)
    assert "断电" in admin.page(f"/admin/operations/jobs/{job.id}").text
    admin.submit(f"/admin/operations/jobs/{job.id}", form="retry")
    dispatch.drain()
    assert "已核验" in admin.page(f"/admin/operations/jobs/{job.id}").text
    assert "核验留痕链" in admin.page("/admin/operations/jobs").text


def test_an_auditor_reads_and_changes_nothing(client: InspectingClient) -> None:
    """Every page, no button that acts; verifying changes nothing and is allowed, a rebuild is not."""
    client.sign_in(factories.make_staff(Role.AUDITOR).id)
    message_id = give_up()
    for address in ("", "/outbox", "/mails", "/jobs"):
        page = client.page(f"/admin/operations{address}")
        assert [
            form.action for form in page.forms if "operations" in form.action and form.method == "post"
        ] == []
    assert client.post(f"/admin/operations/outbox/{message_id}/retry").status_code == 403
    assert client.post("/admin/operations/jobs", data={"kind": "reindex"}).status_code == 403
    assert client.post("/admin/operations/jobs", data={"kind": "audit_verify"}).status_code == 302


def test_a_job_is_nobody_elses_business(client: InspectingClient) -> None:
    """A stranger finds no such page."""
    auditor = factories.actor(factories.make_staff(Role.AUDITOR))
    with unit_of_work():
        job_id = longjobs.start(auditor, "audit_verify").id
    client.sign_in(factories.make_person(factories.make_organisation()).id)
    assert client.get(f"/admin/operations/jobs/{job_id}").status_code == 404
    assert client.get("/admin/operations").status_code == 403


def test_a_silent_worker_is_said_loudly(admin: InspectingClient) -> None:
    """Never seen, seen just now, seen too long ago."""
    assert "后台工作进程没有响应" in admin.page("/admin").text
    operations.beat()
    assert "后台工作进程没有响应" not in admin.page("/admin").text
    with clock.frozen(clock.now() - timedelta(minutes=4)):
        operations.beat()
    assert "后台工作进程没有响应" in admin.page("/admin").text


def test_overdue_promises_show(admin: InspectingClient) -> None:
    """A promise older than a minute means that nobody keeps promises."""
    with clock.frozen(clock.now() - timedelta(minutes=2)), unit_of_work():
        outbox.enqueue("index", kind="achievement", id=1)
    assert "1 项等待，1 项延误，0 项失败" in admin.page("/admin").text


def test_a_ledger_is_taken_away_with_its_filters(admin: InspectingClient) -> None:
    """Straight from the page: the right rows, a name that says what and when."""
    factories.make_organisation(name="宿州甲厂")
    factories.make_organisation("university", name="乙大学")
    answer = admin.submit("/admin/ledgers", {"kind": "university"}, form="organisations")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    rows = list(load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert [row[1] for row in rows[2:]] == ["乙大学"]
    assert admin.post("/admin/ledgers/secrets").status_code == 404


def test_a_long_ledger_becomes_a_job(admin: InspectingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound the page leads to the job, and the job to the file."""
    monkeypatch.setattr(ledgers, "DIRECT_ROWS", 0)
    answer = admin.submit("/admin/ledgers", form="organisations", follow=False)
    assert answer.location.startswith("/admin/operations/jobs/")
    dispatch.drain()
    page = admin.page(answer.location)
    (file,) = [link for link in page.links if link.startswith("/files/")]
    assert admin.get(file).mimetype.endswith("spreadsheetml.sheet")


def test_exports_are_for_those_who_may(client: InspectingClient) -> None:
    """Neither the page nor the table."""
    client.sign_in(factories.make_staff(Role.DEMAND_REVIEWER).id)
    assert client.get("/admin/ledgers").status_code == 403
    assert client.post("/admin/ledgers/organisations").status_code == 403


def test_a_whole_topic_is_tried_again_after_a_last_look(admin: InspectingClient) -> None:
    """How many, why they failed; one press puts all back, and a second finds nothing."""
    give_up()
    give_up()
    page = admin.page("/admin/operations/outbox")
    address = "/admin/operations/outbox/topics/mail/retry"
    assert address in page.links
    assert "no route" in page.text
    assert "2 项失败" in admin.page(address).text
    admin.submit(address, form="retry")
    assert "没有符合条件的事项" in admin.page("/admin/operations/outbox?topic=mail&state=failed").text
    assert admin.post(address).status_code == 409
    assert admin.get(address).status_code == 302
    assert "整类重试" in admin.page("/admin/audit").text


def test_messages_and_jobs_are_filtered(admin: InspectingClient) -> None:
    """By words of the error, by kind and state; odd values ask for nothing."""
    message_id = give_up()
    assert f"#{message_id}" in admin.page("/admin/operations/outbox?q=route").text
    assert f"#{message_id}" not in admin.page("/admin/operations/outbox?q=timeout").text
    assert admin.page("/admin/operations/outbox?state=nonsense&topic=%25").h1 == "待发事项"
    with unit_of_work():
        db.session.add(Job(kind="audit_verify", params={}, state="failed", error="RuntimeError: 断电"))
    assert "断电" in admin.page("/admin/operations/jobs?state=failed").text
    assert "断电" not in admin.page("/admin/operations/jobs?kind=reindex").text


def test_the_state_of_each_part_is_told_in_words(admin: InspectingClient) -> None:
    """What is bad stands first, with what to do."""
    text = admin.page("/admin/operations").text
    for words in ("需要马上处理", "flask --app wsgi worker", "磁盘空间", "工作日历", "数据库"):
        assert words in text
