"""Fixtures of the whole suite; tests/README.md says how to use them.

The application and the browser are imported by the fixtures that need them, so that tests of pure rules
start at once.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from marketplace.domain import clock
from tests.support.mailbox import Mailbox
from tests.support.postgres import ThrowawayPostgres, create_database

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskCliRunner
    from flask_sqlalchemy.session import Session
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import scoped_session

    from marketplace.integrations.billing_fake import FakeStripe
    from marketplace.models.people import Person
    from tests.support.browser import LiveServer
    from tests.support.client import InspectingClient
    from tests.support.database import Database

POSTGRES = pytest.StashKey[ThrowawayPostgres]()
ENGINE = os.environ.get("TEST_DATABASE", "sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL cluster for the whole run; the processes of pytest-xdist share it."""
    # Looking for rubbish among all that a suite keeps alive takes a twentieth of its time.
    gc.set_threshold(100_000, 50, 50)
    if ENGINE == "postgresql" and not hasattr(config, "workerinput"):
        config.stash[POSTGRES] = ThrowawayPostgres()
        config.stash[POSTGRES].start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Item) -> None:
    """Tell a process of pytest-xdist where the cluster is."""
    if POSTGRES in node.config.stash:
        node.workerinput["postgres"] = node.config.stash[POSTGRES].address  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the cluster away."""
    if POSTGRES in config.stash:
        config.stash[POSTGRES].stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by the fixtures asked for: what needs a database, what needs Chromium."""
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if "browser" in wanted:
            item.add_marker(pytest.mark.browser)
        if "database_url" in wanted:
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of an empty database that belongs to this process alone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if ENGINE == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
    inherited = getattr(request.config, "workerinput", {}).get("postgres")
    return create_database(inherited or request.config.stash[POSTGRES].address, f"test_{worker}")


@pytest.fixture(scope="session")
def application(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Flask, Database]]:
    """The application of this process with a migrated database that holds the reference data."""
    from jinja2 import FileSystemBytecodeCache

    from marketplace import create_app
    from marketplace.extensions import db
    from tests.support.client import WITNESS, InspectingClient
    from tests.support.database import Database

    instance = tmp_path_factory.mktemp("instance")
    made = create_app(
        "testing",
        SQLALCHEMY_DATABASE_URI=database_url,
        INSTANCE=instance,
        SEARCH_DIR=instance / "search",
        MATCHER_DIR=instance / "matcher",
        FILES_DIR=instance / "files",
        MAIL_DIR=instance / "mail",
        PUBLIC_URL="http://localhost",
    )
    made.test_client_class = InspectingClient
    # Each process of each pass would compile all templates: four seconds.
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(request.config.cache.mkdir("templates"))
    WITNESS.watch(made)
    for command in (["db", "upgrade"], ["reference", "load"]):
        done = made.test_cli_runner().invoke(args=command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    database = Database(made)
    database.keep()
    yield made, database
    with made.app_context():
        db.engine.dispose()


def empty_index(made: Flask) -> None:
    """Take what the test put into the search index out again."""
    from marketplace.services.outside import outside

    with made.app_context():
        index = outside().index
        if index.generation() and index.dump():
            index.rebuild([], total=0, progress=None, processes=1)


@pytest.fixture
def app(application: tuple[Flask, Database]) -> Iterator[Flask]:
    """The application; whatever the test writes is put back afterwards."""
    from marketplace.extensions import limiter
    from tests.support.client import WITNESS

    made, database = application
    yield made
    WITNESS.pop()
    database.restore()
    limiter.reset()
    empty_index(made)
    for mail in made.config["MAIL_DIR"].glob("*"):
        mail.unlink()


@pytest.fixture
def database(app: Flask, application: tuple[Flask, Database]) -> Database:
    """The database's keeper: needed only to tell it that another process wrote (``touched_outside``)."""
    return application[1]


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The database session inside an application context, for tests that call services directly."""
    from marketplace.extensions import db

    with app.app_context():
        yield db.session


@pytest.fixture
def client(app: Flask) -> InspectingClient:
    """A visitor's browser without a screen; every page it opens is inspected."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def new_client(app: Flask) -> Callable[[], InspectingClient]:
    """Makes further visitors, each with cookies of their own."""
    return app.test_client  # type: ignore[return-value]


@pytest.fixture
def login(app: Flask, client: InspectingClient) -> Callable[..., InspectingClient]:
    """Signs a person in, as if the password had been typed just now: ``login(person)``."""

    def sign_in(person: Person | int, visitor: InspectingClient = client) -> InspectingClient:
        visitor.sign_in(person if isinstance(person, int) else person.id)
        return visitor

    return sign_in


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs commands: ``runner.invoke(args=["search", "reindex"])``."""
    return app.test_cli_runner()


@pytest.fixture
def drain(app: Flask) -> Callable[..., int]:
    """Does the worker's part: keeps every promise in the outbox, and fails when one cannot be kept."""
    from sqlalchemy import select

    from marketplace.extensions import db
    from marketplace.models.platform import OutboxMessage
    from marketplace.services import dispatch

    def keep_promises(*, may_fail: bool = False) -> int:
        with app.app_context():
            tried = dispatch.drain()
            broken = db.session.scalars(
                select(OutboxMessage.last_error).where(OutboxMessage.last_error != "")
            )
            faults = list(broken)
        assert may_fail or not faults, faults
        return tried

    return keep_promises


@pytest.fixture
def provider(app: Flask) -> Iterator[FakeStripe]:
    """The payment provider's stand-in, connected to the application; ``provider.book`` pays, refunds, disputes."""
    from tests.support.billing import connected

    with connected(app) as fake:
        yield fake


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    """The mails sent in this test: ``mailbox.last(address).links[0]``."""
    return Mailbox(app.config["MAIL_DIR"])


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Stops the clock at noon in Beijing on Wednesday 2026-03-18, a working day."""
    moment = datetime(2026, 3, 18, 12, tzinfo=clock.BEIJING)
    with clock.frozen(moment):
        yield moment


@pytest.fixture(scope="session")
def server(application: tuple[Flask, Database]) -> Iterator[LiveServer]:
    """The application behind a loopback port, once for all tests of the process."""
    from tests.support.browser import LiveServer

    running = LiveServer(application[0])
    running.start()
    yield running
    running.stop()


@pytest.fixture
def live_server(app: Flask, server: LiveServer) -> Iterator[LiveServer]:
    """The running site (``live_server.address``) and its worker; their last acts are awaited at the end."""
    from tests.support.worker import BackgroundWorker

    with BackgroundWorker(app):
        yield server
        server.wait_until_idle()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for all tests of the process."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import launch

    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A browser page on a desk; fails the test on anything its console complains about."""
    from tests.support.browser import watched_page

    with watched_page(browser, live_server.address) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A browser page on a phone 360 px wide."""
    from tests.support.browser import PHONE, watched_page

    with watched_page(browser, live_server.address, PHONE) as opened:
        yield opened


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[[], Page]]:
    """Makes further visitors for journeys of several people, each with cookies of their own."""
    from tests.support.browser import watched_page

    with ExitStack() as stack:
        yield lambda: stack.enter_context(watched_page(browser, live_server.address))
