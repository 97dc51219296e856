"""Steps 2 to 4 of a contract: what is sold, how it is paid, what the registry wants to know. Shape and wording only."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FormField, HiddenField, SelectField
from wtforms.fields import SelectChoice

from marketplace.domain import taxonomy
from marketplace.domain.deals import terms
from marketplace.domain.deals.texts import (
    LABELS,
    LINE_LABELS,
    MOST_INSTALMENTS,
    MOST_LINES,
    MOST_RIGHTS,
    LineData,
    MoneyData,
    ParticularsData,
    RightData,
    SubjectData,
    Text,
)
from marketplace.forms.base import CodeField, DayField, FenField, LineField, Marked, TextField
from marketplace.forms.catalogue.steps import OneField, TermsField
from marketplace.forms.deals.instalments import instalment_of, instalment_row
from marketplace.forms.deals.parties import PartiesForm
from marketplace.forms.rows import Row, RowList, RowsForm, drop_blank

_SUBJECT, _MONEY, _PARTICULARS = LABELS["subject"], LABELS["money"], LABELS["particulars"]


class KindField(SelectField):
    """The kind of contract, grouped by category."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, choices=self._choices, validate_choice=False, **options)

    def _choices(self) -> list[Any]:
        kinds = [
            SelectChoice(term.code, _(term.label), optgroup=_(group))
            for group, terms_ in terms.KINDS.groups
            for term in terms_
        ]
        return [SelectChoice("", _("请选择")), *kinds]


class RightRow(Row):
    """A right of an achievement that nobody listed."""

    ip_type = CodeField(_l("类型"), taxonomy.IP_TYPES.choices)
    number = LineField(_l("号码"))
    status = CodeField(_l("状态"), taxonomy.IP_STATUSES.choices, blank=None, default="valid")


class LineRow(Row):
    """An achievement and its share."""

    traded_id = HiddenField()
    listing_number = LineField(
        _l(LINE_LABELS["listing_number"]),
        description=_l("本站成果填编号，如 SZ-A-00187；本站没有的，填下面的名称和权利人"),
    )
    name = LineField(_l(LINE_LABELS["name"]), [Marked(200, needed=False)])
    owner_name = LineField(_l(LINE_LABELS["owner_name"]), [Marked(200, needed=False)])
    owner_uscc = LineField(_l(LINE_LABELS["owner_uscc"]), [Marked(18, needed=False)])
    rights = RowList(FormField(RightRow), _l(LINE_LABELS["rights"]), min_entries=1, max_entries=MOST_RIGHTS)
    explanation = LineField(
        _l(LINE_LABELS["explanation"]),
        description=_l("知识产权号与已有记录相同而又不是同一项成果时填写"),
    )
    amount_fen = FenField(_l(LINE_LABELS["amount_fen"]), [Marked()])
    technical_fen = FenField(
        _l(LINE_LABELS["technical_fen"]), [Marked()], description=_l("成交额扣除设备、材料等非技术性费用")
    )


class SubjectForm(RowsForm):
    """2 标的与金额."""

    version = HiddenField()
    title = LineField(
        _l(_SUBJECT["title"]), [Marked(200)], description=_l("写明技术内容和合同种类，与合同文本一致")
    )
    kind = KindField(_l(_SUBJECT["kind"]), validators=[Marked()])
    licence_scope = CodeField(
        _l(_SUBJECT["licence_scope"]), terms.LICENCE_SCOPES.choices, description=_l("技术许可合同填写")
    )
    is_import = BooleanField(_l("技术进口合同（由境内买方在本市申请登记）"))
    content = TextField(
        _l(_SUBJECT["content"]),
        [Marked()],
        description=_l("标的、范围、交付内容和要求、验收标准、后续改进成果归属，至少20个字"),
    )
    lines = RowList(
        FormField(LineRow),
        _l(_SUBJECT["lines"]),
        min_entries=1,
        max_entries=MOST_LINES,
        description=_l("合同涉及几项成果就填几项，各项金额之和即合同金额"),
    )

    @classmethod
    def showing(cls, text: Text) -> "SubjectForm":
        """Return the form filled with what the contract says."""
        lines = [
            vars(line) | {"rights": [vars(right) for right in line.rights], "traded_id": line.traded_id or ""}
            for line in text.subject.lines
        ]
        return cls(formdata=None, data=vars(text.subject) | {"lines": lines})

    def compact(self) -> None:
        """Leave out what was not filled in at all."""
        for entry in self.lines.entries:
            drop_blank(entry.form.rights, ("status",))
        drop_blank(self.lines, ("status", "traded_id"))

    @property
    def typed(self) -> SubjectData:
        """What was typed, as plain values."""
        return SubjectData(
            title=self.title.data or "",
            kind=self.kind.data or "",
            licence_scope=self.licence_scope.data or "",
            content=self.content.data or "",
            is_import=bool(self.is_import.data),
            lines=tuple(_line(entry.data) for entry in self.lines.entries),
        )


def _line(typed: dict[str, Any]) -> LineData:
    traded = typed["traded_id"] or ""
    words = ("listing_number", "name", "owner_name", "owner_uscc", "explanation")
    return LineData(
        **{name: typed[name] or "" for name in words},
        traded_id=int(traded) if traded.isascii() and traded.isdigit() and len(traded) < 19 else None,
        rights=tuple(
            RightData(**{key: value or "" for key, value in one.items()}) for one in typed["rights"]
        ),
        amount_fen=typed["amount_fen"],
        technical_fen=typed["technical_fen"],
    )


InstalmentRow = instalment_row(_l("提成款金额待定的留空"), _l("例如“验收合格后10日内”"))


class MoneyForm(RowsForm):
    """3 付款与期限."""

    version = HiddenField()
    payment_mode = OneField(
        {code: _l(label) for code, label in terms.PAYMENT_MODES.choices},
        label=_l(_MONEY["payment_mode"]),
        validators=[Marked()],
    )
    instalments = RowList(
        FormField(InstalmentRow),
        _l(_MONEY["instalments"]),
        min_entries=1,
        max_entries=MOST_INSTALMENTS,
        description=_l("一次总付的填一期；定额各期之和应等于合同金额"),
    )
    open_ended = BooleanField(_l("部分金额待定，以后补正（只适用于提成支付）"))
    royalty_terms = TextField(
        _l(_MONEY["royalty_terms"]), [Marked(needed=False)], description=_l("提成比例、基数和期限")
    )
    valid_from = DayField(_l(_MONEY["valid_from"]), [Marked()])
    valid_to = DayField(_l(_MONEY["valid_to"]), [Marked()])

    @classmethod
    def showing(cls, text: Text) -> "MoneyForm":
        """Return the form filled with what the contract says."""
        plan = [vars(one) for one in text.money.instalments]
        return cls(formdata=None, data=vars(text.money) | {"instalments": plan})

    def compact(self) -> None:
        """Leave out what was not filled in at all."""
        drop_blank(self.instalments, ("kind",))

    @property
    def typed(self) -> MoneyData:
        """What was typed, as plain values."""
        return MoneyData(
            payment_mode=self.payment_mode.data or "",
            instalments=tuple(instalment_of(entry.data) for entry in self.instalments.entries),
            open_ended=bool(self.open_ended.data),
            royalty_terms=self.royalty_terms.data or "",
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )


class ParticularsForm(RowsForm):
    """4 登记事项."""

    version = HiddenField()
    field = CodeField(_l(_PARTICULARS["field"]), taxonomy.NATIONAL_FIELDS.choices, validators=[Marked()])
    tags = TermsField(taxonomy.CITY_TAGS, label=_l(_PARTICULARS["tags"]))
    objective = CodeField(_l(_PARTICULARS["objective"]), terms.OBJECTIVES.choices, validators=[Marked()])
    plan_source = CodeField(
        _l(_PARTICULARS["plan_source"]), terms.PLAN_SOURCES.choices, validators=[Marked()]
    )
    rights_involved = TermsField(
        terms.RIGHTS_INVOLVED, label=_l(_PARTICULARS["rights_involved"]), validators=[Marked()]
    )
    pricing = CodeField(_l(_PARTICULARS["pricing"]), taxonomy.PRICING_METHODS.choices, validators=[Marked()])
    related_party = OneField(
        {"no": _l("否，双方没有关联关系"), "yes": _l("是，双方有关联关系")},
        label=_l(_PARTICULARS["related_party"]),
        validators=[Marked()],
        description=_l(
            "同一控制人、相互持股、法定代表人或主要负责人相同等。关联交易可以登记，但不能申请补助；不如实填写的撤销登记"
        ),
    )
    related_note = TextField(
        _l(_PARTICULARS["related_note"]), [Marked(needed=False)], description=_l("有关联关系的写明")
    )
    disclosure = OneField(
        {code: _l(label) for code, label in terms.DEAL_DISCLOSURES.choices},
        label=_l(_PARTICULARS["disclosure"]),
        description=_l("登记后成果页面可以显示多少，只代表贵单位；各方中选得最少的为准，以后可以改"),
    )

    @classmethod
    def showing(cls, text: Text) -> "ParticularsForm":
        """Return the form filled with what the contract says."""
        related = {None: "", True: "yes", False: "no"}[text.particulars.related_party]
        disclosure = text.particulars.disclosure or "none"
        return cls(
            formdata=None, data=vars(text.particulars) | {"related_party": related, "disclosure": disclosure}
        )

    def compact(self) -> None:
        """Nothing here repeats."""

    @property
    def typed(self) -> ParticularsData:
        """What was typed, as plain values."""
        words = ("field", "objective", "plan_source", "pricing", "related_note", "disclosure")
        return ParticularsData(
            **{name: self[name].data or "" for name in words},
            tags=tuple(self.tags.data or ()),
            rights_involved=tuple(self.rights_involved.data or ()),
            related_party={"yes": True, "no": False}.get(self.related_party.data or ""),
        )


FORMS: Mapping[str, type[RowsForm]] = {
    "parties": PartiesForm,
    "subject": SubjectForm,
    "money": MoneyForm,
    "particulars": ParticularsForm,
}
"""The form of each step of the text."""
