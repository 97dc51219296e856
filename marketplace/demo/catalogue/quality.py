"""The demonstration's quality of listings: reports with their answers, a repeated listing, a draft that says little."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from marketplace.demo.contents import typing_of
from marketplace.demo.market import Market
from marketplace.demo.people import People
from marketplace.demo.plan import Plan
from marketplace.demo.texts import FOLDER, ListingText
from marketplace.domain import clock
from marketplace.domain.access import VISITOR
from marketplace.services.catalogue import drafts, listings
from marketplace.services.catalogue.quality import corrections


@dataclass
class Quality:
    """Plans what stands in ``texts/quality.toml``; ``ids`` knows the reports by their keys once they exist."""

    plan: Plan
    people: People
    market: Market

    def __post_init__(self) -> None:
        self.ids: dict[str, int] = {}

    def schedule(self, texts: Iterable[ListingText]) -> None:
        """Put every step into the plan; ``texts`` are those that may be repeated."""
        raw = tomllib.loads((FOLDER / "quality.toml").read_text(encoding="utf-8"))
        for each in raw["correction"]:
            self._at(each["days"], partial(self._report, each), each["key"])
            for step, do in (("decided", self._decide), ("settled", self._settle)):
                if step in each:
                    self._at(each[step]["days"], partial(do, each["key"], each[step]), each["key"], step)
        known = {text.key: text.raw for text in texts}
        for each in raw["repeated"]:
            content = {**known[each["of"]], **each}
            self._at(each["days"], partial(self._write, "achievement", content, True), each["of"])
        for each in raw["vague"]:
            self._at(each["days"], partial(self._write, "demand", each, False), each["title"])

    def _at(self, days: int, do: Any, *names: str) -> None:
        self.plan.add(self.plan.moment(days, "quality", *names), do)

    def _report(self, each: dict[str, Any]) -> None:
        actor = self.people.actor(each["by"]) if "by" in each else VISITOR
        listing = self.market.listing(each["about"])
        row = corrections.report(actor, listing, each["message"], each["field"], each.get("source", ""))
        self.ids[each["key"]] = row.id

    def _decide(self, key: str, step: dict[str, Any]) -> None:
        actor = self.people.actor(step["by"])
        corrections.decide(actor, self.ids[key], step["action"], step["answer"], step.get("request", ""))

    def _settle(self, key: str, step: dict[str, Any]) -> None:
        corrections.settle(self.people.actor(step["by"]), self.ids[key], step["text"])

    def _write(self, kind: str, raw: dict[str, Any], submitted: bool) -> None:
        actor, today = self.people.actor(raw["by"]), clock.beijing(self.plan.now).date()
        listing = listings.create(actor, kind)
        drafts.save(actor, listing.id, typing_of(raw, today))
        if submitted:
            drafts.submit(actor, listing.id, declared=True)
