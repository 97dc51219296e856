"""Reads ``texts/contracts.toml``: parties that are no members, and contracts with all that became of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from marketplace.demo import texts
from marketplace.demo.texts import FOLDER, TextFault
from marketplace.domain.deals.texts import (
    InstalmentData,
    LineData,
    MoneyData,
    ParticularsData,
    PartyData,
    RightData,
)
from marketplace.domain.identifiers import parse_ip_number, parse_uscc
from marketplace.domain.money import parse_amount
from marketplace.domain.states import CONTRACT

_INSTITUTES = frozenset({"tuohe", "jianghuai-wood", "yunling", "wangchen", "qihai"})
"""Members of kind university that are 科研机构."""


@dataclass(frozen=True)
class ContractText:
    """One contract as in the file: ``raw`` its content, the rest what its life hangs on. Days count from today."""

    key: str
    by: str
    state: str
    raw: Mapping[str, Any]

    @property
    def signed(self) -> int | None:
        """Day of signing, where it came so far."""
        day: int | None = self.raw.get("signed")
        return day

    @property
    def drafted(self) -> int:
        """Day on which the draft was begun."""
        if "drafted" in self.raw:
            return int(self.raw["drafted"])
        if "price" in self.raw:
            return int(self.raw["price"]["days"]) - 5
        return (self.signed or 0) - (3 if self.raw["confirm"] == "paper" else 8)

    @property
    def is_local(self) -> bool:
        """Whether the city's own registry registers it."""
        return "area" not in self.raw

    @property
    def parties(self) -> list[str]:
        """Keys of the buyer and of the sellers."""
        return [self.raw["buyer"], *self.raw["sellers"]]


@dataclass(frozen=True)
class Deals:
    """Everything in the file."""

    outsiders: Mapping[str, Mapping[str, Any]]
    contracts: tuple[ContractText, ...]

    def head_of(self, key: str) -> str | None:
        """Return the login of the head of a member; None for an outsider."""
        return None if key in self.outsiders else texts.load().head_of(key).login

    def name_of(self, key: str) -> str:
        """Return the name of a party."""
        outsider = self.outsiders.get(key)
        return str(outsider["name"]) if outsider else texts.load().organisation(key).name

    def uscc_of(self, key: str) -> str:
        """Return the code of a party; '' abroad."""
        outsider = self.outsiders.get(key)
        return str(outsider.get("uscc", "")) if outsider else texts.load().organisation(key).uscc

    def party(self, key: str) -> PartyData:
        """Return what a drafter types of a party."""
        outsider = self.outsiders.get(key)
        if outsider is not None:
            return PartyData(**{name: value for name, value in outsider.items() if name != "key"})
        found = texts.load().organisation(key)
        kind = "institute" if key in _INSTITUTES else "university"
        return PartyData(
            name=found.name,
            uscc=found.uscc,
            division=found.division,
            nature="private_company" if found.kind != "university" else kind,
            is_research_institution=found.kind == "university",
            is_transfer_institution=found.kind == "broker",
            in_high_tech_zone=found.division == "341399",
            size=found.size,
            sector=found.sector,
            address=found.address,
            legal_representative=found.legal_representative,
            contact_name=found.contact_name,
            contact_phone=found.phone,
            contact_email=found.email,
            postcode="234000" if found.division.startswith("3413") else "",
        )


@lru_cache(maxsize=1)
def load() -> Deals:
    """Return the file as plain values, read once. Raises TextFault naming what does not fit together."""
    raw = tomllib.loads((FOLDER / "contracts.toml").read_text(encoding="utf-8"))
    outsiders = {each["key"]: each for each in raw["outsider"]}
    found: dict[str, ContractText] = {}
    for each in raw["contract"]:
        whole = (
            {**found[each["copy_of"]].raw, "paid": [], "invoices": [], **each} if "copy_of" in each else each
        )
        text = ContractText(each["key"], each["by"], each["state"], whole)
        if text.key in found:
            raise TextFault(f"{text.key} stands twice")
        found[text.key] = text
    deals = Deals(outsiders, tuple(found.values()))
    for text in deals.contracts:
        _check(deals, text)
    return deals


def _check(deals: Deals, text: ContractText) -> None:
    members = {each.key for each in texts.load().organisations}
    listings = {each.key for each in texts.load().listings}
    faults = [
        f"unknown party {key}" for key in text.parties if key not in members and key not in deals.outsiders
    ]
    faults += [
        f"unknown achievement {line['achievement']}"
        for line in text.raw["lines"]
        if line.get("achievement", "") not in {*listings, ""}
    ]
    faults += [f"unknown state {text.state}"] if text.state not in CONTRACT.states else []
    if text.by not in {each.login for each in texts.load().people}:
        faults.append(f"unknown drafter {text.by}")
    if faults:
        raise TextFault(f"{text.key}: {'; '.join(faults)}")


def fen(wan: float) -> int:
    """Return an amount of the file in 分."""
    return parse_amount(str(wan), "万元")


def line_of(deals: Deals, raw: Mapping[str, Any], number: str) -> LineData:
    """Return a line; ``number`` is that of the listing it is about, '' for an achievement that nobody listed."""
    amount, technical = fen(raw["wan"]), fen(raw.get("technical_wan", raw["wan"]))
    if number:
        return LineData(listing_number=number, amount_fen=amount, technical_fen=technical)
    rights = tuple(
        RightData(kind, parse_ip_number(kind, value) if value else "") for kind, value in raw["numbers"]
    )
    owner = raw["owner"]
    uscc = deals.uscc_of(owner)
    return LineData(
        name=raw["name"],
        owner_name=deals.name_of(owner),
        owner_uscc=parse_uscc(uscc) if uscc else "",
        rights=rights,
        explanation=raw.get("explanation", ""),
        amount_fen=amount,
        technical_fen=technical,
    )


def money_of(raw: Mapping[str, Any], today: date) -> MoneyData:
    """Return how and when is paid."""

    def day(days: int | None) -> date | None:
        return today + timedelta(days=days) if days is not None else None

    parts = [
        InstalmentData(
            each["name"], each.get("kind", "fixed"), day(each["days"]), each["when"],
            fen(each["wan"]) if "wan" in each else None,
        )
        for each in raw["parts"]
    ]  # fmt: skip
    start, end = raw.get("valid", (None, None))
    return MoneyData(
        payment_mode=raw["mode"],
        instalments=tuple(parts),
        open_ended=any(each.amount_fen is None for each in parts),
        royalty_terms=raw.get("royalty", ""),
        valid_from=day(start),
        valid_to=day(end),
    )


def particulars_of(raw: Mapping[str, Any]) -> ParticularsData:
    """Return the coded fields of the national form."""
    return ParticularsData(
        field=raw["field"],
        tags=tuple(raw["tags"]),
        objective=raw["objective"],
        plan_source=raw.get("plan", "none"),
        rights_involved=tuple(raw["rights"]),
        pricing=raw["pricing"],
        related_party=raw.get("related", False),
        related_note=raw.get("related_note", ""),
        disclosure=raw.get("disclose", ["none", "none"])[0],
    )
