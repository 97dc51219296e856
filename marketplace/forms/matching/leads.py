"""Forms of the broker's desk: a note, a contact, a task, an introduction, giving a lead up."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.domain.matching.brokerage import (
    CONTACT_SIDES,
    CONTACT_WAYS,
    LONGEST_INTRODUCTION,
    LONGEST_NOTE,
    LOST_REASONS,
)
from marketplace.forms.base import AtMost, DayField, LineField, Marked, SiteForm, TextField
from marketplace.forms.catalogue.steps import OneField


class NoteForm(SiteForm):
    """The desk's own words."""

    version = HiddenField()
    note = TextField(_l("备注"), [AtMost(LONGEST_NOTE)], description=_l("只有本机构的人能看到"))


class ContactForm(SiteForm):
    """A contact that took place."""

    request_key = HiddenField()
    met_on = DayField(_l("日期"), [Marked()])
    way = OneField(
        {code: _l(label) for code, label in CONTACT_WAYS.choices}, label=_l("方式"), validators=[Marked()]
    )
    side = OneField(
        {code: _l(label) for code, label in CONTACT_SIDES.choices},
        label=_l("联系了谁"),
        validators=[Marked()],
    )
    body = TextField(_l("结果"), [Marked(LONGEST_NOTE)], description=_l("只有本机构的人能看到"))


class TaskForm(SiteForm):
    """Something to do by a day."""

    request_key = HiddenField()
    what = LineField(_l("要做什么"), [Marked(200)])
    due_on = DayField(_l("最迟哪天"), [Marked()])


class IntroductionForm(SiteForm):
    """What both sides are told."""

    introduction = TextField(
        _l("引荐的话"),
        [Marked(LONGEST_INTRODUCTION)],
        description=_l("双方看到同样的话；写明为什么合适、建议怎么开始，不写价格和未公开的情况"),
    )


class LoseForm(SiteForm):
    """Give a lead up."""

    reasons = OneField(
        {code: _l(label) for code, label in LOST_REASONS.items()}, label=_l("理由"), validators=[Marked()]
    )
    note = TextField(_l("说明"), [AtMost(LONGEST_NOTE)], description=_l("只有本机构的人能看到"))
