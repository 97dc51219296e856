"""Applications for tests: a draft that opened, with everything it needs."""

from typing import Any

from marketplace.domain.access import SYSTEM, Actor
from marketplace.extensions import db
from marketplace.models.deals import Invoice, InvoiceShare
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import files
from marketplace.services.subsidy import opening
from marketplace.services.subsidy.applying import declaring, materials
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import subsidies
from tests.deals import PDF, WAN, make_contract, make_payment


def open_case(
    paid_fen: int = 100 * WAN, is_open: bool = True, **parameters: Any
) -> tuple[SubsidyCase, Actor]:
    """Return a draft that opened after a purchase that was paid, and somebody of the buyer. Commits."""
    policy = subsidies.make_policy(**parameters)
    subsidies.make_batch(policy, is_open)
    buyer = make.make_organisation()
    person = make.make_person(buyer)
    contract = make_contract(buyer)
    payment = make_payment(contract, paid_fen)
    traded_id = contract.current.lines[0].traded_id if contract.current else 0
    with unit_of_work():
        voucher = files.store(SYSTEM, f"voucher-{payment.id}.pdf", PDF + b"voucher%d" % payment.id, "voucher")
        files.attach(SYSTEM, voucher, "payment", payment.id, "voucher")
        row = Invoice(
            contract_id=contract.id, number=f"{payment.id:020d}", issued_on=payment.paid_on, amount_fen=paid_fen,
            organisation_id=buyer.id,
        )  # fmt: skip
        row.shares = [InvoiceShare(traded_id=traded_id, amount_fen=paid_fen)]
        db.session.add(row)
        case_id = opening.open_by_hand(make.actor(person), traded_id).id
    return db.session.get_one(SubsidyCase, case_id), make.actor(person)


def complete(case: SubsidyCase, agent: Actor, aid: str = "none") -> None:
    """Upload what is missing and sign the declarations. Commits."""
    with unit_of_work():
        for code in ("form", "licence", "conversion"):
            content = PDF + f"{code}-{case.id}".encode()
            materials.upload(agent, case.id, code, [(f"{code}.pdf", content)])
        details = "省级购买补助" if aid != "none" else ""
        declared = declaring.Declared(True, True, aid, details, agent.name)
        declaring.declare(agent, case.id, declared)
