"""The measuring of engines on graded queries."""

import json
from pathlib import Path

import pytest

from marketplace.retrieval.evaluate import evaluate_search
from tests.retrieval import samples


def write(path: Path, lines: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", "utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines: list[dict[str, object]] = [
        {"id": f"d{number}", "title": title, "body": body}
        for number, (title, body) in enumerate(samples.TEXTS)
    ]
    return write(tmp_path / "corpus.jsonl", lines)


def test_figures_follow_from_the_places_of_the_relevant(corpus: Path, tmp_path: Path) -> None:
    queries = write(
        tmp_path / "queries.jsonl",
        [
            {"query": "反渗透膜", "relevant": ["d8"]},
            {"query": "双极板", "relevant": ["d0", "d5"]},
            {"query": "区块链", "relevant": ["d1"]},
            {"query": "电池", "relevant": ["d0"]},
        ],
    )
    found = evaluate_search(corpus, queries)
    assert list(found) == [
        "engine", "documents", "queries", "index_seconds", "mrr_at_10", "recall_at_10", "p50_ms", "p95_ms",
    ]  # fmt: skip
    assert (found["engine"], found["documents"], found["queries"]) == ("whoosh", len(samples.TEXTS), 4)
    assert found["recall_at_10"] == (1 + 0.5 + 0 + 1) / 4
    assert 0.5 < found["mrr_at_10"] <= 0.75
    assert 0 < found["p50_ms"] <= found["p95_ms"]


def test_no_queries_give_zeros(corpus: Path, tmp_path: Path) -> None:
    found = evaluate_search(corpus, write(tmp_path / "none.jsonl", []))
    assert (found["queries"], found["mrr_at_10"], found["p95_ms"]) == (0, 0.0, 0.0)


def test_bad_input_is_named(corpus: Path, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.jsonl", [{"query": "电池", "relevant": []}, {"query": "电池"}])
    with pytest.raises(ValueError, match=r"bad\.jsonl line 2"):
        evaluate_search(corpus, bad)
    with pytest.raises(KeyError):
        evaluate_search(corpus, bad, engine="lucene")
