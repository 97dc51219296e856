"""Forms of announcements. Shape and wording only; the rules are the services'."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField
from wtforms.validators import Optional

from marketplace.domain.platform.announcements import BODY_LENGTHS, KINDS, TITLE_LENGTHS
from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, DayField, LineField, Marked, SiteForm, TextField


class AnnouncementForm(SiteForm):
    """What an announcement says."""

    version = HiddenField()
    kind = CodeField(
        _l("类型"), KINDS.items(), validators=[Marked()], description=_l("政策文件由编写人以外的另一人发布")
    )
    title = LineField(_l("标题"), [Marked(TITLE_LENGTHS[1])])
    body = TextField(
        _l("正文"),
        [Marked(BODY_LENGTHS[1])],
        description=_l(
            "空一行分段；行首写“## ”是小标题，“- ”或“1. ”是列表；链接写成 [文字](网址)，本站页面写 /help 这样的地址"
        ),
    )
    issuer = LineField(_l("发文机关"), description=_l("政策文件填写，与原文一致"))
    document_number = LineField(_l("文号"))
    valid_from = DayField(_l("有效期起"), [Optional()])
    valid_to = DayField(
        _l("有效期止"), [Optional()], description=_l("不填为长期有效；到期后页面仍在，标明已失效")
    )


class AnnouncementFilter(SiteForm):
    """What of the list is shown; read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    kind = HiddenField()
    q = LineField(_l("标题里的词"), id="title-words")
    year = CodeField(_l("年份"), [], blank=N_("全部"))


class AttachmentForm(SiteForm):
    """One attachment."""

    file = FileField(_l("附件"))


class MoveForm(SiteForm):
    """A step of an announcement, with the reason where one is asked for."""

    version = HiddenField()
    note = TextField(_l("原因"), [Marked(2000)], description=_l("会显示在公告页上"))
