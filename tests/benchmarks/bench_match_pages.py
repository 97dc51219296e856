"""Speed of the pages of matches at full size: 100,000 achievements, 40 ranked for each of 3,000 demands, on SQLite.

``python -m tests.benchmarks.bench_match_pages [achievements]`` makes an instance of its own: the demonstration, ranked
and learnt, whose published listings are then multiplied as rows. Prints one JSON object with the measures missed.
"""

import json
import random
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_pages import Client, flask_of, percentile, served

DEMANDS = 3_000
RANKED = 40
ASKED = 100
MEASURES = {"list_p95_ms": 80.0, "switched_p95_ms": 80.0, "why_p95_ms": 300.0, "detail_p95_ms": 50.0}
KINDS = ("achievement", "demand")


def multiply(database: Path, wanted: dict[str, int], seed: int = 7) -> dict[str, list[int]]:
    """Copy the published listings to ``wanted`` of each kind, rank them at random, return their ids."""
    pick = random.Random(seed)
    with sqlite3.connect(database) as rows:
        made = {kind: _copies(rows, kind, wanted[kind]) for kind in KINDS}
        for kind, other in (KINDS, KINDS[::-1]):
            rows.executemany(
                "INSERT OR REPLACE INTO rankings (listing_id, revision_id, entries, floor, ranked_at)"
                " SELECT id, published_id, ?, 0, published_at FROM listings WHERE id = ?",
                ((_entries(pick, made[other]), key) for key in made[kind][:DEMANDS]),
            )
        rows.execute("ANALYZE")
    return made


def _entries(pick: random.Random, others: list[int]) -> str:
    scores = sorted((pick.uniform(0.06, 0.45) for _ in range(RANKED)), reverse=True)
    return json.dumps(
        [[key, round(score, 6)] for key, score in zip(pick.sample(others, RANKED), scores, strict=True)]
    )


def _copies(rows: sqlite3.Connection, kind: str, wanted: int) -> list[int]:
    query = (
        "SELECT id, published_id FROM listings WHERE kind = ? AND state = 'published'"
        " AND organisation_id IN (SELECT id FROM organisations WHERE state = 'verified')"
        " AND published_id NOT IN (SELECT id FROM demand_revisions WHERE disclosure IN ('verified', 'admin'))"
    )
    originals = rows.execute(query, (kind,)).fetchall()
    first, revision = (
        rows.execute(f"SELECT max(id) + 1 FROM {name}").fetchone()[0] for name in ("listings", "revisions")
    )
    copies = [
        (first + at, revision + at, *originals[at % len(originals)]) for at in range(wanted - len(originals))
    ]
    _copy(rows, "listings", copies, {"id": 0, "published_id": 1, "number": None}, 2)
    _copy(rows, "revisions", copies, {"id": 1, "listing_id": 0}, 3)
    _copy(rows, f"{kind}_revisions", copies, {"id": 1}, 3)
    if kind == "achievement":
        _copy(rows, "ip_rights", copies, {"id": None, "revision_id": 1}, 3, "revision_id")
    return [original[0] for original in originals] + [copy[0] for copy in copies]


def _copy(
    rows: sqlite3.Connection,
    table: str,
    copies: list[Any],
    changed: dict[str, int | None],
    key: int,
    of: str = "id",
) -> None:
    """Copy the rows of a table whose ``of`` is column ``key`` of a copy; ``changed`` columns come from it too."""
    columns = [row[1] for row in rows.execute(f"PRAGMA table_info({table})")]
    kept = [name for name in columns if changed.get(name, 0) is not None]
    values = ", ".join("?" if name in changed else name for name in kept)
    statement = f"INSERT INTO {table} ({', '.join(kept)}) SELECT {values} FROM {table} WHERE {of} = ?"
    order = [changed[name] for name in kept if name in changed]
    rows.executemany(
        statement, ([copy[at] for at in order if at is not None] + [copy[key]] for copy in copies)
    )


def measure(client: Client, made: dict[str, list[int]], seed: int = 9) -> dict[str, Any]:
    """Ask for lists of both kinds, with conditions switched off, for reasons, and for details with their panel."""
    pick = random.Random(seed)
    asked = {kind: pick.sample(made[kind][: DEMANDS // 2], ASKED) for kind in KINDS}
    lists = [f"/{kind}s/{key}/matches" for kind in KINDS for key in asked[kind]]
    pairs = [
        f"/matches/{demand}/{achievement}"
        for demand, achievement in zip(asked["demand"], asked["achievement"], strict=True)
    ]
    # Not those of achievements: copied, they are thousands of one organisation, which no organisation has.
    details = [f"/demands/{key}" for key in asked["demand"]]
    client.times([*lists[:5], *pairs[:2], *details[:5]])
    found: dict[str, Any] = {}
    for name, wanted in (
        ("list", lists), ("switched", [f"{one}?off=price&off=region" for one in lists]), ("why", pairs),
        ("detail", details),
    ):  # fmt: skip
        times = client.times(wanted)
        found |= {f"{name}_p50_ms": percentile(times, 0.5), f"{name}_p95_ms": percentile(times, 0.95)}
    return found


def run(achievements: int = 100_000) -> dict[str, Any]:
    """Make the site, multiply it, measure."""
    with tempfile.TemporaryDirectory(prefix="bench-match-pages-") as folder:
        flask = flask_of(Path(folder))
        for words in (["db", "upgrade"], ["reference", "load"], ["demo", "load"], ["matching", "refresh"]):
            flask(*words)
        made = multiply(Path(folder) / "marketplace.db", {"achievement": achievements, "demand": DEMANDS})
        with served(Path(folder)):
            found = measure(Client(), made)
    found["missed"] = [
        f"{name} is {found[name]}, wanted ≤ {most}" for name, most in MEASURES.items() if found[name] > most
    ]
    return found


if __name__ == "__main__":
    done = run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    print(json.dumps(done, ensure_ascii=False))
    sys.exit(1 if done["missed"] else 0)
