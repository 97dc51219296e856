"""Forms of the settings and of the working-day calendar."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from marketplace.domain.text import compact
from marketplace.forms.base import CodeField, DayField, LineField, Needed, SiteForm


class SettingsFilter(SiteForm):
    """Which settings are shown, as of which day; read from the address."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("参数名称"))
    day = DayField(_l("某日有效"), validators=[Optional()])


class ProposalForm(SiteForm):
    """A new value of a setting, from a day on. ``unit`` belongs to limits only."""

    value = LineField(_l("新的值"), validators=[Needed()])
    unit = SelectField(
        _l("按什么计算"), choices=[SelectChoice("工作日", _l("工作日")), SelectChoice("日", _l("日"))]
    )
    valid_from = DayField(_l("生效日期"), validators=[Needed()], description=_l("不能早于今天"))
    note = TextAreaField(
        _l("理由或依据"),
        validators=[Needed(), Length(max=500, message=_l("请控制在 500 字以内"))],
        description=_l("会留在变更记录里，例如文件名称和条款"),
    )

    def typed_value(self, kind: str) -> Any:
        """Return what was typed as the domain checks it; words stay words, so that it can say what is wrong."""
        text = compact(self.value.data)
        number: Any = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 else text
        return {"number": number, "unit": self.unit.data} if kind == "limit" else number


class ChoiceForm(ProposalForm):
    """A new value of a setting that is one of a list."""

    value = CodeField(_l("新的值"), [], validators=[Needed()])
    unit = None

    def offering(self, options: Mapping[str, str]) -> "ChoiceForm":
        """Offer the codes of the setting."""
        self.value.offer(options.items())
        return self

    def typed_value(self, kind: str) -> Any:
        """Return the code picked."""
        return self.value.data


class DecisionNoteForm(SiteForm):
    """What the second person says to a proposed value."""

    note = TextAreaField(
        _l("意见"),
        validators=[Length(max=500, message=_l("请控制在 500 字以内"))],
        description=_l("不同意时必须写明理由"),
    )


class CalendarForm(SiteForm):
    """Days that are not what their weekday says."""

    first = DayField(_l("从"), validators=[Needed()])
    last = DayField(_l("到"), validators=[Needed()], description=_l("只有一天时填同一天"))
    working = RadioField(
        _l("这些天"),
        choices=[
            SelectChoice("off", _l("放假")),
            SelectChoice("on", _l("上班（周末调休）")),
            SelectChoice("plain", _l("恢复为平常的周一至周五")),
        ],
        default="off",
    )
    source = LineField(_l("依据"), description=_l("例如：国务院办公厅关于某年部分节假日安排的通知"))

    def meaning(self) -> bool | None:
        """Return True for worked, False for off, None for what the weekday says."""
        return {"off": False, "on": True}.get(self.working.data)
