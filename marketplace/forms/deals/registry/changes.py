"""Changes of a registered contract, and the registrar's decision on them. Shape and wording only."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FormField, HiddenField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.deals.texts import MOST_INSTALMENTS, MOST_LINES, InstalmentData, Text
from marketplace.domain.platform.reasons import REASONS
from marketplace.forms.base import AtMost, DayField, FenField, LineField, Marked, Needed, SiteForm, TextField
from marketplace.forms.deals.contracts import InstalmentRow
from marketplace.forms.deals.registry.registration import ApprovedRow
from marketplace.forms.rows import Row, RowList, RowsForm, drop_blank, gather


class KindForm(SiteForm):
    """What kind of change it is to be."""

    kind = RadioField(_l("办理事项"), validators=[Needed()], validate_choice=False)

    def offer(self, kinds: Mapping[str, str]) -> "KindForm":
        """Offer ``kinds`` {code: label}."""
        self.kind.choices = [SelectChoice(code, label) for code, label in kinds.items()]
        return self


class AmountRow(Row):
    """The amounts of one achievement, in 元."""

    amount_fen = FenField(_l("成交额"), [Needed()])
    technical_fen = FenField(_l("其中技术交易额"), [Needed()])


class ChangeForm(RowsForm):
    """The day and reason of a change; with a new text also its name, content, amounts, plan and validity."""

    version = HiddenField()
    signed_on = DayField(_l("变更文件签订日期"), [Marked()])
    reason = TextField(
        _l("原因和内容"),
        [Marked(), AtMost(2000)],
        description=_l("写明为什么变更、变更了什么，与签章文件一致"),
    )
    title = LineField(_l("合同名称"), [AtMost(200)])
    content = TextField(_l("合同内容"))
    valid_from = DayField(_l("有效期起"))
    valid_to = DayField(_l("有效期止"))
    lines = RowList(FormField(AmountRow), _l("标的成果的金额"), max_entries=MOST_LINES)
    instalments = RowList(FormField(InstalmentRow), _l("付款计划"), max_entries=MOST_INSTALMENTS)
    open_ended = BooleanField(_l("仍有部分金额待定，以后再补正"))

    @classmethod
    def showing(cls, values: Mapping[str, Any], text: Text | None) -> "ChangeForm":
        """Return the form filled with what the change says so far; ``text`` is the proposed one."""
        data = dict(values)
        if text is not None:
            money = text.money
            data |= {
                "title": text.subject.title,
                "content": text.subject.content,
                "valid_from": money.valid_from,
                "valid_to": money.valid_to,
                "open_ended": money.open_ended,
                "lines": [
                    {"amount_fen": line.amount_fen, "technical_fen": line.technical_fen}
                    for line in text.subject.lines
                ],
                "instalments": [vars(each) for each in money.instalments],
            }
        return cls(formdata=None, data=data)

    def compact(self) -> None:
        """Leave out instalments that were not filled in at all."""
        drop_blank(self.instalments, ("kind",))

    @property
    def amounts(self) -> list[tuple[int, int]]:
        """(成交额, 技术交易额) of each line in 分."""
        return [
            (entry.form.amount_fen.data or 0, entry.form.technical_fen.data or 0)
            for entry in self.lines.entries
        ]

    @property
    def plan(self) -> list[InstalmentData]:
        """The plan of payments as plain values."""
        return [
            InstalmentData(
                name=row["name"] or "",
                kind=row["kind"] or "fixed",
                due_on=row["due_on"],
                condition=row["condition"] or "",
                amount_fen=row["amount_fen"],
            )
            for row in (entry.data for entry in self.instalments.entries)
        ]


class ChangeFileForm(SiteForm):
    """The signed paper of a change."""

    file = FileField(_l("签章文件"), [Marked()])


class JudgementForm(SiteForm):
    """Approve a change with the technical amounts, or return it. ``task`` is the task that was looked at."""

    task = HiddenField()
    lines = RowList(FormField(ApprovedRow), _l("核定技术交易额"))
    reasons = SelectMultipleField(
        _l("退回理由"),
        choices=[SelectChoice(code, _l(label)) for code, label in REASONS["contract_change"].items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_l("退回时至少选一项"),
    )
    note = TextField(_l("意见"), [AtMost(1500)])

    @classmethod
    def showing(cls, task_id: int, approved: Sequence[int]) -> "JudgementForm":
        """Return the form with the amounts (分) to begin from."""
        return cls(
            formdata=None, data={"task": str(task_id), "lines": [{"approved": fen} for fen in approved]}
        )

    @property
    def amounts(self) -> list[int | None]:
        """The approved amounts in 分, in the order of the lines."""
        return [entry.form.approved.data for entry in self.lines.entries]

    def gather(self) -> None:
        """Let the list of amounts know what is wrong in its rows."""
        gather(self.lines)
