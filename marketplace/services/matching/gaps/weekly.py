"""The weekly word to whoever asked for it: new gaps in the fields of their organisation."""

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may, require
from marketplace.extensions import db
from marketplace.models.matching import GapWatch
from marketplace.services.matching.gaps import keeping, overview
from marketplace.services.people import actors
from marketplace.services.platform import mailing, notices
from marketplace.services.unit import unit_of_work

AT_ONCE = 100


def wants(actor: Actor) -> bool:
    """Return whether the actor asked to be told."""
    return actor.signed_in and db.session.get(GapWatch, actor.person_id) is not None


def ask(actor: Actor) -> None:
    """Be told each week from now on; asked again it changes nothing."""
    require(actor, Permission.CREATE_LISTING)
    if not wants(actor):
        db.session.add(GapWatch(person_id=actor.person_id, told_at=clock.now()))
        db.session.flush()


def stop(actor: Actor) -> None:
    """Be told no more."""
    watch = db.session.get(GapWatch, actor.person_id) if actor.signed_in else None
    if watch is not None:
        db.session.delete(watch)
        db.session.flush()


def tell_due() -> int:
    """Tell whoever was not told since the last Monday, eight o'clock; return how many notices that made."""
    due = mailing.cutoffs(clock.now())["weekly"]
    query = select(GapWatch.person_id).where(GapWatch.told_at < due).order_by(GapWatch.person_id)
    waiting = list(db.session.scalars(query))
    db.session.rollback()
    if waiting:
        # What counts as fitting may have been set anew since the lists last changed.
        keeping.sync_all()
    told = 0
    for start in range(0, len(waiting), AT_ONCE):
        with unit_of_work():
            told += sum(_tell(person_id) for person_id in waiting[start : start + AT_ONCE])
    return told


def _tell(person_id: int) -> int:
    watch = db.session.get(GapWatch, person_id, with_for_update=True)
    if watch is None or watch.told_at >= mailing.cutoffs(clock.now())["weekly"]:
        return 0
    since, watch.told_at = watch.told_at, clock.now()
    actor = actors.actor_of(person_id)
    if not may(actor, Permission.CREATE_LISTING) or not actor.organisation_verified:
        return 0
    number = overview.new_since(actor, overview.fields_of(actor.organisation_id), since)
    if not number:
        return 0
    # It comes once a week by itself: it need not wait for a digest.
    notices.notify([person_id], "gaps_opened", "gaps", 0, often={person_id: "immediate"}, number=number)
    return 1
