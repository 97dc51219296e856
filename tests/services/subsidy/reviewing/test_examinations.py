"""第三方审计, 专家评审, 现场核查: who is asked, what they see, what they must bring."""

from datetime import date

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import PaymentEvidence
from marketplace.models.platform import FileLink, Notice
from marketplace.models.subsidy import CaseExamination
from marketplace.services.platform import files
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.applying import evidence
from marketplace.services.subsidy.reviewing import competence, examinations
from marketplace.services.subsidy.reviewing.examinations import Answer
from marketplace.services.unit import unit_of_work
from marketplace.services.workbench import workbench
from tests import deals
from tests import factories as make
from tests.deals import PDF, WAN
from tests.reviewing import again, city, decide, office, passed_first, submitted

pytestmark = pytest.mark.usefixtures("session")


def outside(role=Role.EXPERT, organisation=None):
    person = make.make_person(organisation)
    make.grant(person, role)
    return make.actor(person)


def ask(reviewer, case, person, kind="expert"):
    with unit_of_work():
        return examinations.assign(reviewer, case.id, kind, person.person_id).id


def declare(person, row, conflict=False):
    with unit_of_work():
        examinations.declare(person, row, conflict)


def give(person, row, **answer):
    with unit_of_work():
        examinations.give(person, row, Answer(**{"words": "技术先进，转化属实", **answer}))


def demanding(*steps):
    case, agent = passed_first()
    with unit_of_work():
        case.batch.steps = list(steps)
    return again(case), agent


def test_what_the_batch_asks_for_must_be_given_before_the_city_passes():
    case, _agent = demanding("expert")
    reviewer, expert = city(), outside()
    row = ask(reviewer, case, expert)
    with pytest.raises(DomainError, match="还没有完成"):
        decide(reviewer, case, "pass")
    assert [item.path for item in workbench(expert).mine] == [f"/desk/examinations/{row}"]
    declare(expert, row)
    give(expert, row, score=86)
    assert workbench(expert).mine == []
    case = again(case)
    assert examinations.average(case) == 86
    assert decide(reviewer, case, "pass").state == "accepted"


def test_who_is_concerned_cannot_be_asked():
    case, _agent = passed_first()
    reviewer = city()
    inside = outside(organisation=case.organisation)
    expert, auditor = outside(), outside(Role.EXTERNAL_AUDITOR)
    asked = {one.id for one in examinations.candidates(again(case), "expert")}
    assert asked == {expert.person_id}
    for person, kind in ((inside, "expert"), (auditor, "expert"), (reviewer, "expert")):
        with pytest.raises(DomainError, match="不能请此人"):
            ask(reviewer, case, person, kind)
    ask(reviewer, case, expert)
    with pytest.raises(DomainError, match="不能请此人"):
        ask(reviewer, again(case), expert)
    with pytest.raises(NotAllowed):
        ask(office(), case, auditor, "audit")


def test_an_interest_excludes_and_is_told():
    case, _agent = passed_first()
    reviewer, expert = city(), outside()
    row = ask(reviewer, case, expert)
    declare(expert, row, conflict=True)
    with pytest.raises(NotFound):
        cases.get_for(expert, case.id)
    with pytest.raises(Conflict):
        give(expert, row, score=90)
    with pytest.raises(Conflict):
        declare(expert, row)
    kinds = db.session.scalars(select(Notice.kind).where(Notice.person_id == reviewer.person_id)).all()
    assert "examination_declined" in kinds


def test_an_examiner_reads_the_papers_of_the_case_given_and_of_no_other():
    case, _agent = passed_first()
    other, _agent = submitted()
    reviewer, auditor = city(), outside(Role.EXTERNAL_AUDITOR)
    links = {
        one.id: competence.contracts_of(db.session.get_one(type(case), one.id))[0].id for one in (case, other)
    }
    link_ids = {
        key: db.session.scalars(
            select(FileLink.id).where(FileLink.subject_kind == "contract", FileLink.subject_id == contract)
        ).first()
        for key, contract in links.items()
    }
    row = ask(reviewer, case, auditor, "audit")
    for key in link_ids:
        with pytest.raises(NotFound):
            files.open_for(auditor, link_ids[key])
    declare(auditor, row)
    assert files.open_for(auditor, link_ids[case.id]).link.id == link_ids[case.id]
    assert cases.get_for(auditor, case.id).id == case.id
    for forbidden in (
        lambda: files.open_for(auditor, link_ids[other.id]),
        lambda: cases.get_for(auditor, other.id),
    ):
        with pytest.raises(NotFound):
            forbidden()
    decide(reviewer, case, "pass")
    with pytest.raises(NotFound):
        files.open_for(auditor, link_ids[case.id])


def test_an_examiner_opens_every_paper_of_the_case_and_none_of_another_purchase():
    """Later bank statements and the licence too; once the city has passed the case, nothing of it any more."""
    case, _agent = passed_first()
    payment = evidence.sum_of(case).contracts[0].terms[0].payment
    other = deals.make_contract(case.organisation, amounts=(10 * WAN,))
    elsewhere = deals.make_payment(other, WAN)
    with unit_of_work():
        later = PaymentEvidence(
            payment_id=payment.id, ordinal=1, state="verified", evidence="bank_transfer", bank="HSB",
            serial="LATER1", organisation_id=case.organisation_id, verified_at=clock.now(),
        )  # fmt: skip
        db.session.add(later)
        db.session.flush()
        profile = case.organisation.profile.id
        hung = {
            "statement": ("payment_evidence", later.id, "voucher"),
            "licence": ("profile", profile, "licence"),
            "else": ("payment", elsewhere.id, "voucher"),
        }
        links = {
            name: files.attach(
                SYSTEM, files.store(SYSTEM, f"{name}.pdf", PDF + name.encode(), "voucher"), kind, key, what
            ).id
            for name, (kind, key, what) in hung.items()
        }
    case = again(case)
    assert any(one.id == links["statement"] for one in evidence.sum_of(case).contracts[0].terms[0].files)
    reviewer, auditor = city(), outside(Role.EXTERNAL_AUDITOR)
    row = ask(reviewer, case, auditor, "audit")
    declare(auditor, row)
    for name in ("statement", "licence"):
        assert files.open_for(auditor, links[name]).link.id == links[name]
    for name in ("statement", "licence"):
        assert files.open_for(office(), links[name]).link.id == links[name]
        with pytest.raises(NotFound):
            files.open_for(office("341321"), links[name])
    assert files.open_for(reviewer, links["licence"]).link.id == links["licence"]
    with pytest.raises(NotFound):
        files.open_for(auditor, links["else"])
    decide(reviewer, case, "pass")
    for name in links:
        with pytest.raises(NotFound):
            files.open_for(auditor, links[name])
    with pytest.raises(NotFound):
        cases.get_for(auditor, case.id)


def test_a_visit_needs_day_people_and_photos():
    case, _agent = demanding("visit")
    reviewer = city()
    row = ask(reviewer, case, visitor := city(), "visit")
    declare(visitor, row)
    with pytest.raises(ValidationFailed) as missing:
        give(visitor, row)
    assert [fault.field for fault in missing.value.errors] == ["happened_on", "people", "file"]
    with unit_of_work():
        link = examinations.add_file(visitor, row, "现场.pdf", PDF).id
    with pytest.raises(ValidationFailed) as early:
        give(visitor, row, happened_on=date(1900, 1, 1), people="张三、李四")
    assert [fault.field for fault in early.value.errors] == ["happened_on"]
    give(visitor, row, happened_on=clock.today(), people="张三、李四")
    given = db.session.get_one(CaseExamination, row)
    assert (given.people, given.happened_on, given.score) == ("张三、李四", clock.today(), None)
    with pytest.raises(Conflict), unit_of_work():
        examinations.remove_file(visitor, row, link)
    assert files.open_for(reviewer, link).link.id == link
    assert examinations.is_examined(again(case))


def test_scores_are_whole_numbers_up_to_a_hundred_and_given_once():
    case, _agent = passed_first()
    reviewer, expert = city(), outside()
    row = ask(reviewer, case, expert)
    with pytest.raises(DomainError, match="请先声明"):
        give(expert, row, score=80)
    declare(expert, row)
    for score in (None, -1, 101):
        with pytest.raises(ValidationFailed):
            give(expert, row, score=score)
    give(expert, row, score=80)
    give(expert, row, score=80)
    with pytest.raises(Conflict):
        give(expert, row, words="改为不同意", score=10)
    with pytest.raises(NotFound):
        give(outside(), row, score=1)
