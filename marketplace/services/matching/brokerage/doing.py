"""What a broker did and means to do about a lead: contacts and tasks."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import FieldError, NotFound, ValidationFailed
from marketplace.domain.matching.brokerage import CONTACT_SIDES, CONTACT_WAYS, LONGEST_NOTE
from marketplace.domain.states import LEAD
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Lead, LeadContact, LeadTask
from marketplace.services import workflow
from marketplace.services.matching.brokerage import leads
from marketplace.services.platform import audit
from marketplace.services.unit import made_before

LONGEST_TASK = 200
FARTHEST = timedelta(days=730)


@dataclass(frozen=True)
class ContactData:
    """A contact as typed: the day, codes of CONTACT_WAYS and CONTACT_SIDES, what came of it."""

    met_on: date | None
    way: str
    side: str
    body: str


def record_contact(actor: Actor, lead_id: int, data: ContactData, request_key: str) -> LeadContact:
    """Keep a contact; the first one makes a new lead a contacted one. The same ``request_key`` is one contact.

    Raises ValidationFailed (``met_on``, ``way``, ``side``, ``body``).
    """
    lead = leads.get(actor, lead_id, lock=True)
    known = made_before(LeadContact, request_key, lead_id=lead.id)
    if known is not None:
        return known
    body = clean_text(data.body)
    _check_contact(data, body)
    contact = LeadContact(
        lead_id=lead.id,
        person_id=actor.person_id,
        met_on=data.met_on,
        way=data.way,
        side=data.side,
        body=body,
        request_key=request_key,
    )
    db.session.add(contact)
    if lead.state == "new":
        workflow.apply(LEAD, lead, "contact", actor, leads.subject_of(lead))
    db.session.flush()
    db.session.expire(lead, ["contacts"])
    audit.record(actor, "lead.write", "lead", lead.id, part="contact")
    return contact


def _check_contact(data: ContactData, body: str) -> None:
    errors = []
    if data.met_on is None:
        errors.append(FieldError("met_on", "missing", N_("请填写日期")))
    elif data.met_on > clock.today():
        errors.append(FieldError("met_on", "future", N_("日期不能在今天以后；以后的安排请记为任务")))
    if data.way not in CONTACT_WAYS:
        errors.append(FieldError("way", "missing", N_("请选择方式")))
    if data.side not in CONTACT_SIDES:
        errors.append(FieldError("side", "missing", N_("请选择联系了谁")))
    if not body:
        errors.append(FieldError("body", "missing", N_("请写明联系的结果")))
    elif len(body) > LONGEST_NOTE:
        errors.append(FieldError("body", "too_long", N_("最多 %(limit)s 字"), {"limit": LONGEST_NOTE}))
    if errors:
        raise ValidationFailed(errors)


def add_task(actor: Actor, lead_id: int, due_on: date | None, what: str, request_key: str) -> LeadTask:
    """Mean to do something by a day. The same ``request_key`` is one task. Raises ValidationFailed."""
    lead = leads.get(actor, lead_id, lock=True)
    known = made_before(LeadTask, request_key, lead_id=lead.id)
    if known is not None:
        return known
    line = clean_line(what)
    _check_task(due_on, line)
    task = LeadTask(
        lead_id=lead.id, person_id=actor.person_id, due_on=due_on, what=line, request_key=request_key
    )
    db.session.add(task)
    db.session.flush()
    db.session.expire(lead, ["tasks"])
    audit.record(actor, "lead.write", "lead", lead.id, part="task")
    return task


def _check_task(due_on: date | None, what: str) -> None:
    errors = []
    if not what:
        errors.append(FieldError("what", "missing", N_("请写明要做什么")))
    elif len(what) > LONGEST_TASK:
        errors.append(FieldError("what", "too_long", N_("最多 %(limit)s 字"), {"limit": LONGEST_TASK}))
    if due_on is None:
        errors.append(FieldError("due_on", "missing", N_("请填写哪天之前做")))
    elif not clock.today() <= due_on <= clock.today() + FARTHEST:
        errors.append(FieldError("due_on", "range", N_("日期应在今天起两年以内")))
    if errors:
        raise ValidationFailed(errors)


def finish(actor: Actor, task_id: int, done: bool = True) -> LeadTask:
    """Tick a task off, or take the tick back."""
    task = db.session.get(LeadTask, task_id)
    if task is None:
        raise NotFound()
    lead = leads.get(actor, task.lead_id, lock=True)
    if (task.done_at is not None) != done:
        task.done_at = clock.now() if done else None
        db.session.flush()
        audit.record(actor, "lead.write", "lead", lead.id, part="task_done" if done else "task_open")
    return task


def open_tasks(actor: Actor, limit: int = 20) -> list[LeadTask]:
    """Return the tasks of the actor's desk that are not done, what is overdue first."""
    query = (
        select(LeadTask)
        .join(Lead, Lead.id == LeadTask.lead_id)
        .where(Lead.organisation_id == actor.organisation_id, LeadTask.done_at.is_(None))
        .options(
            joinedload(LeadTask.lead).options(
                selectinload(Lead.demand).selectinload(Listing.published),
                selectinload(Lead.achievement).selectinload(Listing.published),
            )
        )
        .order_by(LeadTask.due_on, LeadTask.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))
