"""The demonstration's inquiries: asked, answered, silent, closed, with files and a 保密承诺."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from marketplace.demo import material
from marketplace.demo.market import Market
from marketplace.demo.people import People
from marketplace.demo.plan import Plan
from marketplace.demo.texts import FOLDER
from marketplace.extensions import db
from marketplace.models.matching import Inquiry
from marketplace.models.people import Organisation
from marketplace.services.matching.inquiries import (
    asking,
    exchange,
    reading,
    secrecy,
    silence,
    threads,
    writing,
)

_DAYS_UNTIL_RAISED = (1, 2, 3, 4, 5, 6, 7, 9, 12)
"""The clock looks after a silent thread on these days after it began."""


@dataclass
class Inquiries:
    """Plans what stands in ``texts/inquiries.toml``; ``ids`` knows the threads by their keys once they exist."""

    plan: Plan
    people: People
    market: Market

    def __post_init__(self) -> None:
        self.ids: dict[str, int] = {}

    def schedule(self) -> None:
        """Put every step of every thread into the plan."""
        raw = tomllib.loads((FOLDER / "inquiries.toml").read_text(encoding="utf-8"))
        for each in raw["inquiry"]:
            self._at(each["days"], partial(self._ask, each), each["key"])
            for number, message in enumerate(each.get("message", ())):
                self._at(
                    message["days"], partial(self._write, each["key"], number, message), each["key"], number
                )
            steps = {"offer": self._offer, "accept": self._accept, "open": self._open, "close": self._close}
            for step in (name for name in steps if name in each):
                self._at(each[step]["days"], partial(steps[step], each["key"], each[step]), each["key"], step)
            for days in _DAYS_UNTIL_RAISED:
                if each["days"] + days <= 0:
                    self._at(each["days"] + days, partial(self._look_after, each["key"]), each["key"], days)

    def _at(self, days: int, do: Callable[[], Any], *names: object) -> None:
        self.plan.add(self.plan.moment(days, "inquiry", *names), do)

    def inquiry(self, key: str) -> Inquiry:
        """Return a thread by its key."""
        return db.session.get_one(Inquiry, self.ids[key])

    def _ask(self, each: dict[str, Any]) -> None:
        actor, known = self.people.actor(each["by"]), self.market.listing(each["about"])
        listing = asking.target(actor, known.kind, known.id)
        broker: Organisation | None = self.people.organisation(each["broker"]) if "broker" in each else None
        made = asking.ask(
            actor,
            listing,
            each["text"],
            f"demonstration-{each['key']}",
            broker_id=broker.id if broker else None,
        )
        self.ids[each["key"]] = made.id

    def _write(self, key: str, number: int, message: dict[str, Any]) -> None:
        uploads = []
        if "file" in message:
            content = material.document([message["file"], "本文件为演示材料，内容均为虚构。"])
            uploads.append(writing.Upload(f"{message['file']}（演示）.pdf", content))
        actor = self.people.actor(message["by"])
        reading.mark_read(actor, self.ids[key])
        writing.write(
            actor, self.ids[key], message["text"], f"demonstration-{key}-{number}", uploads,
            message.get("level", "verified"), wants_answer=message.get("ask", False),
        )  # fmt: skip

    def _offer(self, key: str, step: dict[str, Any]) -> None:
        secrecy.offer(self.people.actor(step["by"]), self.ids[key])

    def _accept(self, key: str, step: dict[str, Any]) -> None:
        actor = self.people.actor(step["by"])
        text = secrecy.wording(self.inquiry(key), db.session.get_one(Organisation, actor.organisation_id))
        secrecy.accept(actor, self.ids[key], actor.name, text.digest)

    def _open(self, key: str, step: dict[str, Any]) -> None:
        """Open every file of the thread and of its listing that this person may open."""
        actor, inquiry = self.people.actor(step["by"]), self.inquiry(key)
        reader, messages = exchange.reader_of(actor, inquiry), reading.page(actor, inquiry).messages
        sent = [line for lines in exchange.lines_of(reader, messages).values() for line in lines]
        for line in [*sent, *exchange.offered(reader)]:
            if not line.reason:
                exchange.open_file(actor, inquiry.id, line.link_id)

    def _close(self, key: str, step: dict[str, Any]) -> None:
        inquiry = threads.get_any(self.ids[key])
        threads.act(self.people.actor(step["by"]), inquiry, "close", [step["outcome"]], step.get("note", ""))

    def _look_after(self, key: str) -> None:
        silence.raise_late(threads.get_any(self.ids[key]))
