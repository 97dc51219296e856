"""The registrar's checklist and decision, the verifier's last check, revocation. Shape and wording only."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, FormField, HiddenField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.deals.terms import REFUSAL_GROUNDS, REVOCATION_GROUNDS
from marketplace.forms.base import AtMost, FenField, LineField, Marked, SiteForm, TextField
from marketplace.forms.rows import Row, RowList, gather

NONE_FOUND, PROBLEM = "none", "problem"


class GroundForm(Form):
    """One ground of refusal: was it found, and what is wrong."""

    verdict = RadioField(
        _l("核对结果"),
        choices=[SelectChoice(NONE_FOUND, _l("未发现问题")), SelectChoice(PROBLEM, _l("有问题"))],
        validate_choice=False,
    )
    note = TextField(_l("问题和要求"), [AtMost(500)])


class GroundsForm(Form):
    """All grounds, one field each, named by its code."""


for _code, (_label, _mendable) in REFUSAL_GROUNDS.items():
    setattr(GroundsForm, _code, FormField(GroundForm, label=_l(_label)))


class ApprovedRow(Row):
    """核定技术交易额 of one line, in 元."""

    approved = FenField(_l("核定技术交易额"), [Marked()])


class ExaminationForm(SiteForm):
    """The checklist, the approved amounts and a note. ``task`` is the task that the registrar looked at."""

    task = HiddenField()
    grounds = FormField(GroundsForm)
    lines = RowList(FormField(ApprovedRow), _l("核定技术交易额"))
    note = TextField(_l("意见"), [AtMost(1500)])

    @classmethod
    def showing(cls, task_id: int, found: Mapping[str, str], approved: Sequence[int]) -> "ExaminationForm":
        """Return the form with what was found so far and the amounts (分) to begin from."""
        grounds = {code: {"verdict": PROBLEM, "note": text} for code, text in found.items()}
        lines = [{"approved": fen} for fen in approved]
        return cls(formdata=None, data={"task": str(task_id), "grounds": grounds, "lines": lines})

    @property
    def answers(self) -> dict[str, str]:
        """Ground → what is wrong, '' for 未发现; grounds without an answer are left out."""
        found = {}
        for entry in self.grounds.form:
            verdict, text = entry.form.verdict.data, entry.form.note.data or ""
            if verdict == NONE_FOUND or (verdict == PROBLEM and text):
                found[entry.short_name] = text if verdict == PROBLEM else ""
        return found

    @property
    def amounts(self) -> list[int | None]:
        """The approved amounts in 分, in the order of the lines."""
        return [entry.form.approved.data for entry in self.lines.entries]

    def validate(self, extra_validators: Any = None) -> bool:
        """A problem says in words what is wrong, and words say that there is a problem."""
        sound: bool = super().validate(extra_validators)
        for entry in self.grounds.form:
            verdict, note = entry.form.verdict, entry.form.note
            if verdict.data == PROBLEM and not note.data:
                note.errors = [*note.errors, _("请写明有什么问题、要怎样补正")]
                sound = False
            if verdict.data != PROBLEM and note.data:
                verdict.errors = [*verdict.errors, _("写了问题，请同时选择“有问题”；没有问题请清空说明")]
                sound = False
        return sound

    def gather(self) -> None:
        """Let the list of amounts know what is wrong in its rows."""
        gather(self.lines)


class TaskForm(SiteForm):
    """A decision with words; ``task`` is the task that was looked at."""

    task = HiddenField()
    note = TextField(_l("意见"), [AtMost(1500)])


class NumberForm(TaskForm):
    """The national number, where the site gives none."""

    number = LineField(
        _l("合同登记编号"),
        [AtMost(30)],
        description=_l("全国系统给出的16位编号；还没有的可以留空，以后再填，在此之前只显示平台备案号"),
    )


def _boxes(label: Any, words: Mapping[str, str], hint: Any = "") -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=[SelectChoice(code, _l(word)) for code, word in words.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=hint,
        validators=[Marked()],
    )


class RefusalForm(SiteForm):
    """不予登记: coded grounds and words."""

    task = HiddenField()
    reasons = _boxes(_l("理由"), {code: label for code, (label, _) in REFUSAL_GROUNDS.items()})
    note = TextField(
        _l("事实和依据"), [AtMost(1500), Marked()], description=_l("当事人会看到，请写明违反哪一条")
    )


class RevocationForm(SiteForm):
    """撤销登记: coded grounds and words."""

    reasons = _boxes(_l("理由"), REVOCATION_GROUNDS)
    note = TextField(
        _l("事实和依据"),
        [AtMost(1500), Marked()],
        description=_l("当事人会看到，请写明查明的事实和依据的文件"),
    )
