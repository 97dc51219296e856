"""公示, 异议, 批准, 拨付, 追回 and 进度查询. Shape and wording only."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.deals.terms import BANKS
from marketplace.domain.deals.vouchers import TYPED_BANKS
from marketplace.domain.subsidy.grounds import Ground
from marketplace.forms.base import (
    AtMost,
    CodeField,
    DayField,
    FenField,
    LineField,
    Marked,
    SiteForm,
    TextField,
)

_BANKS = [(code, BANKS.label_of(code)) for code in TYPED_BANKS]


class SheetForm(SiteForm):
    """Head of a 公示 or of a decision sheet."""

    title = LineField(_l("标题"), [AtMost(200), Marked()])
    note = TextField(_l("说明"), [AtMost(2000)], description=_l("可以不填；会印在标题下面"))


class ReasonForm(SiteForm):
    """Why something is taken back, turned down or written off."""

    note = TextField(_l("理由"), [AtMost(2000), Marked()], description=_l("写明事实和依据，会留痕"))


class SupplementForm(SiteForm):
    """What a yearly report lacks; ``version`` is the report that was looked at."""

    version = HiddenField()
    reasons = SelectMultipleField(
        _l("理由"),
        choices=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_l("至少选一项"),
        validate_choice=False,
    )
    note = TextField(_l("要补充什么"), [AtMost(1000), Marked()], description=_l("申请单位会看到，请写具体"))

    def offer(self, grounds: Mapping[str, Ground]) -> "SupplementForm":
        """Offer grounds by code."""
        self.reasons.choices = [SelectChoice(code, _(ground.label)) for code, ground in grounds.items()]
        return self

    @property
    def expected(self) -> int | None:
        """The version that was looked at, None where the field was tampered with."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class ObjectionForm(SiteForm):
    """An objection; who objects is seen by the authority alone."""

    name = LineField(_l("您的姓名或单位"), [AtMost(60), Marked()])
    contact = LineField(_l("联系电话或邮箱"), [AtMost(254), Marked()], description=_l("核实和答复时使用"))
    words = TextField(
        _l("异议内容和理由"),
        [AtMost(2000), Marked()],
        # The search box on top of the page has the plain id.
        id="objection-words",
        description=_l("写明对企业、成果或金额有何异议，依据是什么"),
    )


class AnswerForm(SiteForm):
    """The answer to an objection."""

    note = TextField(_l("处理意见"), [AtMost(2000), Marked()], description=_l("写明核实的情况和理由"))


class TransferForm(SiteForm):
    """A transfer of money: a payout, or what came back."""

    amount = FenField(_l("金额"), [Marked()])
    paid_on = DayField(_l("日期"), [Marked()], description=_l("银行回单上的日期"))
    bank = CodeField(_l("付款银行"), _BANKS, validators=[Marked()])
    serial = LineField(_l("银行流水号"), [AtMost(80), Marked()])


class PayoutForm(TransferForm):
    """A payout with its voucher."""

    files = MultipleFileField(_l("拨付凭证"), [Marked()], description=_l("PDF 或图片，最多5个"))


class ProgressForm(SiteForm):
    """What 进度查询 asks for."""

    number = LineField(
        _l("受理编号"), [AtMost(30), Marked()], description=_l("例如 SZBZ2026-00012，提交后显示，通知里也有")
    )
    tail = LineField(_l("联系电话后四位"), [AtMost(4), Marked()], description=_l("申请单位资料里的联系电话"))
