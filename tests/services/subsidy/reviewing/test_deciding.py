"""初审, 审核, 陈述申辩: who decides, with what, and what follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.extensions import db
from marketplace.models.platform import Notice, ReviewTask
from marketplace.models.subsidy import CaseMaterial
from marketplace.services.people import actors, grants
from marketplace.services.platform import files, reviews
from marketplace.services.subsidy.applying import history, submitting
from marketplace.services.subsidy.cases import REVIEW_KINDS
from marketplace.services.subsidy.reviewing import checking, competence, deciding, several
from marketplace.services.subsidy.reviewing.deciding import Opinion
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.reviewing import again, check_all, city, decide, office, passed_first, submitted

pytestmark = pytest.mark.usefixtures("session")

REMARK = {"voucher": "第2笔转账凭证看不清流水号"}


def test_from_first_review_to_ready_for_the_amount():
    case, agent = submitted()
    first, second = office(), city()
    check_all(first, case)
    case = decide(first, case, "pass", note="材料齐全，情况属实")
    assert (case.state, case.first_reviewed_by) == ("review", first.person_id)
    assert competence.task_of(case).kind == "subsidy_review"
    case = decide(second, case, "pass")
    assert (case.state, case.reviewed_by) == ("accepted", second.person_id)
    assert case.ready_at > case.submitted_at
    assert competence.task_of(case) is None
    done = db.session.scalars(select(ReviewTask.outcome).order_by(ReviewTask.id)).all()
    assert done[-2:] == ["approved", "approved"]
    kinds = db.session.scalars(select(Notice.kind).where(Notice.person_id == agent.person_id)).all()
    assert kinds.count("case_moved") == 2


def test_nothing_passes_before_every_paper_is_checked():
    case, _agent = submitted()
    reviewer = office()
    with pytest.raises(DomainError, match="还有材料没有核对：补助申请表"):
        decide(reviewer, case, "pass")
    with unit_of_work():
        checking.check_off(reviewer, case.id, ["form", "voucher"])
    rows = dict(db.session.execute(select(CaseMaterial.code, CaseMaterial.state)).all())
    assert (rows["form"], rows["voucher"]) == ("checked", "checked")
    with unit_of_work():
        checking.check_off(reviewer, case.id, ["form"])
    rows = dict(db.session.execute(select(CaseMaterial.code, CaseMaterial.state)).all())
    # What is taken over from the contract has no row state of its own.
    assert (rows["form"], rows["voucher"]) == ("checked", "missing")
    with pytest.raises(NotFound), unit_of_work():
        checking.check_off(reviewer, case.id, ["translation"])


def test_a_return_needs_ground_and_remark_and_comes_back_to_the_same_desk():
    case, agent = submitted()
    reviewer = office()
    with pytest.raises(DomainError) as missing:
        decide(reviewer, case, "return", remarks=REMARK)
    assert missing.value.field == "reasons"
    with pytest.raises(DomainError, match="请在有问题的项目旁写明意见"):
        decide(reviewer, case, "return", "paper_unclear")
    with pytest.raises(DomainError, match="请从列表中选择意见所指的项目"):
        decide(reviewer, case, "return", "paper_unclear", remarks={"nothing": "x"})
    case = decide(reviewer, case, "return", "paper_unclear", note="请补正", remarks=REMARK)
    assert (case.state, case.returned_from, case.state_note) == ("returned", "first_review", "请补正")
    told = history.last_decision(case)
    assert {one.field: one.text for one in told.remarks} == REMARK
    with unit_of_work():
        submitting.resubmit(agent, case.id)
    case = again(case)
    assert (case.state, competence.task_of(case).scope) == ("first_review", "341302")


def test_a_paper_sent_back_is_looked_at_again_and_the_others_stay_checked():
    case, agent = submitted()
    reviewer = office()
    with unit_of_work():
        checking.check_off(reviewer, case.id, ["form", "voucher", "contract"])
    decide(reviewer, again(case), "return", "seal_missing", remarks={"form": "缺公章", "voucher": "看不清"})
    with unit_of_work():
        submitting.resubmit(agent, case.id)
    found = {one.code for one in again(case).materials if one.checked_at is not None}
    assert found == {"contract"}


def test_what_can_be_mended_is_no_ground_to_refuse():
    case, _agent = submitted()
    reviewer = office()
    words = {"note": "卖方注册地在本市", "remarks": {"conditions": "卖方在埇桥区"}}
    with pytest.raises(DomainError, match="请退回补正"):
        decide(reviewer, case, "refuse", "paper_unclear", **words)
    with pytest.raises(DomainError, match="请从列表中选择理由"):
        decide(reviewer, case, "refuse", "not_certified", **words)
    with pytest.raises(DomainError, match="请写明事实和依据"):
        decide(reviewer, case, "refuse", "seller_of_city", remarks=words["remarks"])
    case = decide(reviewer, case, "refuse", "seller_of_city", **words)
    assert (case.state, case.refused_by, case.state_note) == ("refused", reviewer.person_id, words["note"])
    assert history.timeline(case)[-1].reasons == ["购买的不是市外成果"]


def test_appeals_are_decided_by_somebody_else():
    case, agent = passed_first()
    reviewer = city(Role.SUBSIDY_REVIEWER, Role.SUBSIDY_APPROVER)
    case = decide(reviewer, case, "refuse", "not_converted", note="未见转化", remarks={"sum": "未投产"})
    with unit_of_work():
        submitting.appeal(agent, case.id, "生产线已于九月投产")
    case = again(case)
    with pytest.raises(NotAllowed):
        decide(reviewer, case, "dismiss", "facts_stand", note="不成立")
    with pytest.raises(NotAllowed):
        decide(city(), case, "dismiss", "facts_stand", note="不成立")
    judge = city(Role.SUBSIDY_APPROVER)
    with pytest.raises(DomainError, match="请写明对陈述申辩的答复"):
        decide(judge, case, "grant", "facts_changed")
    with pytest.raises(DomainError, match="不一致"):
        decide(judge, case, "grant", "facts_stand", note="照片证明已投产")
    case = decide(judge, case, "grant", "facts_changed", note="照片证明已投产")
    assert (case.state, competence.task_of(case).kind) == ("review", "subsidy_review")


@pytest.mark.parametrize("certificate", [False, True])
def test_no_appeal_beside_a_newer_case_for_the_same_thing(certificate):
    case, agent = submitted()
    case = decide(office(), case, "refuse", "dishonest", note="在名单上", remarks={"conditions": "失信"})
    newer = subsidies.make_case(case.organisation, case.traded, case.policy, case.batch, "first_review")
    if certificate:
        with unit_of_work():
            for one in (again(case), again(newer)):
                one.clause, one.traded_id, one.particulars = "high_tech", None, {"number": "GR202634000123"}
    with pytest.raises(DomainError, match="另一份申请"), unit_of_work():
        submitting.appeal(agent, case.id, "已移出")
    with unit_of_work():
        again(newer).state = "withdrawn"
    with unit_of_work():
        submitting.appeal(agent, case.id, "已移出")
    assert again(case).state == "appealed"


def test_a_dismissed_appeal_is_the_end():
    case, agent = submitted()
    first = office()
    case = decide(first, case, "refuse", "dishonest", note="在名单上", remarks={"conditions": "失信"})
    with unit_of_work():
        submitting.appeal(agent, case.id, "已移出")
    assert competence.barred(first, again(case)).message == "您作过此申请的初审，陈述申辩须由另一人处理"
    case = decide(city(Role.SUBSIDY_APPROVER), case, "dismiss", "no_new_facts", note="仍在名单上")
    assert case.state == "dismissed"


def test_nobody_does_both_reviews_whatever_the_first_one_was():
    case, agent = submitted()
    first, other = (city(Role.SUBSIDY_FIRST_REVIEWER, Role.SUBSIDY_REVIEWER) for _ in range(2))
    decide(first, case, "return", "paper_unclear", remarks=REMARK)
    with unit_of_work():
        submitting.resubmit(agent, case.id)
    check_all(other, case)
    case = decide(other, case, "pass")
    # Neither who passed it nor who had only returned it before.
    for person in (first, other):
        with pytest.raises(NotAllowed):
            decide(person, case, "pass")
        assert not competence.may_review(person, case)
    assert decide(city(), case, "pass").state == "accepted"


def test_only_the_office_of_the_domicile_sees_and_decides():
    case, agent = submitted()
    stranger = office("341321")
    with pytest.raises(NotFound):
        decide(stranger, case, "pass")
    with pytest.raises(NotFound):
        competence.get_for(agent, case.id)
    with pytest.raises(NotAllowed):
        decide(city(), case, "pass")
    assert competence.get_for(city(Role.AUDITOR), case.id).id == case.id
    with pytest.raises(NotAllowed):
        decide(city(Role.AUDITOR), case, "pass")


def test_who_moved_to_another_office_loses_the_case():
    case, _agent = submitted()
    person = make.make_staff(Role.SUBSIDY_FIRST_REVIEWER)
    with unit_of_work():
        several.assign(make.actor(person), case.id, person.id)
    case = again(case)
    assert competence.assignee_of(competence.task_of(case)).id == person.id
    admins = [city(Role.SYSTEM_ADMIN) for _ in range(2)]
    with unit_of_work():
        grants.revoke(admins[0], make.grant_of(person).id)
    make.grant(person, Role.SUBSIDY_FIRST_REVIEWER, scope="341321")
    # It is free for the others of the office.
    assert competence.task_of(again(case)).assignee_id is None
    with pytest.raises(NotFound):
        decide(actors.actor_of(person.id), case, "pass")


def test_a_grant_that_ran_out_loses_the_case_too():
    case, _agent = submitted()
    person = make.make_staff(Role.SUBSIDY_FIRST_REVIEWER)
    with unit_of_work():
        several.assign(make.actor(person), case.id, person.id)
    assert competence.assignee_of(competence.task_of(again(case))).id == person.id
    with unit_of_work():
        assert reviews.release_lost() == 0
        make.grant_of(person).valid_to = clock.today() - timedelta(days=1)
    assert competence.assignee_of(competence.task_of(again(case))) is None
    db.session.rollback()
    reviews.release_expired()
    assert competence.task_of(again(case)).assignee_id is None


def test_the_second_of_two_reviewers_is_told_so():
    case, _agent = submitted()
    first, second = office(), office()
    check_all(first, case)
    task = competence.task_of(case).id
    opinion = Opinion(["paper_unclear"], "", REMARK)
    with unit_of_work():
        deciding.decide(first, case.id, "pass", Opinion(), task)
    with pytest.raises(Conflict), unit_of_work():
        deciding.decide(second, case.id, "return", opinion, task)
    with unit_of_work():
        assert deciding.decide(first, case.id, "pass", Opinion(), task).state == "review"
    with pytest.raises(Conflict), unit_of_work():
        deciding.save(second, case.id, REMARK, task)


def test_without_evidence_of_use_the_city_cannot_pass():
    case, _agent = passed_first()
    reviewer = city()
    with unit_of_work():
        row = next(one for one in case.materials if one.code == "conversion")
        for link in files.links_of("case_material", row.id):
            files.detach(reviewer, link)
    with pytest.raises(DomainError, match="佐证"):
        decide(reviewer, case, "pass")


def test_several_are_passed_only_where_nothing_is_in_the_way():
    ready, _agent = submitted()
    bare, _agent = submitted()
    reviewer = office()
    check_all(reviewer, ready)
    found = several.candidates(reviewer, [ready.id, bare.id, 999_999])
    assert [(case.id, bool(why)) for case, why in found] == [(ready.id, False), (bare.id, True)]
    with unit_of_work():
        several.take(reviewer, ready.id, "pass")
    assert again(ready).state == "review"
    with pytest.raises(DomainError, match="没有核对"), unit_of_work():
        several.take(reviewer, bare.id, "pass")
    with unit_of_work():
        several.take(reviewer, bare.id, "take")
    assert competence.task_of(again(bare)).assignee_id == reviewer.person_id


STEPS = {
    "first_review": (Role.SUBSIDY_FIRST_REVIEWER, ("pass", "return", "refuse")),
    "review": (Role.SUBSIDY_REVIEWER, ("pass", "return", "refuse")),
    "appealed": (Role.SUBSIDY_APPROVER, ("grant", "dismiss")),
}


@pytest.mark.parametrize("state", [*SUBSIDY_CASE.states])
def test_every_state_by_every_role(state):
    """One role decides each of three states, by the decisions of that state; everywhere else nobody decides."""
    buyer, policy = make.make_organisation(), subsidies.make_policy()
    numbered = state in subsidies.NUMBERED
    case = subsidies.make_case(buyer, deals.make_traded(), policy, subsidies.make_batch(policy), state)
    if state in REVIEW_KINDS:
        with unit_of_work():
            scope = case.office if state == "first_review" else None
            reviews.open_task(REVIEW_KINDS[state], "subsidy_case", case.id, buyer, "x", scope=scope)
    authority = make.make_organisation("authority")
    competent, known = STEPS.get(state, (None, ()))
    for role in Role:
        person = make.actor(make.make_staff(role, authority=authority))
        assert competence.may_review(person, again(case)) is (role is competent)
        for decision in deciding.OUTCOMES:
            # Where the role is right, only a decision of another state is refused here; the rest is proved above.
            if role is competent and decision in known:
                continue
            with pytest.raises((NotAllowed, NotFound, Conflict)), unit_of_work():
                deciding.decide(person, case.id, decision, Opinion(["other"], "x", {"conditions": "x"}))
    assert again(case).state == state
    assert numbered is (case.number is not None)


def test_two_who_press_at_once_decide_once(app):
    case, _agent = submitted()
    pressing = [office(), office()]
    check_all(pressing[0], case)
    task, case_id = competence.task_of(case).id, case.id
    db.session.rollback()

    def press(who):
        with app.app_context():
            try:
                with unit_of_work():
                    deciding.decide(who, case_id, "pass", Opinion(), task)
            except DomainError as refused:
                return refused.code
        return "passed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(press, pressing))
    assert outcomes == ["passed", "task_closed"]
    done = select(ReviewTask).where(ReviewTask.kind == "subsidy_first_review", ReviewTask.state == "done")
    assert len(db.session.scalars(done).all()) == 1
