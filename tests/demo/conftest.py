"""The demonstration, loaded once for all tests of the process that only look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace import create_app
from marketplace.demo import loader
from marketplace.extensions import db, limiter
from tests.support.client import WITNESS, InspectingClient
from tests.support.database import Database


@pytest.fixture(scope="session")
def loaded(application: tuple[Flask, Database], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demonstration site of its own, with everything that `demo load` loads."""
    instance: Path = tmp_path_factory.mktemp("demonstration")
    made = create_app(
        "demo",
        SQLALCHEMY_DATABASE_URI=application[1].twin(instance),
        INSTANCE=instance,
        SEARCH_DIR=instance / "search",
        MATCHER_DIR=instance / "matcher",
        FILES_DIR=instance / "files",
        MAIL_DIR=instance / "mail",
        JOBS_URL="",
        ARGON2={"time_cost": 1, "memory_cost": 8, "parallelism": 1},
        TESTING=True,
        PUBLIC_URL="http://localhost",
    )
    made.test_client_class = InspectingClient
    WITNESS.watch(made)
    with made.app_context():
        loader.load(lambda count: None)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def demonstration(loaded: Flask) -> Iterator[Flask]:
    """The loaded site inside an application context. Tests leave in it what they found."""
    with loaded.app_context():
        yield loaded
        db.session.rollback()
    WITNESS.pop()
    limiter.reset()


@pytest.fixture
def visitor(demonstration: Flask) -> InspectingClient:
    """Somebody who has not signed in."""
    return demonstration.test_client()  # type: ignore[return-value]
