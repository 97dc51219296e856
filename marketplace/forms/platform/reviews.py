"""Forms of the review desk."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.forms.base import SiteForm


def _choices(*pairs: tuple[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in pairs]


class DecisionForm(SiteForm):
    """Approve, or return with coded reasons and words. ``version`` is the task the reviewer looked at."""

    version = IntegerField(validators=[Optional()])
    reasons = SelectMultipleField(
        _l("退回理由"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_l("退回时至少选一项，或在下面写明"),
    )
    note = TextAreaField(_l("意见"), validators=[Length(max=2000, message=_l("意见请控制在 2000 字以内"))])

    def offer(self, reasons: Mapping[str, str]) -> "DecisionForm":
        """Offer ``reasons`` {code: label} for choice."""
        self.reasons.choices = _choices(*reasons.items())
        return self


class QueueFilter(SiteForm):
    """What the queue shows; read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    tab = SelectField(choices=_choices(("open", _l("待办")), ("done", _l("已办"))), default="open")
    kind = SelectField(
        _l("类别"),
        choices=_choices(
            ("", _l("全部")),
            *((kind, _l(about.label)) for kind, about in TASK_KINDS.items()),
        ),
        default="",
    )
    who = SelectField(
        _l("办理人"),
        choices=_choices(("", _l("全部")), ("me", _l("分派给我的")), ("none", _l("无人领办的"))),
        default="",
    )
    late = SelectField(_l("期限"), choices=_choices(("", _l("全部")), ("1", _l("已超期"))), default="")
    q = StringField(_l("名称或单位"), validators=[Length(max=100)])
    page = IntegerField(default=1, validators=[Optional()])
