"""The forms of what people keep: a saved search, the note of a favourite."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice

from marketplace.domain.catalogue.saved import FREQUENCIES, NAME_LENGTH, NOTE_LENGTH
from marketplace.forms.base import AtMost, LineField, Marked, Needed, SiteForm, TextField


class SearchForm(SiteForm):
    """What a saved search is called, and how often its owner hears of what is new."""

    name = LineField(_l("名称"), [Needed(), AtMost(NAME_LENGTH)])
    frequency = RadioField(_l("有新的结果时"), [Marked()])

    def __init__(self, **present: str) -> None:
        super().__init__(data=present)
        self.frequency.choices = [SelectChoice(code, _(label)) for code, label in FREQUENCIES.items()]


class NoteForm(SiteForm):
    """Why a listing was starred, and whether colleagues read it."""

    note = TextField(
        _l("备注"),
        [AtMost(NOTE_LENGTH)],
        description=_l("例如为什么看中它、下一步找谁谈。只有您（和本单位同事）能看到。"),
    )
    shared = BooleanField(_l("本单位同事可以看到这项收藏和备注"))
