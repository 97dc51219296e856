"""The workbench: what each person has to see to, with 等谁 · 还差什么 · 最迟哪天 on every item."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may
from marketplace.domain.calendar import WorkingCalendar
from marketplace.domain.platform.settings import SETTINGS
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import (
    CONTRACT,
    INQUIRY,
    LEAD,
    LISTING,
    NEGOTIATION,
    PROFILE,
    REVIEW_TASK,
    REVISION,
    SETTING,
    SUBSIDY_CASE,
)
from marketplace.domain.states.revisions import EDITABLE_STATES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.people import OrganisationProfile
from marketplace.models.platform import ReviewTask, SettingValue
from marketplace.services import links
from marketplace.services.catalogue.quality import waiting as quality
from marketplace.services.deals import waiting
from marketplace.services.matching.brokerage import doing as leading
from marketplace.services.matching.inquiries import waiting as inquiries
from marketplace.services.matching.negotiations import reading as negotiating
from marketplace.services.platform import deadlines
from marketplace.services.platform.reviews import subject_of, waits_for
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.granting import waiting as granting
from marketplace.services.subsidy.reading import waiting as applying
from marketplace.services.subsidy.registers import waiting as registers
from marketplace.services.subsidy.reviewing import examinations
from marketplace.services.work_items import WorkItem

EXPIRY_NOTICE = timedelta(days=30)
SHOWN = 30


@dataclass(frozen=True)
class Workbench:
    """Items that wait for the reader, and items that wait for others."""

    mine: list[WorkItem]
    others: list[WorkItem]
    more: int = 0


def workbench(actor: Actor) -> Workbench:
    """Return what ``actor`` has to see to, most urgent first. The number of queries does not grow with the items."""
    calendar = deadlines.calendar()
    items = [*_of_organisation(actor, calendar), *_of_listings(actor, calendar)]
    items += [
        *_of_contracts(actor, calendar),
        *_of_cases(actor, calendar),
        *_of_inquiries(actor, calendar),
        *_of_negotiations(actor, calendar),
        *_of_leads(actor, calendar),
        *_of_examinations(actor),
        *_expiring(actor, calendar),
        *quality.of_actor(actor, calendar),
    ]
    items += [
        *_of_grants(actor, calendar),
        *_of_registers(actor),
        *_tasks(actor, calendar),
        *_settings(actor),
    ]
    items.sort(key=lambda item: (item.due or date.max, item.title))
    mine = [item for item in items if item.mine]
    others = [item for item in items if not item.mine]
    more = max(0, len(mine) - SHOWN) + max(0, len(others) - SHOWN)
    return Workbench(mine[:SHOWN], others[:SHOWN], more)


def _left(calendar: WorkingCalendar, due: date | None) -> int | None:
    return None if due is None else calendar.between(clock.today(), due)


def _open_tasks(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, ReviewTask]:
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == subject_kind,
        ReviewTask.subject_id.in_(subject_ids),
        ReviewTask.state == "open",
    )
    return {task.subject_id: task for task in db.session.scalars(query)} if subject_ids else {}


def _last_remarks(subject_kind: str, subject_ids: Sequence[int]) -> dict[int, int]:
    """Return how many remarks the last decision on each subject left."""
    if not subject_ids:
        return {}
    query = (
        select(ReviewTask)
        .where(
            ReviewTask.subject_kind == subject_kind,
            ReviewTask.subject_id.in_(subject_ids),
            ReviewTask.state == "done",
        )
        .options(selectinload(ReviewTask.remarks))
        .order_by(ReviewTask.id)
    )
    return {task.subject_id: len(task.remarks) + bool(task.note) for task in db.session.scalars(query)}


def _of_organisation(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    if actor.organisation_id is None:
        return
    query = select(OrganisationProfile).where(
        OrganisationProfile.organisation_id == actor.organisation_id,
        OrganisationProfile.state.in_(("pending", "returned")),
    )
    profiles = list(db.session.scalars(query))
    tasks = _open_tasks("profile", [profile.id for profile in profiles])
    for profile in profiles:
        task = tasks.get(profile.id)
        returned = profile.state == "returned"
        yield WorkItem(
            title=profile.name,
            kind=Words(N_("单位认证")),
            path=links.path_of("my_organisation", 0),
            state=PROFILE.states[profile.state],
            waits_for=Words(N_("贵单位负责人")) if returned else waits_for(task, "organisation"),
            missing=Words(N_("按退回意见补正")) if returned else Words(N_("核对单位资料和证照")),
            mine=returned and actor.is_manager,
            due=task.due_on if task else None,
            days_left=_left(calendar, task.due_on if task else None),
        )


def _of_listings(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    if actor.organisation_id is None:
        return
    query = (
        select(Revision)
        .join(Listing, Listing.id == Revision.listing_id)
        .where(
            Listing.organisation_id == actor.organisation_id,
            Revision.state.in_((*EDITABLE_STATES, "submitted")),
        )
    )
    revisions = list(db.session.scalars(query))
    ids = [revision.id for revision in revisions]
    tasks, remarks = _open_tasks("revision", ids), _last_remarks("revision", ids)
    hints = quality.hints(revisions)
    for revision in revisions:
        task = tasks.get(revision.id)
        mine = revision.state in EDITABLE_STATES
        yield WorkItem(
            title=revision.title or N_("（尚未填写名称）"),
            kind=Words(N_("科技成果") if revision.kind == "achievement" else N_("技术需求")),
            path=links.path_of("my_listing", revision.listing_id),
            state=REVISION.states[revision.state],
            waits_for=Words(N_("贵单位")) if mine else waits_for(task, revision.kind),
            missing=_missing(revision, remarks.get(revision.id, 0)),
            mine=mine,
            due=task.due_on if task else None,
            days_left=_left(calendar, task.due_on if task else None),
            hint=hints.get(revision.id),
        )


def _missing(revision: Revision, remarks: int) -> Words:
    if revision.state == "submitted":
        return Words(N_("审核意见"))
    if revision.state == "returned":
        return Words(N_("按 %(count)s 条意见修改后重新提交"), {"count": remarks})
    return Words(N_("填写完整并提交审核"))


def _of_contracts(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    for contract, step in waiting.items(actor):
        title = contract.current.title if contract.current is not None else ""
        yield WorkItem(
            title=title or N_("（尚未填写名称）"),
            kind=Words(N_("技术合同")),
            path=links.path_of("contract", contract.id),
            state=CONTRACT.states[contract.state],
            waits_for=step.waits_for,
            missing=step.missing[0],
            mine=step.mine,
            due=step.due,
            days_left=_left(calendar, step.due),
        )


def _of_cases(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    for case, step in applying.of_actor(actor):
        yield WorkItem(
            title=cases.title_of(case),
            kind=Words(N_("补助申请")),
            path=links.path_of("subsidy_case", case.id),
            state=SUBSIDY_CASE.states[case.state],
            waits_for=step.waits_for,
            missing=step.missing[0],
            mine=step.mine,
            due=step.due,
            days_left=_left(calendar, step.due),
        )


def _of_inquiries(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    for inquiry, title, step in inquiries.of_actor(actor):
        yield WorkItem(
            title=title,
            kind=Words(N_("询问")),
            path=links.path_of("inquiry", inquiry.id),
            state=INQUIRY.states[inquiry.state],
            waits_for=step.waits_for,
            missing=step.missing,
            mine=step.mine,
            due=step.due,
            days_left=_left(calendar, step.due),
        )


def _of_negotiations(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    for negotiation, step in negotiating.waiting(actor):
        yield WorkItem(
            title=negotiation.title,
            kind=Words(N_("洽谈")),
            path=links.path_of("negotiation", negotiation.id),
            state=NEGOTIATION.states[negotiation.state],
            waits_for=step.waits_for,
            missing=step.missing,
            mine=step.mine,
            due=step.due,
            days_left=_left(calendar, step.due),
        )


def _of_leads(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    """What a broker's desk means to do."""
    for task in leading.open_tasks(actor) if may(actor, Permission.WORK_AS_BROKER) else ():
        yield WorkItem(
            title=task.what,
            kind=Words(N_("线索任务")),
            path=links.path_of("lead", task.lead_id),
            state=LEAD.states[task.lead.state],
            waits_for=Words(N_("贵单位")),
            missing=Words(N_("完成这项任务")),
            mine=True,
            due=task.due_on,
            days_left=_left(calendar, task.due_on),
        )


def _of_examinations(actor: Actor) -> Iterable[WorkItem]:
    """What the actor was asked to examine and has not answered."""
    for row in examinations.open_of(actor) if actor.grants else ():
        yield WorkItem(
            title=cases.title_of(row.case),
            kind=Words(examinations.LABELS[row.kind]),
            path=links.path_of("case_examination", row.id),
            state=SUBSIDY_CASE.states[row.case.state],
            waits_for=Words(N_("您")),
            missing=Words(N_("评审或核查意见")),
            mine=True,
        )


def _of_grants(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    """Steps on the way to the money: cases are handled together there, so that a step is one line."""
    for step in granting.of_actor(actor):
        yield WorkItem(
            title=f"{step.title}（{step.count}）",
            kind=Words(N_("补助资金")),
            path=step.path,
            state=step.state,
            waits_for=Words(N_("您")),
            missing=step.missing,
            mine=True,
            due=step.due,
            days_left=_left(calendar, step.due),
        )


def _of_registers(actor: Actor) -> Iterable[WorkItem]:
    """Policy versions that a second person has to confirm, and proposed cap groups."""
    for row in registers.of_actor(actor):
        yield WorkItem(
            title=row.title,
            kind=row.kind,
            path=row.path,
            state=row.state,
            waits_for=Words(N_("您或其他有权人员")),
            missing=row.missing,
            mine=True,
        )


def _expiring(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    if actor.organisation_id is None:
        return
    horizon = clock.today() + EXPIRY_NOTICE
    query = (
        select(Listing)
        .where(
            Listing.organisation_id == actor.organisation_id,
            or_(
                Listing.state == "expired",
                (Listing.state == "published") & (Listing.expires_on <= horizon),
            ),
        )
        .options(selectinload(Listing.published))
        .order_by(Listing.expires_on)
        .limit(SHOWN)
    )
    for listing in db.session.scalars(query):
        yield WorkItem(
            title=listing.published.title if listing.published else "",
            kind=Words(N_("科技成果") if listing.kind == "achievement" else N_("技术需求")),
            path=links.path_of("my_listing", listing.id),
            state=LISTING.states[listing.state],
            waits_for=Words(N_("贵单位")),
            missing=Words(N_("确认内容仍然有效")),
            mine=True,
            due=listing.expires_on,
            days_left=_left(calendar, listing.expires_on),
        )


def _tasks(actor: Actor, calendar: WorkingCalendar) -> Iterable[WorkItem]:
    kinds = [kind for kind in TASK_KINDS if may(actor, Permission.REVIEW, Subject(kind))]
    if not kinds:
        return
    query = (
        select(ReviewTask)
        .where(
            ReviewTask.kind.in_(kinds),
            ReviewTask.state == "open",
            or_(ReviewTask.assignee_id == actor.person_id, ReviewTask.assignee_id.is_(None)),
        )
        .order_by(ReviewTask.due_on, ReviewTask.id)
        .limit(2 * SHOWN)
    )
    for task in db.session.scalars(query):
        if not may(actor, Permission.REVIEW, subject_of(task)):
            continue
        assigned = task.assignee_id == actor.person_id
        yield WorkItem(
            title=task.title,
            kind=Words(N_("审核")),
            path=links.path_of("review_task", task.id),
            state=REVIEW_TASK.states[task.state],
            waits_for=Words(N_("您")) if assigned else Words(TASK_KINDS[task.kind].waits_for),
            missing=Words(N_("审核意见")) if assigned else Words(N_("有人领办")),
            mine=True,
            due=task.due_on,
            days_left=_left(calendar, task.due_on),
        )


def _settings(actor: Actor) -> Iterable[WorkItem]:
    for row in db.session.scalars(select(SettingValue).where(SettingValue.state == "proposed")):
        makers = frozenset({row.proposed_by} if row.proposed_by else ())
        if may(actor, Permission.CONFIRM_SETTINGS, Subject("setting", makers=makers)):
            yield WorkItem(
                title=SETTINGS[row.key].label,
                kind=Words(N_("参数变更")),
                path=links.path_of("settings", 0),
                state=SETTING.states[row.state],
                waits_for=Words(N_("您或其他有权人员")),
                missing=Words(N_("第二人确认")),
                mine=True,
            )


def open_task_counts(actor: Actor) -> dict[str, tuple[int, int]]:
    """Return for each kind of task the actor may read: (open, overdue)."""
    readable = [kind for kind in TASK_KINDS if may(actor, Permission.READ_REVIEW, Subject(kind))]
    late = func.sum(db.case((ReviewTask.due_on < clock.today(), 1), else_=0))
    query = (
        select(ReviewTask.kind, func.count(), late)
        .where(ReviewTask.kind.in_(readable), ReviewTask.state == "open")
        .group_by(ReviewTask.kind)
    )
    found = {kind: (count, overdue or 0) for kind, count, overdue in db.session.execute(query)}
    return {kind: found.get(kind, (0, 0)) for kind in readable}
