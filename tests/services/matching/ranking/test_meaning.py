"""Vectors of meaning: fetched beside the ranking, kept, blended; a broken service changes nothing."""

from collections.abc import Iterator, Sequence

import pytest

from marketplace.extensions import db
from marketplace.integrations.embeddings import EmbeddingsUnavailable
from marketplace.models.matching import TextEmbedding
from marketplace.models.platform import Job
from marketplace.services.outside import outside
from tests.services.matching.ranking.test_following import Drain, Market, market, work

__all__ = ["market", "work"]

pytestmark = pytest.mark.usefixtures("session", "home")


class Meaning:
    """A service for which the demand 12 (麦田病害) and the achievement 5 (玉米) mean the same."""

    model = "test"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The first axis for those two, others for the rest."""
        if self.broken:
            raise EmbeddingsUnavailable("silent")
        self.asked += texts
        return [[1.0, 0.0] if "麦田" in text or "青贮" in text else [0.0, 1.0] for text in texts]


@pytest.fixture
def service(home: object) -> Iterator[Meaning]:
    outside().embeddings = made = Meaning()
    yield made
    outside().embeddings = None


def test_what_means_the_same_rises_and_each_text_is_paid_for_once(
    market: Market, work: Drain, service: Meaning
) -> None:
    """The first drain ranks by words and promises the vectors; they come by the job, and lists follow."""
    work()
    assert db.session.query(TextEmbedding).count() == 7
    assert market.best(12)[0] == 5
    assert len(service.asked) == 7
    market.publish(1)
    work()
    assert len(service.asked) == 8
    market.move(1, "unlist")
    market.move(1, "relist")
    work()
    assert len(service.asked) == 8


def test_a_broken_service_neither_delays_nor_changes_a_ranking(
    market: Market, work: Drain, service: Meaning
) -> None:
    service.broken = True
    work()
    assert market.best(12)[0] == 2
    job = db.session.query(Job).filter_by(kind="embed_texts").one()
    assert (job.state, job.result) == ("done", {"fetched": 0, "missing": 7})
    market.publish(1)
    work()
    assert market.best(11)[0] == 1
    assert db.session.query(Job).filter_by(kind="embed_texts").count() == 1
