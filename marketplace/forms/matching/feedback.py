"""The form by which one side of a match says why it does not fit."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.domain.matching.feedback import LONGEST_NOTE, MISFITS
from marketplace.forms.base import AtMost, CodeField, SiteForm, TextField


class MisfitForm(SiteForm):
    """Why a pair does not fit; the rule checks the reason. ``back``: which page the reader came from."""

    reason = CodeField(_l("原因"), MISFITS.items())
    note = TextField(
        _l("说明"),
        [AtMost(LONGEST_NOTE)],
        description=_l("选“其他”时必填。只有贵单位和系统能看到，对方看不到。"),
    )
    back = HiddenField()
