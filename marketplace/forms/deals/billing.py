"""Forms of payment online: a seller's account, and sending money back."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.forms.base import FenField, LineField, Marked, Needed, SiteForm


class AccountForm(SiteForm):
    """The number of an account at the payment provider."""

    account = LineField(
        _l("收款账户编号"), [Marked(60)], description=_l("以 acct_ 开头，在支付平台后台的账户设置中复制")
    )


class GiveBackForm(SiteForm):
    """How much of an online payment goes back; the key makes the same form one refund."""

    request_key = HiddenField()
    amount = FenField(_l("退款金额"), [Needed()])
