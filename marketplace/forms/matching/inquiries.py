"""Forms of inquiries: a first question, a message with files, an outcome, a 保密承诺."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField

from marketplace.domain.matching.threads import FILE_LEVELS, MESSAGE_LONGEST, NOTE_LONGEST, OUTCOMES
from marketplace.forms.base import AtMost, CodeField, LineField, Marked, Needed, SiteForm, TextField


class InquiryForm(SiteForm):
    """A question. ``request_key`` makes a double press of the button one inquiry.

    ``pair``: the asker's own listing where they come from a match; ``broker``: who is to follow the inquiry.
    """

    request_key = HiddenField()
    pair = HiddenField()
    broker = HiddenField()
    message = TextField(
        _l("想了解什么"),
        [Needed(), AtMost(MESSAGE_LONGEST)],
        description=_l("请写明用途、规模和关心的指标，对方才好答复。至少 10 个字。"),
    )


class MessageForm(SiteForm):
    """A message in a thread, with files."""

    request_key = HiddenField()
    message = TextField(_l("留言"), [Needed(), AtMost(MESSAGE_LONGEST)])
    file = MultipleFileField(
        _l("文件"), description=_l("可以不传。图片、PDF、Word、Excel、PPT 或文本，一次最多5个，不能含宏")
    )
    level = CodeField(_l("谁可以打开这些文件"), list(FILE_LEVELS.items()), blank=None, default="verified")


class CloseForm(SiteForm):
    """How an inquiry ended."""

    outcome = CodeField(_l("结果"), list(OUTCOMES.items()), validators=[Marked()])
    note = TextField(_l("说明"), [AtMost(NOTE_LONGEST)], description=_l("对方会看到；选择“其他”时必须填写"))


class SecrecyForm(SiteForm):
    """Acceptance by name of the very text that was read: ``digest`` is its fingerprint."""

    digest = HiddenField()
    typed_name = LineField(
        _l("您的姓名"), [Needed(), AtMost(60)], description=_l("输入姓名表示您代表本单位接受以上承诺")
    )
