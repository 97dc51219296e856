"""Filters of the audit trail."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from marketplace.forms.base import AtMost, DayField, LineField, SiteForm

_NUMBER = _l("请填写数字编号")


class NumberField(IntegerField):
    """A row number; nothing typed is nothing asked."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take digits only, with our own words for anything else."""
        text = str(valuelist[0]).strip() if valuelist else ""
        if text and not (text.isascii() and text.isdigit() and len(text) < 16):
            self.data = None
            raise ValueError(str(_NUMBER))
        self.data = int(text) if text else None


class AuditFilter(SiteForm):
    """Read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    tag = SelectField(_l("事项"), validate_choice=False)
    subject_kind = SelectField(_l("对象类别"), validate_choice=False)
    subject_id = NumberField(_l("对象编号"), validators=[Optional(), NumberRange(min=0)])
    around = BooleanField(_l("连同相关事项"))
    who = LineField(_l("人员姓名或邮箱"), validators=[AtMost(100)])
    actor_id = NumberField(_l("人员编号"), validators=[Optional(), NumberRange(min=0)])
    organisation = LineField(_l("办理人单位"), validators=[AtMost(100)])
    since = DayField(_l("从"), validators=[Optional()])
    until = DayField(_l("到"), validators=[Optional()])

    def offer(self, tags: list[tuple[str, str]], kinds: list[tuple[str, str]]) -> None:
        """Offer tags and kinds of subjects for choice."""
        for field, pairs in ((self.tag, tags), (self.subject_kind, kinds)):
            field.choices = [
                SelectChoice("", _l("全部")),
                *(SelectChoice(code, label) for code, label in pairs),
            ]

    def wanted(self) -> dict[str, Any]:
        """Return the filters that are set."""
        return {name: self[name].data for name in self._fields if self[name].data not in (None, "", False)}

    def kept(self) -> dict[str, str]:
        """Return the filters that are set as an address writes them, for what is taken away."""
        return {name: "1" if value is True else str(value) for name, value in self.wanted().items()}
