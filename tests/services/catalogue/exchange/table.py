"""Tables of achievements, demands and organisations as people fill them in."""

from typing import Any

from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.services import dispatch
from marketplace.services.catalogue.exchange import jobs
from marketplace.services.catalogue.exchange.columns import COLUMNS
from marketplace.services.platform.tables import Column, write_csv, write_xlsx
from marketplace.services.unit import unit_of_work
from tests import factories


def row(table: str, serial: int = 1, **changed: Any) -> dict[str, Any]:
    """The example row of the template, made one's own by ``serial``; ``changed`` by column key."""
    cells = {column.key: column.example for column in COLUMNS[table]}
    if table == "organisation":
        cells |= {"uscc": factories.make_uscc(), "name": f"符离新材料{serial}厂"}
    else:
        cells |= {"title": f"秸秆板材之{serial}", "external_key": ""}
    return cells | changed


def workbook(table: str, rows: list[dict[str, Any]], keys: list[str] | None = None) -> bytes:
    """A workbook of text cells under the headings of the table, or of those of ``keys`` in their order."""
    return write_xlsx("填报表", _plain(table, keys), rows)


def csv_file(table: str, rows: list[dict[str, Any]], keys: list[str] | None = None) -> bytes:
    """The same as csv."""
    return write_csv(_plain(table, keys), rows)


def _plain(table: str, keys: list[str] | None) -> list[Column]:
    by_key = {column.key: column for column in COLUMNS[table]}
    wanted = [by_key[key] for key in keys or by_key]
    return [Column(c.key, c.heading, "text", lambda cells, key=c.key: cells.get(key, "")) for c in wanted]  # type: ignore[misc]


def checked(actor: Actor, table: str, content: bytes, name: str = "填报表.xlsx") -> Job:
    """The check of a table, done."""
    with unit_of_work():
        job_id = jobs.start_check(actor, table, name, content).id
    dispatch.perform_jobs()
    return db.session.get_one(Job, job_id)


def imported(actor: Actor, check: Job, how: str = "good", submit: bool = False) -> Job:
    """The import of what was checked, done."""
    with unit_of_work():
        job_id = jobs.start_import(actor, check.id, how, submit, declared=submit).id
    dispatch.perform_jobs()
    return db.session.get_one(Job, job_id)
