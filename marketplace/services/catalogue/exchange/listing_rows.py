"""Rows of a table of achievements or demands, checked: every fault with its column and the remedy."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.catalogue import submission, typed
from marketplace.domain.catalogue.content import ITEMS, Item, blank, place_of
from marketplace.domain.errors import FieldError
from marketplace.domain.text import N_, clean_line, compact, has_words
from marketplace.services.catalogue.exchange import cells, known
from marketplace.services.catalogue.exchange.checked import Checked, Draft
from marketplace.services.catalogue.exchange.columns import (
    EXAMPLE_NAMES,
    HEADINGS,
    KEY_LENGTH,
)
from marketplace.services.catalogue.exchange.known import Existing, Known
from marketplace.services.platform.longjobs import Progress
from marketplace.services.platform.tables import CellError, ReadTable

_BY_COLUMN = {"maturity": "maturity_scale"}
"""Fields that stand in columns of other names."""


@dataclass
class _Seen:
    """A row with what it says and what is wrong with it."""

    row: int
    cells: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    number: str = ""
    key: str = ""
    digest: str = ""

    def fault(self, heading: str, message: str, **params: Any) -> None:
        """Note what is wrong under a heading."""
        self.errors.append(CellError(self.row, heading, message, params))


def check(
    actor: Actor, kind: str, table: ReadTable, progress: Progress | None = None, after: int = 0
) -> Checked:
    """Check the rows below ``after`` for the actor's organisation; nothing is written."""
    unread: dict[int, list[CellError]] = {}
    for error in table.errors:
        unread.setdefault(error.row, []).append(error)
    seen = []
    pairs = list(zip(table.numbers, table.rows, strict=True))
    for number, row in pairs:
        if number > after:
            seen.append(_see(kind, number, row, unread.get(number, [])))
            if progress is not None:
                progress(len(seen), len(pairs))
    facts = known.of(
        actor, kind, (one.number for one in seen), (one.key for one in seen), (one.digest for one in seen)
    )
    return _judge(actor, kind, seen, facts, table.unknown)


def _see(kind: str, number: int, row: Mapping[str, Any], unread: list[CellError]) -> _Seen:
    """Read the cells of a row; a cell that could not be read is empty by now and is not complained of again."""
    one = _Seen(number, row, errors=list(unread))
    headings = HEADINGS[kind]
    said = {error.column for error in unread}
    typing, faults = cells.typing_of(kind, row)
    for key, fault in faults.items():
        one.fault(headings[key], fault.message, **fault.params)
    taken = typed.take(kind, typing)
    one.values = taken.values
    for error in taken.errors:
        one.fault(_heading(kind, error.field), error.message, **error.params)
    one.number = compact(row.get("number") or "")
    one.key = clean_line(row.get("external_key") or "")
    if len(one.key) > KEY_LENGTH:
        words = typed.TOO_LONG
        one.fault(headings["external_key"], words, limit=KEY_LENGTH, length=len(one.key))
    title = one.values.get("title") or ""
    if title == EXAMPLE_NAMES[kind]:
        one.fault(headings["title"], N_("这是模板里的示例行，请删除"))
    elif title and not has_words(title):
        one.fault(headings["title"], N_("名称只有标点符号，请写出名称"))
    elif not title and headings["title"] not in said | {error.column for error in one.errors}:
        one.fault(headings["title"], N_("必填，不能为空"))
    one.digest = digest_of(one.values, one.key, one.number)
    return one


def _heading(kind: str, field_name: str) -> str:
    name = field_name.partition("-")[0]
    heading = HEADINGS[kind].get(_BY_COLUMN.get(name, name), name)
    place = place_of(kind, field_name)
    return f"{heading} 第{place.row}行 {place.column}" if place.column else heading


def digest_of(values: Mapping[str, Any], key: str, number: str) -> str:
    """Return the SHA-256 of what a row says, whatever the order of its columns; empty fields say nothing."""
    said = {name: _plain(value) for name, value in values.items() if value not in (None, "", [])}
    text = json.dumps([number, key, said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _judge(actor: Actor, kind: str, seen: list[_Seen], facts: Known, unknown: list[str]) -> Checked:
    found = Checked(total=len(seen), unknown=unknown)
    first: dict[tuple[str, str], int] = {}
    places = {heading: place for place, heading in enumerate(HEADINGS[kind].values())}
    for one in seen:
        existing = _existing(kind, one, facts)
        same = existing is not None and _says_nothing_new(kind, one, existing, facts)
        if existing is not None and existing.hindrance is not None and not same:
            one.fault(_identity(kind, one), existing.hindrance.message, **existing.hindrance.params)
        _refuse_twice(kind, one, first)
        found.errors += sorted(one.errors, key=lambda error: places.get(error.column.partition(" ")[0], 0))
        if one.errors:
            continue
        if same:
            found.same += 1
            continue
        draft, remarks = _draft(actor, kind, one, existing, facts)
        found.drafts.append(draft)
        found.remarks += remarks
    return found


def _identity(kind: str, one: _Seen) -> str:
    return HEADINGS[kind]["number" if one.number else "external_key" if one.key else "title"]


def _existing(kind: str, one: _Seen, facts: Known) -> Existing | None:
    """Return the listing that a row speaks of: by number, else by 外部编号, else by what it says."""
    by_key = facts.by_key.get(one.key) if one.key else None
    if not one.number:
        return by_key or facts.by_digest.get(one.digest)
    existing = facts.by_number.get(one.number)
    if existing is None:
        words = N_("贵单位没有编号为%(number)s的这一类内容；新内容请留空")
        one.fault(HEADINGS[kind]["number"], words, number=one.number)
    elif by_key is not None and by_key.listing_id != existing.listing_id:
        words = N_("这个外部编号已用于%(number)s，请核对")
        one.fault(HEADINGS[kind]["external_key"], words, number=by_key.number)
    return existing


def _says_nothing_new(kind: str, one: _Seen, existing: Existing, facts: Known) -> bool:
    """Whether the row says what it said at the last import, or what the listing says now."""
    if existing.content is None:
        return False
    if not one.number and facts.digests.get(existing.listing_id) == one.digest:
        return True
    if one.key and one.number and existing.external_key != one.key:
        return False
    content = existing.content
    return all(_equal(ITEMS[kind][name], content.get(name), value) for name, value in one.values.items())


def _equal(item: Item, old: Any, new: Any) -> bool:
    """Whether two values say the same; chosen codes have no order."""
    return set(old or ()) == set(new or ()) if item.kind == "codes" else old == new


def _refuse_twice(kind: str, one: _Seen, first: dict[tuple[str, str], int]) -> None:
    for what, value in (("number", one.number), ("external_key", one.key), ("title", one.digest)):
        earlier = first.setdefault((what, value), one.row) if value else one.row
        if earlier != one.row:
            one.fault(HEADINGS[kind][what], N_("与第%(row)d行重复，请删去一行"), row=earlier)
            return


def _draft(
    actor: Actor, kind: str, one: _Seen, existing: Existing | None, facts: Known
) -> tuple[Draft, list[CellError]]:
    before = existing.content if existing is not None and existing.content is not None else {}
    content = {name: blank(item) for name, item in ITEMS[kind].items()} | dict(before) | one.values
    lacking = submission.check(kind, content, clock.today(), actor.organisation_name)
    remarks = [_remark(kind, one.row, error) for error in lacking]
    if existing is None and one.values["title"] in facts.titles:
        number = facts.titles[one.values["title"]]
        words = N_("名称与贵单位已有的%(number)s相同；如是同一项，请在编号列填%(number)s，以免重复")
        remarks.append(CellError(one.row, HEADINGS[kind]["title"], words, {"number": number}))
    changes = existing.listing_id if existing is not None else None
    draft = Draft(one.row, one.values, one.key, one.digest, changes, bool(one.number), not lacking)
    return draft, remarks


def _remark(kind: str, row: int, error: FieldError) -> CellError:
    return CellError(row, _heading(kind, error.field), error.message, error.params)
