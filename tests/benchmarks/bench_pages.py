"""Speed of the site's pages at full size: 10,000 achievements on SQLite and Whoosh, one gunicorn worker, one client.

``python -m tests.benchmarks.bench_pages [achievements]`` makes an instance of its own, prints one JSON object with
the measures that are missed. Server time is what the Server-Timing header says; the client is warm.
"""

import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from marketplace.retrieval.analysis import DATA
from tests.benchmarks import bench_finding
from tests.support.tree import ROOT

PORT = 8790
QUERIES = 200
BIN = ROOT / ".venv" / "bin"
TERMS: list[str] = tomllib.loads((DATA / "dictionary.toml").read_text("utf-8"))["words"]
MEASURES = {
    "search_p50_ms": 60.0, "search_p95_ms": 200.0, "list_p50_ms": 60.0, "list_p95_ms": 200.0,
    "detail_p95_ms": 50.0, "home_bytes": 300_000.0, "suggestion_p95_ms": 50.0,
}  # fmt: skip
LEAST = {"reindex_documents_per_second": 500.0}
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def addresses(seed: int = 20) -> list[str]:
    """The fixed searches: one to three words of the field each, the same every time."""
    pick = random.Random(seed)
    return [
        "/achievements?q=" + quote(" ".join(pick.sample(TERMS, pick.randint(1, 3)))) for _ in range(QUERIES)
    ]


LISTS = [
    "/achievements", "/demands", "/organisations", "/achievements?page=2", "/achievements?page=300",
    "/achievements?sort=price_asc", "/achievements?sort=maturity",
    *(f"/achievements?field={number:02d}" for number in range(1, 12)),
    *(f"/achievements?origin=outside&maturity={band}" for band in ("7-9", "4-6", "1-3")),
    *(f"/achievements?price={band}&way=ordinary" for band in ("0-50", "50-200", "500%2B", "open")),
    *(f"/demands?price={band}" for band in ("0-50", "50-200", "500%2B", "open")),
]  # fmt: skip


class Client:
    """One visitor with a connection that stays open; a new address every 100 requests, as limits count addresses."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.sent = 0

    def get(self, address: str) -> tuple[float, bytes]:
        """Return server time in milliseconds and the body."""
        self.sent += 1
        headers = {"User-Agent": AGENT, "X-Forwarded-For": f"10.0.0.{self.sent // 100 + 1}"}
        self.connection.request("GET", address, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address} answered {answer.status}")
        timing = re.search(r"dur=([\d.]+)", answer.headers.get("Server-Timing", ""))
        return float(timing[1]) if timing else 0.0, body

    def times(self, wanted: list[str]) -> list[float]:
        """Server times of some addresses, in order of size."""
        return sorted(self.get(address)[0] for address in wanted)


def percentile(times: list[float], share: float) -> float:
    """The value that ``share`` of the sorted ``times`` do not exceed."""
    return times[min(len(times) - 1, int(len(times) * share))]


def measure(client: Client) -> dict[str, Any]:
    """Ask for everything, warm."""
    searches = addresses()
    client.times([*LISTS, *searches[:20]])
    search, lists = client.times(searches), client.times(LISTS * 3)
    _, page = client.get("/achievements")
    details = [match.decode() for match in re.findall(rb'href="(/achievements/\d+)"', page)]
    client.times(details[:3])
    detail = client.times(details * 5)
    keys = [f"/suggestions?q={quote(text)}" for text in bench_finding.typed(20)]
    client.times(keys[:20])
    suggestion = client.times(keys)
    return {
        "search_p50_ms": percentile(search, 0.5),
        "search_p95_ms": percentile(search, 0.95),
        "list_p50_ms": percentile(lists, 0.5),
        "list_p95_ms": percentile(lists, 0.95),
        "detail_p50_ms": percentile(detail, 0.5),
        "detail_p95_ms": percentile(detail, 0.95),
        "suggestion_p50_ms": percentile(suggestion, 0.5),
        "suggestion_p95_ms": percentile(suggestion, 0.95),
        "home_p50_ms": percentile(client.times(["/"] * 9), 0.5),
        "home_bytes": home_bytes(client),
    }


def home_bytes(client: Client) -> int:
    """Size of the home page with all that its source, style sheets and scripts name."""
    _, page = client.get("/")
    seen: dict[str, int] = {"/": len(page)}
    todo = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.decode())
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        _, body = client.get(address)
        seen[address] = len(body)
        if address.endswith((".css", ".js")):
            folder = address.rsplit("/", 1)[0]
            for found in re.findall(r'url\("?([^")]+)"?\)|"(\./[\w.]+\.js)"', body.decode()):
                todo.append(os.path.normpath(f"{folder}/{found[0] or found[1]}"))
    return sum(seen.values())


def _environment(instance: Path) -> dict[str, str]:
    env = {
        **os.environ,
        "MARKETPLACE_ENV": "demo",
        "MARKETPLACE_INSTANCE": str(instance),
        "MARKETPLACE_TRUSTED_PROXIES": "1",
    }
    for name in ("DATABASE_URL", "MARKETPLACE_SEARCH_DIR", "MARKETPLACE_MATCHER_DIR"):
        env.pop(name, None)
    return env


def flask_of(instance: Path) -> Callable[..., str]:
    """Return what runs a command for the site in ``instance`` and gives its output."""

    def flask(*words: str) -> str:
        done = subprocess.run(
            [BIN / "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=_environment(instance),
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    return flask


@contextmanager
def site(instance: Path, count: int) -> Iterator[dict[str, Any]]:
    """A site of its own with ``count`` achievements, served by one worker; gives what making it measured."""
    flask = flask_of(instance)
    flask("db", "upgrade")
    flask("reference", "load")
    flask("demo", "load", "--scale", str(count))
    started = time.perf_counter()
    done = re.search(r"(\d+) documents indexed", flask("search", "reindex"))
    seconds = time.perf_counter() - started
    documents = int(done[1]) if done else 0
    with served(instance):
        yield {
            "documents": documents,
            "reindex_seconds": round(seconds, 1),
            "reindex_documents_per_second": round(documents / seconds, 1),
        }


@contextmanager
def served(instance: Path) -> Iterator[None]:
    """Serve the site in ``instance`` by one worker with one thread."""
    command = [
        BIN / "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--workers", "1", "--threads", "1",
        "--worker-class", "gthread", "--log-level", "error", "wsgi:app",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=ROOT, env=_environment(instance), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait()
        yield
    finally:
        server.terminate()
        server.wait()


def _wait() -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            Client().get("/healthz")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the site does not answer")


def missed(found: dict[str, Any]) -> list[str]:
    """The measures that are not kept, in words."""
    above = [
        f"{name} is {found[name]}, wanted ≤ {most}" for name, most in MEASURES.items() if found[name] > most
    ]
    below = [
        f"{name} is {found[name]}, wanted ≥ {least}" for name, least in LEAST.items() if found[name] < least
    ]
    return above + below


def run(count: int = 10_000) -> dict[str, Any]:
    """Make the site, measure it, and return the figures with what is missed."""
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), count) as made:
        found = {"achievements": count, **made, **measure(Client())}
    return {**found, "missed": missed(found)}


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:2])), ensure_ascii=False))
