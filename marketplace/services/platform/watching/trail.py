"""The audit trail as it is read and taken away: filters, what hangs together, names and links of the chain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select

from marketplace.domain.platform.audit import SUBJECT_KINDS, TAGS, move_words, subject_words, tag_words
from marketplace.domain.platform.audit_words import key_words, reason_words
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Organisation, OrganisationProfile, Person
from marketplace.models.platform import AuditEvent, AuditSeal
from marketplace.services.people import actors
from marketplace.services.platform import audit
from marketplace.services.platform.tables import Column

FILTERS: Mapping[str, Mapping[str, str]] = {
    "tag": {tag: "：".join(tag_words(tag)) for tag in sorted(TAGS)},
    "subject_kind": {kind: subject_words(kind) for kind in SUBJECT_KINDS},
    "subject_id": {}, "around": {}, "actor_id": {}, "who": {}, "organisation": {},
    "since": {}, "until": {},
}  # fmt: skip
"""Filter → what it offers; numbers, words and days are typed."""

DETAIL_KEYS: Mapping[str, str] = {
    "listing": "listing", "contract": "contract", "subsidy_case": "case", "organisation": "organisation",
    "person": "person", "negotiation": "negotiation", "inquiry": "inquiry",
}  # fmt: skip
"""Kind of subject → the key by which events of other subjects name it."""


@dataclass(frozen=True)
class Line:
    """An event, the name of whoever did it ('' for the system and closed accounts), and its link in the chain."""

    event: AuditEvent
    name: str
    seal: AuditSeal | None


def query_of(wanted: Mapping[str, Any]) -> Select[AuditEvent]:
    """Return the query of events that fit, newest first. ``wanted`` holds typed values or their texts.

    ``who``: words of a person's name or mail address; ``organisation``: words of a name, or a USCC, of whose people
    acted; ``around``: also events of other subjects that name this one (a listing's revisions).
    """
    subject_kind, subject_id = str(wanted.get("subject_kind") or ""), _number(wanted.get("subject_id"))
    around = bool(wanted.get("around")) and subject_id is not None and subject_kind in DETAIL_KEYS
    query = audit.events(
        tag=str(wanted.get("tag") or ""),
        subject_kind="" if around else subject_kind,
        subject_id=None if around else subject_id,
        actor_id=_number(wanted.get("actor_id")),
        since=_day(wanted.get("since")),
        until=_day(wanted.get("until")),
    )
    if around:
        query = query.where(_about(subject_kind, subject_id or 0))
    if wanted.get("who"):
        query = query.where(AuditEvent.actor_id.in_(_people(str(wanted["who"]))))
    if wanted.get("organisation"):
        query = query.where(AuditEvent.organisation_id.in_(_organisations(str(wanted["organisation"]))))
    return query


def _about(kind: str, subject_id: int) -> Any:
    key = DETAIL_KEYS[kind]
    naming = sorted(tag for tag, keys in TAGS.items() if key in keys)
    itself = and_(AuditEvent.subject_kind == kind, AuditEvent.subject_id == subject_id)
    return or_(itself, and_(AuditEvent.tag.in_(naming), AuditEvent.details[key].as_integer() == subject_id))


def _people(words: str) -> Select[Any]:
    fits = or_(
        Person.name.contains(words, autoescape=True), Person.email.contains(words.lower(), autoescape=True)
    )
    return select(Person.id).where(fits)


def _organisations(words: str) -> Select[Any]:
    fits = or_(
        OrganisationProfile.name.contains(words, autoescape=True), Organisation.uscc == words.strip().upper()
    )
    profile = OrganisationProfile.organisation_id == Organisation.id
    return select(Organisation.id).join(OrganisationProfile, profile).where(fits)


def _number(value: Any) -> int | None:
    text = str(value) if value not in (None, "") else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _day(value: Any) -> date | None:
    if isinstance(value, date) or not value:
        return value or None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def export_query(filters: Mapping[str, str]) -> Select[AuditEvent]:
    """Return the same query in the order of the chain."""
    return query_of(filters).order_by(None).order_by(AuditEvent.id)


def lines_of(events: Sequence[AuditEvent]) -> list[Line]:
    """Return events with names and links; two queries whatever their number."""
    names = actors.names_of({event.actor_id for event in events if event.actor_id})
    seals = _seals([event.id for event in events])
    return [Line(event, names.get(event.actor_id or 0, ""), seals.get(event.id)) for event in events]


def _seals(ids: Collection[int]) -> dict[int, AuditSeal]:
    query = select(AuditSeal).where(AuditSeal.event_id.in_(ids))
    return {seal.event_id: seal for seal in db.session.scalars(query)}


def head_note() -> str:
    """Return the head of the chain in words, for the foot of what is taken away; '' before the first link."""
    head = audit.head()
    return f"链首 第{head.sequence}条 {head.digest}" if head else ""


def details_text(tag: str, details: Mapping[str, Any]) -> str:
    """Return what an event tells in one line: the move in words, the rest as it was written."""
    moved = move_words(tag, details)
    pieces = ["→".join(moved)] if moved else []
    for key, value in details.items():
        if value not in (None, "", []) and not (moved and key in ("from", "to")):
            told = value if isinstance(value, list) else [value]
            words = [reason_words(code) if key == "reasons" else str(code) for code in told]
            pieces.append(f"{key_words(key)}：{'、'.join(words)}")
    return "；".join(pieces)


COLUMNS = (
    Column("id", N_("编号"), "int", lambda line: line.event.id),
    Column("at", N_("时间"), "moment", lambda line: line.event.at),
    Column("what", N_("事项"), "text", lambda line: "：".join(tag_words(line.event.tag))),
    Column("tag", N_("事项代码"), "code", lambda line: line.event.tag),
    Column("actor_id", N_("人员编号"), "int", lambda line: line.event.actor_id),
    Column("name", N_("人员"), "text", lambda line: line.name or (None if line.event.actor_id else "系统")),
    Column("organisation_id", N_("单位编号"), "int", lambda line: line.event.organisation_id),
    Column("subject", N_("对象"), "text", lambda line: subject_words(line.event.subject_kind)),
    Column("subject_kind", N_("对象代码"), "code", lambda line: line.event.subject_kind),
    Column("subject_id", N_("对象编号"), "int", lambda line: line.event.subject_id),
    Column("details", N_("内容"), "text", lambda line: details_text(line.event.tag, line.event.details)),
    Column("sequence", N_("链序号"), "int", lambda line: line.seal.sequence if line.seal else None),
    Column("digest", N_("链值"), "code", lambda line: line.seal.digest if line.seal else None),
)
"""Columns of the trail as it is taken away."""
