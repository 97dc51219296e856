"""A test client that inspects every page it is given, and fills in forms as a browser does."""

import logging
import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar, copy_context
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask import globals as flask_globals
from flask import session as flask_session
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.extensions import db
from marketplace.web.people.identity import begin_session
from tests.support.inspector import Form, Page, inspect, nonce_of

CSRF_VALUE = re.compile(r'csrf[_-]token"[^>]*?(?:value|content)="[^"]*"')
PASSED: set[int] = set()
IN_REQUEST: ContextVar[bool] = ContextVar("in_request", default=False)


class PageFault(AssertionError):
    """A page is not as every page must be."""


class InspectingClient(FlaskClient):
    """Sends real requests, CSRF token included, and fails on any HTML page that is not in order."""

    inspecting = True
    may_crash = False

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Send one request; ``csrf=False`` leaves the token out, as a foreign site would.

        What the test itself has pending in its session is committed first, and read afresh afterwards:
        the request must see it, and on SQLite an open transaction would lock the request out.
        """
        if flask_globals.app_ctx:
            db.session.commit()
        if csrf and str(kwargs.get("method", "GET")).upper() not in ("GET", "HEAD", "OPTIONS"):
            kwargs["headers"] = [*header_items(kwargs.get("headers")), ("X-CSRFToken", self.csrf_token())]
        # A browser reads to the end: what streams is closed.
        kwargs.setdefault("buffered", True)
        open_ = super().open

        def outside() -> TestResponse:
            # A request must not share the session and the `g` of the test's own application context.
            flask_globals._cv_app.set(None)  # type: ignore[arg-type]
            IN_REQUEST.set(True)
            return open_(*args, **kwargs)

        response: TestResponse = copy_context().run(outside)
        self.check(response)
        return response

    def check(self, response: TestResponse) -> None:
        """Fail when the page is faulty or the request left changes behind that nobody committed."""
        leftovers, crash = WITNESS.pop()
        if response.status_code == 500 and not self.may_crash:
            raise PageFault(f"{response.request.path} crashed") from crash
        if leftovers:
            raise PageFault(f"{response.request.path} left uncommitted changes: {leftovers}")
        if not self.inspecting or response.mimetype != "text/html" or response.status_code // 100 == 3:
            return
        if response.request.method == "HEAD":
            return
        body = response.get_data(as_text=True)
        nonce = nonce_of(response.headers.get("Content-Security-Policy"))
        # Many requests get the very same page (a refusal, say): once is enough.
        fingerprint = hash(CSRF_VALUE.sub("", body.replace(nonce, "") if nonce else body))
        if fingerprint in PASSED:
            return
        faults = inspect(Page(body), host=urlsplit(response.request.host_url).netloc, nonce=nonce)
        if faults:
            listed = "\n  ".join(faults[:20])
            raise PageFault(f"{response.request.path} ({response.status_code}):\n  {listed}")
        PASSED.add(fingerprint)

    def csrf_token(self) -> str:
        """Return a token that fits this client's session."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        secret = self.application.config.get("WTF_CSRF_SECRET_KEY") or self.application.secret_key
        return URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw)

    def sign_in(self, person_id: int) -> None:
        """Begin a session of the person, as the sign-in page does after a right password."""

        def outside() -> dict[str, Any]:
            flask_globals._cv_app.set(None)  # type: ignore[arg-type]
            with self.application.test_request_context():
                begin_session(person_id)
                return dict(flask_session)

        begun = copy_context().run(outside)
        with self.session_transaction() as session:
            session.clear()
            session.update(begun)

    def page(self, address: str, *, status: int = 200, **kwargs: Any) -> Page:
        """Open an address, follow redirects, expect the status and return the page."""
        response = self.get(address, follow_redirects=True, **kwargs)
        assert response.status_code == status, f"{address} answered {response.status_code}, not {status}"
        return Page(response.get_data(as_text=True))

    def submit(
        self,
        address: str,
        data: Mapping[str, Any] | None = None,
        *,
        form: str | None = None,
        button: str | None = None,
        follow: bool = True,
    ) -> TestResponse:
        """Open the page at ``address``, fill in its form and send it, as a browser would.

        ``data`` overrides what the form already holds (None empties a field; lists tick several boxes).
        ``form`` picks one of several POST forms by its id or by a part of its action; ``button`` is the
        name or ``name=value`` of the submit button pressed. A field that the form does not have is an error.
        """
        opened = self.get(address, follow_redirects=True)
        assert opened.status_code == 200, f"{address} answered {opened.status_code}"
        found = pick_form(Page(opened.get_data(as_text=True)).forms, form)
        values: dict[str, Any] = {**found.values}
        for name, value in (data or {}).items():
            assert name in found.names, f"the form has no field {name!r}, only {sorted(found.names)}"
            values[name] = [] if value is None else value
        if button:
            values.update([pick_button(found, button)])
        target = urljoin(opened.request.path, found.action or opened.request.full_path)
        return self.open(
            target, method=found.method.upper(), data=values, follow_redirects=follow, csrf=False
        )


def pick_form(forms: list[Form], wanted: str | None) -> Form:
    """The form meant: by id or action when told, otherwise the only one that posts inside the page."""
    posting = [one for one in forms if one.method == "post"]
    if wanted is not None:
        posting = [one for one in forms if wanted == one.element.get("id") or wanted in one.action]
    else:
        # Signing out stands in the frame of every page and is never what a test fills in unasked.
        posting = [one for one in posting if "logout" not in one.action]
    assert len(posting) == 1, f"{len(posting)} forms fit {wanted!r}: {[one.action for one in posting]}"
    return posting[0]


def pick_button(form: Form, wanted: str) -> tuple[str, str]:
    """The submit button meant, as name and value."""
    for name, value in form.buttons:
        if wanted in (name, f"{name}={value}"):
            return name, value
    raise AssertionError(f"the form has no button {wanted!r}, only {form.buttons}")


def header_items(headers: Any) -> Iterable[tuple[str, str]]:
    """Headers given as a mapping or as pairs, as pairs."""
    if headers is None:
        return []
    return headers.items() if hasattr(headers, "items") else headers


class Witness(logging.Handler):
    """Notices what requests leave uncommitted, and the error behind a page that says 500."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.leftovers: list[str] = []
        self.crash: BaseException | None = None

    def watch(self, app: Flask) -> None:
        """Look at the session at the end of every request, before it is thrown away."""
        logging.getLogger("marketplace.request").addHandler(self)

        @app.teardown_request
        def look(error: BaseException | None) -> None:
            if not IN_REQUEST.get():
                return
            session = db.session()
            pending = [*session.new, *session.dirty, *session.deleted]
            if error is None and (pending or session.info.get("flushed")):
                self.leftovers.append(", ".join(map(repr, pending)) or "flushed rows")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error that was logged."""
        if record.exc_info and record.exc_info[1] is not None:
            self.crash = record.exc_info[1]

    def pop(self) -> tuple[list[str], BaseException | None]:
        """Return what was seen since the last call."""
        seen = self.leftovers, self.crash
        self.leftovers, self.crash = [], None
        return seen


WITNESS = Witness()


@event.listens_for(Session, "after_flush")
def _remember_flush(session: Session, _context: object) -> None:
    session.info["flushed"] = True


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget_flush(session: Session) -> None:
    session.info.pop("flushed", None)
