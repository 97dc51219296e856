"""What the demonstration's people keep: saved searches and favourites, from ``texts/kept.toml``."""

import tomllib
from dataclasses import dataclass
from functools import partial
from typing import Any

from marketplace.demo.market import Market
from marketplace.demo.people import People
from marketplace.demo.plan import Plan
from marketplace.demo.texts import FOLDER
from marketplace.services.catalogue import search
from marketplace.services.catalogue.saved import favourites, searches


@dataclass
class Kept:
    """Plans every search and favourite; what is published later is then news by itself."""

    plan: Plan
    people: People
    market: Market

    def schedule(self) -> None:
        """Put everything into the plan."""
        raw = tomllib.loads((FOLDER / "kept.toml").read_text(encoding="utf-8"))
        for each in raw["search"]:
            self._at(each["days"], partial(self._search, each), each["by"], each["name"])
        for each in raw["favourite"]:
            self._at(each["days"], partial(self._favourite, each), each["by"], each["about"])

    def _at(self, days: int, do: Any, *names: str) -> None:
        self.plan.add(self.plan.moment(days, "kept", *names), do)

    def _search(self, each: dict[str, Any]) -> None:
        asked = search.question(each["kind"], each["words"], each.get("filters"))
        searches.save(self.people.actor(each["by"]), asked, each["name"], each["frequency"])

    def _favourite(self, each: dict[str, Any]) -> None:
        actor = self.people.actor(each["by"])
        row = favourites.star(actor, each["kind"], self.market.listing(each["about"]).id)
        favourites.annotate(actor, row.id, each["note"], each["shared"])
