"""What tests of decided cases share: a purchase that was paid, what the arithmetic says of it, amounts fixed."""

from __future__ import annotations

from typing import Any

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Contract, TradedAchievement
from marketplace.models.people import Organisation
from marketplace.models.subsidy import PolicyVersion, SubsidyCase
from marketplace.services.subsidy import fixing
from marketplace.services.subsidy.applying import evidence
from marketplace.services.subsidy.applying.evidence import Sum
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import grants, subsidies
from tests.deals import WAN, make_contract, make_payment, make_traded


def traded_of(contract: Contract) -> TradedAchievement:
    """Return the first achievement of a contract."""
    assert contract.current is not None
    return contract.current.lines[0].traded


def bought(
    paid_wan: int = 100,
    buyer: Organisation | None = None,
    traded: TradedAchievement | None = None,
    amount_wan: int | None = None,
    **values: Any,
) -> Contract:
    """Make a registered contract with an outside university, ``paid_wan`` 万元 of it paid by bank transfer."""
    contract = make_contract(
        buyer or make.make_organisation(),
        amounts=((amount_wan or paid_wan) * WAN,),
        traded=[traded or make_traded()],
        **values,
    )
    make_payment(contract, paid_wan * WAN)
    return contract


def thought(policy: PolicyVersion, contract: Contract) -> Sum:
    """Return what the arithmetic says today of a contract's buyer and its first achievement."""
    assert contract.current is not None
    return evidence.of_purchase(policy, traded_of(contract).id, contract.current.parties[0].uscc)


def refusals(policy: PolicyVersion, contract: Contract) -> set[str]:
    """Return why the arithmetic would refuse."""
    return {reason.message for reason in thought(policy, contract).reasons}


def ready(contract: Contract, policy: PolicyVersion) -> SubsidyCase:
    """Make a reviewed case of a contract's buyer, in a batch of its own."""
    assert contract.current is not None
    buyer = db.session.get_one(Organisation, contract.current.parties[0].organisation_id)
    return subsidies.make_case(buyer, traded_of(contract), policy, subsidies.make_batch(policy))


def fix(*cases: SubsidyCase) -> list[int | None]:
    """Fix amounts and return them, None for a case that got none."""
    reviewer, ids = grants.staff(Role.SUBSIDY_REVIEWER), [case.id for case in cases]
    with unit_of_work():
        fixing.fix(reviewer, ids)
    return [grants.fresh(case).fixed_fen for case in cases]
