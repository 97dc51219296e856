"""Members, roles, and what an administrator decides about organisations."""

from flask_babel import lazy_gettext as _l

from marketplace.domain.access import ROLE_LABELS
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, DayField, LineField, Marked, SiteForm, TextField


class InviteForm(SiteForm):
    """Whom to invite as 经办人."""

    name = LineField(_l("对方姓名"), [Marked()])
    email = LineField(_l("对方邮箱"), [Marked()], description=_l("邀请链接发到这个邮箱，7天内有效"))


class ManagerForm(InviteForm):
    """Whom to invite as the first 负责人."""


class GrantForm(SiteForm):
    """Which role for whom, where, from when to when."""

    person = CodeField(_l("管理部门人员"), [], blank=N_("不在列表中，按邮箱填写"))
    email = LineField(
        _l("或按邮箱填写"), description=_l("评审专家、第三方审计可以不是管理部门的人员，须已有账号")
    )
    role = CodeField(
        _l("角色"), [(role.value, label) for role, label in ROLE_LABELS.items()], validators=[Marked()]
    )
    scope = CodeField(
        _l("县区或园区"),
        list(FIRST_REVIEW_OFFICES.items()),
        blank=N_("不限"),
        description=_l("只有补助初审需要选择"),
    )
    valid_from = DayField(_l("开始日期"), [Marked()], description=_l("当天起生效"))
    valid_to = DayField(_l("结束日期"), description=_l("当天仍有效；不填表示长期"))

    def offer(self, people: list[tuple[int, str]]) -> "GrantForm":
        """Offer ``people`` [(person id, words)] for choice."""
        self.person.offer([(str(person_id), words) for person_id, words in people])
        return self


class ReasonForm(SiteForm):
    """Why something is done to an organisation."""

    note = TextField(
        _l("理由"), [Marked(longest=500)], description=_l("写明事实和依据，会记入该单位的办理记录")
    )
