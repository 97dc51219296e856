"""What a case about the organisation itself asks for: its certificate as 高新技术企业 (item 10)."""

import re
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.domain.text import N_, compact
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import audit
from marketplace.services.subsidy.applying import materials

_NUMBER = re.compile(r"GR\d{12}")
USED = N_("这张证书已经申请过补助")
DEAD = ("withdrawn", "refused", "dismissed")


def write(
    actor: Actor, case_id: int, number: str, certified_on: date | None, again: bool | None
) -> SubsidyCase:
    """Write certificate number (GR and 12 digits: year, province, serial), day, and first or again.

    Raises ValidationFailed by field; a certificate serves one submitted case only: what somebody else has merely typed
    into a draft stands in nobody's way.
    """
    case = materials.get_own(actor, case_id, materials.OPEN_STATES)
    number, faults = compact(number), []
    if not _NUMBER.fullmatch(number):
        faults.append(FieldError("number", "number_wrong", N_("证书编号为GR加12位数字，例如 GR202634000123")))
    elif is_used(case, number):
        faults.append(FieldError("number", "number_used", USED))
    if certified_on is None:
        faults.append(FieldError("certified_on", "day_missing", N_("请填写证书上的发证日期")))
    elif certified_on > clock.today():
        faults.append(FieldError("certified_on", "day_future", N_("发证日期不能晚于今天，请核对")))
    elif _NUMBER.fullmatch(number) and int(number[2:6]) != certified_on.year:
        faults.append(FieldError("certified_on", "year_differs", N_("发证年度与证书编号中的年度不一致")))
    if again is None:
        faults.append(FieldError("again", "again_missing", N_("请选择首次认定还是再次认定")))
    elif again is False and _had_first(case):
        words = N_("贵单位已按首次认定申请过补助，这次请选择再次认定")
        faults.append(FieldError("again", "first_twice", words))
    if faults or certified_on is None:
        raise ValidationFailed(faults)
    case.particulars = {"number": number, "certified_on": certified_on.isoformat(), "again": bool(again)}
    db.session.flush()
    audit.record(actor, "subsidy_case.write", "subsidy_case", case.id, part="particulars")
    return case


def _had_first(case: SubsidyCase) -> bool:
    """Return whether the organisation has another living case for its first certificate: there is only one first."""
    query = select(SubsidyCase).where(
        SubsidyCase.clause == case.clause,
        SubsidyCase.organisation_id == case.organisation_id,
        SubsidyCase.id != case.id,
        SubsidyCase.state.not_in(DEAD),
    )
    return any(one.particulars.get("again") is False for one in db.session.scalars(query).unique())


def is_used(case: SubsidyCase, number: str) -> bool:
    """Return whether another living case that was submitted is about the certificate of this number."""
    query = select(SubsidyCase).where(
        SubsidyCase.clause == case.clause,
        SubsidyCase.id != case.id,
        SubsidyCase.state.not_in(DEAD),
        SubsidyCase.submitted_at.is_not(None),
    )
    return any(one.particulars.get("number") == number for one in db.session.scalars(query))
