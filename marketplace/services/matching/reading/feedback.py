"""Feedback on a pair: what people of either side say of it, kept until they say otherwise."""

from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import DomainError
from marketplace.domain.matching.feedback import LONGEST_NOTE, MISFITS, OTHER
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.matching import MatchFeedback
from marketplace.services.matching.ranking import changes
from marketplace.services.matching.reading import matches
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.platform import audit


def subject_of(pair: Pair) -> Subject:
    """Return what the rules need to know of a pair: whose demand and whose achievement it is."""
    return Subject(
        "match", pair.demand.organisation_id, parties=frozenset({pair.achievement.organisation_id})
    )


def may_judge(actor: Actor, pair: Pair) -> bool:
    """Return whether the actor belongs to one side of the pair and may speak for it."""
    return may(actor, Permission.JUDGE_MATCH, subject_of(pair))


def target(actor: Actor, demand_id: int, achievement_id: int) -> Pair:
    """Return a pair that the actor may judge; raises NotFound for one they may not see, NotAllowed for strangers'."""
    found = matches.pair(actor, demand_id, achievement_id)
    require(actor, Permission.JUDGE_MATCH, subject_of(found))
    return found


def fits(actor: Actor, demand_id: int, achievement_id: int) -> Pair:
    """Say 合适; said again it changes nothing."""
    return _say(actor, demand_id, achievement_id, "fits", "", "")


def misfits(actor: Actor, demand_id: int, achievement_id: int, reason: str, note: str = "") -> Pair:
    """Say 不合适 and why: a code of MISFITS and, for 其他, words.

    Raises DomainError with a field for an unknown reason or a note that is missing or too long.
    """
    text = clean_text(note)
    if reason not in MISFITS:
        raise DomainError("reason_missing", N_("请选择不合适的原因"), field="reason")
    if reason == OTHER and not text:
        raise DomainError("note_missing", N_("选择“其他”时请说明原因"), field="note")
    if len(text) > LONGEST_NOTE:
        raise DomainError("note_long", N_("说明最多 %(limit)s 字"), field="note", limit=LONGEST_NOTE)
    return _say(actor, demand_id, achievement_id, "misfits", reason, text)


def take_back(actor: Actor, demand_id: int, achievement_id: int) -> Pair:
    """Take the organisation's word back: the pair is listed again as if nothing had been said."""
    found = target(actor, demand_id, achievement_id)
    said = _current(actor, found)
    if said is not None:
        said.replaced_at = clock.now()
        _spread(actor, found, "", "")
    return found


def _say(actor: Actor, demand_id: int, achievement_id: int, verdict: str, reason: str, note: str) -> Pair:
    found = target(actor, demand_id, achievement_id)
    said = _current(actor, found)
    if said is not None and (said.verdict, said.reason, said.note) == (verdict, reason, note):
        return found
    if said is not None:
        said.replaced_at = clock.now()
        # The index lets one word of an organisation stand: the old one goes before the new one comes.
        db.session.flush()
    db.session.add(
        MatchFeedback(
            **_key(actor, found), person_id=actor.person_id, verdict=verdict, reason=reason, note=note
        )
    )
    db.session.flush()
    _spread(actor, found, verdict, reason)
    return found


def _spread(actor: Actor, pair: Pair, verdict: str, reason: str) -> None:
    """Write the word down and have the worker learn from it."""
    audit.record(
        actor, "match.feedback", "demand", pair.demand.id,
        demand=pair.demand.id, achievement=pair.achievement.id, verdict=verdict, reason=reason,
    )  # fmt: skip
    for listing in (pair.demand, pair.achievement):
        changes.changed(listing.kind, listing.id)


def _key(actor: Actor, pair: Pair) -> dict[str, Any]:
    return {**pair.address, "organisation_id": actor.organisation_id}


def current(actor: Actor, pair: Pair) -> MatchFeedback | None:
    """Return what the actor's organisation says of the pair now, or None."""
    return _current(actor, pair) if actor.organisation_id is not None else None


def _current(actor: Actor, pair: Pair) -> MatchFeedback | None:
    query = select(MatchFeedback).filter_by(**_key(actor, pair), replaced_at=None)
    found: MatchFeedback | None = db.session.scalar(query)
    return found
