"""Taking a published item out of the market: why."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.forms.base import AtMost, Needed, SiteForm, TextField


class TakeDownForm(SiteForm):
    """Coded reasons, and words for the owner."""

    reasons = SelectMultipleField(
        _l("撤下理由"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_l("至少选一项，对方会看到"),
        validators=[Needed(_l("请至少选择一条理由"))],
    )
    note = TextField(
        _l("说明"), description=_l("写明依据和可以怎样补救，对方会看到"), validators=[AtMost(1000)]
    )

    def offer(self, reasons: Mapping[str, str]) -> "TakeDownForm":
        """Offer ``reasons`` {code: label} for choice."""
        self.reasons.choices = [SelectChoice(code, label) for code, label in reasons.items()]
        return self
