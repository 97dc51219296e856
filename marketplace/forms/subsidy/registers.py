"""Forms of cap groups, of the 失信 list and of written decisions. Shape and wording only."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice

from marketplace.forms.base import AtMost, LineField, Marked, Needed, SiteForm, TextField


class GroupForm(SiteForm):
    """The reason for confirming or rejecting a group."""

    note = TextField(_l("理由"), [Needed(), AtMost(1000)])


class ListForm(SiteForm):
    """A list to import."""

    source = LineField(
        _l("名单来源"), [Needed(), AtMost(200)], description=_l("发布单位和名单全称，同一来源的移出以此对应")
    )
    file = FileField(_l("名单文件"), [Needed()])


class ListFilter(SiteForm):
    """What of the list is shown; read from the address."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("单位名称或信用代码"))
    standing = BooleanField(_l("只看仍在名单上的"))


class DecisionForm(SiteForm):
    """A written decision."""

    outcome = RadioField(_l("决定"), [Marked()], validate_choice=False)
    words = TextField(_l("依据和理由"), [Marked(), AtMost(2000)], id="decision-words")

    def offer(self, outcomes: Mapping[str, str]) -> "DecisionForm":
        """Offer ``outcomes`` {code: label}."""
        self.outcome.choices = [SelectChoice(code, label) for code, label in outcomes.items()]
        return self
