"""Rows of a table of organisations: checked against the rules of sign-up, and written as unverified.

Nobody is invited by it: that is done apart, for one organisation after the other (单位管理). Whoever joins as 负责人
adds the licence and sends the data to be verified.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.domain import regions
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import ValidationFailed
from marketplace.domain.people.profiles import PROFILE_FIELDS, ProfileData, checked_profile
from marketplace.domain.states import ORGANISATION
from marketplace.domain.text import N_, clean_line, has_words
from marketplace.extensions import db
from marketplace.models.people import Organisation
from marketplace.services.catalogue.exchange.checked import NEW, Checked, Draft
from marketplace.services.catalogue.exchange.columns import EXAMPLE_NAMES, HEADINGS, IMPORTED_KINDS
from marketplace.services.people import organisations
from marketplace.services.platform.longjobs import Progress
from marketplace.services.platform.tables import CellError, ReadTable

ASKED_AT_ONCE = 500
_HEADINGS = HEADINGS["organisation"]


def check(
    actor: Actor, _kind: str, table: ReadTable, progress: Progress | None = None, after: int = 0
) -> Checked:
    """Check the rows below ``after``; nothing is written."""
    require(actor, Permission.VERIFY_ORGANISATION)
    unread: dict[int, list[CellError]] = {}
    for error in table.errors:
        unread.setdefault(error.row, []).append(error)
    wanted = [(number, row) for number, row in zip(table.numbers, table.rows, strict=True) if number > after]
    present = _present({row.get("uscc") or "" for _number, row in wanted})
    found = Checked(total=len(wanted), unknown=table.unknown)
    first: dict[str, int] = {}
    for done, (number, row) in enumerate(wanted, 1):
        _judge(found, number, row, unread.get(number, []), present, first)
        if progress is not None:
            progress(done, len(wanted))
    return found


def _judge(
    found: Checked,
    number: int,
    row: Mapping[str, Any],
    unread: list[CellError],
    present: Mapping[str, Organisation],
    first: dict[str, int],
) -> None:
    """Sort a row into what is new, what is there already, and what is wrong."""
    data, faults = _read(number, row, {error.column for error in unread})
    faults = [*unread, *faults]
    code = row.get("uscc") or ""
    earlier = first.setdefault(code, number) if code else number
    if earlier != number:
        faults.append(
            CellError(number, _HEADINGS["uscc"], N_("与第%(row)d行重复，请删去一行"), {"row": earlier})
        )
    known = present.get(code)
    if known is not None and not faults and data is not None:
        if (
            known.kind == row["kind"]
            and known.profile is not None
            and organisations.data_of(known.profile) == data
        ):
            found.same += 1
            return
        words = N_("此单位已在平台（%(state)s），资料由单位自己修改；请删去这一行")
        state = ORGANISATION.states[known.state].label
        faults.append(CellError(number, _HEADINGS["uscc"], words, {"state": state}))
    if faults or data is None:
        found.errors += faults
        return
    found.drafts.append(Draft(number, {"uscc": code, "kind": row["kind"], "data": data}, digest=code))


def _read(number: int, row: Mapping[str, Any], said: set[str]) -> tuple[ProfileData | None, list[CellError]]:
    """Return the profile of a row and its faults; what a cell that could not be read leads to is not said again."""
    faults: list[tuple[str, str, dict[str, Any]]] = []
    if row.get("name") == EXAMPLE_NAMES["organisation"]:
        faults.append(("name", N_("这是模板里的示例行，请删除"), {}))
    elif row.get("name") and not has_words(row["name"]):
        faults.append(("name", N_("名称只有标点符号，请写出名称"), {}))
    if row.get("kind") and row["kind"] not in IMPORTED_KINDS:
        faults.append(("kind", N_("管理部门由系统管理员单独设立，不能导入"), {}))
    values = {name: row.get(name) or "" for name in PROFILE_FIELDS}
    data = None
    try:
        data = checked_profile(ProfileData(**values))
    except ValidationFailed as refused:
        faults += [(each.field, each.message, each.params) for each in refused.errors]
    return data, [
        CellError(number, _HEADINGS[key], message, params)
        for key, message, params in faults
        if _HEADINGS[key] not in said
    ]


def _present(codes: set[str]) -> dict[str, Organisation]:
    wanted = sorted(code for code in codes if code)
    found: dict[str, Organisation] = {}
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        part = wanted[start : start + ASKED_AT_ONCE]
        rows = db.session.scalars(select(Organisation).where(Organisation.uscc.in_(part)))
        found |= {row.uscc: row for row in rows}
    return found


def write(actor: Actor, _kind: str, found: Sequence[Draft], _job_id: int, _submit: bool) -> Counter[str]:
    """Write checked rows as unverified organisations, inside one transaction of the caller.

    Their data waits for the licence, as after a return: so their 负责人 finds it filled in.
    """
    require(actor, Permission.VERIFY_ORGANISATION)
    for draft in found:
        values = draft.values
        organisations.create(actor, values["uscc"], values["kind"], values["data"], state="returned")
    return Counter({NEW: len(found)})


def cells_of(organisation: Organisation, full: bool) -> dict[str, Any]:
    """Return an organisation as a row; without ``full`` only what its public page tells."""
    profile = organisation.profile
    row: dict[str, Any] = {
        "uscc": organisation.uscc,
        "kind": organisation.kind,
        "state_words": ORGANISATION.states[organisation.state].label,
    }
    if profile is None:
        return row
    row |= {name: getattr(profile, name) for name in PROFILE_FIELDS}
    row["region"] = regions.full_name(profile.division) if regions.exists(profile.division) else ""
    if not full:
        row |= dict.fromkeys(("legal_representative", "contact_name", "contact_phone", "contact_email"), "")
    return row | {"name": clean_line(profile.name)}
