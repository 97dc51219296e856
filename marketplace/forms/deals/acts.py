"""What parties say to a contract: agree, decline, sign, files, the certificate from outside, how much may be told."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from marketplace.domain.deals import terms
from marketplace.domain.platform.files import PURPOSES
from marketplace.forms.base import (
    AtMost,
    CodeField,
    DayField,
    FenField,
    LineField,
    Marked,
    Needed,
    SiteForm,
    TextField,
)


class LinkAgreeForm(SiteForm):
    """Agree in one's own name, to the version that the link was mailed for."""

    typed_name = LineField(
        _l("您的姓名"), [Needed(), AtMost(60)], description=_l("输入姓名表示您代表本单位同意以上全部内容")
    )
    disclosure = CodeField(
        _l("成交信息公开程度"),
        terms.DEAL_DISCLOSURES.choices,
        blank=None,
        default="none",
        description=_l("登记后成果页面可以显示多少，各方中选得最少的为准"),
    )


class AgreeForm(LinkAgreeForm):
    """The same on the site, with the version that was read."""

    ordinal = HiddenField()


class DeclineForm(SiteForm):
    """Say no, and what should change."""

    ordinal = HiddenField()
    note = TextField(
        _l("哪里需要修改"), [Needed(), AtMost(1000)], description=_l("对方会看到，请写明条款和理由")
    )


class LinkDeclineForm(SiteForm):
    """The same from somebody who has no account here; its fields stand on one page with those of agreeing."""

    decliner = LineField(_l("您的姓名"), [Needed(), AtMost(60)])
    note = TextField(
        _l("哪里需要修改"), [Needed(), AtMost(1000)], description=_l("对方会看到，请写明条款和理由")
    )


class VoidForm(SiteForm):
    """End a contract that was never registered."""

    note = TextField(_l("作废原因"), [Needed(), AtMost(1000)], description=_l("各方会看到"))


class SignForm(SiteForm):
    """The day of signing."""

    signed_on = DayField(_l("签订日期"), [Marked()], description=_l("合同上最后一方签字盖章的日期"))


class ContractFileForm(SiteForm):
    """A file of a contract."""

    file = FileField(_l("文件"), [Marked()])
    purpose = CodeField(_l("是什么文件"), [], blank=None)

    def offer(self, purposes: tuple[str, ...]) -> "ContractFileForm":
        """Offer these purposes."""
        self.purpose.offer([(purpose, PURPOSES[purpose].label) for purpose in purposes])
        return self


class CertificateForm(SiteForm):
    """What a certificate from outside says."""

    number = LineField(_l("合同登记编号"), [Marked(30)], description=_l("证明上的16位编号（早年的为14位）"))
    registry_name = LineField(_l("登记机构"), [Marked(120)])
    registered_on = DayField(_l("登记日期"), [Marked()])
    turnover = FenField(_l("合同成交额"), [Marked()])
    technical = FenField(_l("技术交易额"), [Marked()])


class DisclosureForm(SiteForm):
    """How much of the deal may be told."""

    disclosure = CodeField(_l("成交信息公开程度"), terms.DEAL_DISCLOSURES.choices, blank=None, default="none")
