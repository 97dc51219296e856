"""协议定价公示: start, withdraw, object, answer; and the look-up of a registered contract. Shape and wording only."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.forms.base import AtMost, LineField, Marked, SiteForm, TextField


class PublicationForm(SiteForm):
    """What is about to be sold."""

    name = LineField(_l("成果名称"), [AtMost(200), Marked()], description=_l("公示的名称，与合同标的一致"))


class WithdrawalForm(SiteForm):
    """Why a publication is taken back."""

    note = TextField(_l("撤回原因"), [AtMost(1000), Marked()], description=_l("公示页会显示"))


class ObjectionForm(SiteForm):
    """An objection; who objects is seen by the registry alone."""

    name = LineField(_l("您的姓名或单位"), [AtMost(60), Marked()])
    contact = LineField(
        _l("联系电话或邮箱"), [AtMost(254), Marked()], description=_l("登记机构核实和答复时使用")
    )
    claim = TextField(
        _l("异议内容和理由"),
        [AtMost(2000), Marked()],
        description=_l("写明对名称、价格或权属有何异议，依据是什么"),
    )


class AnswerForm(SiteForm):
    """The registrar's answer to an objection."""

    task = HiddenField()
    answer = TextField(
        _l("处理意见"), [AtMost(2000), Marked()], description=_l("写明核实的情况和理由；异议人由您另行答复")
    )


class LookupForm(SiteForm):
    """Both numbers of a registered contract; read from the address, so that no token is asked for."""

    class Meta:
        """Looking up changes nothing."""

        csrf = False

    number = LineField(_l("合同登记编号"), [AtMost(30), Marked()], description=_l("16位或14位数字，可带空格"))
    filing = LineField(
        _l("平台备案号"), [AtMost(30), Marked()], description=_l("例如 BA2026-00012，印在登记证明上")
    )
