"""Contracts that wait for the registry, made quickly; and people of the registry."""

from datetime import timedelta
from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.deals.terms import REFUSAL_GROUNDS
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.people import Organisation
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import contracts
from marketplace.services.deals.registry import examining, registering
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import deals
from tests import factories as make
from tests.deals import WAN

NOTHING_FOUND = dict.fromkeys(REFUSAL_GROUNDS, "")


def registrar() -> Actor:
    """Return somebody of 合同登记."""
    return make.actor(make.make_staff(Role.CONTRACT_REGISTRAR))


def verifier() -> Actor:
    """Return somebody of 合同复核."""
    return make.actor(make.make_staff(Role.CONTRACT_VERIFIER))


def agent(organisation: Organisation) -> Actor:
    """Return somebody of an organisation."""
    return make.actor(make.make_person(organisation))


def task_of(contract: Contract) -> ReviewTask:
    """Return the open task of a contract."""
    task = reviews.open_task_for("contract", contract.id)
    assert task is not None
    return task


def submitted(buyer: Organisation, seller: Organisation | None = None, **values: Any) -> Contract:
    """Return a contract that waits for registration: locally where a ``seller`` of the city is given."""
    declared = values.pop("declared", {})
    contract = deals.make_contract(
        buyer, seller, state="confirmed", signed_on=clock.today() - timedelta(days=20), **values
    )
    deals_attach(contract, "signed_contract")
    version = contract.current
    assert version is not None
    if seller is None and not version.is_import:
        said = {
            "number": f"{clock.today().year}340101{contract.id:06d}",
            "registry_name": "合肥市技术合同登记处",
            "registered_on": clock.today() - timedelta(days=5),
            "turnover_fen": version.amount_fen,
            "technical_fen": version.technical_fen,
        } | declared
        them = agent(buyer)
        with unit_of_work():
            registering.declare(them, contract.id, **said)
        deals_attach(contract, "certificate")
    return hand_in(contract)


def deals_attach(contract: Contract, purpose: str) -> None:
    """Put a small PDF on a contract."""
    with unit_of_work():
        deals.attach(contract, purpose)


def hand_in(contract: Contract) -> Contract:
    """Let a contract wait for registration, with its task."""
    with unit_of_work():
        found = db.session.get_one(Contract, contract.id)
        found.state = "submitted"
        assert found.organisation is not None
        assert found.current is not None
        reviews.open_task(
            "contract", "contract", found.id, found.organisation, found.current.title,
            contracts.organisations_of(found),
        )  # fmt: skip
    return db.session.get_one(Contract, contract.id)


def findings(contract: Contract, *approved: int, note: str = "", **problems: str) -> examining.Findings:
    """Return findings without a problem but ``problems``; amounts default to what was declared."""
    version = contract.current
    assert version is not None
    lines = version.lines
    amounts = approved or [line.technical_fen for line in lines]
    return examining.Findings(
        NOTHING_FOUND | problems, {line.id: fen for line, fen in zip(lines, amounts, strict=True)}, note
    )


__all__ = [
    "NOTHING_FOUND", "WAN", "agent", "deals_attach", "findings", "hand_in", "registrar", "submitted", "task_of",
    "verifier",
]  # fmt: skip
