"""Filters of the lists of people and organisations, and what is typed for a batch."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, LineField, Marked, SiteForm, TextField


class OrganisationFilter(SiteForm):
    """Which organisations are listed; read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("名称、信用代码或联系人"))
    kind = CodeField(_l("单位类型"), [], blank=N_("全部"))
    state = CodeField(_l("状态"), [], blank=N_("全部"))
    division = CodeField(_l("所在地"), [], blank=N_("全部"))
    seen = CodeField(_l("最近登录"), [], blank=N_("全部"))
    tasks = CodeField(_l("待办"), [], blank=N_("全部"))
    sort = CodeField(_l("排序"), [], blank=None)


class PersonFilter(OrganisationFilter):
    """Which people are listed."""

    q = LineField(_l("姓名、电话或单位"))
    position = CodeField(_l("身份"), [], blank=N_("全部"))
    role = CodeField(_l("角色"), [], blank=N_("全部"))


class RemindForm(SiteForm):
    """Nothing to type: who is reminded stands above."""


class MoveForm(SiteForm):
    """Why several are suspended or restored."""

    note = TextField(
        _l("理由"), [Marked(longest=500)], description=_l("写明事实和依据，会记入每一行的办理记录")
    )


class LetterForm(SiteForm):
    """A letter to those chosen. ``key`` keeps a second press from sending it twice."""

    key = HiddenField()
    title = LineField(_l("标题"), [Marked(longest=100)])
    body = TextField(
        _l("正文"), [Marked(longest=3000)], description=_l("对方在“通知”中看到，并按各自的设置收到邮件")
    )
