"""Speed of tables in and out: 5,000 achievements checked, imported, exported, and checked again as nothing new.

``python -m tests.benchmarks.bench_exchange [rows]`` makes an instance of its own on SQLite, prints one JSON object
with the measures that are missed.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from marketplace import create_app
from marketplace.domain.access import Actor, Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.platform import Job
from marketplace.services import dispatch
from marketplace.services.catalogue.exchange import exports, jobs
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.services.catalogue.exchange.table import row, workbook

MEASURES = {"check_and_import_s": 60.0, "submit_500_s": 30.0, "export_s": 60.0, "organisations_500_s": 15.0}
"""Longest times of 5,000 rows; submitting and organisations of 500."""


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """Return what ``do`` returns, and the seconds it took."""
    started = time.perf_counter()
    found = do()
    return found, round(time.perf_counter() - started, 2)


def performed(start: Callable[[], Job]) -> Job:
    """Start a long job and do the worker's part."""
    with unit_of_work():
        job_id = start().id
    dispatch.perform_jobs()
    done = db.session.get_one(Job, job_id)
    if done.state != "done" or "refused" in done.result:
        raise SystemExit(f"the job ended as {done.state}: {done.error} {done.result}")
    return done


def check(actor: Actor, table: str, content: bytes, name: str) -> tuple[Job, float]:
    """Check a table; return the job and the seconds."""
    return timed(lambda: performed(lambda: jobs.start_check(actor, table, name, content)))


def bring(actor: Actor, checked: Job, submit: bool = False) -> tuple[Job, float]:
    """Import all of what was checked; return the job and the seconds."""
    check_id = checked.id
    start = lambda: jobs.start_import(actor, check_id, "all", submit, declared=submit)  # noqa: E731
    return timed(lambda: performed(start))


def measure(count: int) -> dict[str, Any]:
    """Bring in, take out, bring in again."""
    agent = factories.actor(factories.make_person(factories.make_organisation("university")))
    table = workbook("achievement", [row("achievement", n, external_key=f"K{n}") for n in range(count)])
    checked, check_s = check(agent, "achievement", table, "in.xlsx")
    _done, import_s = bring(agent, checked)
    assert db.session.scalar(select(func.count()).select_from(Listing)) == count
    exported, export_s = timed(lambda: performed(lambda: exports.start(agent, "my-achievements", {}, "xlsx")))
    (link,) = files.links_of("job", exported.id, "export")
    with files.open_for(agent, link.id).open() as stream:
        out = stream.read()
    again, again_s = check(agent, "achievement", out, "again.xlsx")
    assert again.result["same"] == count, again.result
    other = factories.actor(factories.make_person(factories.make_organisation("university")))
    table = workbook("achievement", [row("achievement", n) for n in range(500)])
    few, _few_s = check(other, "achievement", table, "few.xlsx")
    _sent, submit_s = bring(other, few, submit=True)
    return {
        "check_s": check_s,
        "import_s": import_s,
        "check_and_import_s": round(check_s + import_s, 2),
        "imported_rows_per_second": round(count / (check_s + import_s), 1),
        "export_s": export_s,
        "exported_rows_per_second": round(count / export_s, 1),
        "check_again_s": again_s,
        "submit_500_s": submit_s,
        **organisations(),
    }


def organisations() -> dict[str, float]:
    """Bring in 500 organisations."""
    admin = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    table = workbook("organisation", [row("organisation", n) for n in range(500)])
    checked, check_s = check(admin, "organisation", table, "o.xlsx")
    _done, import_s = bring(admin, checked)
    return {"organisations_500_s": round(check_s + import_s, 2)}


def missed(found: dict[str, Any]) -> list[str]:
    """Return the measures that were not met."""
    return [f"{name}: {found[name]} > {most}" for name, most in MEASURES.items() if found[name] > most]


def run(count: int = 5_000) -> dict[str, Any]:
    """Make the site, measure it, and return the figures with what is missed."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        app: Flask = create_app(
            "testing", SQLALCHEMY_DATABASE_URI=f"sqlite:///{home / 'bench.db'}", INSTANCE=home,
            SEARCH_DIR=home / "search", FILES_DIR=home / "files", MAIL_DIR=home / "mail",
            PUBLIC_URL="http://localhost",
        )  # fmt: skip
        for command in (["db", "upgrade"], ["reference", "load"]):
            app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        stack.enter_context(app.app_context())
        found = {"rows": count, **measure(count)}
        db.session.remove()
        db.engine.dispose()
    return {**found, "missed": missed(found)}


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:2])), ensure_ascii=False))
