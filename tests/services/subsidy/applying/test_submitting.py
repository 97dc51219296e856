"""From a draft that lacks everything to a sealed application, back for 补正, withdrawn, appealed."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from marketplace.domain import clock, regions
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import DishonestEntry, SubsidyBatch, SubsidyCase
from marketplace.services import dispatch
from marketplace.services.deals.payments import decisions
from marketplace.services.platform import outbox, reviews
from marketplace.services.subsidy import case_facts, cases
from marketplace.services.subsidy.applying import (
    accounts,
    declaring,
    evidence,
    lacking,
    materials,
    snapshots,
    submitting,
    terms,
)
from marketplace.services.subsidy.reading import waiting, whole
from marketplace.services.subsidy.registers import decisions as written
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import subsidies
from tests.applications import complete, open_case
from tests.deals import PDF, WAN, make_contract, make_payment, make_traded

pytestmark = pytest.mark.usefixtures("session")


def refresh(case):
    db.session.expire_all()
    return db.session.get_one(SubsidyCase, case.id)


def test_the_worker_opens_a_case_once_a_contract_is_registered_and_paid():
    subsidies.make_policy()
    buyer = make.make_organisation()
    contract = make_contract(buyer)
    make_payment(contract, 100 * WAN)
    with unit_of_work():
        outbox.enqueue("contract", contract=contract.id)
    dispatch.drain()
    (case,) = db.session.scalars(select(SubsidyCase)).all()
    assert (case.state, case.organisation_id) == ("draft", buyer.id)


def test_a_new_draft_says_all_that_is_missing_and_takes_over_what_the_site_holds():
    case, agent = open_case()
    found = evidence.sum_of(case)
    states = {item.material.code: item.state for item in materials.checklist(case, found)}
    assert states["contract"] == states["certificate"] == "provided"
    assert states["form"] == states["sheet"] == states["unrelated"] == "missing"
    assert "import_certificate" not in states
    anchors = {problem.anchor for problem in lacking.problems(case)}
    assert {"material-form", "declarations"} <= anchors
    with pytest.raises(DomainError, match="申请还差4项：补助申请表"), unit_of_work():
        submitting.submit(agent, case.id)


def test_submission_pins_numbers_seals_and_opens_the_task_of_the_domicile():
    case, agent = open_case()
    complete(case, agent)
    digest = snapshots.digest_now(refresh(case))
    with unit_of_work():
        submitting.submit(agent, case.id, digest)
        # A second press changes nothing.
        submitting.submit(agent, case.id, digest)
    case = refresh(case)
    assert case.state == "first_review"
    assert case.number == f"SZBZ{clock.today().year}-00001"
    assert (case.office, len(case.phone_tail)) == (case.organisation.profile.division, 4)
    assert (case.snapshot["digest"], snapshots.is_intact(case)) == (digest, True)
    assert case.snapshot["content"]["sum"]["eligible_fen"] == 100 * WAN
    (task,) = db.session.scalars(select(ReviewTask).where(ReviewTask.subject_kind == "subsidy_case")).all()
    assert (task.kind, task.scope, task.state) == ("subsidy_first_review", case.office, "open")
    step = waiting.next_step(case, agent)
    assert (step.mine, step.due) == (False, task.due_on)


def test_what_changed_after_the_check_is_checked_again():
    case, agent = open_case()
    complete(case, agent)
    with pytest.raises(Conflict), unit_of_work():
        submitting.submit(agent, case.id, "0" * 64)
    assert refresh(case).number is None


@pytest.mark.parametrize("obstacle", ["no_batch", "draft_policy", "run_out", "dishonest", "provincial"])
def test_each_guard_stops_a_complete_application(obstacle):
    case, agent = open_case(is_open=obstacle != "no_batch")
    complete(case, agent, aid="provincial" if obstacle == "provincial" else "none")
    with unit_of_work():
        row = db.session.get_one(SubsidyCase, case.id)
        if obstacle == "draft_policy":
            row.policy.state, row.policy.says = "drafted", "draft"
        if obstacle == "run_out":
            row.policy.valid_to = clock.today() - timedelta(days=1)
        if obstacle == "dishonest":
            entry = DishonestEntry(uscc=row.organisation.uscc, source="测试名单", listed_on=clock.today())
            db.session.add(entry)
    words = {
        "no_batch": "批次",
        "draft_policy": "草案",
        "run_out": "届满",
        "dishonest": "失信",
        "provincial": "省级补助",
    }
    with pytest.raises(DomainError, match=words[obstacle]), unit_of_work():
        submitting.submit(agent, case.id)
    case = refresh(case)
    assert (case.state, case.number, case.snapshot) == ("draft", None, {})


def test_a_draft_without_an_open_batch_names_the_next_window():
    case, agent = open_case(is_open=False)
    assert terms.window_of(case) == terms.Window(None, None)
    words = [each.message for each in waiting.next_step(case, agent).missing]
    assert any("没有开放的批次" in each for each in words)


@pytest.mark.parametrize(("source", "state"), [("first_review", "first_review"), ("review", "review")])
def test_a_returned_case_goes_back_to_the_desk_it_came_from_with_both_snapshots(source, state):
    case, agent = open_case()
    complete(case, agent)
    with unit_of_work():
        submitting.submit(agent, case.id)
    with unit_of_work():
        row = db.session.get_one(SubsidyCase, case.id)
        row.state, row.returned_from = "returned", source
        for task in db.session.scalars(select(ReviewTask)):
            task.state = "cancelled"
    with unit_of_work():
        materials.upload(agent, case.id, "conversion", [("产品.pdf", PDF + b"conversion")])
        submitting.resubmit(agent, case.id)
    case = refresh(case)
    assert (case.state, case.number.endswith("00001"), len(case.snapshot["earlier"])) == (state, True, 1)
    assert case.snapshot["earlier"][0]["digest"] != case.snapshot_digest
    kinds = db.session.scalars(select(ReviewTask.kind).where(ReviewTask.state == "open")).all()
    assert kinds == [cases.REVIEW_KINDS[state]]


def test_withdrawing_a_fixed_case_gives_its_amount_back():
    buyer = make.make_organisation()
    agent = make.actor(make.make_person(buyer))
    policy = subsidies.make_policy()
    contract = make_contract(buyer)
    make_payment(contract, 100 * WAN)
    traded = contract.current.lines[0].traded
    case = subsidies.make_case(
        buyer, traded, policy, subsidies.make_batch(policy), "proposed", fixed_fen=10 * WAN
    )
    assert evidence.of_purchase(policy, traded.id, buyer.uscc).free_fen == 40 * WAN
    with unit_of_work():
        submitting.withdraw(agent, case.id)
        submitting.withdraw(agent, case.id)
    case = refresh(case)
    assert (case.state, case.fixed_fen, case.released_at is not None) == ("withdrawn", None, True)
    assert evidence.of_purchase(policy, traded.id, buyer.uscc).free_fen == 50 * WAN


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (30, False)])
def test_an_appeal_is_possible_for_the_days_of_the_version(days, in_time):
    buyer = make.make_organisation()
    agent = make.actor(make.make_person(buyer))
    policy = subsidies.make_policy()
    contract = make_contract(buyer)
    case = subsidies.make_case(
        buyer, contract.current.lines[0].traded, policy, subsidies.make_batch(policy), "refused",
        refused_on=clock.today() - timedelta(days=days),
    )  # fmt: skip
    with pytest.raises(DomainError, match="理由"), unit_of_work():
        submitting.appeal(agent, case.id, " ")
    if not in_time:
        with pytest.raises(DomainError, match="期限"), unit_of_work():
            submitting.appeal(agent, case.id, "凭证已经补正")
        return
    with unit_of_work():
        submitting.appeal(agent, case.id, "凭证已经补正")
    case = refresh(case)
    assert (case.state, declaring.last_of(case, "appeal").words) == ("appealed", "凭证已经补正")
    assert db.session.scalars(select(ReviewTask.kind)).all() == ["subsidy_appeal"]


def test_others_see_nothing_of_a_draft_and_change_nothing():
    case, _agent = open_case()
    stranger = make.actor(make.make_person(make.make_organisation()))
    reviewer = make.actor(make.make_staff(Role.SUBSIDY_REVIEWER))
    for actor in (stranger, reviewer):
        with pytest.raises(NotFound), unit_of_work():
            materials.upload(actor, case.id, "form", [("表.pdf", PDF)])
        with pytest.raises(NotFound), unit_of_work():
            submitting.submit(actor, case.id)


def test_declarations_need_every_word_and_a_name():
    case, agent = open_case()
    empty = declaring.Declared(False, False, "", "", " ")
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        declaring.declare(agent, case.id, empty)
    fields = [each.field for each in refused.value.errors]
    assert fields == ["unrelated", "aid", "truth", "typed_name"]


def test_an_account_is_the_applicants_own_and_confirmed():
    case, agent = open_case()
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        accounts.confirm(agent, case.id, "", "别家公司", "12-34")
    assert [each.field for each in refused.value.errors] == ["bank", "name", "number"]
    with unit_of_work():
        accounts.confirm(agent, case.id, "徽商银行宿州分行", case.organisation.name, "6217 0012 3456 7890")
    case = refresh(case)
    assert (case.account_number, accounts.masked(case.account_number)) == ("6217001234567890", "…7890")
    assert case.account_confirmed_at is not None


def test_facts_are_only_looked_up_where_a_guard_can_ask():
    case, agent = open_case()
    assert case_facts.facts_of(case, agent) == {"in_force", "batch_open", "trustworthy"}


def test_a_verified_voucher_and_an_exclusion_reach_the_worker(drain):
    subsidies.make_policy()
    buyer = make.make_organisation()
    contract = make_contract(buyer)
    payment = make_payment(contract, 100 * WAN, state="submitted")
    finance = make.actor(make.make_staff(Role.FINANCE))
    with unit_of_work():
        task = reviews.open_task("payment", "payment", payment.id, buyer, "付款", {buyer.id})
        decisions.approve(finance, task)
    drain()
    (case,) = db.session.scalars(select(SubsidyCase)).all()
    assert case.state == "draft"
    with unit_of_work():
        share = db.session.get_one(Payment, payment.id).allocations[0]
        decisions.exclude(finance, share.id, 100 * WAN, "与成果无关")
    assert drain() >= 1
    assert evidence.sum_of(refresh(case)).eligible_fen == 0


def test_an_import_needs_two_papers_more():
    case, agent = open_case()
    with unit_of_work():
        contract = db.session.query(Contract).one()
        contract.current.is_import = True
    case = refresh(case)
    found = evidence.sum_of(case)
    codes = [item.material.code for item in materials.checklist(case, found) if item.open]
    assert codes[-2:] == ["import_certificate", "translation"]
    with unit_of_work():
        materials.waive(agent, case.id, "translation", "合同为中文")
        with pytest.raises(DomainError, match="必须提供"):
            materials.waive(agent, case.id, "form", "没有公章")
    items = {item.material.code: item for item in materials.checklist(refresh(case), found)}
    assert (items["translation"].state, items["translation"].row.note) == ("waived", "合同为中文")


def test_a_draft_names_the_next_window_when_one_is_announced():
    case, agent = open_case(is_open=False)
    with unit_of_work():
        batch = db.session.query(SubsidyBatch).one()
        batch.title, batch.apply_from = "下一批", clock.today() + timedelta(days=7)
        batch.apply_to = clock.today() + timedelta(days=37)
        day = batch.apply_from.isoformat()
    step = waiting.steps_of(agent, [refresh(case)])[case.id]
    assert [(each.message % each.params) for each in step.missing] == [f"下一批次“下一批”{day}开放后提交"]
    assert step.mine


def test_the_steps_of_many_cases_take_as_many_queries_as_those_of_one():
    case, agent = open_case()
    policy = case.policy
    batch = subsidies.make_batch(policy)
    for state in ("first_review", "published", "tracking", "withdrawn", "refused"):
        subsidies.make_case(case.organisation, make_traded(), policy, batch, state)

    def asked(found):
        count = []
        hook = lambda *_: count.append(1)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", hook)
        steps = waiting.steps_of(agent, found)
        event.remove(db.engine, "before_cursor_execute", hook)
        return len(count), steps

    rows = list(db.session.scalars(select(SubsidyCase).order_by(SubsidyCase.id)))
    for row in rows:
        assert row.policy is not None
    one, _steps = asked(rows[:1])
    many, steps = asked(rows)
    assert many <= one + 1
    assert steps[rows[1].id].waits_for.message in regions.FIRST_REVIEW_OFFICES.values()
    assert rows[4].id not in steps


def test_20_a_listed_applicant_submits_after_a_written_decision_only():
    case, agent = open_case()
    complete(case, agent)
    with unit_of_work():
        uscc = refresh(case).organisation.uscc
        db.session.add(DishonestEntry(uscc=uscc, source="测试名单", listed_on=clock.today()))
    assert whole.of_case(agent, case.id).is_listed
    approver = make.actor(make.make_staff(Role.SUBSIDY_APPROVER))
    with pytest.raises(NotAllowed), unit_of_work():
        written.dishonest(agent, case.id, "overridden", "已整改")
    with unit_of_work():
        written.dishonest(approver, case.id, "overridden", "已整改，信用修复完成")
    with unit_of_work():
        assert submitting.submit(agent, case.id).state == "first_review"
