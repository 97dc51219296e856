"""The form by which a reader says that something on a page is wrong."""

from flask_babel import lazy_gettext as _l

from marketplace.forms.base import AtMost, Needed, SiteForm, TextField


class CorrectionForm(SiteForm):
    """What is wrong, and where it can be checked."""

    message = TextField(
        _l("哪里有误"),
        [Needed(), AtMost(300)],
        description=_l("请写明是哪一处、应当是什么、从哪里可以核实。最多 300 字。"),
    )
