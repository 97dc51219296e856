"""What the demonstration's organisations do with matches, from ``texts/visits.toml``: only after they were ranked."""

import tomllib
from dataclasses import dataclass
from typing import Any

from marketplace.demo.matching.inquiries import Inquiries
from marketplace.demo.texts import FOLDER
from marketplace.services.matching.inquiries import asking
from marketplace.services.matching.reading import matches
from marketplace.services.matching.telling import shown
from marketplace.services.unit import unit_of_work


@dataclass
class Visits:
    """Opens matches and asks about some; the lists must be written, as the worker writes them."""

    inquiries: Inquiries

    def make(self) -> None:
        """Do every visit now, then count what became of matches so far."""
        raw = tomllib.loads((FOLDER / "visits.toml").read_text(encoding="utf-8"))
        with unit_of_work():
            for number, each in enumerate(raw["visit"]):
                self._visit(each, f"demonstration-visit-{number}")
        shown.count()

    def _visit(self, each: dict[str, Any], request_key: str) -> None:
        actor = self.inquiries.people.actor(each["by"])
        demand, achievement = (
            self.inquiries.market.listing(each[side]).id for side in ("demand", "achievement")
        )
        pair = matches.pair(actor, demand, achievement)
        shown.opened(actor, pair)
        if "text" in each:
            own = pair.demand if pair.demand.organisation_id == actor.organisation_id else pair.achievement
            asking.ask(actor, pair.other(own), each["text"], request_key, own.id)
