"""The review desk by real requests: queue, remarks, return, approval, batch, and who may not."""

import pytest

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.platform import ReviewTask
from marketplace.services.platform import reviews
from tests import factories as make


@pytest.fixture
def owner(session):
    return make.make_person(make.make_organisation("university", name="淮北试验研究院"), "manager")


@pytest.fixture
def reviewer(session):
    return make.make_staff(Role.ACHIEVEMENT_REVIEWER)


def task_of(listing):
    revision = listing.revisions[-1]
    task = reviews.open_task_for("revision", revision.id)
    assert task is not None
    return task


def test_a_submitted_achievement_stands_in_the_queue_with_who_and_until_when(login, owner, reviewer):
    task = task_of(make.make_submitted(owner))
    page = login(reviewer).page("/admin/reviews")
    assert "大豆基无醛木材胶粘剂" in page.text
    assert "淮北试验研究院" in page.text
    assert "无人领办" in page.text
    assert task.due_on.isoformat() in page.text


def test_returning_needs_a_reason_and_keeps_what_was_typed(login, owner, reviewer):
    task = task_of(make.make_submitted(owner))
    client = login(reviewer)
    page = client.submit(
        f"/admin/reviews/{task.id}",
        {"remark-summary": "请补充检测机构名称"},
        form="decision",
        button="action=return",
    )
    assert page.status_code == 422
    assert "请补充检测机构名称" in page.text
    assert reviews.open_task_for("revision", task.subject_id) is not None


def test_remarks_stand_beside_fields_of_what_is_reviewed_and_are_short(login, owner, reviewer):
    task = task_of(make.make_submitted(owner))
    client = login(reviewer)
    refused = client.post(f"/admin/reviews/{task.id}", data={"remark-summary": "长" * 1001, "action": "save"})
    assert refused.status_code == 422
    assert "每处意见最多1000字，有一处写了1001字" in refused.get_data(as_text=True)
    kept = client.post(
        f"/admin/reviews/{task.id}",
        data={"remark-title": "笼统", "remark-nothing": "甲", f"remark-{'x' * 200}": "乙", "action": "save"},
    )
    assert kept.status_code == 302
    db.session.expire_all()
    assert {each.field for each in db.session.get_one(ReviewTask, task.id).remarks} == {"title"}


def test_a_return_reaches_the_owner_with_reason_and_remark_beside_the_field(
    login, new_client, owner, reviewer, mailbox, drain
):
    listing = make.make_submitted(owner)
    task = task_of(listing)
    login(reviewer).submit(
        f"/admin/reviews/{task.id}",
        {"remark-summary": "请补充检测机构名称", "reasons": ["summary_vague"], "note": "总体不错"},
        form="decision",
        button="action=return",
    )
    drain()
    assert mailbox.last(owner.email).subject
    page = login(owner, new_client()).page(f"/desk/listings/{listing.id}")
    assert "总体不错" in page.text
    bench = login(owner, new_client()).page("/desk")
    assert "退回修改" in bench.text
    assert "按 2 条意见修改后重新提交" in bench.text


def test_approval_publishes_and_a_second_press_is_harmless(login, client, new_client, owner, reviewer):
    listing = make.make_submitted(owner)
    task = task_of(listing)
    client = login(reviewer)
    for _press in range(2):
        sent = client.post(f"/admin/reviews/{task.id}", data={"action": "approve"})
        assert sent.status_code == 302
    page = new_client().page(f"/achievements/{listing.id}")
    assert "大豆基无醛木材胶粘剂" in page.h1


def test_an_old_page_is_refused_when_the_task_has_changed(login, owner, reviewer):
    task = task_of(make.make_submitted(owner))
    client = login(reviewer)
    old = task.version
    client.post(f"/admin/reviews/{task.id}/assign", data={"assignee": str(reviewer.id)})
    sent = client.post(f"/admin/reviews/{task.id}", data={"action": "approve", "version": str(old)})
    assert sent.status_code == 422
    assert "已被他人更新" in sent.text


def test_nobody_reviews_what_their_own_organisation_submitted(login, session):
    university = make.make_organisation("university")
    owner, colleague = make.make_person(university, "manager"), make.make_person(university)
    make.grant(colleague, Role.ACHIEVEMENT_REVIEWER)
    task = task_of(make.make_submitted(owner))
    client = login(colleague)
    page = client.page(f"/admin/reviews/{task.id}")
    assert "您可以查看这一事项，但不能办理" in page.text
    sent = client.post(f"/admin/reviews/{task.id}", data={"action": "approve"})
    assert sent.status_code == 422
    assert reviews.open_task_for("revision", task.subject_id) is not None


def test_a_reviewer_of_demands_does_not_see_achievements(login, owner):
    task = task_of(make.make_submitted(owner))
    client = login(make.make_staff(Role.DEMAND_REVIEWER))
    assert "大豆基" not in client.page("/admin/reviews").text
    client.page(f"/admin/reviews/{task.id}", status=404)


def test_an_auditor_reads_the_queue_and_changes_nothing(login, owner):
    task = task_of(make.make_submitted(owner))
    client = login(make.make_staff(Role.AUDITOR))
    assert "大豆基无醛木材胶粘剂" in client.page("/admin/reviews").text
    client.page(f"/admin/reviews/{task.id}")
    client.post(f"/admin/reviews/{task.id}", data={"action": "approve"})
    client.post(f"/admin/reviews/{task.id}/assign", data={"assignee": "1"})
    assert reviews.open_task_for("revision", task.subject_id).assignee_id is None


def test_a_batch_is_confirmed_first_and_then_approved_one_by_one(login, new_client, owner, reviewer):
    made = [make.make_submitted(owner, title=f"无醛胶第{number}号配方") for number in (1, 2, 3)]
    ids = [str(task_of(listing).id) for listing in made]
    client = login(reviewer)
    first = client.post("/admin/reviews/batch", data={"task": ids})
    assert "请确认要通过的事项" in first.text
    assert new_client().get(f"/achievements/{made[0].id}").status_code == 404
    done = client.post("/admin/reviews/batch", data={"task": ids, "confirmed": "yes"})
    assert "通过 3 项，未办成 0 项" in done.text
    for listing in made:
        new_client().page(f"/achievements/{listing.id}")


def test_a_batch_of_nothing_or_of_strangers_ids_approves_nothing(login, owner, reviewer):
    task = task_of(make.make_submitted(owner))
    client = login(make.make_staff(Role.DEMAND_REVIEWER))
    for ids in ([], ["abc"], [str(task.id)], ["99999999"]):
        sent = client.post("/admin/reviews/batch", data={"task": ids, "confirmed": "yes"})
        assert sent.status_code == 302
    assert reviews.open_task_for("revision", task.subject_id) is not None


def test_the_filters_narrow_the_queue(login, owner, reviewer):
    make.make_submitted(owner, title="无醛胶第一号配方")
    second = task_of(make.make_submitted(owner, title="双极板冲压工艺"))
    client = login(reviewer)
    client.post(f"/admin/reviews/{second.id}/assign", data={"assignee": str(reviewer.id)})
    assert "双极板" not in client.page("/admin/reviews?who=none").text
    mine = client.page("/admin/reviews?who=me").text
    assert "双极板" in mine
    assert "无醛胶" not in mine
    assert "双极板" in client.page("/admin/reviews?q=双极板").text
    assert "没有符合条件的事项" in client.page("/admin/reviews?late=1").text
    client.page("/admin/reviews?kind=nonsense&page=-5&who=%00")


def test_a_task_goes_only_to_somebody_who_may_decide_it(login, owner, reviewer):
    task = task_of(make.make_submitted(owner))
    sent = login(reviewer).post(f"/admin/reviews/{task.id}/assign", data={"assignee": str(owner.id)})
    assert sent.status_code == 400
    assert reviews.open_task_for("revision", task.subject_id).assignee_id is None
