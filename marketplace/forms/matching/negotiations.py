"""Forms of negotiations: beginning one, an offer, answers, meeting notes, what the 技术经理人 did."""

from flask_babel import lazy_gettext as _l
from wtforms import FormField, HiddenField

from marketplace.domain.deals import terms
from marketplace.domain.deals.texts import MOST_INSTALMENTS
from marketplace.domain.matching.brokerage import CONTRIBUTIONS
from marketplace.domain.matching.offers import DECLINE_REASONS, END_REASONS, LABELS, OfferData
from marketplace.domain.text import N_
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
from marketplace.forms.catalogue.steps import OneField, TermsField
from marketplace.forms.deals.contracts import KindField
from marketplace.forms.deals.instalments import instalment_of, instalment_row
from marketplace.forms.rows import RowList, RowsForm, drop_blank


class BeginForm(SiteForm):
    """What may stand beside the listing that the inquiry is about."""

    other = CodeField(_l("一并洽谈的成果或需求"), [], blank=N_("没有，只谈询问的内容"))


InstalmentRow = instalment_row(
    _l("一次总付可以留空；提成款待定的留空"), _l("没有确定日期的写条件，例如“验收合格后10日内”")
)


class OfferForm(RowsForm):
    """An offer. ``request_key`` makes a double press one offer, ``seen`` is the newest one its writer knew."""

    request_key = HiddenField()
    seen = HiddenField()
    kind = KindField(_l(LABELS["kind"]), validators=[Marked()])
    licence_scope = CodeField(
        _l(LABELS["licence_scope"]), terms.LICENCE_SCOPES.choices, description=_l("技术许可时填写")
    )
    amount_fen = FenField(_l(LABELS["lines"]), [Marked()], description=_l("合同总金额，含各期付款"))
    payment_mode = OneField(
        {code: _l(label) for code, label in terms.PAYMENT_MODES.choices},
        label=_l(LABELS["payment_mode"]),
        validators=[Marked()],
    )
    instalments = RowList(
        FormField(InstalmentRow),
        _l(LABELS["instalments"]),
        min_entries=1,
        max_entries=MOST_INSTALMENTS,
        description=_l("一次总付的填一期；各期之和应等于成交额"),
    )
    royalty_terms = TextField(
        _l(LABELS["royalty_terms"]),
        [Marked(needed=False)],
        description=_l("提成支付和入门费加提成填写：比例、基数、期限"),
    )
    terms = TextField(
        _l(LABELS["content"]),
        [Marked()],
        description=_l("交付内容、验收标准、双方义务、后续改进归属等，接受后成为合同内容；至少20个字"),
    )
    valid_until = DayField(_l("方案有效到"), [Marked()], description=_l("过了这一天，对方不能再接受"))

    @classmethod
    def showing(cls, data: OfferData, **hidden: str) -> "OfferForm":
        """Return the form filled with an offer."""
        plan = [vars(one) for one in data.instalments]
        return cls(formdata=None, data=vars(data) | {"instalments": plan} | hidden)

    def compact(self) -> None:
        """Leave out what was not filled in at all."""
        drop_blank(self.instalments, ("kind",))

    @property
    def typed(self) -> OfferData:
        """What was typed, as plain values."""
        return OfferData(
            kind=self.kind.data or "",
            licence_scope=self.licence_scope.data or "",
            amount_fen=self.amount_fen.data,
            payment_mode=self.payment_mode.data or "",
            instalments=tuple(instalment_of(entry.data) for entry in self.instalments.entries),
            royalty_terms=self.royalty_terms.data or "",
            terms=self.terms.data or "",
            valid_until=self.valid_until.data,
        )


class AnswerForm(SiteForm):
    """Accept or take back: the version of what was read."""

    version = HiddenField()


class DeclineOfferForm(AnswerForm):
    """Turn an offer down."""

    reasons = OneField(
        {code: _l(label) for code, label in DECLINE_REASONS.items()}, label=_l("理由"), validators=[Marked()]
    )
    note = TextField(
        _l("说明"), [AtMost(1000)], description=_l("对方会看到；写明什么条件可以接受，有助于继续谈")
    )


class EndForm(SiteForm):
    """End a negotiation."""

    reasons = OneField(
        {code: _l(label) for code, label in END_REASONS.items()}, label=_l("理由"), validators=[Marked()]
    )
    note = TextField(_l("说明"), [AtMost(1000)], description=_l("对方会看到"))


class MeetingForm(SiteForm):
    """What was said on a day."""

    request_key = HiddenField()
    held_on = DayField(_l("会谈日期"), [Marked()])
    place = LineField(_l("地点"), [Marked(100, needed=False)], description=_l("线上会谈写“线上”"))
    body = TextField(_l("会谈内容"), [Marked(5000)], description=_l("参加人、谈了什么、约定了什么"))


class ContributionForm(SiteForm):
    """What the 技术经理人 did."""

    version = HiddenField()
    kinds = TermsField(CONTRIBUTIONS, label=_l(CONTRIBUTIONS.label), validators=[Marked()])
    body = TextField(
        _l("具体贡献"), [Marked(2000)], description=_l("写明做了什么、起了什么作用；双方确认后显示在合同页面")
    )


class BrokerForm(SiteForm):
    """Whom to have beside both sides."""

    broker = CodeField(_l("技术经理人机构"), [], validators=[Marked()])
