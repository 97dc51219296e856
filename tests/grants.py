"""Cases on their way to the money, for tests: by the services where a step is the point. Every function commits."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractLine, ContractParty
from marketplace.models.people import Organisation
from marketplace.models.subsidy import Payout, PolicyVersion, Publicity, Recovery, SubsidyCase
from marketplace.services.subsidy import fixing, recoveries
from marketplace.services.subsidy.granting import approving, paying, publicity, recovering
from marketplace.services.subsidy.granting.paying import Transfer
from marketplace.services.subsidy.granting.recovering import Received
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.deals import WAN

DAY = timedelta(days=1)
TITLE = "2026年第一批补助公示"
WORDS = "该成果的卖方与买方由同一人控制，请核实。"


def staff(role: Role) -> Actor:
    """Return somebody of the authority with one role."""
    return make.actor(make.make_staff(role))


def _known(role: Role) -> Actor:
    return make.actor(make.known_staff(role))


def ready_case(
    paid_wan: int = 300,
    policy: PolicyVersion | None = None,
    traded: Any = None,
    buyer: Organisation | None = None,
) -> SubsidyCase:
    """Make a reviewed case of a registered contract with ``paid_wan`` 万元 paid to an outside university."""
    buyer, traded = buyer or make.make_organisation(), traded or deals.make_traded()
    policy = policy or subsidies.make_policy()
    contract = deals.make_contract(
        buyer, amounts=(paid_wan * WAN,), traded=[traded], registered_on=clock.today()
    )
    deals.make_payment(contract, paid_wan * WAN)
    first, second = make.known_person("first"), make.known_person("second")
    return subsidies.make_case(
        buyer, traded, policy, subsidies.make_batch(policy), first_reviewed_by=first.id, reviewed_by=second.id
    )


def fixed_case(**values: Any) -> SubsidyCase:
    """Make a case whose amount is fixed."""
    case = ready_case(**values)
    reviewer = _known(Role.SUBSIDY_REVIEWER)
    with unit_of_work():
        fixing.fix(reviewer, [case.id])
    return fresh(case)


def published(*cases: SubsidyCase) -> Publicity:
    """Publish cases today."""
    publisher = _known(Role.PUBLISHER)
    with unit_of_work():
        made = publicity.publish(publisher, [case.id for case in cases], TITLE)
    return db.session.get_one(Publicity, made.id)


def cleared_case(**values: Any) -> SubsidyCase:
    """Make a case whose 公示 is over."""
    case = fixed_case(**values)
    sheet = published(case)
    with clock.frozen(clock.now() + (sheet.ends_on - clock.today()) + DAY):
        assert publicity.clear_due() == 1
    return fresh(case)


def approved_case(**values: Any) -> SubsidyCase:
    """Make an approved case with a confirmed account."""
    case = cleared_case(**values)
    approver = _known(Role.SUBSIDY_APPROVER)
    with unit_of_work():
        approving.approve(approver, [case.id], "测试批准单")
        case = fresh(case)
        case.bank_name, case.account_name = "徽商银行宿州分行", case.organisation.name
        case.account_number, case.account_confirmed_at = "6222000000001234", clock.now()
    return fresh(case)


def transfer(case: SubsidyCase, serial: str = "", **values: Any) -> Transfer:
    """Return what 财务 enters of the payout of a case."""
    given: dict[str, Any] = {
        "amount_fen": case.fixed_fen,
        "paid_on": clock.today(),
        "bank": "TREASURY",
        "serial": serial or f"GK{case.id:08d}",
        "uploads": [("voucher.pdf", deals.PDF)],
    }
    return Transfer(**(given | values))


def paid_case(**values: Any) -> SubsidyCase:
    """Make a case that is paid out."""
    case = approved_case(**values)
    payer = _known(Role.FINANCE)
    with unit_of_work():
        paying.pay(payer, case.id, transfer(case))
    assert db.session.scalar(select(Payout.id).where(Payout.case_id == case.id))
    return fresh(case)


def after(year: int) -> AbstractContextManager[None]:
    """Stand in the January after a year: its report can be given from then on."""
    return clock.frozen(datetime(year + 1, 1, 10, tzinfo=clock.BEIJING))


def fresh(case: SubsidyCase) -> SubsidyCase:
    """Return a case as the database has it."""
    return db.session.get_one(SubsidyCase, case.id, populate_existing=True)


def contract_of(case: SubsidyCase) -> Contract:
    """Return the contract of a case."""
    lines = select(ContractLine.version_id).where(ContractLine.traded_id == case.traded_id)
    bought = select(ContractParty.version_id).where(ContractParty.organisation_id == case.organisation_id)
    query = select(Contract).where(Contract.version_id.in_(lines), Contract.version_id.in_(bought))
    return db.session.scalars(query.order_by(Contract.id)).one()


def paid_back(case: SubsidyCase, wan: int) -> list[Recovery]:
    """Record a refund on the contract of a case, and let the arithmetic follow."""
    deals.make_payment(contract_of(case), wan * WAN, kind="refund")
    policy = fresh(case).policy
    assert policy is not None
    with unit_of_work():
        return recoveries.sync(policy)


def receive_all(recovery: Recovery) -> None:
    """Record that the whole of a recovery came back today."""
    payer = _known(Role.FINANCE)
    received = Received(recovery.amount_fen, clock.today(), "HSB", f"TH{recovery.id:08d}")
    with unit_of_work():
        recovering.record(payer, recovery.id, received)
