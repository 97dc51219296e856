"""等谁 · 还差什么 · 最迟哪天: on the contract's page and on the workbench."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.services.deals import confirming, drafts, waiting
from marketplace.services.workbench import workbench
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment
from tests.domain.deals.samples import SELLER
from tests.services.deals.helpers import did, people, side, signed, written

pytestmark = pytest.mark.usefixtures("session")


def step(contract: Contract, actor: Actor) -> tuple[str, list[str], bool]:
    """Return (waits for, what is missing, whether mine) with the words filled in."""
    found = waiting.next_step(db.session.get_one(Contract, contract.id), actor)
    assert found is not None
    missing = [each.message % each.params if each.params else each.message for each in found.missing]
    return found.waits_for.message % found.waits_for.params, missing, found.mine


def test_from_draft_to_registry_each_side_is_told() -> None:
    """The drafter fills in, the other side confirms, either applies, the registrar decides."""
    own, actor = people("宿州买方")
    other, partner = people("宿州卖方")
    contract = did(drafts.create, actor)
    waits_for, missing, mine = step(contract, actor)
    assert (waits_for, mine) == ("贵单位", True)
    assert missing[0].startswith("补齐 ")
    written(actor, side(own), side(other), contract=contract)
    assert step(contract, actor) == ("贵单位", ["提请对方确认"], True)
    did(confirming.offer, actor, contract.id)
    assert step(contract, actor) == ("宿州卖方", ["对方确认"], False)
    assert step(contract, partner) == ("贵单位", ["核对合同并确认，或说明不同意的理由"], True)
    did(confirming.agree, partner, contract.id, "张三")
    assert step(contract, partner) == ("贵单位", ["签订日期", "签章合同文本"], True)
    signed(actor, contract)
    assert step(contract, actor) == ("贵单位", ["申请登记"], True)
    did(confirming.submit, actor, contract.id)
    assert step(contract, actor) == ("合同登记人员", ["登记审核"], False)
    found = waiting.next_step(contract, actor)
    assert found is not None
    assert found.due is not None
    registrar = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR))
    assert step(contract, registrar)[2] is False


def test_a_link_has_its_last_day() -> None:
    """Whoever is asked by a link has as long as the link."""
    own, actor = people()
    contract = written(actor, side(own))
    did(confirming.offer, actor, contract.id)
    found = waiting.next_step(contract, actor)
    assert found is not None
    assert found.waits_for.params == {"name": SELLER.name}
    assert found.due == clock.beijing(clock.now() + timedelta(days=14)).date()


def test_what_an_outside_or_public_seller_lacks_is_said() -> None:
    """The certificate for a seller elsewhere, the publication for a public institution that sells by agreement."""
    own, actor = people()
    outside = make_contract(own, state="confirmed", signed_on=clock.today(), drafter=own)
    assert step(outside, actor)[1] == ["登记证明的编号、日期、金额和文件"]
    university, _ = people(kind="university")
    public = make_contract(
        own, university, state="returned", signed_on=clock.today(), drafter=own, pricing="agreement"
    )
    assert step(public, actor)[1] == ["按退回意见补正", "协议定价公示"]


def test_a_registered_contract_waits_for_money() -> None:
    """The next instalment, then the word that all is done, then nothing."""
    own, actor = people("宿州买方")
    due = clock.today() + timedelta(days=9)
    contract = make_contract(own, amounts=(3 * WAN,), instalments=[(WAN, due), (2 * WAN, None)], drafter=own)
    found = waiting.next_step(contract, actor)
    assert found is not None
    assert (found.waits_for.message, found.mine, found.due) == ("贵单位", True, due)
    assert found.missing[0].params == {"name": "第1期"}
    make_payment(contract, 3 * WAN)
    assert step(contract, actor) == ("贵单位", ["标记为履行完毕"], True)
    did(confirming.complete, actor, contract.id)
    assert waiting.next_step(db.session.get_one(Contract, contract.id), actor) is None


def test_the_workbench_lists_contracts_with_a_constant_number_of_queries() -> None:
    """Mine and others', each with whom it waits for; ten more contracts cost no more queries."""
    own, actor = people("宿州买方")
    other, partner = people("宿州卖方")

    def fill() -> None:
        for state in ("draft", "offered", "confirmed", "submitted", "examined", "returned", "registered"):
            make_contract(own, other, state=state, drafter=own, signed_on=clock.today())

    def count() -> int:
        statements: list[str] = []

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        db.session.expire_all()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            waiting.items(actor)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    fill()
    bench = workbench(actor)
    assert [item.state.code for item in bench.mine if "合同" in item.kind.message] == [
        "draft",
        "confirmed",
        "returned",
    ]
    assert {item.state.code for item in bench.others} == {"offered", "submitted", "examined"}
    theirs = workbench(partner)
    assert {item.state.code for item in theirs.mine} == {"offered", "confirmed", "returned"}
    assert "draft" not in {item.state.code for item in theirs.others}
    before = count()
    fill()
    assert count() == before
    assert waiting.items(make.actor(make.make_person())) == []
