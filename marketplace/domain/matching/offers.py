"""An offer: the part of a contract's text that two sides negotiate, judged by the very rules of contracts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from marketplace.domain.deals import cleaning, completeness, terms
from marketplace.domain.deals.differences import Change, differences
from marketplace.domain.deals.texts import InstalmentData, LineData, MoneyData, SubjectData, Text
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.domain.money import MAX_FEN
from marketplace.domain.text import N_

LONGEST_VALIDITY = timedelta(days=366)
"""Beyond a year nobody can stand by what they offered."""
LONGEST_PAYMENT = timedelta(days=30 * 366)
"""A day beyond this was mistyped: no patent lives as long."""

DECLINE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "price": N_("金额差距较大"),
        "payment": N_("付款安排不合适"),
        "scope": N_("合作方式或权利范围不合适"),
        "time": N_("时间来不及"),
        "conditions": N_("其他条款不能接受"),
        "other": N_("其他（见说明）"),
    }
)
END_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "price": N_("价格谈不拢"),
        "technology": N_("技术不适合"),
        "funds": N_("资金没有落实"),
        "elsewhere": N_("已与其他单位合作"),
        "paused": N_("项目暂缓"),
        "other": N_("其他（见说明）"),
    }
)

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "kind": N_("合同类别"),
        "licence_scope": N_("许可方式"),
        "lines": N_("成交额"),
        "payment_mode": N_("支付方式"),
        "instalments": N_("付款计划"),
        "royalty_terms": N_("提成办法"),
        "content": N_("主要条款"),
    }
)
"""Field of a contract's text that an offer fills → what pages of offers call it."""

FIELDS = (
    "kind", "licence_scope", "amount_fen", "payment_mode", "instalments", "royalty_terms", "terms", "valid_until",
)  # fmt: skip
"""Fields of an offer's form."""
_NAMES = {"lines.0.amount_fen": "amount_fen", "lines.0.technical_fen": "amount_fen", "content": "terms"}


@dataclass(frozen=True)
class OfferData:
    """The terms of an offer, as plain values. ``amount_fen`` is 成交额 in 分; None has not been filled in."""

    kind: str = ""
    licence_scope: str = ""
    amount_fen: int | None = None
    payment_mode: str = ""
    instalments: tuple[InstalmentData, ...] = ()
    royalty_terms: str = ""
    terms: str = ""
    valid_until: date | None = None

    @property
    def open_ended(self) -> bool:
        """Whether a royalty's amount is still open (金额待定)."""
        return any(one.kind == "royalty" and one.amount_fen is None for one in self.instalments)

    @property
    def text(self) -> Text:
        """The offer as a contract would say it."""
        return Text(
            subject=SubjectData(
                kind=self.kind,
                licence_scope=self.licence_scope,
                content=self.terms,
                lines=(LineData(name="-", amount_fen=self.amount_fen, technical_fen=self.amount_fen),),
            ),
            money=MoneyData(
                payment_mode=self.payment_mode,
                instalments=self.instalments,
                open_ended=self.open_ended,
                royalty_terms=self.royalty_terms,
            ),
        )


def clean(data: OfferData, today: date) -> OfferData:
    """Return the offer in canonical values. One that pays at once needs no amount in its only instalment.

    Raises ValidationFailed naming ``amount_fen``, ``instalments.0.due_on``, ``terms``, ``valid_until`` …: an offer is
    complete or it is none, for what is accepted becomes a contract.
    """
    data = _lump_filled(data)
    whole = data.text
    errors: list[FieldError] = []
    subject, money = whole.subject, whole.money
    try:
        subject = cleaning.subject(subject)
    except ValidationFailed as refused:
        errors += refused.errors
    try:
        money = cleaning.money(money)
    except ValidationFailed as refused:
        errors += refused.errors
    errors = [*_renamed(errors), *_own(data, today)]
    if not errors:
        errors = _renamed(completeness.check(replace(whole, subject=subject, money=money)))
    if errors:
        raise ValidationFailed(errors)
    return replace(
        data,
        licence_scope=subject.licence_scope,
        terms=subject.content,
        instalments=money.instalments,
        royalty_terms=money.royalty_terms if money.payment_mode in terms.OPEN_ENDED_MODES else "",
    )


def _lump_filled(data: OfferData) -> OfferData:
    filled = [one for one in data.instalments if one != InstalmentData(kind=one.kind)]
    if data.payment_mode != "lump" or len(filled) != 1 or filled[0].amount_fen is not None:
        return data
    return replace(data, instalments=(replace(filled[0], kind="fixed", amount_fen=data.amount_fen),))


def _own(data: OfferData, today: date) -> Iterable[FieldError]:
    if not data.amount_fen and not (data.amount_fen == 0 and data.open_ended):
        yield FieldError("amount_fen", "amount_missing", N_("请填写成交额，应大于0"))
    elif data.amount_fen > MAX_FEN:
        yield FieldError("amount_fen", "amount_too_large", N_("金额超过上限100亿元，请核对单位"))
    if data.valid_until is None:
        yield FieldError("valid_until", "missing", N_("请填写这份方案有效到哪一天"))
    elif data.valid_until < today:
        yield FieldError("valid_until", "past", N_("有效期已经过去，请填写今天或以后的日期"))
    elif data.valid_until > today + LONGEST_VALIDITY:
        yield FieldError("valid_until", "too_far", N_("有效期最长一年，请核对日期"))
    for place, one in enumerate(data.instalments):
        if one.due_on is not None and one.due_on < today:
            yield FieldError(
                f"instalments.{place}.due_on", "past", N_("应付日期已经过去，请填写今天或以后的日期")
            )
        elif one.due_on is not None and one.due_on > today + LONGEST_PAYMENT:
            yield FieldError(f"instalments.{place}.due_on", "too_far", N_("应付日期在30年以后，请核对日期"))


def _renamed(errors: Iterable[FieldError]) -> list[FieldError]:
    """Return what an offer's form can mend, under the names of its fields, each place once."""
    found: dict[str, FieldError] = {}
    for error in errors:
        name = _NAMES.get(error.field, error.field)
        if name.partition(".")[0] in FIELDS:
            found.setdefault(name, FieldError(name, error.code, error.message, error.params))
    return list(found.values())


def changed(old: OfferData, new: OfferData) -> list[Change]:
    """Return the terms in which two offers differ, in the order of the form; 成交额 as it is."""
    found = differences(old.text, new.text)
    return [
        replace(one, label=LABELS[one.field]) for one in found if one.field in LABELS and one.field != "lines"
    ]


def to_rows(plan: Sequence[InstalmentData]) -> list[dict[str, Any]]:
    """Return instalments as they are stored."""
    return [vars(one) | {"due_on": one.due_on.isoformat() if one.due_on else None} for one in plan]


def from_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[InstalmentData, ...]:
    """Return stored instalments as plain values."""
    return tuple(
        InstalmentData(**{**row, "due_on": date.fromisoformat(row["due_on"]) if row["due_on"] else None})
        for row in rows
    )
