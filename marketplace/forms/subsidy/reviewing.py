"""Forms of the reviews: filters, papers checked off and decisions, examinations. Shape and wording only."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.text import N_
from marketplace.forms.base import AtMost, CodeField, DayField, LineField, Marked, SiteForm, TextField


class CaseFilter(SiteForm):
    """Which cases the list shows; read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("受理编号、成果或单位"))
    state = CodeField(_l("状态"), [], blank=N_("全部"))
    office = CodeField(_l("初审单位"), [], blank=N_("全部"))
    overdue = CodeField(_l("期限"), [], blank=N_("全部"))
    mine = CodeField(_l("办理人"), [], blank=N_("全部"))
    clause = CodeField(_l("条款"), [], blank=N_("全部"))
    batch = CodeField(_l("批次"), [], blank=N_("全部"))
    sort = CodeField(_l("排序"), [], blank=None)


def _boxes(label: Any, hint: Any = "") -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=hint,
        validate_choice=False,
    )


class ReviewForm(SiteForm):
    """Papers checked off, grounds and words; ``task`` is the task that was looked at."""

    task = HiddenField()
    papers = _boxes(_l("已核对的材料"))
    reasons = _boxes(_l("理由"), _l("退回或不予时至少选一项；标“可补正”的只能退回补正"))
    note = TextField(_l("意见"), [AtMost(2000)], description=_l("申请单位会看到"))

    def offer(self, grounds: Mapping[str, str]) -> "ReviewForm":
        """Offer the grounds {code: msgid}."""
        self.reasons.choices = [SelectChoice(code, _(label)) for code, label in grounds.items()]
        return self


class AskForm(SiteForm):
    """Whom to ask for an examination: "kind:person"."""

    who = CodeField(_l("请谁"), [])

    def offer(self, people: Iterable[tuple[str, str]]) -> "AskForm":
        """Offer (value, label) for choice."""
        self.who.offer(people)
        return self


class AnswerForm(SiteForm):
    """What an examiner says; the page shows the fields of the kind."""

    score = IntegerField(_l("评分"), [Optional(), Marked()], description=_l("0至100分，填整数"))
    happened_on = DayField(_l("核查日期"), [Optional(), Marked()])
    people = LineField(_l("参加核查的人员"), [AtMost(500), Marked()], description=_l("姓名和单位"))
    opinion = TextField(_l("意见"), [AtMost(5000), Marked()], description=_l("写明依据；提交后不能修改"))


class AbsenceForm(SiteForm):
    """From when to when a reviewer is away, and who deputises."""

    first_on = DayField(_l("外出开始"), [Marked()])
    last_on = DayField(_l("外出结束"), [Marked()], description=_l("含当日"))
    deputy = CodeField(
        _l("代办人"),
        [],
        blank=N_("不指定，待办退回本单位"),
        description=_l("有相同审核角色的人；没有的，请管理员先授予有期限的角色"),
    )
