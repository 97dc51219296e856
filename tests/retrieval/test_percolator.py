"""A kept question and the index agree on every text: that is what the word "new" in a mail rests on."""

from functools import reduce

import numpy as np
import pytest

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import KINDS, Document
from marketplace.retrieval.engine.ranking import Ranker
from marketplace.retrieval.index import SearchRequest
from marketplace.retrieval.percolator import Percolator, Question
from marketplace.retrieval.query import parse
from marketplace.retrieval.whoosh_index import WhooshIndex
from tests.retrieval import samples
from tests.retrieval.test_containment import pieces

TYPED = [
    "", "电池", "电池 秸秆", "电池 -回收", '"无醛环保胶"', "灵", "甬桥", "埇桥", "5g 通信", "u-pb", "pb", "PM2.5",
    "-电池", "電池", "灵璧 秸秆", "pm2", "，。", "的", '"电 池"', "石墨烯", "ENF級", "双极板 -\"超薄\"",
]  # fmt: skip


def strict(index: WhooshIndex, analyzer: Analyzer, typed: str) -> set[str]:
    """Keys of the documents that have all that was typed, relaxed ones left out."""
    query = parse(typed, analyzer)
    if not query.searchable:
        return {hit.key for hit in index.search(SearchRequest(text=typed, limit=10_000)).hits}
    snapshot = index._refreshed()
    assert snapshot is not None
    kinds = [snapshot.kinds == KINDS.index(kind) for kind in KINDS]
    wanted = reduce(np.logical_or, kinds)
    matched = Ranker(snapshot, snapshot.scope("public"), query, wanted).match(False)
    return {snapshot.keys[number] for number in np.nonzero(matched.strict & snapshot.live)[0]}


def percolated(documents: list[Document], analyzer: Analyzer, typed: list[str]) -> dict[str, set[str]]:
    """Which documents each question would report."""
    kept = Percolator([Question(at, "achievement", text) for at, text in enumerate(typed)], analyzer)
    found: dict[str, set[str]] = {text: set() for text in typed}
    for document in documents:
        for at in kept.matching(document):
            found[typed[at]].add(document.key)
    return found


def test_listings_agree(listings_index: WhooshIndex, analyzer: Analyzer) -> None:
    """Words, phrases, exclusions, prefixes, aliases, marks alone; and every twentieth piece of every text."""
    typed = [*TYPED, *pieces(samples.listings())[::20]]
    found = percolated(samples.listings(), analyzer, typed)
    assert {text: keys ^ strict(listings_index, analyzer, text) for text, keys in found.items()} == {
        text: set() for text in typed
    }
    assert len(found["电池"]) == 3
    assert found["，。"] == set()


def test_awkward_texts_agree(mixtures_index: WhooshIndex, analyzer: Analyzer) -> None:
    """Where every rule of the chain meets every other."""
    typed = pieces(samples.mixtures(), longest=6)[::60]
    typed += [f"{one} -{other}" for one, other in zip(typed[::5], typed[1::5], strict=False)]
    typed += [f'"{one}"' for one in typed[::7] if '"' not in one]
    found = percolated(samples.mixtures(), analyzer, typed)
    different = {
        text: keys ^ wanted
        for text, keys in found.items()
        if keys != (wanted := strict(mixtures_index, analyzer, text))
    }
    assert different == {}


@pytest.mark.parametrize(
    ("filters", "agrees"),
    [
        ({}, True),
        ({"field": {"01"}}, True),
        ({"field": {"00", "01"}}, True),
        ({"field": {"02"}}, False),
        ({"field": {"01"}, "way": {"licence"}}, False),
        ({"unknown": {"x"}}, False),
        ({"field": set()}, True),
    ],
)
def test_each_filter_must_agree_and_one_of_its_values_is_enough(
    filters: dict[str, set[str]], agrees: bool
) -> None:
    """As in the list; a value that the site no longer knows matches nothing."""
    text = samples.document(1, "电池", "回收", facets={"field": ("01",), "way": ("transfer", "equity")})
    kept = Percolator(
        [Question(7, "achievement", "电池", {name: frozenset(values) for name, values in filters.items()})]
    )
    assert kept.matching(text) == ([7] if agrees else [])


def test_kinds_do_not_mix() -> None:
    """A search for demands does not report achievements."""
    kept = Percolator([Question(1, "demand", "电池"), Question(2, "achievement", "电池")])
    assert kept.matching(samples.document(1, "电池", "")) == [2]
