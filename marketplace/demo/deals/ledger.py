"""The registry's old ledger comes in by two tables, and members enter what they paid on contracts of the past."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from marketplace.demo import material, texts
from marketplace.demo.deals import past
from marketplace.demo.deals.contracts import REGISTRAR
from marketplace.demo.deals.past import Past
from marketplace.demo.deals.payments import FINANCE
from marketplace.demo.people import People
from marketplace.demo.plan import Plan, dice
from marketplace.demo.texts import TextFault
from marketplace.domain import clock
from marketplace.domain.deals.vouchers import Share, Voucher
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractRegistration, Payment
from marketplace.services.deals.importing import jobs, writing
from marketplace.services.deals.payments import access, decisions, recording
from marketplace.services.deals.payments.recording import PaymentData, Upload
from marketplace.services.deals.turnover import targets
from marketplace.services.platform import reviews

IMPORTS = (-320, -4)
"""Days on which the registrar brings a table in: everything until then, and what came since."""


@dataclass
class Ledger:
    """Plans the imports, the payments on them, and the target that all of it is measured by."""

    plan: Plan
    people: People

    def schedule(self) -> None:
        """Put everything into the plan."""
        today = clock.beijing(self.plan.now).date()
        found = list(past.series(today))
        known = 0
        for days in IMPORTS:
            until = sum(row.registered_on < today + timedelta(days=days) for row in found)
            rows, known = found[known:until], until
            self.plan.add(self.plan.moment(days, "import"), partial(self._import, rows))
            for row in rows:
                if row.member:
                    self._plan_payments(row, days + 1)
        self.plan.add(self.plan.moment(min(IMPORTS), "target"), targets.ensure_plan)

    def _import(self, rows: list[Past]) -> None:
        found = jobs.read(past.table(rows))
        if found.errors:
            told = [f"{one.row} {one.column}: {one.message % one.params}" for one in found.errors[:3]]
            raise TextFault(f"the ledger of the past: {told}")
        writing.write(self.people.actor(REGISTRAR), found.drafts)

    def _plan_payments(self, row: Past, entered: int) -> None:
        """Two payments of a contract of the past, half of it each."""
        for turn in range(2):
            at = self.plan.moment(min(-1, entered + turn), "past", row.place, turn)
            self.plan.add(at, partial(self._pay, row, turn))
            self.plan.add(at + timedelta(hours=3), partial(self._verify, row, turn))

    def _pay(self, row: Past, turn: int) -> None:
        contract = self._contract(row)
        version, (buyer, sellers) = contract.current, access.sides_of(contract)
        if version is None or buyer is None:
            raise TextFault(f"{row.number} has no text")
        chance = dice("past paid", row.place, turn)
        day = min(row.registered_on + timedelta(days=chance.randrange(5, 60) + 200 * turn), clock.today())
        amount = row.amount_fen // 2
        lines = ["付款凭证（演示）", version.title, f"日期 {day}", f"金额（分） {amount}", row.number]
        voucher = Voucher(
            paid_on=day,
            amount_fen=amount,
            bank="ICBC",
            serial=_serial(chance, f"{day:%Y%m%d}"),
            payer=buyer,
            payee=sellers[0],
        )
        share = Share(contract.id, version.lines[0].traded_id, amount)
        slip = Upload("付款凭证（演示）.pdf", material.document(lines))
        head = self.people.actor(texts.load().head_of(row.member).login)
        recording.record(head, PaymentData(voucher, (share,), (slip,), _key(row, turn)))

    def _verify(self, row: Past, turn: int) -> None:
        payment = db.session.scalars(select(Payment).where(Payment.request_key == _key(row, turn))).one()
        task = reviews.open_task_for("payment", payment.id)
        if task is None:
            raise TextFault(f"{row.number}: no payment waits")
        decisions.approve(self.people.actor(FINANCE), task)

    def _contract(self, row: Past) -> Contract:
        query = select(Contract).join(ContractRegistration).where(ContractRegistration.number == row.number)
        return db.session.scalars(query).one()


def _key(row: Past, turn: int) -> str:
    return f"demonstration-past-{row.place}-{turn}"


def _serial(chance: Random, day: str) -> str:
    return f"{day}{chance.randrange(10**9):09d}"
