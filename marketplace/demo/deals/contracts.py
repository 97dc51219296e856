"""The life of each contract of the demonstration, from its first draft to the state the file asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.demo import material
from marketplace.demo.deals.texts import ContractText, Deals, line_of, load, money_of, particulars_of
from marketplace.demo.market import Market
from marketplace.demo.people import People
from marketplace.demo.plan import Plan, dice
from marketplace.demo.texts import TextFault, naming
from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor
from marketplace.domain.deals.terms import REFUSAL_GROUNDS
from marketplace.domain.deals.texts import LineData, PartiesData, SubjectData
from marketplace.domain.states import PRICE_PUBLICATION
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractVersion, PricePublication
from marketplace.models.platform import MailMessage
from marketplace.services import workflow
from marketplace.services.deals import confirming, drafts
from marketplace.services.deals.registry import deciding, examining, publishing, registering

REGISTRAR, VERIFIER = "registrar@kjj.example", "verifier@kjj.example"
_AGREED = frozenset(
    {
        "confirmed", "submitted", "examined", "returned", "registered", "completed", "refused", "rescinded",
        "deregistered", "revoked",
    }
)  # fmt: skip
_SUBMITTED = _AGREED - {"confirmed"}
_REGISTERED = _SUBMITTED - {"submitted", "examined", "returned", "refused"}


@dataclass
class Contracts:
    """Plans the contracts; ``ids`` knows them by their keys once they exist."""

    plan: Plan
    people: People
    market: Market
    deals: Deals = field(default_factory=load)
    ids: dict[str, int] = field(default_factory=dict)

    def schedule(self) -> None:
        """Put every step of every contract into the plan."""
        for text in self.deals.contracts:
            Life(self, text).schedule()

    def contract(self, key: str) -> Contract:
        """Return a contract by its key."""
        return db.session.get_one(Contract, self.ids[key])

    def text(self, key: str) -> ContractVersion:
        """Return what a contract says now."""
        version = self.contract(key).current
        if version is None:
            raise TextFault(f"{key} has no text")
        return version

    def day(self, days: int) -> date:
        """Return the day ``days`` from the day on which the demonstration is loaded."""
        return clock.beijing(self.plan.now).date() + timedelta(days=days)

    def at(self, days: int, do: Callable[[], object], *names: object) -> None:
        """Plan ``do`` for office hours of a day; whatever is refused names the contract."""

        self.plan.add(self.plan.moment(days, *names), naming(str(names), do))


@dataclass
class Life:
    """One contract."""

    whole: Contracts
    text: ContractText

    def schedule(self) -> None:
        """Put its steps into the plan."""
        text, raw = self.text, self.text.raw
        self._at(text.drafted, self._draft)
        if text.state == "draft":
            self._price()
            return
        if raw["confirm"] == "paper":
            self._at(text.signed or 0, self._adopt)
        else:
            self._at(text.drafted + 1, lambda: confirming.offer(self._drafter, self._id))
            self._price()
        if text.state in _AGREED:
            self._agreed()
        if text.state == "voided":
            days, words = raw["ended"]
            self._at(days, lambda: confirming.void(self._drafter, self._id, words))

    def _agreed(self) -> None:
        text, raw = self.text, self.text.raw
        if raw["confirm"] != "paper":
            self._at(text.drafted + 3, self._agree)
            self._at(text.signed or 0, self._sign)
        if text.state in _SUBMITTED:
            self._at((text.signed or 0) + (3 if text.is_local else 7), self._submit)
            (self._local if text.is_local else self._outside)(text.signed or 0)

    def _local(self, signed: int) -> None:
        if self.text.state in _REGISTERED | {"examined"}:
            self._at(signed + 9, self._examine)
        if self.text.state in _REGISTERED:
            self._at(signed + 12, self._register)
            self._ended()

    def _outside(self, signed: int) -> None:
        raw = self.text.raw
        if self.text.state == "returned":
            codes, words = raw["returned"]
            self._at(
                signed + 12,
                lambda: examining.return_(self._registrar, self._id, self._findings(codes, words)),
            )
        elif self.text.state == "refused":
            days, words = raw["ended"]
            self._at(days, lambda: examining.refuse(self._registrar, self._id, raw["refused"], words))
        elif self.text.state in _REGISTERED:
            self._at(
                signed + 13,
                lambda: examining.accept_certificate(self._registrar, self._id, self._findings()),
            )
            self._ended()

    def _ended(self) -> None:
        days, words = self.text.raw.get("ended", (0, ""))
        if self.text.state == "completed":
            self._at(days, lambda: confirming.complete(self._drafter, self._id))
        elif self.text.state == "revoked":
            self._at(days, lambda: deciding.revoke(self._registrar, self._id, ["registered_before"], words))

    def _at(self, days: int, do: Callable[[], object]) -> None:
        self.whole.at(days, do, "contract", self.text.key)

    @property
    def _id(self) -> int:
        return self.whole.ids[self.text.key]

    @property
    def _drafter(self) -> Actor:
        return self.whole.people.actor(self.text.by)

    @property
    def _registrar(self) -> Actor:
        return self.whole.people.actor(REGISTRAR)

    # --- writing ------------------------------------------------------------------------------------------------

    def _draft(self) -> None:
        actor, raw = self._drafter, self.text.raw
        if "copy_of" in raw:
            contract = confirming.copy(actor, self.whole.ids[raw["copy_of"]])
        else:
            contract = drafts.create(actor, listing_id=self._begins_with())
        self.whole.ids[self.text.key] = contract.id
        deals = self.whole.deals
        sellers = tuple(deals.party(key) for key in raw["sellers"])
        drafts.save_parties(actor, contract.id, PartiesData(deals.party(raw["buyer"]), sellers))
        drafts.save_subject(actor, contract.id, self._subject())
        drafts.save_money(actor, contract.id, money_of(raw, self.whole.day(0)))
        drafts.save_particulars(actor, contract.id, particulars_of(raw))

    def _begins_with(self) -> int | None:
        """Return the listing from whose page the contract is begun: its first achievement, where it is listed."""
        key = self.text.raw["lines"][0].get("achievement")
        return self.whole.market.ids[key] if key else None

    def _subject(self) -> SubjectData:
        raw = self.text.raw
        rows = [dict(line) | ({"wan": raw["wan"]} if "wan" in raw else {}) for line in raw["lines"]]
        return SubjectData(
            raw["title"], raw["kind"], raw.get("scope", ""), raw["content"], raw.get("import", False),
            tuple(self._line(row) for row in rows),
        )  # fmt: skip

    def _line(self, raw: dict[str, Any]) -> LineData:
        key = raw.get("achievement")
        number = self.whole.market.listing(key).number or "" if key else ""
        return line_of(self.whole.deals, raw, number)

    # --- agreeing and signing -----------------------------------------------------------------------------------

    def _agree(self) -> None:
        """Everybody but the drafter says yes: members on their page, others by the link of their letter."""
        disclosure = self.text.raw.get("disclose", ["none", "none"])[1]
        drafter = self._drafter.organisation_id
        for party in self.whole.text(self.text.key).parties:
            if party.organisation_id == drafter:
                continue
            if party.organisation_id is None:
                confirming.agree_by_token(self._token(party.contact_email), party.contact_name, disclosure)
                continue
            head = self.whole.people.actor(self._head_of(party.uscc))
            confirming.agree(head, self._id, head.name, disclosure=disclosure)

    def _token(self, email: str) -> str:
        letters = select(MailMessage).where(
            MailMessage.recipient == email, MailMessage.template == "contract_link"
        )
        letter = db.session.scalars(letters.order_by(MailMessage.id.desc())).first()
        if letter is None:
            raise TextFault(f"{self.text.key}: no letter for {email}")
        return str(letter.params["path"]).rpartition("/")[2]

    def _head_of(self, uscc: str) -> str:
        deals = self.whole.deals
        key = next(key for key in self.text.parties if deals.uscc_of(key) == uscc)
        return deals.head_of(key) or ""

    def _sign(self) -> None:
        drafts.sign(self._drafter, self._id, clock.today())
        lines = ["技术合同（演示）", self.text.raw["title"], f"签订日期 {clock.today()}", *self._names()]
        self._file("signed_contract", "技术合同签章文本（演示）", lines)

    def _adopt(self) -> None:
        self._sign()
        confirming.adopt_signed(self._drafter, self._id)

    def _names(self) -> list[str]:
        return [self.whole.deals.name_of(key) for key in self.text.parties]

    def _file(self, purpose: str, name: str, lines: list[str]) -> None:
        content = material.document([*lines, "", "本文件为演示材料，内容均为虚构。"])
        drafts.add_file(self._drafter, self._id, f"{name}.pdf", content, purpose)

    def _price(self) -> None:
        price = self.text.raw.get("price")
        if price is None:
            return
        self._at(price["days"], self._publish)
        if price["state"] == "finished":
            # The morning after the last of fifteen days, as the worker's chore would.
            self._at(price["days"] + 16, self._finish)

    def _publish(self) -> None:
        seller = self.whole.people.actor(self._head_of(self.whole.deals.uscc_of(self.text.raw["sellers"][0])))
        publishing.start(seller, self._id, self.whole.text(self.text.key).lines[0].traded.name)

    def _finish(self) -> None:
        query = select(PricePublication).where(
            PricePublication.contract_id == self._id, PricePublication.state == "open"
        )
        row = db.session.scalars(query).one()
        workflow.apply(PRICE_PUBLICATION, row, "finish", SYSTEM, publishing.subject_of(row))

    # --- registering --------------------------------------------------------------------------------------------

    def _submit(self) -> None:
        if not self.text.is_local:
            self._declare()
        confirming.submit(self._drafter, self._id)

    def _declare(self) -> None:
        raw, version = self.text.raw, self.whole.text(self.text.key)
        day = self.whole.day((self.text.signed or 0) + 4)
        number = f"{day.year}{raw['area']}01{dice('number', self.text.key).randrange(1000, 90000):06d}"
        registering.declare(
            self._drafter, self._id, number, raw["registry"], day, version.amount_fen, version.technical_fen
        )
        lines = ["技术合同登记证明（演示）", raw["registry"], number, raw["title"], *self._names()]
        self._file("certificate", "技术合同登记证明（演示）", lines)

    def _findings(self, codes: list[str] | None = None, words: str = "") -> examining.Findings:
        version = self.whole.text(self.text.key)
        return examining.Findings(
            {code: words if code in (codes or ()) else "" for code in REFUSAL_GROUNDS},
            {line.id: line.technical_fen for line in version.lines},
        )

    def _examine(self) -> None:
        examining.examine(self._registrar, self._id, self._findings())

    def _register(self) -> None:
        """Register with the national number, but for one whose number is still to come."""
        serial = dice("number", self.text.key).randrange(100, 9000)
        number = f"{clock.today().year}341301{serial:06d}" if self.text.key != "wheat-line" else ""
        registering.register(self.whole.people.actor(VERIFIER), self._id, number)
