"""What changed between two versions of a contract, as plain data: field by field, rows by row.

Words are tuples of msgids and typed text, one tuple for each element; the web translates and joins them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.domain import regions
from marketplace.domain.deals import terms
from marketplace.domain.deals.texts import (
    INSTALMENT_LABELS,
    LABELS,
    LINE_LABELS,
    PARTY_LABELS,
    STEPS,
    InstalmentData,
    LineData,
    PartyData,
    RightData,
    Text,
)
from marketplace.domain.money import format_yuan
from marketplace.domain.taxonomy import (
    APPLICATION_SECTORS,
    CITY_TAGS,
    IP_STATUSES,
    IP_TYPES,
    NATIONAL_FIELDS,
    ORGANISATION_SIZES,
    PRICING_METHODS,
    Taxonomy,
)
from marketplace.domain.text import N_

Words = tuple[str, ...]

YES, NO = N_("是"), N_("否")
INSTALMENT_KINDS: Mapping[str, str] = {"fixed": N_("固定款项"), "royalty": N_("提成")}
OPEN_AMOUNT = N_("金额待定")


@dataclass(frozen=True)
class Change:
    """One field that differs: ``old`` and ``new`` hold its elements, for rows those that went and that came.

    ``kept``: how many rows stayed as they were. Rows that only changed their order stand in both in full.
    """

    field: str
    label: str
    old: tuple[Words, ...]
    new: tuple[Words, ...]
    kept: int = 0


def differences(old: Text, new: Text) -> list[Change]:
    """Return the fields in which two texts differ, in the order of the form."""
    before, after = words_of(old), words_of(new)
    found = (_change(name, label, before[name], after[name]) for name, label in _fields())
    return [change for change in found if change is not None]


def words_of(text: Text) -> dict[str, tuple[Words, ...]]:
    """Return every field as people read it: ``title`` → its elements, none for an empty one."""
    found: dict[str, tuple[Words, ...]] = {}
    for step in STEPS:
        part = getattr(text, step, None)
        for name in LABELS[step] if part is not None else ():
            found[name] = _elements(name, getattr(part, name))
    return found


def _fields() -> list[tuple[str, str]]:
    return [(name, label) for step in STEPS if step != "papers" for name, label in LABELS[step].items()]


def _change(name: str, label: str, before: tuple[Words, ...], after: tuple[Words, ...]) -> Change | None:
    if before == after:
        return None
    if name not in _ROWS:
        return Change(name, label, before, after)
    gone = tuple(each for each in before if each not in after)
    come = tuple(each for each in after if each not in before)
    if not gone and not come:
        return Change(name, label, before, after)
    return Change(name, label, gone, come, kept=len(before) - len(gone))


def _elements(name: str, value: Any) -> tuple[Words, ...]:
    if name in _ROWS:
        rows: Sequence[Any] = value if isinstance(value, tuple) else (value,)
        return tuple(words for row in rows if (words := _ROWS[name](row)))
    if value in (None, "", ()):
        return ()
    values = value if isinstance(value, tuple) else (value,)
    return tuple((_plain(name, each),) for each in values)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, date):
        return value.isoformat()
    terms_ = _CODES.get(name)
    return terms_.label_of(value) if terms_ is not None and value in terms_.codes else str(value)


def _party(party: PartyData) -> Words:
    """What is filled in, each with its name, as 名称, 某大学, 统一社会信用代码, …"""
    words: list[str] = []
    for name, label in PARTY_LABELS.items():
        value = getattr(party, name)
        if value in ("", False, None) or (name == "country" and value == "CN"):
            continue
        shown = regions.full_name(value) if name == "division" else _plain(name, value)
        words += [label, shown]
    return tuple(words)


def _line(line: LineData) -> Words:
    words = [line.listing_number, line.name, line.owner_name, line.owner_uscc, *map(_right, line.rights)]
    for name in ("amount_fen", "technical_fen"):
        fen = getattr(line, name)
        if fen is not None:
            words += [LINE_LABELS[name], format_yuan(fen)]
    return tuple(filter(None, [*words, line.explanation]))


def _right(right: RightData) -> str:
    """A right with its number; without one the msgid of its type."""
    label = IP_TYPES.label_of(right.ip_type)
    lapsed = [IP_STATUSES.label_of("lapsed")] if right.status == "lapsed" else []
    return " ".join([right.number or label, *lapsed])


def _instalment(row: InstalmentData) -> Words:
    day = row.due_on.isoformat() if row.due_on else ""
    amount = OPEN_AMOUNT if row.amount_fen is None else format_yuan(row.amount_fen)
    return tuple(
        filter(
            None,
            [
                row.name,
                INSTALMENT_KINDS[row.kind],
                day,
                row.condition,
                INSTALMENT_LABELS["amount_fen"],
                amount,
            ],
        )
    )


_ROWS: Mapping[str, Callable[[Any], Words]] = {
    "buyer": _party,
    "sellers": _party,
    "lines": _line,
    "instalments": _instalment,
}
_CODES: Mapping[str, Taxonomy] = {
    "kind": terms.KINDS,
    "licence_scope": terms.LICENCE_SCOPES,
    "payment_mode": terms.PAYMENT_MODES,
    "plan_source": terms.PLAN_SOURCES,
    "rights_involved": terms.RIGHTS_INVOLVED,
    "objective": terms.OBJECTIVES,
    "pricing": PRICING_METHODS,
    "field": NATIONAL_FIELDS,
    "tags": CITY_TAGS,
    "disclosure": terms.DEAL_DISCLOSURES,
    "nature": terms.NATURES,
    "country": terms.COUNTRIES,
    "size": ORGANISATION_SIZES,
    "sector": APPLICATION_SECTORS,
}
