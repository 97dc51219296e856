"""Indexes of the samples, built once for a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.whoosh_index import WhooshIndex
from tests.retrieval import samples


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer.default()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[WhooshIndex]:
    """An empty index that a test may change."""
    made = WhooshIndex(tmp_path / "index", patience=0.2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def listings_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshIndex]:
    yield from _built(tmp_path_factory.mktemp("listings"), samples.listings())


@pytest.fixture(scope="module")
def mixtures_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshIndex]:
    yield from _built(tmp_path_factory.mktemp("mixtures"), samples.mixtures())


def _built(path: Path, documents: list[samples.Document]) -> Iterator[WhooshIndex]:
    made = WhooshIndex(path)
    made.rebuild(documents, len(documents), processes=1)
    yield made
    made.close()
