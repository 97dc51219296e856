"""Meeting notes: written by one side, confirmed by another. Never changed: a correction is a new note."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import FieldError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.matching import MeetingNote, Negotiation
from marketplace.services.matching.negotiations import records
from marketplace.services.platform import audit
from marketplace.services.unit import made_before

SHORTEST, LONGEST = 10, 5000
LONGEST_PLACE = 100
EARLIEST = timedelta(days=5 * 366)


@dataclass(frozen=True)
class NoteData:
    """A meeting note as typed."""

    held_on: date | None
    place: str
    body: str


def of_negotiation(negotiation: Negotiation) -> list[MeetingNote]:
    """Return the notes of a negotiation, the latest meeting first."""
    query = select(MeetingNote).where(MeetingNote.negotiation_id == negotiation.id)
    return list(db.session.scalars(query.order_by(MeetingNote.held_on.desc(), MeetingNote.id.desc())))


def write(actor: Actor, negotiation_id: int, data: NoteData, request_key: str) -> MeetingNote:
    """Keep what was said on a day and ask the others to confirm it. The same ``request_key`` returns the first note.

    Either side and their broker may write. Raises ValidationFailed (``held_on``, ``place``, ``body``).
    """
    negotiation = records.get(actor, negotiation_id, lock=True)
    require(actor, Permission.NEGOTIATE, records.readers_of(negotiation))
    known = made_before(
        MeetingNote, request_key, negotiation_id=negotiation.id, organisation_id=actor.organisation_id
    )
    if known is not None:
        return known
    records.check_open(negotiation, "open", "agreed", "drafted")
    held_on, place, body = data.held_on, clean_line(data.place), clean_text(data.body)
    _check(held_on, place, body)
    note = MeetingNote(
        negotiation_id=negotiation.id,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        held_on=held_on,
        place=place,
        body=body,
        request_key=request_key,
    )
    db.session.add(note)
    db.session.flush()
    audit.record(actor, "negotiation.note", "negotiation", negotiation.id, note=note.id)
    others = {negotiation.buyer_id, negotiation.seller_id} - {actor.organisation_id}
    records.tell(actor, negotiation, "meeting_noted", only=others)
    return note


def _check(held_on: date | None, place: str, body: str) -> None:
    errors = []
    if held_on is None:
        errors.append(FieldError("held_on", "missing", N_("请填写会谈日期")))
    elif held_on > clock.today():
        errors.append(FieldError("held_on", "future", N_("会谈日期不能在今天以后")))
    elif held_on < clock.today() - EARLIEST:
        errors.append(FieldError("held_on", "past", N_("会谈日期在五年以前，请核对")))
    if len(place) > LONGEST_PLACE:
        errors.append(FieldError("place", "too_long", N_("最多 %(limit)s 字"), {"limit": LONGEST_PLACE}))
    if len(body) < SHORTEST:
        errors.append(FieldError("body", "too_short", N_("请写明谈了什么，至少 %(n)s 个字"), {"n": SHORTEST}))
    elif len(body) > LONGEST:
        errors.append(FieldError("body", "too_long", N_("最多 %(limit)s 字"), {"limit": LONGEST}))
    if errors:
        raise ValidationFailed(errors)


def may_confirm(actor: Actor, negotiation: Negotiation, note: MeetingNote) -> bool:
    """Return whether the actor may say that it was so: a side that did not write it, while nobody has."""
    side = records.side_of(actor, negotiation)
    return (
        side in ("buyer", "seller")
        and actor.organisation_verified
        and note.organisation_id != actor.organisation_id
        and note.confirmed_at is None
    )


def confirm(actor: Actor, note_id: int) -> MeetingNote:
    """Say that a note is true. A second press changes nothing. Raises NotAllowed for one's own note."""
    found = db.session.get(MeetingNote, note_id)
    if found is None:
        raise NotFound()
    negotiation = records.get_own(actor, found.negotiation_id, lock=True)
    note = db.session.get_one(MeetingNote, note_id, populate_existing=True)
    if note.confirmed_at is not None:
        return note
    if not may_confirm(actor, negotiation, note):
        raise NotAllowed(N_("会谈记录由对方确认"), code="own_note")
    note.confirmed_by, note.confirmed_at = actor.person_id, clock.now()
    db.session.flush()
    audit.record(actor, "negotiation.note_confirmed", "negotiation", negotiation.id, note=note.id)
    return note
