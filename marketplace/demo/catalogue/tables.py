"""Tables that offices of the demonstration brought in, from ``texts/tables.toml``: checked, the good rows imported."""

import tomllib
from dataclasses import dataclass
from typing import Any

from marketplace.demo.people import People
from marketplace.demo.texts import FOLDER
from marketplace.services import dispatch
from marketplace.services.catalogue.exchange import jobs
from marketplace.services.catalogue.exchange.columns import COLUMNS
from marketplace.services.platform.tables import Column, write_csv
from marketplace.services.unit import unit_of_work


@dataclass
class Tables:
    """Uploads each table as its office would, and imports what can be imported."""

    people: People

    def make(self) -> None:
        """Do it now: the jobs are performed here and then."""
        raw = tomllib.loads((FOLDER / "tables.toml").read_text(encoding="utf-8"))
        for each in raw["table"]:
            self._bring(each)

    def _bring(self, each: dict[str, Any]) -> None:
        actor = self.people.actor(each["by"])
        with unit_of_work():
            check_id = jobs.start_check(actor, each["kind"], each["name"], _csv(each)).id
        dispatch.perform_jobs()
        with unit_of_work():
            jobs.start_import(actor, check_id, "good")
        dispatch.perform_jobs()


def _csv(each: dict[str, Any]) -> bytes:
    """Return the table as the office's own system would write it: only the columns that it knows."""
    known = {key for row in each["row"] for key in row}
    columns = [
        Column(c.key, c.heading, "text", lambda row, key=c.key: row.get(key, ""))  # type: ignore[misc]
        for c in COLUMNS[each["kind"]]
        if c.key in known
    ]
    return write_csv(columns, each["row"])
