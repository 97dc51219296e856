"""进度查询: who acts, since when and by when, told only to who knows number and phone tail."""

import pytest

from marketplace.domain.errors import DomainError
from marketplace.services.platform import deadlines
from marketplace.services.subsidy.granting import progress
from tests.reviewing import decide, office, submitted

pytestmark = pytest.mark.usefixtures("session")


def test_the_way_of_a_case_with_offices_remarks_and_days_left():
    case, _agent = submitted()
    found = progress.find(f" {case.number.lower()} ", case.phone_tail)
    assert (found.office, found.due) == ("埇桥区", deadlines.due("review.limit.subsidy_first_review"))
    assert found.days_left == deadlines.days_left(found.due)
    assert [(step.label, step.office) for step in found.steps] == [("提交申请", "申请单位")]
    decide(office(), case, "return", "paper_unclear", note="请补正", remarks={"voucher": "看不清流水号"})
    found = progress.find(case.number, case.phone_tail)
    last = found.steps[-1]
    assert (found.office, found.due) == ("申请单位", deadlines.due("subsidy.applicant_limit"))
    assert (last.state, last.office, last.remark) == ("退回补正", "埇桥区", "请补正")


@pytest.mark.parametrize("wrong", ["number", "tail", "both", "empty tail"])
def test_a_wrong_number_and_a_wrong_tail_sound_the_same(wrong):
    case, _agent = submitted()
    number = "SZBZ2026-99999" if wrong in ("number", "both") else case.number
    tail = {"number": case.phone_tail, "empty tail": ""}.get(wrong, "9999")
    with pytest.raises(DomainError) as refused:
        progress.find(number, tail)
    assert (refused.value.code, refused.value.message) == (
        "progress_unknown",
        "没有查到，请核对受理编号和联系电话后四位",
    )
