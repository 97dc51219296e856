"""Verification: approval, return, correction, changes, suspension, closing; dated data and the mark."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.models.people import Invitation, OrganisationProfile
from marketplace.models.platform import AuditEvent, Notice, OutboxMessage, ReviewTask
from marketplace.services.people import actors, invitations, organisations, verification
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests.factories import actor, grant, make_organisation, make_person, make_staff, make_uscc
from tests.support.people import PROFILE, open_task, organisation_of, png, sign_up

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin(session):
    """A 系统管理员 of the authority."""
    return make_staff(Role.SYSTEM_ADMIN)


@pytest.fixture
def head(session):
    """The 负责人 of an organisation that waits for verification."""
    return sign_up()


def approve(admin, organisation, note=""):
    """Decide as the review desk does."""
    with unit_of_work():
        verification.approve(actor(admin), open_task(organisation), note)


def send_back(admin, organisation, reasons, note=""):
    """Return as the review desk does."""
    with unit_of_work():
        verification.return_(actor(admin), open_task(organisation), reasons, note)


def submit(head, data, kind="enterprise", dropped=()):
    """Change as the page does."""
    with unit_of_work():
        return organisations.change(actor(head), organisation_of(head), kind, data, dropped).id


def test_approval_verifies_dates_tells_and_indexes(session, admin, head) -> None:
    """Everything that follows from one decision."""
    organisation = organisation_of(head)
    approve(admin, organisation, "核对无误")
    assert organisation.state == "verified"
    assert (organisation.profile.state, organisation.profile.valid_from) == ("approved", clock.today())
    task = session.scalars(select(ReviewTask)).one()
    assert (task.state, task.outcome, task.decided_by, task.note) == (
        "done",
        "approved",
        admin.id,
        "核对无误",
    )
    kinds = session.scalars(select(Notice.kind).where(Notice.person_id == head.id)).all()
    assert kinds == ["organisation_verified"]
    payloads = session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "index")).all()
    assert {"kind": "organisation", "id": organisation.id} in payloads
    mark = verification.mark_of(organisation)
    assert mark is not None
    assert "法定代表人" in mark.verified


def test_nobody_verifies_their_own(session, admin, head) -> None:
    """Neither people of the organisation, nor somebody without the role."""
    organisation = organisation_of(head)
    insider = make_person(organisation)
    grant(insider, Role.SYSTEM_ADMIN)
    with pytest.raises(NotAllowed):
        approve(insider, organisation)
    with pytest.raises(NotAllowed):
        approve(make_staff(Role.ACHIEVEMENT_REVIEWER), organisation)
    with pytest.raises(NotAllowed):
        send_back(head, organisation, ["name_differs"])
    assert organisation.state == "unverified"
    assert open_task(organisation).state == "open"


def test_a_decision_is_made_once(admin, head) -> None:
    """A second reviewer with an old page is told."""
    organisation = organisation_of(head)
    task = open_task(organisation)
    approve(admin, organisation)
    with pytest.raises(Conflict), unit_of_work():
        verification.approve(actor(admin), task, "")
    with pytest.raises(Conflict), unit_of_work():
        verification.return_(actor(admin), task, ["name_differs"], "")


def test_a_return_says_why_and_is_corrected(session, admin, head) -> None:
    """退回补正 and 重新提交, with the same profile and a new task."""
    organisation = organisation_of(head)
    with pytest.raises(DomainError):
        send_back(admin, organisation, [])
    with pytest.raises(DomainError):
        send_back(admin, organisation, ["other"], " ")
    send_back(admin, organisation, ["name_differs"], "与执照第一行不一致")
    profile = organisation.profile
    assert profile.state == "returned"
    assert organisation.state == "unverified"
    assert [task.reasons for task in session.scalars(select(ReviewTask))] == [["name_differs"]]
    again = submit(head, replace(PROFILE, name="汴水木业股份有限公司"), kind="university")
    assert again == profile.id
    assert (profile.state, profile.name, organisation.kind) == (
        "pending",
        "汴水木业股份有限公司",
        "university",
    )
    assert len(session.scalars(select(ReviewTask)).all()) == 2
    approve(admin, organisation)
    assert organisation.state == "verified"


def test_correction_may_exchange_the_licence_but_not_lack_it(admin, head) -> None:
    """Dropped files go with the correction; at least one stays."""
    organisation = organisation_of(head)
    send_back(admin, organisation, ["licence_unclear"])
    old = organisations.licences(organisation)
    with pytest.raises(ValidationFailed) as refused:
        submit(head, PROFILE, dropped={link.id for link in old})
    assert [error.field for error in refused.value.errors] == ["licence"]
    with unit_of_work():
        organisations.keep_uploads(actor(head), organisation, [("clear.png", png(10))])
    submit(head, PROFILE, dropped={link.id for link in old})
    names = [link.file.name for link in files.links_of("profile", organisation.profile.id, "licence")]
    assert names == ["clear.png"]
    assert files.links_of("organisation", organisation.id) == []


def test_changed_data_waits_while_the_old_holds(admin, head) -> None:
    """Two versions, dated without a gap; snapshots find the right one."""
    organisation = organisation_of(head)
    start, day = clock.now(), clock.today()
    approve(admin, organisation)
    first = organisation.profile
    with clock.frozen(start + timedelta(days=30)):
        submit(head, replace(PROFILE, address="新路2号"))
        assert organisation.profile is first
        assert organisation.state == "verified"
        with pytest.raises(Conflict):
            submit(head, replace(PROFILE, address="新路3号"))
    with clock.frozen(start + timedelta(days=40)):
        approve(admin, organisation)
    second, turn = organisation.profile, day + timedelta(days=40)
    assert (first.valid_from, first.valid_to) == (day, turn)
    assert (second.valid_from, second.valid_to) == (turn, None)
    days = (day - timedelta(days=1), day, turn - timedelta(days=1), turn)
    found = [organisations.profile_on(organisation.id, each) for each in days]
    assert found == [None, first, first, second]
    assert len(files.links_of("profile", second.id, "licence")) == 1
    versions = organisations.history(organisation)
    assert [(version.profile.ordinal, version.changed) for version in versions] == [(2, ["address"]), (1, [])]


def test_two_approvals_on_one_day_leave_one_in_force(admin, head) -> None:
    """The one superseded the same day was in force for no whole day."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    submit(head, replace(PROFILE, name="改名一"))
    approve(admin, organisation)
    found = organisations.profile_on(organisation.id, clock.today())
    assert found is organisation.profile
    assert found.name == "改名一"


def test_contact_data_changes_at_once(session, admin, head) -> None:
    """Nothing to verify in a telephone number; still a dated version."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    submit(head, replace(PROFILE, contact_phone="13800138001", size="small"))
    assert (organisation.profile.ordinal, organisation.profile.state) == (2, "approved")
    assert session.scalars(select(ReviewTask).where(ReviewTask.state == "open")).all() == []
    with pytest.raises(DomainError) as refused:
        submit(head, replace(PROFILE, contact_phone="13800138001", size="small"))
    assert refused.value.code == "nothing_changed"


def test_another_licence_alone_is_verified_again(admin, head) -> None:
    """A renewed licence is a change of what was verified."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    with unit_of_work():
        organisations.keep_uploads(actor(head), organisation, [("renewed.png", png(1))])
    submit(head, PROFILE)
    change = organisations.open_change(organisation)
    assert change is not None
    assert len(files.links_of("profile", change.id, "licence")) == 2


def test_the_kind_is_fixed_once_verified(admin, head) -> None:
    """It decides rights; only the platform may change it."""
    approve(admin, organisation_of(head))
    with pytest.raises(DomainError) as refused:
        submit(head, replace(PROFILE, name="新名"), kind="university")
    assert refused.value.field == "kind"


def test_a_change_is_withdrawn_and_its_task_with_it(session, admin, head) -> None:
    """Pending and returned ones alike; then another can be sent."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    submit(head, replace(PROFILE, name="甲"))
    with unit_of_work():
        organisations.withdraw(actor(head), organisation)
    states = [task.state for task in session.scalars(select(ReviewTask).order_by(ReviewTask.id))]
    assert states == ["done", "cancelled"]
    submit(head, replace(PROFILE, name="乙"))
    send_back(admin, organisation, ["name_differs"])
    with unit_of_work():
        organisations.withdraw(actor(head), organisation)
    assert organisations.open_change(organisation) is None
    assert organisation.name == PROFILE.name
    with pytest.raises(Conflict), unit_of_work():
        organisations.withdraw(actor(head), organisation)


def test_an_unverified_organisation_may_begin_again(admin, head) -> None:
    """Withdrawn before verification, changed, sent again with the same licence."""
    organisation = organisation_of(head)
    with unit_of_work():
        organisations.withdraw(actor(head), organisation)
    submit(head, replace(PROFILE, name="重来有限公司"))
    assert organisation.profile.name == "重来有限公司"
    approve(admin, organisation)
    assert organisation.state == "verified"


def test_only_its_manager_changes_an_organisation(admin, head) -> None:
    """Not its 经办人, not another organisation's 负责人."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    for person in (make_person(organisation), make_person(make_organisation(), position="manager"), admin):
        with pytest.raises(NotAllowed), unit_of_work():
            organisations.change(actor(person), organisation, "enterprise", replace(PROFILE, name="夺"))
        with pytest.raises(NotAllowed), unit_of_work():
            organisations.keep_uploads(actor(person), organisation, [("a.png", png())])
        with pytest.raises(NotAllowed), unit_of_work():
            organisations.withdraw(actor(person), organisation)


def test_suspension_takes_the_rights_of_the_verified(session, admin, head) -> None:
    """And restoring gives them back; both say why."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    with pytest.raises(DomainError) as refused, unit_of_work():
        verification.suspend(actor(admin), organisation, " ")
    assert refused.value.field == "note"
    with unit_of_work():
        verification.suspend(actor(admin), organisation, "执照被吊销")
    assert not actor(head).organisation_verified
    assert verification.mark_of(organisation) is None
    submit(head, replace(PROFILE, name="暂停中改名"))
    with pytest.raises(Conflict):
        approve(admin, organisation)
    with unit_of_work():
        verification.restore(actor(admin), organisation, "已更正")
    assert actor(head).organisation_verified
    decisions = verification.decisions_on(organisation)
    assert [(each.action, each.note) for each in decisions] == [
        ("restore", "已更正"),
        ("suspend", "执照被吊销"),
    ]
    with pytest.raises(Conflict), unit_of_work():
        verification.close(actor(admin), organisation, "不能直接注销")


def test_closing_frees_people_and_ends_what_waits(session, admin, head) -> None:
    """Profile lapses, task cancelled, invitations dead, everybody out; the code stays taken."""
    organisation = organisation_of(head)
    with unit_of_work():
        invitations.invite(actor(head), organisation, "某", "someone@example.com")
    with unit_of_work():
        verification.close(actor(admin), organisation, "重复入驻")
    assert organisation.state == "closed"
    told = session.scalars(select(Notice).where(Notice.kind == "organisation_closed")).one()
    assert (told.person_id, told.subject_kind) == (head.id, "account")
    assert session.scalars(select(OrganisationProfile.state)).all().count("withdrawn") == 1
    assert [task.state for task in session.scalars(select(ReviewTask))] == ["cancelled"]
    assert session.scalars(select(Invitation.state)).all() == ["revoked"]
    assert actors.current_membership(head.id) is None
    with pytest.raises(NotFound):
        organisations.own(actor(head))


def test_the_reviewer_sees_old_and_new_with_warnings(admin, head) -> None:
    """Every field, what is in force now, the licence, and what to look at twice."""
    organisation = organisation_of(head)
    approve(admin, organisation)
    make_organisation(name="撞名有限公司")
    submit(head, replace(PROFILE, name="撞名有限公司", division="341322", sector="C"))
    content = verification.material(open_task(organisation))
    changed = {row.key: (row.before, row.elements) for row in content.rows if row.changed}
    assert changed["name"] == (((PROFILE.name,),), (("撞名有限公司",),))
    assert changed["division"][1] == (("安徽省宿州市萧县",),)
    assert changed["sector"][0] == ()
    assert [link.file.name for link in content.files] == ["licence.png"]
    assert len(content.warnings) == 2
    first = verification.material(open_task(organisation_of(sign_up(make_uscc(), "second@example.com"))))
    assert not any(row.changed for row in first.rows)


def test_licence_files_are_for_the_organisation_and_its_verifiers(session, admin, head) -> None:
    """Neither the public nor other organisations, verified or not."""
    organisation = organisation_of(head)
    (link,) = files.links_of("profile", organisation.profile.id, "licence")
    readers = (head, make_person(organisation), admin, make_staff(Role.AUDITOR))
    for person in readers:
        assert files.open_for(actor(person), link.id).link.id == link.id
    strangers = (make_person(make_organisation()), make_person(), make_staff(Role.ACHIEVEMENT_REVIEWER))
    for person in strangers:
        with pytest.raises(NotFound):
            files.open_for(actor(person), link.id)


def test_decisions_are_audited(session, admin, head) -> None:
    """With codes, never with words."""
    send_back(admin, organisation_of(head), ["name_differs"], "执照上写的是别的名字")
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == "profile.return")).one()
    assert event.details == {"from": "pending", "to": "returned", "reasons": ["name_differs"]}
    assert event.actor_id == admin.id
