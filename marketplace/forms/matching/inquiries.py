"""The form of a first question to the owner of a listing."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.forms.base import AtMost, Needed, SiteForm, TextField


class InquiryForm(SiteForm):
    """A question. ``request_key`` makes a double press of the button one inquiry."""

    request_key = HiddenField()
    message = TextField(
        _l("想了解什么"),
        [Needed(), AtMost(2000)],
        description=_l("请写明用途、规模和关心的指标，对方才好答复。至少 10 个字。"),
    )
