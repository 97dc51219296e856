"""Changes after registration: written by a party, approved by the registrar, counted on their own day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import Contract, TurnoverEntry
from marketplace.services.deals.registry import changes, deciding, judging
from marketplace.services.platform import files, reviews
from marketplace.services.unit import unit_of_work
from tests import deals
from tests import factories as make
from tests.deals import PDF, WAN
from tests.services.deals.helpers import did
from tests.services.deals.registry.helpers import agent, registrar

LATER = date(2027, 6, 1)
REASON = "双方协商一致，按补充协议执行，详见签章文件。"


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


@pytest.fixture
def contract(buyer, seller):
    return deals.make_contract(buyer, seller, amounts=(200 * WAN, 100 * WAN))


def data(*lines, plan=None, **values):
    total = sum(amount for amount, _ in lines)
    return changes.ChangeData(
        signed_on=clock.today(),
        reason=REASON,
        title="测试技术合同（变更）",
        valid_from=date(2026, 1, 1),
        valid_to=date(2029, 1, 1),
        content="卖方许可买方实施专利，并延长技术指导期限至六个月。",
        lines=lines,
        instalments=plan if plan is not None else (InstalmentData("一期", "fixed", LATER, "", total),),
        **values,
    )


def written(actor, contract, kind, said, paper=PDF):
    change = did(changes.start, actor, contract.id, kind)
    did(changes.save, actor, change.id, said)
    if paper:
        did(changes.add_file, actor, change.id, "变更协议.pdf", paper)
    return change


def handed_in(actor, contract, kind, said):
    change = written(actor, contract, kind, said)
    did(changes.submit, actor, change.id)
    return change


def entries_of(contract):
    query = select(TurnoverEntry).where(TurnoverEntry.contract_id == contract.id).order_by(TurnoverEntry.id)
    return [(row.kind, row.amount_fen, row.technical_fen, row.contracts) for row in db.session.scalars(query)]


def approved(change, *amounts):
    lines = change.proposed.lines if change.proposed else []
    return {line.id: fen for line, fen in zip(lines, amounts, strict=True)}


def test_an_amendment_becomes_the_text_and_its_difference_counts_today(contract, buyer, seller):
    them, one = agent(seller), registrar()
    change = handed_in(them, contract, "amend", data((150 * WAN, 120 * WAN), (100 * WAN, 90 * WAN)))
    assert contract.current.ordinal == 1
    assert {each.field for each in changes.changed(change)} >= {"title", "content", "lines", "instalments"}
    task = changes.task_of(change).id
    did(deciding.approve, one, change.id, approved(change, 110 * WAN, 90 * WAN), "", task)
    did(deciding.approve, one, change.id, approved(change, 110 * WAN, 90 * WAN), "", task)
    contract = db.session.get_one(Contract, contract.id)
    assert (contract.state, contract.current.ordinal, contract.current.title) == (
        "registered", 2, "测试技术合同（变更）",
    )  # fmt: skip
    assert contract.current.frozen_at is not None
    assert [line.approved_technical_fen for line in contract.current.lines] == [110 * WAN, 90 * WAN]
    assert (contract.registration.turnover_fen, contract.registration.technical_fen) == (250 * WAN, 200 * WAN)
    assert entries_of(contract) == [
        ("register", 300 * WAN, 300 * WAN, 1), ("amend", -50 * WAN, -100 * WAN, 0),
    ]  # fmt: skip
    assert change.state == "approved"
    with pytest.raises(Conflict):
        did(deciding.approve, registrar(), change.id, {}, "", task)


def test_a_change_of_another_matter_keeps_what_the_registry_cut(contract, buyer):
    """The registrar begins with what was approved; only amounts that change begin with what is declared."""
    with unit_of_work():
        for line in contract.current.lines:
            line.approved_technical_fen = line.technical_fen - WAN
    change = handed_in(agent(buyer), contract, "amend", data((200 * WAN, 200 * WAN), (100 * WAN, 90 * WAN)))
    assert judging.suggested(contract, change.proposed) == [199 * WAN, 90 * WAN]


def test_royalties_are_supplemented_once_they_are_known(buyer, seller):
    contract = deals.make_contract(
        buyer,
        seller,
        amounts=(50 * WAN,),
        open_ended=True,
        payment_mode="entry_royalty",
        royalty_terms="按销售额的3%提成",
    )
    plan = (
        InstalmentData("入门费", "fixed", LATER, "", 50 * WAN),
        InstalmentData("提成", "royalty", None, "投产一年后", 20 * WAN),
    )
    them = agent(buyer)
    less = written(them, contract, "supplement", data((40 * WAN, 40 * WAN)))
    with pytest.raises(ValidationFailed) as refused:
        did(changes.submit, them, less.id)
    assert "lines.0.amount_fen" in {fault.field for fault in refused.value.errors}
    did(changes.save, them, less.id, data((70 * WAN, 70 * WAN), plan=plan))
    did(changes.submit, them, less.id)
    did(deciding.approve, registrar(), less.id, approved(less, 70 * WAN))
    contract = db.session.get_one(Contract, contract.id)
    assert entries_of(contract)[-1] == ("supplement", 20 * WAN, 20 * WAN, 0)
    assert contract.current.open_ended is False
    assert contract.current.content.startswith("卖方许可买方实施专利，并提供工艺文件")


def test_rescinded_counts_what_was_paid(contract, buyer):
    deals.make_payment(contract, 80 * WAN)
    change = handed_in(agent(buyer), contract, "rescind", data())
    assert change.proposed is None
    did(deciding.approve, registrar(), change.id, {})
    assert contract.state == "rescinded"
    assert contract.state_note == REASON
    assert entries_of(contract)[-1] == ("rescind", -220 * WAN, -220 * WAN, 0)


def test_deregistered_counts_nothing(contract, buyer):
    change = handed_in(agent(buyer), contract, "deregister", data())
    did(deciding.approve, registrar(), change.id, {})
    assert contract.state == "deregistered"
    assert entries_of(contract)[-1] == ("deregister", -300 * WAN, -300 * WAN, -1)
    with pytest.raises(DomainError):
        did(changes.start, agent(buyer), contract.id, "rescind")


def test_which_kinds_fit_a_state(contract, buyer):
    assert changes.possible(contract) == ["amend", "rescind", "deregister"]
    draft = deals.make_contract(buyer, state="draft")
    assert changes.possible(draft) == []
    rescinded = deals.make_contract(buyer, state="rescinded")
    assert changes.possible(rescinded) == ["deregister"]
    with pytest.raises(DomainError) as refused:
        did(changes.start, agent(buyer), contract.id, "supplement")
    assert refused.value.field == "kind"


def test_everything_missing_is_named_at_once(contract, buyer):
    them = agent(buyer)
    change = did(changes.start, them, contract.id, "amend")
    same = changes.ChangeData(
        lines=((200 * WAN, 200 * WAN), (100 * WAN, 100 * WAN)),
        title=contract.current.title,
        content=contract.current.content,
        valid_from=contract.current.valid_from,
        valid_to=contract.current.valid_to,
        instalments=(InstalmentData("第1期", "fixed", clock.today() + timedelta(days=30), "", 300 * WAN),),
    )
    did(changes.save, them, change.id, same)
    with pytest.raises(ValidationFailed) as refused:
        did(changes.submit, them, change.id)
    assert {fault.field for fault in refused.value.errors} == {"signed_on", "reason", "lines", "file"}
    for field, said in (
        ("signed_on", replace(data((1, 1), (1, 1)), signed_on=clock.today() + timedelta(days=1))),
        ("signed_on", replace(data((1, 1), (1, 1)), signed_on=contract.signed_on - timedelta(days=1))),
        ("instalments", data((2, 1), (1, 1), plan=(InstalmentData("一", "fixed", None, "", 2),))),
        ("instalments", data((2, 1), (1, 1), plan=())),
        ("instalments.0.amount_fen", data((2, 1), (1, 1), plan=(InstalmentData("一"),))),
        ("content", replace(data((2, 1), (1, 1)), content="太短")),
        ("valid_to", replace(data((2, 1), (1, 1)), valid_to=None)),
    ):
        did(changes.save, them, change.id, said)
        with pytest.raises(ValidationFailed) as refused:
            did(changes.submit, them, change.id)
        assert field in {fault.field for fault in refused.value.errors}


def test_what_cannot_be_kept_is_refused_at_its_field(contract, buyer):
    them = agent(buyer)
    change = did(changes.start, them, contract.id, "amend")
    day = clock.today()
    for field, said in (
        ("lines.1.technical_fen", data((5, 5), (5, 6))),
        (
            "instalments.0.amount_fen",
            data((5, 5), (5, 5), plan=(InstalmentData("一", "fixed", None, "", 0),)),
        ),
        ("valid_to", replace(data((5, 5), (5, 5)), valid_from=day, valid_to=day - timedelta(days=1))),
        ("instalments", data((5, 5), (5, 5), plan=(InstalmentData("一", "fixed", None, "", 1),) * 61)),
    ):
        with pytest.raises(ValidationFailed) as refused:
            did(changes.save, them, change.id, said)
        assert [fault.field for fault in refused.value.errors] == [field]


def test_a_stale_page_is_told_so(contract, buyer):
    them = agent(buyer)
    change = did(changes.start, them, contract.id, "amend")
    seen = change.version
    did(changes.save, them, change.id, data((1, 1), (1, 1)), seen)
    with pytest.raises(Conflict):
        did(changes.save, them, change.id, data((2, 2), (2, 2)), seen)


def test_one_open_change_a_contract_and_each_side_writes_its_own(contract, buyer, seller):
    them, others = agent(buyer), agent(seller)
    change = did(changes.start, them, contract.id, "amend")
    assert did(changes.start, them, contract.id, "amend").id == change.id
    with pytest.raises(Conflict):
        did(changes.start, others, contract.id, "rescind")
    with pytest.raises(NotFound):
        changes.get_for(others, change.id)
    with pytest.raises(NotFound):
        changes.get_for(registrar(), change.id)
    did(changes.save, them, change.id, data((150 * WAN, 1), (100 * WAN, 1)))
    did(changes.add_file, them, change.id, "变更协议.pdf", PDF)
    did(changes.submit, them, change.id)
    assert changes.get_for(others, change.id).id == change.id
    with pytest.raises(NotFound):
        did(changes.withdraw, others, change.id)
    with pytest.raises(Conflict):
        did(changes.save, them, change.id, data((1, 1), (1, 1)))
    with pytest.raises(NotFound):
        changes.get_for(agent(make.make_organisation("enterprise")), change.id)


def test_returned_mended_and_approved(contract, buyer):
    them, one = agent(buyer), registrar()
    change = handed_in(them, contract, "rescind", data())
    task = changes.task_of(change).id
    with pytest.raises(DomainError):
        did(deciding.return_, one, change.id, [], "", task)
    did(deciding.return_, one, change.id, ["not_signed"], "缺卖方公章", task)
    did(deciding.return_, one, change.id, ["not_signed"], "缺卖方公章", task)
    assert change.state == "returned"
    assert [each.note for each in changes.decided(change)] == ["缺卖方公章"]
    did(changes.submit, them, change.id)
    did(changes.submit, them, change.id)
    with pytest.raises(Conflict):
        did(deciding.approve, one, change.id, {}, "", task)
    did(deciding.approve, one, change.id, {})
    assert contract.state == "rescinded"


def test_withdrawn_frees_the_way(contract, buyer, seller):
    them = agent(buyer)
    change = handed_in(them, contract, "deregister", data())
    did(changes.withdraw, them, change.id)
    did(changes.withdraw, them, change.id)
    assert changes.open_change(contract.id) is None
    assert reviews.open_task_for("contract_change", change.id) is None
    assert did(changes.start, agent(seller), contract.id, "rescind").kind == "rescind"


def test_nobody_of_a_party_and_no_other_role_decides(contract, buyer, seller):
    change = handed_in(agent(buyer), contract, "deregister", data())
    insider = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR, authority=seller))
    for who in (insider, make.actor(make.make_staff(Role.CONTRACT_VERIFIER))):
        with pytest.raises(NotAllowed):
            did(deciding.approve, who, change.id, {})
    assert db.session.get_one(Contract, contract.id).state == "registered"


def test_amounts_approved_stay_within_the_line(contract, buyer):
    change = handed_in(agent(buyer), contract, "amend", data((150 * WAN, 1), (100 * WAN, 1)))
    for amounts in ((150 * WAN + 1, 0), (-1, 0)):
        with pytest.raises(ValidationFailed) as refused:
            did(deciding.approve, registrar(), change.id, approved(change, *amounts))
        assert refused.value.errors[0].field == "lines.0.approved"
    with pytest.raises(ValidationFailed):
        did(deciding.approve, registrar(), change.id, {})


def test_revocation_closes_an_open_change(contract, buyer):
    change = handed_in(agent(buyer), contract, "amend", data((150 * WAN, 1), (100 * WAN, 1)))
    did(deciding.revoke, registrar(), contract.id, ["void"], "合同被法院确认无效")
    assert (change.state, changes.task_of(change)) == ("withdrawn", None)


def test_a_completed_contract_lives_again_when_it_is_changed(buyer, seller):
    contract = deals.make_contract(buyer, seller, state="completed", amounts=(100 * WAN,))
    change = handed_in(agent(buyer), contract, "amend", data((150 * WAN, 150 * WAN)))
    did(deciding.approve, registrar(), change.id, approved(change, 150 * WAN))
    assert db.session.get_one(Contract, contract.id).state == "registered"


def test_who_reads_the_signed_paper(contract, buyer, seller):
    change = written(agent(buyer), contract, "rescind", data())
    link = files.links_of("contract_change", change.id)[0]
    judge = files.READERS["contract_change"]
    assert judge(agent(buyer), link)
    assert not judge(agent(seller), link)
    did(changes.submit, agent(buyer), change.id)
    assert judge(agent(seller), link)
    assert judge(registrar(), link)
    assert not judge(agent(make.make_organisation("enterprise")), link)
    with pytest.raises(Conflict):
        did(changes.remove_file, agent(buyer), change.id, link.id)
