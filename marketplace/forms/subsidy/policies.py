"""Forms of policy versions and batches. Shape and wording only; the rules are the services'."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.parameters import Parameter, shown
from marketplace.domain.text import N_
from marketplace.forms.base import AtMost, CodeField, DayField, LineField, Marked, SiteForm, TextField

WORDING = (
    "says", "document", "document_number", "item", "words", "legal_basis", "valid_from", "valid_to", "window_from",
    "window_to",
)  # fmt: skip


class NewVersionForm(SiteForm):
    """Which clause, and which version to begin from."""

    clause = CodeField(_l("政策条款"), [(one.code, one.label) for one in CLAUSES.values()], blank=None)
    copy_of = CodeField(_l("以哪一版本为底稿"), [], blank=N_("不用底稿，从条款的初始参数开始"))


class VersionForm(SiteForm):
    """Wording and windows of a version; the parameters of its clause are added by ``form_of``."""

    version = HiddenField()
    says = RadioField(
        _l("文本性质"),
        choices=[
            SelectChoice("draft", _l("征求意见稿：只用于测算和准备草稿")),
            SelectChoice("law", _l("正式文件：可以申报、批准和拨付")),
        ],
        validators=[Marked()],
        validate_choice=False,
    )
    document = LineField(_l("文件名称"), [Marked(), AtMost(200)])
    document_number = LineField(_l("文号"), [AtMost(80)])
    item = LineField(_l("条款"), [Marked(), AtMost(40)])
    words = TextField(_l("条款原文"), [Marked(), AtMost(4000)], id="clause-words")
    legal_basis = TextField(_l("法律依据"), [AtMost(4000)])
    valid_from = DayField(_l("有效期起"), [Optional()])
    valid_to = DayField(_l("有效期止"), [Optional()], description=_l("不填为长期有效"))
    window_from = DayField(_l("付款日期起"), [Optional()])
    window_to = DayField(
        _l("付款日期止"),
        [Optional()],
        description=_l("这段日期内的付款适用本版本；同一条款的有效版本不能重叠。不填为不限"),
    )

    clause_code = ""

    @property
    def parameters(self) -> Sequence[Parameter]:
        """The parameters of the clause, in its order."""
        return CLAUSES[self.clause_code].parameters

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed for the parameters, for the rules to read."""
        return {one.key: self[one.key].data for one in self.parameters}


@cache
def form_of(clause: str) -> type[VersionForm]:
    """Return the form of a clause's versions: wording, and one field for each of its parameters."""
    fields: dict[str, Any] = {one.key: _field(one) for one in CLAUSES[clause].parameters}
    return type(f"VersionForm_{clause}", (VersionForm,), fields | {"clause_code": clause})


def _field(one: Parameter) -> Field:
    label = _l(one.label)
    if one.kind == "flag":
        return BooleanField(label)
    choices = [SelectChoice(code, _l(word)) for code, word in one.options.items()]
    if one.kind == "codes":
        widget = ListWidget(prefix_label=False)
        return SelectMultipleField(
            label,
            [Marked()],
            choices=choices,
            option_widget=CheckboxInput(),
            widget=widget,
            validate_choice=False,
        )
    if one.kind == "choice":
        return RadioField(label, [Marked()], choices=choices, validate_choice=False)
    description = _l("不填为不限；0 是限额") if one.nullable else ""
    return LineField(label, [Marked(needed=not one.nullable)], description=description)


def typed_values(clause: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return stored parameters as the form shows them."""
    return {
        one.key: values.get(one.key)
        if one.kind in ("codes", "flag", "choice")
        else shown(one, values.get(one.key))
        for one in CLAUSES[clause].parameters
    }


class MoveForm(SiteForm):
    """A step of a version, with the reason where one is asked for."""

    note = TextField(_l("理由"), [AtMost(1000)])


class CloseForm(MoveForm):
    """The last day of a version's payment window, with the reason."""

    day = DayField(
        _l("付款日期截止到"),
        [Optional(), Marked()],
        description=_l("这一天（含）以前的付款仍适用本版本；次日起归新的版本"),
    )


class BatchForm(SiteForm):
    """A batch: when one may apply, for payments of which days, and what every case goes through."""

    version = HiddenField()
    policy_version_id = CodeField(_l("政策版本"), [], validators=[Marked()])
    title = LineField(_l("批次名称"), [Marked(), AtMost(200)])
    number = LineField(_l("通知编号"), [Marked(), AtMost(40)])
    apply_from = DayField(_l("申报开始日期"), [Optional(), Marked()])
    apply_to = DayField(_l("申报截止日期"), [Optional(), Marked()], description=_l("当天仍可提交"))
    paid_from = DayField(_l("付款日期起"), [Optional(), Marked()])
    paid_to = DayField(_l("付款日期止"), [Optional(), Marked()])
    contact = TextField(_l("联系方式"), [Marked(), AtMost(1000)], description=_l("受理地点、联系人和电话"))
    steps = SelectMultipleField(
        _l("市级审核前另须完成"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
        choices=[],
    )
