"""Targets of the turnover: records with year, 口径 and source; set by 政策管理, never overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.deals import turnover
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import TurnoverTarget
from marketplace.services.platform import audit

FIRST_YEAR, LAST_YEAR = 2000, 2100
SOURCE_LENGTH, NOTE_LENGTH = 200, 1000


@dataclass(frozen=True)
class TargetData:
    """What is typed of a target; ``amount_fen`` in 分, None where it could not be read."""

    year: int | None
    period: str
    view: str
    measure: str
    amount_fen: int | None
    source: str
    note: str = ""


@dataclass(frozen=True)
class InForce:
    """The target of a year; ``carried``: it is a former year's, 沿用."""

    target: TurnoverTarget
    carried: bool


def listing() -> Sequence[TurnoverTarget]:
    """Return every target that was ever set, the newest year and record first."""
    query = select(TurnoverTarget).order_by(TurnoverTarget.year.desc(), TurnoverTarget.id.desc())
    return db.session.scalars(query).all()


def of_year(year: int, period: str = "annual") -> InForce | None:
    """Return the target that holds in a year: its own, or the last one before it."""
    row = db.session.scalar(
        select(TurnoverTarget)
        .where(
            TurnoverTarget.replaced_by.is_(None), TurnoverTarget.period == period, TurnoverTarget.year <= year
        )
        .order_by(TurnoverTarget.year.desc(), TurnoverTarget.id.desc())
        .limit(1)
    )
    return InForce(row, row.year != year) if row is not None else None


def set_target(actor: Actor, data: TargetData) -> TurnoverTarget:
    """Record a target; the former one of the same year and period stays, marked as replaced.

    Raises ValidationFailed naming every field that is wrong.
    """
    require(actor, Permission.SET_TARGETS)
    return _record(actor, data)


def ensure_plan() -> None:
    """Record the target of the city's plan unless a target of 2025 is there; for the demonstration."""
    known = select(TurnoverTarget.id).where(TurnoverTarget.year == PLAN.year).limit(1)
    if db.session.scalar(known) is None:
        _record(SYSTEM, PLAN)


PLAN = TargetData(
    year=2025,
    period="annual",
    view="total",
    measure="amount",
    amount_fen=5 * 10**11,
    source="《宿州市“十四五”科技创新发展规划》",
    note="规划指标“技术市场合同成交额”2025年一栏为50亿元，按年度目标理解。规划所写基数为转让技术合同2,999项、"
    "成交额29.95亿元，未写明是一年还是五年之和，只作文字记录，不参与计算。",
)
"""The plan's figure, its wording and its base; the base is text and never plotted as a sum."""


def _record(actor: Actor, data: TargetData) -> TurnoverTarget:
    _check(data)
    row = TurnoverTarget(
        year=data.year,
        period=data.period,
        view=data.view,
        measure=data.measure,
        amount_fen=data.amount_fen,
        source=clean_line(data.source),
        note=clean_text(data.note),
        set_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    former = select(TurnoverTarget).where(
        TurnoverTarget.year == row.year,
        TurnoverTarget.period == row.period,
        TurnoverTarget.replaced_by.is_(None),
        TurnoverTarget.id != row.id,
    )
    for old in db.session.scalars(former.with_for_update()):
        old.replaced_by = row.id
    db.session.flush()
    audit.record(actor, "turnover_target.set", "turnover_target", row.id, year=row.year)
    return row


def _check(data: TargetData) -> None:
    faults: list[FieldError] = []
    if data.year is None or not FIRST_YEAR <= data.year <= LAST_YEAR:
        faults.append(FieldError("year", "target_year", N_("请填写四位年份，例如 2025")))
    choices = {
        "period": (data.period, turnover.PERIODS), "view": (data.view, turnover.VIEWS),
        "measure": (data.measure, turnover.MEASURES),
    }  # fmt: skip
    for name, (value, options) in choices.items():
        if value not in options:
            faults.append(FieldError(name, "target_choice", N_("请从列表中选择")))
    if data.amount_fen is None or data.amount_fen <= 0:
        faults.append(FieldError("amount", "target_amount", N_("请填写大于 0 的金额")))
    if not clean_line(data.source):
        faults.append(FieldError("source", "target_source", N_("请填写目标出自哪份文件")))
    elif len(clean_line(data.source)) > SOURCE_LENGTH:
        faults.append(FieldError("source", "target_source_long", N_("请控制在 200 字以内")))
    if len(clean_text(data.note)) > NOTE_LENGTH:
        faults.append(FieldError("note", "target_note_long", N_("请控制在 1000 字以内")))
    if faults:
        raise ValidationFailed(faults)
