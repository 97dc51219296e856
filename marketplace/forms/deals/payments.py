"""Forms of payments, refunds, later evidence and invoices. Shape and wording only: domain/deals/vouchers.py judges."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import FormField, HiddenField

from marketplace.domain.deals.terms import BANKS, CURRENCIES, EVIDENCE
from marketplace.domain.deals.vouchers import NOTE_LENGTH, TYPED_BANKS, TYPED_BY_HAND, Share, Voucher
from marketplace.domain.text import N_
from marketplace.forms.base import (
    CodeField,
    DayField,
    FenField,
    LineField,
    Marked,
    Needed,
    SiteForm,
    TextField,
)
from marketplace.forms.rows import Row, RowList

LONGEST_ID = 18
MOST_SHARES = 200

_EVIDENCE = [(code, EVIDENCE.label_of(code)) for code in TYPED_BY_HAND]
_BANKS = [(code, BANKS.label_of(code)) for code in TYPED_BANKS]


def _number(text: str | None) -> int:
    """Return a row's number out of a hidden field; 0, which no row has, for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else 0


class ShareRow(Row):
    """What of an amount belongs to one achievement of one contract."""

    contract_id = HiddenField()
    traded_id = HiddenField()
    amount_fen = FenField(_l("金额"))

    @property
    def key(self) -> tuple[int, int]:
        """Contract and traded achievement."""
        return _number(self.contract_id.data), _number(self.traded_id.data)

    def share(self, amount_fen: int) -> Share:
        """Return the share of ``amount_fen`` 分."""
        contract_id, traded_id = self.key
        return Share(contract_id, traded_id, amount_fen)


class SharedForm(SiteForm):
    """A form whose amount is shared out over lines."""

    shares = RowList(FormField(ShareRow), _l("分到各项成果"), max_entries=MOST_SHARES)

    def offer(self, keys: Iterable[tuple[int, int]], typed: Sequence[Share] = ()) -> None:
        """Offer a row for each (contract, traded achievement), filled with what is known."""
        known = {(share.contract_id, share.traded_id): share.amount_fen for share in typed}
        for contract_id, traded_id in keys:
            self.shares.append_entry(
                {
                    "contract_id": contract_id,
                    "traded_id": traded_id,
                    "amount_fen": known.get((contract_id, traded_id)),
                }
            )

    def shared(self, contract_id: int, amount_fen: int | None) -> tuple[Share, ...]:
        """Return the shares typed; with none typed, and one line only in ``contract_id``, all goes there."""
        rows = [entry.form for entry in self.shares.entries]
        typed = tuple(row.share(row.amount_fen.data) for row in rows if row.amount_fen.data is not None)
        own = [row for row in rows if row.key[0] == contract_id]
        if typed or len(own) != 1 or not amount_fen:
            return typed
        return (own[0].share(amount_fen),)


class PaymentForm(SharedForm):
    """A payment as its voucher says."""

    request_key = HiddenField()
    paid_on = DayField(_l("付款日期"), [Marked()], description=_l("照凭证上的记账日期填写"))
    amount = FenField(_l("人民币金额"), [Marked()], description=_l("照凭证填写；付外币的填人民币扣款金额"))
    evidence = CodeField(
        _l("凭证种类"),
        _EVIDENCE,
        blank=None,
        default="bank_transfer",
        description=_l("如实选择。只有银行转账计入补助，其他方式同样计入已付金额"),
    )
    bank = CodeField(_l("付款银行"), _BANKS, description=_l("出具凭证的银行"))
    serial = LineField(
        _l("流水号"), [Marked(80, needed=False)], description=_l("凭证上的交易流水号或回单编号")
    )
    payer_name = LineField(_l("付款人"), [Marked(200)])
    payer_uscc = LineField(_l("付款人统一社会信用代码"), [Marked(18, needed=False)])
    payee_name = LineField(_l("收款人"), [Marked(200)])
    payee_uscc = LineField(_l("收款人统一社会信用代码"), [Marked(18, needed=False)])
    currency = CodeField(_l("币种"), CURRENCIES.choices, blank=None, default="CNY")
    foreign_amount = FenField(_l("外币金额"))
    rate = LineField(_l("汇率"), description=_l("1个单位外币折合人民币，例如7.1234"))
    rate_on = DayField(_l("汇率日期"))
    file = MultipleFileField(_l("凭证文件"), description=_l("银行转账必须上传回单；PDF 或图片，最多5个"))
    note = TextField(
        _l("说明"), [Marked(NOTE_LENGTH, needed=False)], description=_l("多付、代付等情况请在此写明")
    )

    def show(self, voucher: Voucher) -> None:
        """Fill in what is known of a payment before it is typed."""
        self.paid_on.data, self.amount.data = voucher.paid_on, voucher.amount_fen
        self.evidence.data, self.bank.data, self.serial.data = voucher.evidence, voucher.bank, voucher.serial
        self.payer_name.data, self.payer_uscc.data = voucher.payer.name, voucher.payer.uscc
        self.payee_name.data, self.payee_uscc.data = voucher.payee.name, voucher.payee.uscc
        self.currency.data, self.foreign_amount.data = voucher.currency, voucher.foreign_amount
        self.rate.data, self.rate_on.data, self.note.data = voucher.rate, voucher.rate_on, voucher.note


class RefundForm(PaymentForm):
    """Money that went back."""

    kind = CodeField(
        _l("类别"),
        [("refund", N_("退款：卖方把钱退回买方")), ("reversal", N_("冲正：银行把转账退回或撤销"))],
        blank=None,
        default="refund",
    )


class EvidenceForm(SiteForm):
    """Evidence that came later, or taking the present one back."""

    evidence = CodeField(_l("凭证种类"), [*_EVIDENCE, ("none", N_("收回凭证（原凭证有误，不再作为凭证）"))])
    bank = CodeField(_l("银行"), _BANKS)
    serial = LineField(_l("流水号"), [Marked(80, needed=False)])
    file = MultipleFileField(_l("凭证文件"), description=_l("例如银行对账单；PDF 或图片，最多5个"))
    note = TextField(_l("说明"), [Marked(NOTE_LENGTH, needed=False)], description=_l("收回凭证时请写明原因"))


class InvoiceForm(SharedForm):
    """An invoice."""

    number = LineField(
        _l("发票号码"), [Marked(30)], description=_l("数电发票为20位；纸质发票填发票代码和号码，中间用“-”")
    )
    issued_on = DayField(_l("开票日期"), [Marked()])
    amount = FenField(_l("价税合计"), [Marked()])
    file = MultipleFileField(_l("发票文件"), [Marked()], description=_l("PDF 或图片，最多5个"))


class ExplainForm(SiteForm):
    """Why paid and invoiced differ; the difference shown travels with the form."""

    difference = HiddenField()
    explanation = TextField(
        _l("差额的原因"),
        [Marked(NOTE_LENGTH)],
        description=_l("例如“尾款发票待验收后开具”；差额变化后需重新说明"),
    )

    @property
    def difference_fen(self) -> int:
        """The difference the person saw, in 分."""
        text = self.difference.data or ""
        return -_number(text[1:]) if text.startswith("-") else _number(text)


class ExcludeForm(SiteForm):
    """What of a payment the subsidy leaves out, and why."""

    excluded = FenField(_l("剔除金额"), [Needed()], description=_l("不计入补助的部分；填0取消剔除"))
    reason = TextField(_l("理由"), [Marked(NOTE_LENGTH, needed=False)], description=_l("双方会看到"))


class PaymentFilter(SiteForm):
    """Filters of the payment ledger, read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    contract = LineField(_l("合同编号"), description=_l("平台备案号或登记编号"))
    state = CodeField(_l("状态"), [], blank=N_("全部"))
    kind = CodeField(_l("类别"), [], blank=N_("全部"))
    evidence = CodeField(_l("凭证种类"), EVIDENCE.choices, blank=N_("全部"))
    bank = CodeField(_l("银行"), BANKS.choices, blank=N_("全部"))
    paid_from = DayField(_l("付款日期从"))
    paid_to = DayField(_l("到"))

    def filters(self) -> dict[str, str]:
        """Return what was chosen, by the names of the ledger."""
        days = {"paid_from": self.paid_from.data, "paid_to": self.paid_to.data}
        codes = {name: self[name].data or "" for name in ("contract", "state", "kind", "evidence", "bank")}
        return {key: value for key, value in codes.items() if value} | {
            key: day.isoformat() for key, day in days.items() if day is not None
        }


def many_words(count: int) -> str:
    """Return how many files were sent, to say that they have to be chosen again after a mistake."""
    return str(_("浏览器不会保留文件，请重新选择刚才的%(n)d个文件", n=count))
