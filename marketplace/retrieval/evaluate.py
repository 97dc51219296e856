"""Measures an engine on graded queries: are known texts found, how high, how fast."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from marketplace.retrieval.documents import Document
from marketplace.retrieval.index import SearchIndex, SearchRequest
from marketplace.retrieval.whoosh_index import WhooshIndex

ENGINES: Mapping[str, Callable[[Path], SearchIndex]] = {"whoosh": WhooshIndex}
"""Engines by name; each makes an index in an empty directory."""

DEPTH = 10


def evaluate_search(
    corpus_path: Path | str, queries_path: Path | str, engine: str = "whoosh"
) -> dict[str, Any]:
    """Builds a temporary index of a corpus and asks it all queries, one by one, as the public does.

    Corpus lines are ``{"id", "title", "body"}``, query lines ``{"query", "relevant": [id, …]}`` (JSON, UTF-8).
    Returns engine, documents, queries, index_seconds, mrr_at_10, recall_at_10 (share of the relevant among the
    first ten), p50_ms and p95_ms of a query. Raises KeyError for an unknown engine, ValueError for a bad line.
    """
    make = ENGINES[engine]
    documents = [
        Document(
            key=str(line["id"]),
            kind="achievement",
            subject_id=number,
            audiences=frozenset({"public"}),
            title=line["title"],
            body=line["body"],
        )
        for number, line in enumerate(_lines(Path(corpus_path), ("id", "title", "body")), start=1)
    ]
    queries = list(_lines(Path(queries_path), ("query", "relevant")))
    with tempfile.TemporaryDirectory(prefix="evaluate-") as folder:
        index = make(Path(folder))
        began = time.perf_counter()
        index.rebuild(documents, len(documents))
        index_seconds = time.perf_counter() - began
        reciprocal, recalled, milliseconds = [], [], []
        for line in queries:
            began = time.perf_counter()
            page = index.search(SearchRequest(text=line["query"], limit=DEPTH))
            milliseconds.append((time.perf_counter() - began) * 1000)
            relevant = {str(key) for key in line["relevant"]}
            places = [place for place, hit in enumerate(page.hits, start=1) if hit.key in relevant]
            reciprocal.append(1 / places[0] if places else 0.0)
            recalled.append(len(places) / len(relevant) if relevant else 0.0)
        index.close()
    return {
        "engine": engine,
        "documents": len(documents),
        "queries": len(queries),
        "index_seconds": round(index_seconds, 2),
        "mrr_at_10": round(float(np.mean(reciprocal or [0.0])), 4),
        "recall_at_10": round(float(np.mean(recalled or [0.0])), 4),
        "p50_ms": round(float(np.percentile(milliseconds or [0.0], 50)), 2),
        "p95_ms": round(float(np.percentile(milliseconds or [0.0], 95)), 2),
    }


def _lines(path: Path, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as handle:
        for number, text in enumerate(handle, start=1):
            if not text.strip():
                continue
            line = json.loads(text)
            if not isinstance(line, dict) or any(name not in line for name in names):
                raise ValueError(f"{path.name} line {number}: needs {', '.join(names)}")
            yield line
