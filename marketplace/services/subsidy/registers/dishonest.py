"""失信名单: imported with source and date; a later row with its day of removal ends an entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import parse_uscc
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.subsidy import DishonestEntry
from marketplace.services.paging import Page, paged
from marketplace.services.platform import audit, tables
from marketplace.services.platform.tables import CellError, Column

COLUMNS = (
    Column("uscc", N_("统一社会信用代码"), "code", lambda row: row.uscc, parse=parse_uscc, required=True,
           example="91341302MA00000016"),
    Column("name", N_("单位名称"), "text", lambda row: row.name, example="某某有限公司"),
    Column("listed_on", N_("列入日期"), "date", lambda row: row.listed_on, required=True, example="2026-03-18"),
    Column("removed_on", N_("移出日期"), "date", lambda row: row.removed_on, example="2026-09-18"),
)  # fmt: skip
SHOWN_ERRORS = 200


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do: rows that are new, end an entry, or are known already; or its faults."""

    added: int
    ended: int
    known: int
    errors: Sequence[CellError]
    unknown: Sequence[str]

    @property
    def rows(self) -> int:
        """All rows read."""
        return self.added + self.ended + self.known


def listed(uscc: str, day: date) -> list[DishonestEntry]:
    """Return the entries that stand against an organisation on a day, the earliest first."""
    return listed_of([uscc], day).get(uscc, [])


def listed_of(usccs: Collection[str], day: date) -> dict[str, list[DishonestEntry]]:
    """Return USCC → the entries that stand against it on a day, the earliest first; by one query."""
    query = select(DishonestEntry).where(
        DishonestEntry.uscc.in_(usccs),
        DishonestEntry.listed_on <= day,
        or_(DishonestEntry.removed_on.is_(None), DishonestEntry.removed_on > day),
    )
    found: dict[str, list[DishonestEntry]] = {}
    for row in db.session.scalars(query.order_by(DishonestEntry.listed_on, DishonestEntry.id)):
        found.setdefault(row.uscc, []).append(row)
    return found


def entries(words: str, only_standing: bool, page: int) -> Page[DishonestEntry]:
    """Return a page of the list, the newest first; ``words`` are part of a name or a USCC."""
    query = select(DishonestEntry)
    if text := clean_line(words):
        pattern = f"%{text.replace('%', '').replace('_', '')}%"
        query = query.where(or_(DishonestEntry.name.like(pattern), DishonestEntry.uscc.like(pattern.upper())))
    if only_standing:
        removed = DishonestEntry.removed_on
        query = query.where(or_(removed.is_(None), removed > clock.today()))
    return paged(query.order_by(DishonestEntry.listed_on.desc(), DishonestEntry.id.desc()), page)


def template() -> bytes:
    """Return the table to fill in."""
    return tables.template_xlsx("失信名单", COLUMNS)


def take(actor: Actor, source: str, content: bytes, write: bool) -> Outcome:
    """Read a list; with ``write`` and without a fault, enter it. Nothing is written where any row has a fault.

    A row with 移出日期 ends the entry of the same organisation, source and 列入日期. Twice is the same as once.
    Raises DomainError for what is no table, or without a source.
    """
    require(actor, Permission.MANAGE_BATCHES)
    named = clean_line(source)
    if not named:
        raise DomainError("source_missing", N_("请填写名单来源"), field="source")
    table = tables.read(content, COLUMNS)
    errors = [*table.errors, *_faults(table)]
    if errors:
        return Outcome(0, 0, 0, errors[:SHOWN_ERRORS], table.unknown)
    added = ended = known = 0
    standing = _standing(named)
    for values in table.rows:
        key = (values["uscc"], values["listed_on"])
        row, removed_on = standing.get(key), values.get("removed_on")
        if row is None:
            added += 1
            row = DishonestEntry(
                uscc=values["uscc"], name=clean_line(values.get("name") or "")[:200], source=named,
                listed_on=values["listed_on"], removed_on=removed_on, imported_by=actor.person_id,
            )  # fmt: skip
            standing[key] = row
            if write:
                db.session.add(row)
        elif removed_on is not None and row.removed_on != removed_on:
            ended += 1
            if write:
                row.removed_on = removed_on
        else:
            known += 1
    if write:
        db.session.flush()
        audit.record(actor, "dishonest.import", "dishonest", None, rows=len(table.rows))
    return Outcome(added, ended, known, (), table.unknown)


def _faults(table: tables.ReadTable) -> list[CellError]:
    found = []
    for number, values in zip(table.numbers, table.rows, strict=True):
        listed_on, removed_on = values.get("listed_on"), values.get("removed_on")
        if listed_on is not None and listed_on > clock.today():
            found.append(CellError(number, N_("列入日期"), N_("列入日期不能晚于今天"), {}))
        if listed_on is not None and removed_on is not None and removed_on < listed_on:
            found.append(CellError(number, N_("移出日期"), N_("移出日期不能早于列入日期"), {}))
    return found


def _standing(source: str) -> dict[tuple[str, date], DishonestEntry]:
    query = select(DishonestEntry).where(DishonestEntry.source == source)
    return {(row.uscc, row.listed_on): row for row in db.session.scalars(query)}
