"""What changed between two revisions, as plain data: field by field, lists by element.

Words are tuples of msgids and typed text, one tuple for each element; the web translates and joins them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.domain.catalogue.content import ITEMS, Item
from marketplace.domain.money import format_wan
from marketplace.domain.taxonomy import FILE_LEVELS, MATURITY_SCALE_NAMES, maturity_label
from marketplace.domain.text import N_

Words = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One field that differs. For lists ``old`` and ``new`` hold what went and what came, ``kept`` how many stayed.

    When a list only changed its order, both hold all of it.
    """

    field: str
    label: str
    old: tuple[Words, ...]
    new: tuple[Words, ...]
    kept: int = 0


FILES = Item(
    "files",
    N_("图片与附件"),
    "rows",
    columns=(
        Item("name", N_("文件名"), "line"),
        Item("caption", N_("说明"), "line"),
        Item("level", N_("附件可见范围"), "code", terms=FILE_LEVELS),
        Item("digest", N_("文件指纹"), "line"),
    ),
)
"""Files are compared by name, caption, level and the start of their SHA-256."""


def differences(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the fields in which two contents of ``kind`` differ, in the order of the form, files last."""
    found = (_change(item, old.get(item.name), new.get(item.name)) for item in (*ITEMS[kind].values(), FILES))
    return [change for change in found if change is not None]


def words(item: Item, value: Any) -> tuple[Words, ...]:
    """Return a value as people read it, one tuple for each element; nothing for an empty one."""
    if value in (None, "", [], ()):
        return ()
    if item.kind == "rows":
        return tuple(_row(item, row) for row in value)
    if item.kind in ("codes", "words"):
        return tuple(_WORDS.get(item.kind, _plain)(item, each) for each in value)
    return (_WORDS.get(item.kind, _plain)(item, value),)


def _change(item: Item, old: Any, new: Any) -> Change | None:
    before, after = words(item, old), words(item, new)
    if before == after:
        return None
    if item.kind not in ("rows", "codes", "words"):
        return Change(item.name, item.label, before, after)
    gone = tuple(each for each in before if each not in after)
    come = tuple(each for each in after if each not in before)
    if not gone and not come:
        return Change(item.name, item.label, before, after)
    return Change(item.name, item.label, gone, come, kept=len(before) - len(gone))


def _row(item: Item, row: Mapping[str, Any]) -> Words:
    return tuple(
        part for column in item.columns for element in words(column, row.get(column.name)) for part in element
    )


def _plain(_item: Item, value: Any) -> Words:
    return (value.isoformat() if isinstance(value, date) else str(value),)


def _term(item: Item, code: str) -> Words:
    if item.terms is None or code not in item.terms:
        return (code,)
    label = item.terms.label_of(code)
    # Two lists of the city share some words; only their lists tell such terms apart.
    groups = [term.group for term in item.terms if term.code == code]
    shared = sum(term.label == label for term in item.terms) > 1
    return (label, *groups) if shared else (label,)


def _maturity(_item: Item, value: tuple[str, int]) -> Words:
    scale, level = value
    return (MATURITY_SCALE_NAMES.label_of(scale), str(level), maturity_label(scale, level))


_WORDS: Mapping[str, Callable[[Item, Any], Words]] = {
    "code": _term,
    "codes": _term,
    "fen": lambda _item, fen: (f"{format_wan(fen)} 万元",),
    "maturity": _maturity,
}
