"""Policy versions: written by one person of 政策管理, confirmed by another, then fixed for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.states import POLICY_VERSION, Transition
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.parameters import initial, take
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion
from marketplace.services import workflow
from marketplace.services.platform import audit, notices
from marketplace.services.subsidy import policies

ONE_DAY = timedelta(days=1)
PUBLIC_STATES = ("drafted", "effective", "repealed")
"""States in which everybody may read a version."""


@dataclass(frozen=True)
class Wording:
    """What a version says beside its parameters. ``says``: draft (征求意见稿) or law."""

    says: str
    document: str
    document_number: str
    item: str
    words: str
    legal_basis: str
    valid_from: date | None
    valid_to: date | None
    window_from: date | None
    window_to: date | None


def create(actor: Actor, clause: str, copy_of: int | None = None) -> PolicyVersion:
    """Begin a version of a clause, empty with the clause's initial parameters or as a copy of another version."""
    require(actor, Permission.CHANGE_POLICY)
    definition = CLAUSES.get(clause)
    if definition is None:
        raise NotFound()
    source = get(actor, copy_of) if copy_of is not None else None
    last = db.session.scalar(select(func.max(PolicyVersion.ordinal)).where(PolicyVersion.clause == clause))
    row = PolicyVersion(
        clause=clause,
        ordinal=(last or 0) + 1,
        item=definition.item,
        words=source.words if source else definition.words,
        document=source.document if source else definition.document,
        document_number=source.document_number if source else "",
        legal_basis=source.legal_basis if source else "",
        says=source.says if source else "draft",
        parameters=dict(source.parameters) if source else initial(definition.parameters),
        # A copy continues where the other ends: windows of one clause never overlap.
        valid_from=_day_after(source.valid_to) if source else None,
        window_from=_day_after(source.window_to) if source else None,
        edited_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "policy_version.create", "policy_version", row.id, clause=clause, ordinal=row.ordinal)
    return row


def _day_after(last: date | None) -> date | None:
    return last + ONE_DAY if last is not None else None


def get(actor: Actor, version_id: int, lock: bool = False) -> PolicyVersion:
    """Return a version: every one for those who work with policies, the public ones for everybody; NotFound else."""
    if lock:
        query = select(PolicyVersion.id).where(PolicyVersion.id == version_id)
        db.session.execute(query.with_for_update())
    row = db.session.get(PolicyVersion, version_id, populate_existing=lock)
    if row is None or not (row.state in PUBLIC_STATES or may(actor, Permission.READ_POLICIES)):
        raise NotFound()
    return row


def write(
    actor: Actor, version_id: int, wording: Wording, typed: Mapping[str, Any], expected: int | None
) -> PolicyVersion:
    """Write wording and parameters of a version that is being edited.

    Raises Conflict where somebody else wrote it meanwhile or it has been proposed, ValidationFailed naming each field
    that cannot be read.
    """
    require(actor, Permission.CHANGE_POLICY)
    row = get(actor, version_id, lock=True)
    if row.state != "editing" or (expected is not None and row.version != expected):
        raise Conflict()
    errors = _faults(wording)
    try:
        values = take(CLAUSES[row.clause].parameters, typed)
    except ValidationFailed as failed:
        raise ValidationFailed([*errors, *failed.errors]) from failed
    if errors:
        raise ValidationFailed(errors)
    before = {key: getattr(row, key) for key in Wording.__dataclass_fields__} | row.parameters
    row.says = wording.says
    row.document, row.document_number = clean_line(wording.document), clean_line(wording.document_number)
    row.item, row.words = clean_line(wording.item), clean_text(wording.words)
    row.legal_basis = clean_text(wording.legal_basis)
    row.valid_from, row.valid_to = wording.valid_from, wording.valid_to
    row.window_from, row.window_to = wording.window_from, wording.window_to
    row.parameters, row.edited_by = values, actor.person_id
    db.session.flush()
    after = {key: getattr(row, key) for key in Wording.__dataclass_fields__} | row.parameters
    changed = sorted(key for key in after if after[key] != before.get(key))
    audit.record(actor, "policy_version.write", "policy_version", row.id, fields=changed)
    return row


def _faults(wording: Wording) -> list[FieldError]:
    errors = []
    if wording.says not in ("draft", "law"):
        errors.append(FieldError("says", "says_unknown", N_("请选择文本性质")))
    for name, label in (("document", N_("文件名称")), ("item", N_("条款")), ("words", N_("条款原文"))):
        if not clean_text(getattr(wording, name)):
            errors.append(FieldError(name, "missing", N_("请填写%(label)s"), {"label": label}))
    for low, high in (("valid_from", "valid_to"), ("window_from", "window_to")):
        first, last = getattr(wording, low), getattr(wording, high)
        if first is not None and last is not None and last < first:
            errors.append(FieldError(high, "ends_before_start", N_("结束日期不能早于开始日期")))
    return errors


def subject_of(row: PolicyVersion, actor: Actor) -> Subject:
    """Return what the rules need to know of a version when ``actor`` decides on it."""
    facts = {"says_draft" if row.says == "draft" else "says_law"}
    if row.says == "draft" or not policies.overlapping(row):
        facts.add("window_free")
    makers = frozenset({row.proposed_by} if row.proposed_by and row.state == "proposed" else ())
    return Subject("policy_version", makers=makers, facts=frozenset(facts) | _own(row, actor))


def _own(row: PolicyVersion, actor: Actor) -> frozenset[str]:
    return frozenset({"is_proposer"} if actor.person_id == row.proposed_by else ())


def available(actor: Actor, row: PolicyVersion) -> Sequence[Transition]:
    """Return what the actor may do with a version now."""
    return workflow.available_actions(POLICY_VERSION, row, actor, subject_of(row, actor))


def earliest_end(row: PolicyVersion) -> date:
    """Return the first day on which the payment window may be ended: today, so that nothing already paid drops out."""
    return max(row.window_from or date.min, clock.today())


def close(actor: Actor, version_id: int, last: date | None, note: str) -> PolicyVersion:
    """End the payment window of an effective version on the day ``last`` (inclusive), today or later (截止).

    The version stays in force for what was paid inside it, its batches run to their own end, and a following version
    may begin the day after. A window is only ever shortened. The same press again changes nothing. Raises DomainError
    (``day``, ``reasons``), NotAllowed, Conflict where the version is no longer effective.
    """
    row = get(actor, version_id)
    policies.lock_clause(row.clause)
    db.session.refresh(row)
    subject, words = subject_of(row, actor), clean_text(note)
    POLICY_VERSION.decide(row.state, "close", actor, subject)
    if last is None:
        raise DomainError("day_missing", N_("请填写付款日期截止到哪一天"), field="day")
    if (row.window_to, row.state_note) == (last, words):
        return row
    if last < earliest_end(row):
        told = N_("截止日期不能早于%(day)s：已经付款的单位仍适用本版本")
        raise DomainError("day_early", told, field="day", day=earliest_end(row).isoformat())
    if row.window_to is not None and last >= row.window_to:
        told = N_("本版付款日期已到%(day)s为止，只能提前，不能延后")
        raise DomainError("day_late", told, field="day", day=row.window_to.isoformat())
    with db.session.no_autoflush:
        row.window_to = last
        workflow.apply(POLICY_VERSION, row, "close", actor, subject, note=words, window_to=last.isoformat())
    row.state_note = words
    db.session.flush()
    return row


def act(actor: Actor, version_id: int, action: str, note: str = "") -> PolicyVersion:
    """Move a version by an action of its table: propose, recall, reject, confirm_draft, confirm, repeal, discard.

    ``close`` has a function of its own, for it needs a day: Conflict here.

    A repeal ends the payment window on its day: what is paid later belongs to the version that follows, also for cases
    that keep the repealed one. Two confirmations of overlapping windows at once: the second finds the first. Raises as
    the table says.
    """
    row = get(actor, version_id)
    policies.lock_clause(row.clause)
    db.session.refresh(row)
    subject = subject_of(row, actor)
    if action == "close":
        raise Conflict()
    try:
        POLICY_VERSION.decide(row.state, action, actor, subject)
    except DomainError as refused:
        if refused.code == "guard_window_free":
            raise _overlap(row) from refused
        raise
    with db.session.no_autoflush:
        if action == "propose":
            row.proposed_by, row.decided_by, row.decided_at = actor.person_id, None, None
        elif action in ("confirm", "confirm_draft", "reject"):
            row.decided_by, row.decided_at = actor.person_id, clock.now()
        elif action == "repeal" and (row.window_from is None or row.window_from <= clock.today()):
            row.window_to = min(row.window_to or date.max, clock.today())
        moved = workflow.apply(POLICY_VERSION, row, action, actor, subject, note=note)
    row.state_note = clean_text(note)
    db.session.flush()
    if moved.notice and row.proposed_by is not None:
        words: dict[str, Any] = {"title": row.document, "note": row.state_note}
        notices.notify([row.proposed_by], moved.notice, "policy_version", row.id, **words)
    return row


def _overlap(row: PolicyVersion) -> DomainError:
    """Return the refusal of a window that shares days with others: it names them, both windows and the way out."""
    others = policies.overlapping(row)
    named = "、".join(f"第{one.ordinal}版（{_span(one)}）" for one in others)
    ends = [one.window_to for one in others if one.window_to is not None]
    if ends and all(one.state == "repealed" for one in others):
        words = N_(
            "本版付款日期范围（%(mine)s）与已废止、但已有单位申报的%(others)s重叠，同一笔付款会补助两次；请把起始日期改为%(day)s或以后"
        )
        day = (max(ends) + ONE_DAY).isoformat()
        return DomainError("guard_window_free", words, mine=_span(row), others=named, day=day)
    if len(ends) == len(others):
        words = N_(
            "本版付款日期范围（%(mine)s）与有效的%(others)s重叠；请把起始日期改为%(day)s或以后，或先截止有重叠的版本"
        )
        day = (max(ends) + ONE_DAY).isoformat()
        return DomainError("guard_window_free", words, mine=_span(row), others=named, day=day)
    words = N_(
        "本版付款日期范围（%(mine)s）与有效的%(others)s重叠，后者没有截止日期；请先为它办理“截止”，或把本版截止日期提到它开始之前"
    )
    return DomainError("guard_window_free", words, mine=_span(row), others=named)


def _span(row: PolicyVersion) -> str:
    first = row.window_from.isoformat() if row.window_from is not None else "不限"
    last = row.window_to.isoformat() if row.window_to is not None else "不限"
    return f"{first}至{last}"


def all_versions(actor: Actor, clause: str = "") -> list[PolicyVersion]:
    """Return the versions that the actor may read, newest first within each clause."""
    query = select(PolicyVersion).order_by(PolicyVersion.clause.desc(), PolicyVersion.ordinal.desc())
    if clause:
        query = query.where(PolicyVersion.clause == clause)
    if not may(actor, Permission.READ_POLICIES):
        query = query.where(PolicyVersion.state.in_(PUBLIC_STATES))
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently; values as stored, to be worded by the page."""

    key: str
    old: Any
    new: Any


def compare(old: PolicyVersion, new: PolicyVersion) -> list[Difference]:
    """Return how two versions of one clause differ, wording first, parameters in the clause's order."""
    if old.clause != new.clause:
        raise DomainError("clauses_differ", N_("只能比较同一条款的不同版本"))
    keys = [*Wording.__dataclass_fields__, *(one.key for one in CLAUSES[new.clause].parameters)]
    found = []
    for key in keys:
        before, after = (
            getattr(row, key) if key in Wording.__dataclass_fields__ else row.parameters.get(key)
            for row in (old, new)
        )
        if before != after:
            found.append(Difference(key, before, after))
    return found
