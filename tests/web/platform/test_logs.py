"""Structured logs: what happened, never to whom."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.logs import JsonFormatter, redact
from marketplace.models.platform import Job
from marketplace.services import dispatch
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

NAME, EMAIL, PHONE = "欧阳测试", "ouyang.test@example.com", "13812345678"


@pytest.fixture
def lines(app: Flask) -> Iterator[io.StringIO]:
    """Everything the application logs, as it would reach the file."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("marketplace")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.mark.usefixtures("session")
def test_a_visit_a_login_a_mail_and_a_fault_tell_no_names(
    client: InspectingClient, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing in (also wrongly), reading, being mailed, a job and a mail that break: no name, address or number."""
    organisation = factories.make_organisation(name="某某测试厂")
    person = factories.make_person(organisation, name=NAME, email=EMAIL)
    client.post("/login", data={"email": EMAIL, "password": "wrong password 1"})
    client.sign_in(person.id)
    for address in ("/", "/desk", "/desk/notices", f"/achievements?q={NAME}{PHONE}", "/nothing-here"):
        client.get(address)
    with unit_of_work():
        notices.notify([person.id], "organisation_verified", "my_organisation", 0, title=organisation.name)
        notices.send_mail(EMAIL, "no_such_template", name=NAME, phone=PHONE)
    dispatch.drain()
    staff = factories.make_staff(Role.SYSTEM_ADMIN)
    with unit_of_work():
        db.session.add(Job(kind="audit_verify", params={}, started_by=staff.id))

    def breaks() -> None:
        raise RuntimeError(f"Key (email)=({EMAIL}) already exists, phone {PHONE}")

    monkeypatch.setattr("marketplace.services.platform.audit.verify", breaks)
    dispatch.perform_jobs()
    written = lines.getvalue()
    for secret in (NAME, EMAIL, PHONE, "某某测试厂", "wrong password"):
        assert secret not in written
        assert json.dumps(secret)[1:-1] not in written
    records = [json.loads(line) for line in written.splitlines()]
    assert {"request", "marketplace.request"} <= {r["message"] for r in records} | {
        r["logger"] for r in records
    }
    seen = [r for r in records if r["message"] == "request"]
    assert {"method", "endpoint", "status", "milliseconds", "actor", "request"} <= set(seen[-1])
    assert any(r.get("actor") == person.id for r in seen)
    (fault,) = [r for r in records if r["message"] == "job failed"]
    assert "[email]" in fault["trace"]
    assert "[phone]" in fault["trace"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail to a.b+c@example.com.cn failed", "mail to [email] failed"),
        ("call 13812345678 or 0557-3021234", "call [phone] or [phone]"),
        (
            "contract 2025341301000123, USCC 91340000711771143J",
            "contract 2025341301000123, USCC 91340000711771143J",
        ),
        ("took 12.5 ms at 2026-03-18T10:00:00.123+00:00", "took 12.5 ms at 2026-03-18T10:00:00.123+00:00"),
    ],
)
def test_addresses_and_numbers_are_taken_out_of_errors(text: str, kept: str) -> None:
    """What identifies people goes; what identifies things stays."""
    assert redact(text) == kept
