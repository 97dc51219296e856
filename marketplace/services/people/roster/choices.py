"""What the filters of both lists offer, and the conditions they stand for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_

from marketplace.domain import clock
from marketplace.domain.regions import CITY_PREFIX, FIRST_REVIEW_OFFICES
from marketplace.domain.text import N_
from marketplace.models.people import OrganisationProfile

DIVISIONS: Mapping[str, str] = {
    "city": N_("市内"), "outside": N_("市外"), **FIRST_REVIEW_OFFICES,
}  # fmt: skip

SEEN: Mapping[str, str] = {
    "7": N_("7 天内"), "30": N_("30 天内"), "idle30": N_("30 天以上未登录"), "idle180": N_("180 天以上未登录"),
    "never": N_("从未登录"),
}  # fmt: skip

ORGANISATION_TASKS: Mapping[str, str] = {
    "review": N_("有在审事项"), "returned": N_("有退回待补正"), "none": N_("没有待办"),
}  # fmt: skip

PERSON_TASKS: Mapping[str, str] = {
    "open": N_("有待办"), "late": N_("有超期"), "returned": N_("所在单位有退回待补正"), "none": N_("没有待办"),
}  # fmt: skip

PERSON_STATES: Mapping[str, str] = {
    "active": N_("可登录"), "suspended": N_("已暂停"), "closed": N_("已注销"),
}  # fmt: skip


def in_division(code: str) -> ColumnElement[bool]:
    """Return the condition that a profile's domicile lies in ``code`` of DIVISIONS; in the city = 3413…."""
    division = OrganisationProfile.division
    if code == "city":
        return division.startswith(CITY_PREFIX)
    if code == "outside":
        return ~division.startswith(CITY_PREFIX)
    return division == code


def last_seen(moment: Any, code: str) -> ColumnElement[bool]:
    """Return the condition that ``moment``, the last sign-in, fits ``code`` of SEEN."""
    if code == "never":
        never: ColumnElement[bool] = moment.is_(None)
        return never
    since = clock.now() - timedelta(days=int(code.removeprefix("idle")))
    if code.startswith("idle"):
        # Whoever never came was not here for that long either.
        return or_(moment.is_(None), moment < since)
    recent: ColumnElement[bool] = moment >= since
    return recent
