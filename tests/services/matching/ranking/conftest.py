"""A site whose worker ranks: the matcher is on, its folder is the test's own, its table has five concepts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.retrieval.matching.knowledge import KnowledgeTable
from marketplace.retrieval.matching.ownership import Home
from marketplace.retrieval.matching.reading import Reader
from marketplace.services.matching.knowledge import table
from marketplace.services.outside import outside
from tests.retrieval.matching.conftest import CONCEPTS


@pytest.fixture(scope="session")
def small_reader() -> Reader:
    """Reads by a table of five concepts: the shipped one takes seconds more."""
    return Reader(table=KnowledgeTable(CONCEPTS))


@pytest.fixture
def home(app: Flask, tmp_path: Path, small_reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The matcher's home, empty and active."""
    monkeypatch.setattr(table, "reader", lambda: small_reader)
    with app.app_context():
        before = outside().matcher
        outside().matcher = Home(tmp_path / "matcher", patience=0.05)
        yield outside().matcher
        outside().matcher = before
