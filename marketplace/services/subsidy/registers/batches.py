"""Batches (批次/通知): when one may apply under a version, for payments of which days, with which further steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyBatch, SubsidyCase
from marketplace.services.platform import audit

STEPS: Mapping[str, str] = {
    "audit": N_("第三方审计"),
    "expert": N_("专家评审"),
    "visit": N_("现场核查"),
}
"""Further steps that a batch may ask of every case."""


@dataclass(frozen=True)
class BatchData:
    """A batch as typed; all days inclusive. ``steps`` are codes of STEPS."""

    policy_version_id: int | None
    title: str
    number: str
    apply_from: date | None
    apply_to: date | None
    paid_from: date | None
    paid_to: date | None
    contact: str
    steps: tuple[str, ...] = ()


def create(actor: Actor, data: BatchData) -> SubsidyBatch:
    """Announce a batch of an effective version. Raises ValidationFailed naming each field that is wrong."""
    require(actor, Permission.MANAGE_BATCHES)
    _check(data, None)
    row = SubsidyBatch(created_by=actor.person_id)
    _fill(row, data)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "subsidy_batch.create", "subsidy_batch", row.id, policy=row.policy_version_id)
    return row


def write(actor: Actor, batch_id: int, data: BatchData, expected: int | None) -> SubsidyBatch:
    """Change a batch to which nobody has applied yet.

    Raises DomainError once somebody has, Conflict where somebody else wrote it meanwhile, ValidationFailed.
    """
    require(actor, Permission.MANAGE_BATCHES)
    db.session.execute(select(SubsidyBatch.id).where(SubsidyBatch.id == batch_id).with_for_update())
    row = db.session.get(SubsidyBatch, batch_id, populate_existing=True)
    if row is None:
        raise NotFound()
    if is_fixed(row):
        raise DomainError("batch_fixed", N_("已有单位在这一批次提交申请，批次不能再修改"))
    if expected is not None and row.version != expected:
        raise Conflict()
    _check(data, row)
    before = {name: getattr(row, name) for name in BatchData.__dataclass_fields__}
    _fill(row, data)
    db.session.flush()
    changed = sorted(name for name, old in before.items() if getattr(row, name) != old)
    audit.record(actor, "subsidy_batch.write", "subsidy_batch", row.id, fields=changed)
    return row


def _fill(row: SubsidyBatch, data: BatchData) -> None:
    for name in ("policy_version_id", "apply_from", "apply_to", "paid_from", "paid_to"):
        setattr(row, name, getattr(data, name))
    row.title, row.number = clean_line(data.title), clean_line(data.number)
    row.contact, row.steps = clean_text(data.contact), [code for code in STEPS if code in data.steps]


def _check(data: BatchData, row: SubsidyBatch | None) -> None:
    errors = []
    labels = {
        "title": N_("批次名称"), "number": N_("通知编号"), "apply_from": N_("申报开始日期"),
        "apply_to": N_("申报截止日期"), "paid_from": N_("付款日期起"),
        "paid_to": N_("付款日期止"), "contact": N_("联系方式"),
    }  # fmt: skip
    for name, label in labels.items():
        value = getattr(data, name)
        if not (clean_text(value) if isinstance(value, str) else value):
            errors.append(FieldError(name, "missing", N_("请填写%(label)s"), {"label": label}))
    for low, high in (("apply_from", "apply_to"), ("paid_from", "paid_to")):
        first, last = getattr(data, low), getattr(data, high)
        if first and last and last < first:
            errors.append(FieldError(high, "ends_before_start", N_("结束日期不能早于开始日期")))
    version = db.session.get(PolicyVersion, data.policy_version_id) if data.policy_version_id else None
    if version is None or version.state != "effective":
        errors.append(FieldError("policy_version_id", "policy_not_effective", N_("请选择有效的政策版本")))
    elif data.paid_from and data.paid_to:
        errors += _outside(version, data.paid_from, data.paid_to)
    same = select(SubsidyBatch.id).where(
        SubsidyBatch.number == clean_line(data.number), SubsidyBatch.id != (row.id if row else 0)
    )
    if data.number and db.session.scalar(select(same.exists())):
        errors.append(FieldError("number", "number_taken", N_("这一编号已用于另一批次")))
    if errors:
        raise ValidationFailed(errors)


def _outside(version: PolicyVersion, first: date, last: date) -> list[FieldError]:
    """A batch asks for payments of its version only."""
    words = N_("付款日期须在政策版本的付款日期范围之内")
    found = []
    if version.window_from is not None and first < version.window_from:
        found.append(FieldError("paid_from", "outside_window", words))
    if version.window_to is not None and last > version.window_to:
        found.append(FieldError("paid_to", "outside_window", words))
    return found


def get(batch_id: int) -> SubsidyBatch:
    """Return a batch; NotFound where there is none. Batches are announcements: everybody may read them."""
    row = db.session.get(SubsidyBatch, batch_id)
    if row is None:
        raise NotFound()
    return row


def is_fixed(batch: SubsidyBatch) -> bool:
    """Return whether somebody has submitted a case in a batch: from then on it stays as it is."""
    query = select(SubsidyCase.id).where(
        SubsidyCase.batch_id == batch.id, SubsidyCase.submitted_at.is_not(None)
    )
    return bool(db.session.scalar(select(query.exists())))


def everything() -> list[SubsidyBatch]:
    """Return all batches, the latest window first."""
    query = select(SubsidyBatch).order_by(SubsidyBatch.apply_from.desc(), SubsidyBatch.id.desc())
    return list(db.session.scalars(query))


def open_now(version: PolicyVersion, day: date | None = None) -> list[SubsidyBatch]:
    """Return the batches of a version in which one may apply on a day (default today), the earliest first."""
    today = day or clock.today()
    return [one for one in _of(version) if one.apply_from <= today <= one.apply_to]


def next_window(version: PolicyVersion, day: date | None = None) -> SubsidyBatch | None:
    """Return the next batch of a version that is announced and has not begun, or None."""
    today = day or clock.today()
    return next((one for one in _of(version) if today < one.apply_from), None)


def _of(version: PolicyVersion) -> list[SubsidyBatch]:
    query = select(SubsidyBatch).where(SubsidyBatch.policy_version_id == version.id)
    return list(db.session.scalars(query.order_by(SubsidyBatch.apply_from, SubsidyBatch.id)))


def state_of(batch: SubsidyBatch, day: date | None = None) -> tuple[str, str]:
    """Return (tone, word) of where a batch stands on a day: coming, open or over; closed with its version's repeal."""
    today = day or clock.today()
    if batch.policy.state == "repealed" and today <= batch.apply_to:
        return "draft", N_("已随政策版本废止关闭")
    if today < batch.apply_from:
        return "waiting", N_("即将开放")
    return ("ok", N_("开放申报")) if today <= batch.apply_to else ("draft", N_("已截止"))
