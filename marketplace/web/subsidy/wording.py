"""What a policy version says, in words: its citation, its parameters with their units, how two versions differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from marketplace.domain.money import format_wan
from marketplace.domain.states import POLICY_VERSION
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.parameters import Parameter, shown
from marketplace.domain.text import N_
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.subsidy.registers.versions import Difference

SAYS = {"draft": N_("征求意见稿"), "law": N_("正式文件")}

_LABELS = {
    "says": N_("文本性质"), "document": N_("文件名称"), "document_number": N_("文号"), "item": N_("条款"),
    "words": N_("条款原文"), "legal_basis": N_("法律依据"), "valid_from": N_("有效期起"), "valid_to": N_("有效期止"),
    "window_from": N_("付款日期起"), "window_to": N_("付款日期止"),
}  # fmt: skip


def cite(version: PolicyVersion) -> str:
    """Return what stands beside every check: document, item, version and its state."""
    return str(
        _(
            "%(document)s%(item)s · 版本 %(ordinal)d（%(state)s）",
            document=version.document,
            item=version.item,
            ordinal=version.ordinal,
            state=_(POLICY_VERSION.states[version.state].label),
        )
    )


def parameter_words(one: Parameter, value: Any) -> str:
    """Return a parameter's value with its unit: ``10 %``, ``50 万元``, 不限."""
    if value is None:
        return str(_("不限"))
    if one.kind == "percent":
        return f"{shown(one, value)} %"
    if one.kind == "wan":
        return f"{format_wan(value)} {_('万元')}"
    if one.kind == "days":
        return str(_("%(n)s 个工作日", n=value))
    if one.kind == "flag":
        return str(_("是") if value else _("否"))
    if one.kind == "codes":
        return str(_("、")).join(_(one.options.get(code, code)) for code in value)
    return str(_(one.options.get(value, str(value))))


def parameter_rows(version: PolicyVersion) -> list[tuple[str, str]]:
    """Return (label, words) of every parameter of a version."""
    return [
        (_(one.label), parameter_words(one, version.parameters.get(one.key)))
        for one in CLAUSES[version.clause].parameters
    ]


def window_words(first: date | None, last: date | None) -> str:
    """Return a span of days whose ends may be open."""
    if first is None and last is None:
        return str(_("不限"))
    if last is None:
        return str(_("%(day)s 起", day=first))
    return str(
        _("到 %(day)s 止", day=last) if first is None else _("%(first)s 至 %(last)s", first=first, last=last)
    )


@dataclass(frozen=True)
class Change:
    """A line of the comparison of two versions, in words."""

    label: str
    old: str
    new: str


def changes(clause: str, found: Sequence[Difference]) -> list[Change]:
    """Return how two versions of a clause differ, in words."""
    parameters = {one.key: one for one in CLAUSES[clause].parameters}

    def words(key: str, value: Any) -> str:
        if key in parameters:
            return parameter_words(parameters[key], value)
        if key == "says":
            return str(_(SAYS.get(value, value)))
        return str(value) if value else ""

    return [
        Change(
            _(parameters[one.key].label if one.key in parameters else _LABELS[one.key]),
            words(one.key, one.old),
            words(one.key, one.new),
        )
        for one in found
    ]
