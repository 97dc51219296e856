"""The matcher at full size: 3,000 demands against 100,000 achievements, the best 20 of each.

``python -m tests.benchmarks.bench_matching [achievements] [demands]`` prints one JSON object. Texts are read when they
are published, so reading is measured apart; a full refresh learns the weights, weighs every text anew and ranks. The
texts are those of the search benchmark: title 20, body 300 to 500 characters, and words that nobody's dictionary has.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from marketplace.retrieval.matching import store
from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.reading import Text
from tests.benchmarks.bench_retrieval import documents

LIMITS = {"refresh_seconds": 60.0, "memory_gib": 4.0, "one_item_seconds": 5.0}
"""What the project promises (docs/matching.md)."""


def texts(count: int, seed: int) -> dict[int, Text]:
    """Invented texts by number."""
    return {one.subject_id: Text(one.title, one.body) for one in documents(count, seed)}


def run(achievements: int = 100_000, demands: int = 3_000) -> dict[str, Any]:
    """Read, refresh, rank, save, load, and change one item; ``missed`` names the limits that were not kept."""
    supply, need = texts(achievements, 20), texts(demands, 21)
    began = time.perf_counter()
    matcher = Matcher()
    matcher.fill("achievement", supply, processes=2)
    matcher.fill("demand", need, processes=2)
    reading = time.perf_counter() - began
    began = time.perf_counter()
    matcher.refresh()
    weighing = time.perf_counter() - began
    matches = sum(len(ranked) for some in matcher.top_in_chunks("demand") for ranked in some.values())
    refresh = time.perf_counter() - began
    with tempfile.TemporaryDirectory(prefix="bench-matching-") as folder:
        began = time.perf_counter()
        store.save(matcher, Path(folder))
        saving = time.perf_counter() - began
        size = sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file())
        began = time.perf_counter()
        store.load(Path(folder), matcher.reader)
        loading = time.perf_counter() - began
    began = time.perf_counter()
    matcher.put("demand", demands + 1, need[1])
    matcher.top("demand", [demands + 1])
    matcher.put("achievement", achievements + 1, supply[1])
    matcher.top("achievement", [achievements + 1])
    changing = (time.perf_counter() - began) / 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    figures = {
        "achievements": achievements,
        "demands": demands,
        "matches": matches,
        "reading_seconds": round(reading, 1),
        "weighing_seconds": round(weighing, 1),
        "refresh_seconds": round(refresh, 1),
        "one_item_seconds": round(changing, 2),
        "save_seconds": round(saving, 1),
        "load_seconds": round(loading, 1),
        "disk_gib": round(size / 1024**3, 2),
        "memory_gib": round(peak, 2),
    }
    return {**figures, "missed": [name for name, most in LIMITS.items() if figures[name] > most]}


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:]))))
