"""The demonstration's negotiations and the leads of a 技术经理人, from ``texts/dealings.toml``."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from marketplace.demo.matching.inquiries import Inquiries
from marketplace.demo.texts import FOLDER
from marketplace.domain import clock
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.matching.brokerage import INTRODUCTIONS
from marketplace.domain.matching.offers import OfferData
from marketplace.domain.money import FEN_PER_WAN
from marketplace.services.matching.brokerage import doing, introducing, leads
from marketplace.services.matching.brokerage.doing import ContactData
from marketplace.services.matching.negotiations import (
    beginning,
    brokers,
    contributions,
    ending,
    meetings,
    offers,
    records,
)
from marketplace.services.matching.negotiations.meetings import NoteData


@dataclass
class Dealings:
    """Plans what follows from the inquiries; ``ids`` knows negotiations by the keys of their inquiries."""

    inquiries: Inquiries
    ids: dict[str, int] = field(default_factory=dict)

    def schedule(self) -> None:
        """Put every step into the plan."""
        raw = tomllib.loads((FOLDER / "dealings.toml").read_text(encoding="utf-8"))
        for each in raw["negotiation"]:
            key = each["inquiry"]
            self._at(each["days"], partial(self._open, each), key, "open")
            for number, step in enumerate(each.get("step", ())):
                do: Callable[..., Any] = getattr(self, f"_{step['do']}")
                self._at(step["days"], partial(do, key, step, f"demonstration-{key}-{number}"), key, number)
        for place, each in enumerate(raw["lead"]):
            self._at(each["days"], partial(self._lead, place, each), "lead", place)
            for number, step in enumerate(each.get("step", ())):
                act = partial(self._work, place, each["by"], step, f"demonstration-lead-{place}-{number}")
                self._at(step["days"], act, "lead", place, number)

    def _at(self, days: int, do: Callable[[], Any], *names: object) -> None:
        plan = self.inquiries.plan
        plan.add(plan.moment(days, "dealing", *names), do)

    def _actor(self, login: str) -> Any:
        return self.inquiries.people.actor(login)

    def _open(self, each: dict[str, Any]) -> None:
        inquiry = self.inquiries.inquiry(each["inquiry"])
        self.ids[each["inquiry"]] = beginning.open_from(self._actor(each["by"]), inquiry).id

    def _offer(self, key: str, step: dict[str, Any], request_key: str) -> None:
        first, whole = step["first_wan"] * FEN_PER_WAN, step["wan"] * FEN_PER_WAN
        data = OfferData(
            kind=step["kind"],
            licence_scope=step["scope"],
            amount_fen=whole,
            payment_mode="instalments",
            instalments=(
                InstalmentData("首付款", "fixed", None, "合同生效后15日内", first),
                InstalmentData("验收款", "fixed", None, "验收合格后30日内", whole - first),
            ),
            terms=step["terms"],
            valid_until=clock.today() + timedelta(days=step["valid_days"]),
        )
        offers.make(self._actor(step["by"]), self.ids[key], data, request_key)

    def _newest(self, key: str, login: str) -> Any:
        return records.get(self._actor(login), self.ids[key]).offers[-1]

    def _accept(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        offers.accept(self._actor(step["by"]), self._newest(key, step["by"]).id)

    def _decline(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        newest = self._newest(key, step["by"])
        offers.decline(self._actor(step["by"]), newest.id, None, [step["reason"]], step["note"])

    def _end(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        ending.end(self._actor(step["by"]), self.ids[key], [step["reason"]], step["note"])

    def _invite(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        broker = self.inquiries.people.organisation(step["broker"])
        brokers.invite(self._actor(step["by"]), self.ids[key], broker.id)

    def _agree(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        broker = self.inquiries.people.organisation(step["broker"])
        brokers.answer(self._actor(step["by"]), self.ids[key], broker.id, agreed=True)

    def _meeting(self, key: str, step: dict[str, Any], request_key: str) -> None:
        note = NoteData(clock.today(), step["place"], step["text"])
        meetings.write(self._actor(step["by"]), self.ids[key], note, request_key)

    def _confirm_meeting(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        actor = self._actor(step["by"])
        meetings.confirm(actor, meetings.of_negotiation(records.get(actor, self.ids[key]))[0].id)

    def _contribute(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        contributions.write(self._actor(step["by"]), self.ids[key], step["kinds"], step["text"])

    def _vouch(self, key: str, step: dict[str, Any], _request_key: str) -> None:
        actor = self._actor(step["by"])
        row = contributions.of_negotiation(records.get(actor, self.ids[key]))
        if row is not None:
            contributions.confirm(actor, row.id)

    def _lead(self, place: int, each: dict[str, Any]) -> None:
        known = {
            kind: self.inquiries.market.listing(each[kind]).id if kind in each else None
            for kind in ("demand", "achievement")
        }
        made = leads.create(
            self._actor(each["by"]), known["demand"], known["achievement"], each.get("note", "")
        )
        self.ids[f"lead-{place}"] = made.id

    def _work(self, place: int, login: str, step: dict[str, Any], request_key: str) -> None:
        actor, lead_id = self._actor(login), self.ids[f"lead-{place}"]
        if step["do"] == "contact":
            data = ContactData(clock.today(), step["way"], step["side"], step["text"])
            doing.record_contact(actor, lead_id, data, request_key)
        elif step["do"] == "task":
            due = clock.today() + timedelta(days=step["within"])
            doing.add_task(actor, lead_id, due, step["what"], request_key)
        elif step["do"] == "introduce":
            introducing.introduce(actor, lead_id, INTRODUCTIONS["fit"])
        else:
            leads.lose(actor, lead_id, [step["reason"]])
