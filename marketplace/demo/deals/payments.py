"""What was paid on the demonstration's contracts, what went back, what was invoiced, and how contracts changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from marketplace.demo import material
from marketplace.demo.deals.contracts import REGISTRAR, Contracts
from marketplace.demo.deals.texts import ContractText, fen
from marketplace.demo.plan import dice
from marketplace.demo.texts import TextFault
from marketplace.domain.access import Actor
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.deals.vouchers import Share, Side, Voucher
from marketplace.extensions import db
from marketplace.integrations.billing import Account
from marketplace.models.deals import ContractVersion, Payment
from marketplace.models.platform import ReviewTask
from marketplace.services.deals.billing import accounts
from marketplace.services.deals.payments import decisions, invoices, recording, refunds
from marketplace.services.deals.payments.recording import PaymentData, Upload
from marketplace.services.deals.registry import changes, deciding
from marketplace.services.platform import reviews

FINANCE = "finance@kjj.example"
_BANKS = ("ICBC", "ABC", "CCB", "HSB", "AHRC", "PSBC")


@dataclass
class Money:
    """Plans payments, refunds, invoices and changes of the contracts."""

    contracts: Contracts

    def schedule(self) -> None:
        """Put everything into the plan."""
        for text in self.contracts.deals.contracts:
            for place, row in enumerate(text.raw.get("paid", [])):
                self._plan_payment(text, place, row)
            for place, row in enumerate(text.raw.get("invoices", [])):
                self.contracts.at(
                    self._first(text, row),
                    partial(self._invoice, text, place, row),
                    text.key,
                    "invoice",
                    place,
                )
            for row in text.raw.get("changes", []):
                self._plan_change(text, row)
        for days, login, account in ACCOUNTS:
            self.contracts.at(days, partial(self._connect, login, account), login, account)

    def _first(self, text: ContractText, row: Mapping[str, Any]) -> int:
        """Return the day on which a row is entered: the day after, but never before the contract is on the site."""
        return min(0, max(row["days"] + 1, (text.signed or 0) + 2))

    def _plan_payment(self, text: ContractText, place: int, row: Mapping[str, Any]) -> None:
        entered = self._first(text, row) + (4 if row.get("again") else 0)
        names = (text.key, "paid", place)
        self.contracts.at(entered, partial(self._pay, text, place, row), *names)
        state = row.get("state", "verified")
        if state == "verified":
            self.contracts.at(entered + 2, partial(self._verify, text, place), *names, "verified")
        elif state == "returned":
            self.contracts.at(entered + 2, partial(self._return, text, place), *names, "returned")

    def _plan_change(self, text: ContractText, row: Mapping[str, Any]) -> None:
        names = (text.key, row["kind"])
        self.contracts.at(row["days"], partial(self._change, text, row), *names)
        self.contracts.at(row["days"] + 4, partial(self._approve, text), *names, "approved")

    # --- payments -----------------------------------------------------------------------------------------------

    def _pay(self, text: ContractText, place: int, row: Mapping[str, Any]) -> None:
        kind = row.get("kind", "payment")
        actor = self._actor(text, row, kind)
        voucher = self._voucher(text, place, row, kind)
        shares = self._shares(text, row)
        uploads = () if voucher.evidence == "offset" else (self._slip(text, place, voucher),)
        data = PaymentData(voucher, shares, uploads, f"demonstration-{text.key}-{place}")
        contract_id = self.contracts.ids[text.key]
        if kind == "refund":
            returned = self._payment(text, row["returns"])
            refunds.refund(actor, contract_id, data, kind, returned.id)
        else:
            former = self._payment(text, place - 1).id if row.get("again") else None
            recording.record(actor, replace(data, replaces_id=former))

    def _actor(self, text: ContractText, row: Mapping[str, Any], kind: str) -> Actor:
        side = text.raw["buyer"] if kind == "payment" else text.raw["sellers"][0]
        login = row.get("by") or self.contracts.deals.head_of(side) or text.by
        return self.contracts.people.actor(login)

    def _voucher(self, text: ContractText, place: int, row: Mapping[str, Any], kind: str) -> Voucher:
        deals = self.contracts.deals
        buyer, seller = (Side(deals.name_of(key), deals.uscc_of(key)) for key in text.parties[:2])
        payer, payee = (buyer, seller) if kind == "payment" else (seller, buyer)
        if "payer" in row:
            payer = Side(deals.name_of(row["payer"]), deals.uscc_of(row["payer"]))
        # A voucher that was returned and is entered again is the same voucher.
        chance = dice("voucher", text.key, place - 1 if row.get("again") else place)
        evidence = row.get("evidence", "bank_transfer")
        day = self.contracts.day(row["days"])
        foreign = "currency" in row
        return Voucher(
            paid_on=day,
            amount_fen=fen(row["wan"]),
            evidence=evidence,
            bank=row.get("bank", chance.choice(_BANKS)),
            serial=_serial(chance.randrange(10**9), day) if evidence == "bank_transfer" else "",
            payer=payer,
            payee=payee,
            note=row.get("note", ""),
            currency=row.get("currency", "CNY"),
            foreign_amount=row["foreign"] * 100 if foreign else None,
            rate=row.get("rate", ""),
            rate_on=day if foreign else None,
        )

    def _shares(self, text: ContractText, row: Mapping[str, Any]) -> tuple[Share, ...]:
        """Share a payment over the lines as the file says; else it pays for the first line."""
        lines = self.contracts.text(text.key).lines
        parts = row.get("shares", [row["wan"]])
        contract_id = self.contracts.ids[text.key]
        return tuple(
            Share(contract_id, line.traded_id, fen(wan)) for line, wan in zip(lines, parts, strict=False)
        )

    def _slip(self, text: ContractText, place: int, voucher: Voucher) -> Upload:
        lines = [
            "付款凭证（演示）", text.raw["title"], f"日期 {voucher.paid_on}", f"付款人 {voucher.payer.name}",
            f"收款人 {voucher.payee.name}", f"金额（分） {voucher.amount_fen}", f"流水号 {voucher.serial or place}",
        ]  # fmt: skip
        return Upload("付款凭证（演示）.pdf", material.document(lines))

    def _payment(self, text: ContractText, place: int) -> Payment:
        key = f"demonstration-{text.key}-{place}"
        return db.session.scalars(select(Payment).where(Payment.request_key == key)).one()

    def _task(self, text: ContractText, place: int) -> ReviewTask:
        task = reviews.open_task_for("payment", self._payment(text, place).id)
        if task is None:
            raise TextFault(f"{text.key}: payment {place} does not wait for anybody")
        return task

    def _verify(self, text: ContractText, place: int) -> None:
        decisions.approve(self.contracts.people.actor(FINANCE), self._task(text, place))

    def _return(self, text: ContractText, place: int) -> None:
        words = "回单下半页没有扫到，看不清流水号后四位，请重新扫描后再提交。"
        decisions.return_(
            self.contracts.people.actor(FINANCE), self._task(text, place), ["voucher_unclear"], words
        )

    def _invoice(self, text: ContractText, place: int, row: Mapping[str, Any]) -> None:
        number = f"{dice('invoice', text.key, place).randrange(10**19, 10**20)}"
        day = self.contracts.day(row["days"])
        lines = [
            "发票（演示）",
            text.raw["title"],
            f"号码 {number}",
            f"日期 {day}",
            f"金额（万元） {row['wan']}",
        ]
        data = invoices.InvoiceData(
            number, day, fen(row["wan"]), self._invoiced(text, row),
            (Upload("发票（演示）.pdf", material.document(lines)),),
        )  # fmt: skip
        invoices.record(self._actor(text, row, "payment"), self.contracts.ids[text.key], data)

    def _invoiced(self, text: ContractText, row: Mapping[str, Any]) -> tuple[Share, ...]:
        """Share an invoice over the lines as far as each goes, the first line first."""
        left, found = fen(row["wan"]), []
        for line in self.contracts.text(text.key).lines:
            part = min(left, line.amount_fen)
            if part:
                found.append(Share(self.contracts.ids[text.key], line.traded_id, part))
            left -= part
        return tuple(found)

    # --- changes ------------------------------------------------------------------------------------------------

    def _change(self, text: ContractText, row: Mapping[str, Any]) -> None:
        actor = self.contracts.people.actor(text.by)
        change = changes.start(actor, self.contracts.ids[text.key], row["kind"])
        day = self.contracts.day(row["days"])
        changes.save(actor, change.id, _change_data(self.contracts.text(text.key), row, day))
        lines = ["变更文件（演示）", text.raw["title"], f"签订日期 {day}", row["reason"]]
        changes.add_file(actor, change.id, "变更文件（演示）.pdf", material.document(lines))
        changes.submit(actor, change.id)

    def _approve(self, text: ContractText) -> None:
        change = changes.open_change(self.contracts.ids[text.key])
        if change is None:
            raise TextFault(f"{text.key}: no change is open")
        version = change.proposed
        approved = {line.id: line.technical_fen for line in version.lines} if version is not None else {}
        deciding.approve(self.contracts.people.actor(REGISTRAR), change.id, approved)

    # --- payment online -----------------------------------------------------------------------------------------

    def _connect(self, login: str, account: str) -> None:
        """Enter a seller's account at the demonstration's own payment provider, which knows it."""
        accounts.keep(self.contracts.people.actor(login), Account(account, "", may_charge=True))


ACCOUNTS = (
    (-58, "head@chengjiang.example", "acct_demo0000000001"),
    (-57, "head@dongling.example", "acct_demo0000000002"),
)
"""Day, login of the 负责人, and account of those who take payments online."""


def _serial(number: int, day: date) -> str:
    return f"{day:%Y%m%d}{number:09d}"


def _change_data(version: ContractVersion, row: Mapping[str, Any], day: date) -> changes.ChangeData:
    """Return a change: a new amount (变更) or what is added to it (金额补正), with a plan that fits."""
    plan = [
        InstalmentData(one.name, one.kind, one.due_on, one.condition, one.amount_fen)
        for one in version.instalments
    ]
    line = version.lines[0]
    amount, technical = line.amount_fen, line.technical_fen
    if row["kind"] == "amend":
        more = fen(row["wan"]) - amount
        plan[-1] = replace(plan[-1], amount_fen=(plan[-1].amount_fen or 0) + more)
        amount, technical = amount + more, technical + more
    elif row["kind"] == "supplement":
        more = fen(row["wan"])
        open_part = plan.pop()
        plan += [replace(open_part, name="已确定的提成", amount_fen=more, due_on=None), open_part]
        amount, technical = amount + more, technical + more
    return changes.ChangeData(
        signed_on=day,
        reason=row["reason"],
        title=version.title,
        content=version.content,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        lines=[(amount, technical)] if row["kind"] in ("amend", "supplement") else (),
        instalments=plan,
        open_ended=version.open_ended,
    )
