"""The history of a contract: its versions, their differences, and who did what when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractVersion
from marketplace.services.deals import confirming, contracts, drafts, history
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import make_contract
from tests.domain.deals.samples import MONEY
from tests.services.deals.helpers import did, link_of, people, side, signed, written

pytestmark = pytest.mark.usefixtures("session")


def test_versions_and_differences_are_for_their_readers() -> None:
    """What was shown is for everybody concerned, what is being written for its drafter."""
    own, actor = people()
    other, partner = people("宿州卖方")
    contract = written(actor, side(own), side(other))
    did(confirming.offer, actor, contract.id)
    did(confirming.decline, partner, contract.id, "有效期太短")
    did(drafts.save_money, actor, contract.id, replace(MONEY, valid_to=MONEY.valid_to + timedelta(days=1)))
    first, second = history.versions(actor, contract.id)[::-1]
    assert (first.version.ordinal, second.version.ordinal) == (1, 2)
    assert [(each.agreed, each.note) for each in first.confirmations] == [(False, "有效期太短")]
    assert first.author == actor.name
    with pytest.raises(NotFound):
        history.versions(partner, contract.id)
    did(confirming.offer, actor, contract.id)
    found = history.compare(partner, contract.id, 1, 2)
    assert [(change.field, change.old, change.new) for change in found.changes] == [
        ("valid_to", (("2028-03-01",),), (("2028-03-02",),))
    ]
    for ordinals in ((1, 3), (0, 1)):
        with pytest.raises(NotFound):
            history.compare(partner, contract.id, *ordinals)


def test_what_a_change_proposes_is_no_version_yet() -> None:
    """Only what was fixed and what is in force belongs to the history."""
    own, actor = people()
    contract = make_contract(own, drafter=own)
    with unit_of_work():
        drafts.next_version(actor, contract, contract.current)
    assert [each.version.ordinal for each in history.versions(actor, contract.id)] == [1]
    assert db.session.query(ContractVersion).filter_by(contract_id=contract.id).count() == 2


def labels(actor: Actor, contract: Contract) -> list[tuple[str, str, str]]:
    """Return (label, who, note) of the timeline."""
    return [(each.label.message, each.who, each.note) for each in history.timeline(actor, contract.id)]


def test_the_timeline_tells_who_did_what_with_reasons() -> None:
    """From the draft to a return with coded reasons and words."""
    own, actor = people()
    other, partner = people("宿州卖方")
    contract = written(actor, side(own), side(other))
    did(confirming.offer, actor, contract.id)
    did(confirming.decline, partner, contract.id, "价格")
    did(confirming.offer, actor, contract.id)
    did(confirming.agree, partner, contract.id, "张三")
    signed(actor, contract)
    did(confirming.submit, actor, contract.id)
    registrar = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR))
    task = reviews.open_task_for("contract", contract.id)
    with unit_of_work():
        contracts.act(
            registrar, db.session.get_one(Contract, contract.id), "return", ["seal_missing"], "缺章"
        )
        reviews.finish(registrar, task, "returned", ["seal_missing"], "缺章", frozenset())
    told = labels(partner, contract)
    assert [each[0] for each in told] == [
        "开始拟订", "提请对方确认", "不同意，退回修改", "提请对方确认", "确认合同内容", "各方已确认",
        "填写签订日期 %(signed_on)s", "申请登记", "退回补正",
    ]  # fmt: skip
    assert told[2][1:] == (partner.name, "价格")
    assert told[4][1:] == (partner.name, "")
    assert told[-1][1:] == (registrar.name, "缺章")
    last = history.timeline(actor, contract.id)[-1]
    assert (last.reasons, last.state.label) == (["印章不齐全或与当事人名称不一致"], "退回补正")
    assert last.organisation == registrar.organisation_name
    with pytest.raises(NotFound):
        history.timeline(people()[1], contract.id)


def test_words_by_link_are_told_with_the_name_that_was_typed() -> None:
    """A party without an account, and the reason of a contract that was given up."""
    own, actor = people()
    contract = written(actor, side(own))
    did(confirming.offer, actor, contract.id)
    did(confirming.decline_by_token, link_of(contract), "校长甲", "请改付款")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        did(confirming.offer, actor, contract.id)
        did(confirming.agree_by_token, link_of(contract), "校长甲")
        did(confirming.void, actor, contract.id, "不做了")
    told = labels(actor, contract)
    assert ("不同意，退回修改（邮件链接）", "校长甲", "请改付款") in told
    assert ("确认合同内容（邮件链接）", "校长甲", "") in told
    assert told[-1] == ("作废", actor.name, "不做了")
    event = next(
        each for each in history.timeline(actor, contract.id) if "确认合同内容" in each.label.message
    )
    assert event.organisation == "合肥测试大学"
