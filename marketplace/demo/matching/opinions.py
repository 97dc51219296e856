"""What the demonstration's organisations say of matches, from ``texts/opinions.toml``."""

import tomllib
from dataclasses import dataclass
from functools import partial
from typing import Any

from marketplace.demo.matching.inquiries import Inquiries
from marketplace.demo.texts import FOLDER
from marketplace.services.matching.reading import feedback


@dataclass
class Opinions:
    """Plans the feedback; listings are known by the keys of the market."""

    inquiries: Inquiries

    def schedule(self) -> None:
        """Put every word into the plan."""
        raw = tomllib.loads((FOLDER / "opinions.toml").read_text(encoding="utf-8"))
        plan = self.inquiries.plan
        for number, each in enumerate(raw["opinion"]):
            plan.add(plan.moment(each["days"], "opinion", number), partial(self._say, each))

    def _say(self, each: dict[str, Any]) -> None:
        actor = self.inquiries.people.actor(each["by"])
        demand, achievement = (
            self.inquiries.market.listing(each[side]).id for side in ("demand", "achievement")
        )
        if "reason" in each:
            feedback.misfits(actor, demand, achievement, each["reason"], each.get("note", ""))
        else:
            feedback.fits(actor, demand, achievement)
