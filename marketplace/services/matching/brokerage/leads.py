"""Leads: what a broker works on, kept for the colleagues of one organisation and for nobody else."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.matching.brokerage import LONGEST_NOTE, LOST_REASONS, TABS
from marketplace.domain.states import LEAD, Transition
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Lead, LeadTask
from marketplace.services import workflow
from marketplace.services.catalogue import pages
from marketplace.services.matching.brokerage.hooks import key_of
from marketplace.services.platform import audit


def subject_of(lead: Lead) -> Subject:
    """Return what the rules need to know."""
    facts = {"is_pair"} if lead.demand_id is not None and lead.achievement_id is not None else set()
    return Subject("lead", lead.organisation_id, facts=frozenset(facts))


def get(actor: Actor, lead_id: int, lock: bool = False) -> Lead:
    """Return a lead of the actor's own organisation; NotFound for every other, NotAllowed without the right."""
    if lock:
        db.session.execute(select(Lead.id).where(Lead.id == lead_id).with_for_update())
    lead = db.session.get(Lead, lead_id, populate_existing=lock)
    if lead is None or actor.organisation_id is None or lead.organisation_id != actor.organisation_id:
        raise NotFound()
    require(actor, Permission.WORK_AS_BROKER, subject_of(lead))
    return lead


def listed(actor: Actor, tab: str) -> Select[Lead]:
    """Return the query of the leads of the actor's organisation: what is due first, then the newest."""
    due = (
        select(func.min(LeadTask.due_on))
        .where(LeadTask.lead_id == Lead.id, LeadTask.done_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(Lead)
        .where(Lead.organisation_id == actor.organisation_id, Lead.state.in_(TABS[tab]))
        .options(
            selectinload(Lead.demand).selectinload(Listing.published),
            selectinload(Lead.achievement).selectinload(Listing.published),
            selectinload(Lead.tasks),
        )
        .order_by(due.is_(None), due, Lead.id.desc())
    )


def counts(actor: Actor) -> Mapping[str, int]:
    """Return how many leads each tab of the desk has."""
    query = select(Lead.state, func.count()).where(Lead.organisation_id == actor.organisation_id)
    by_state = {row[0]: row[1] for row in db.session.execute(query.group_by(Lead.state))}
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, states in TABS.items()}


def find(actor: Actor, demand_id: int | None, achievement_id: int | None) -> Lead | None:
    """Return the lead of the actor's organisation about just this, or None."""
    query = select(Lead).where(
        Lead.organisation_id == actor.organisation_id, Lead.subject_key == key_of(demand_id, achievement_id)
    )
    return db.session.scalar(query)


def create(
    actor: Actor, demand_id: int | None = None, achievement_id: int | None = None, note: str = ""
) -> Lead:
    """Begin to work on a demand, an achievement or both, which the actor sees; a second time finds the first.

    Raises NotFound for what they may not see, DomainError where both belong to one organisation.
    """
    require(actor, Permission.WORK_AS_BROKER)
    if demand_id is None and achievement_id is None:
        raise NotFound()
    known = find(actor, demand_id, achievement_id)
    if known is not None:
        return known
    demand = pages.get(actor, "demand", demand_id) if demand_id is not None else None
    achievement = pages.get(actor, "achievement", achievement_id) if achievement_id is not None else None
    if (
        demand is not None
        and achievement is not None
        and demand.organisation_id == achievement.organisation_id
    ):
        raise DomainError("same_owner", N_("这项需求和这项成果属于同一单位，不需要引荐"))
    lead = Lead(
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        subject_key=key_of(demand_id, achievement_id),
        demand_id=demand_id,
        achievement_id=achievement_id,
        note=_note(note),
    )
    db.session.add(lead)
    db.session.flush()
    audit.record(actor, "lead.create", "lead", lead.id, demand=demand_id, achievement=achievement_id)
    return lead


def _note(text: str) -> str:
    note = clean_text(text)
    if len(note) > LONGEST_NOTE:
        raise DomainError("too_long", N_("最多 %(limit)s 字"), field="note", limit=LONGEST_NOTE)
    return note


def write_note(actor: Actor, lead_id: int, note: str, version: int | None = None) -> Lead:
    """Keep the desk's own words about a lead. Conflict where a colleague wrote in between."""
    lead = get(actor, lead_id, lock=True)
    text = _note(note)
    if text == lead.note:
        return lead
    if version is not None and version != lead.version:
        raise Conflict(N_("您填写期间，同事改过这条线索，请看过再保存"), code="stale_lead")
    lead.note = text
    _written(actor, lead, "note")
    return lead


def follow(actor: Actor, lead_id: int, followed: bool) -> Lead:
    """Hear when the strength of a lead's pair changes, or hear no more."""
    lead = get(actor, lead_id, lock=True)
    if lead.followed != followed:
        lead.followed = followed
        _written(actor, lead, "followed")
    return lead


def take_over(actor: Actor, lead_id: int) -> Lead:
    """Become the one of the desk who works on a lead, and hears of it."""
    lead = get(actor, lead_id, lock=True)
    if lead.person_id != actor.person_id and actor.person_id is not None:
        lead.person_id = actor.person_id
        _written(actor, lead, "person")
    return lead


def _written(actor: Actor, lead: Lead, part: str) -> None:
    db.session.flush()
    audit.record(actor, "lead.write", "lead", lead.id, part=part)


def available(actor: Actor, lead: Lead) -> dict[str, Transition]:
    """Return what the actor may do with a lead now, by action."""
    found = workflow.available_actions(LEAD, lead, actor, subject_of(lead))
    return {transition.action: transition for transition in found}


def lose(actor: Actor, lead_id: int, reasons: Iterable[str] = (), note: str = "") -> Lead:
    """Give a lead up, saying why. A second press changes nothing."""
    lead = get(actor, lead_id, lock=True)
    if lead.state == "lost":
        return lead
    codes = list(reasons)
    if any(code not in LOST_REASONS for code in codes):
        raise DomainError("reason_unknown", N_("请从列表中选择理由"), field="reasons")
    if "other" in codes and not clean_text(note):
        raise DomainError("note_missing", N_("选择“其他”时请写明情况"), field="note")
    lead.state_note = _note(note)
    workflow.apply(LEAD, lead, "lose", actor, subject_of(lead), codes, note)
    return lead


def reopen(actor: Actor, lead_id: int) -> Lead:
    """Take a lost lead up again. A second press changes nothing."""
    lead = get(actor, lead_id, lock=True)
    if lead.state == "lost":
        lead.state_note = ""
        workflow.apply(LEAD, lead, "reopen", actor, subject_of(lead))
    return lead


def beside(actor: Actor, listing: Listing) -> list[Lead]:
    """Return the leads of the actor's organisation that are about a listing, alone or in a pair."""
    if not may(actor, Permission.WORK_AS_BROKER):
        return []
    query = select(Lead).where(
        Lead.organisation_id == actor.organisation_id,
        or_(Lead.demand_id == listing.id, Lead.achievement_id == listing.id),
    )
    return list(db.session.scalars(query.order_by(Lead.id)))
