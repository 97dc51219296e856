"""What an offer must say, and how two of them differ."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.errors import ValidationFailed
from marketplace.domain.matching import offers
from marketplace.domain.matching.offers import OfferData

TODAY = date(2026, 3, 18)
WAN = 1_000_000
WHOLE = OfferData(
    kind="licence.patent",
    licence_scope="ordinary",
    amount_fen=60 * WAN,
    payment_mode="instalments",
    instalments=(
        InstalmentData("首付款", "fixed", TODAY + timedelta(days=20), "", 20 * WAN),
        InstalmentData("验收款", "fixed", None, "验收合格后10日内", 40 * WAN),
    ),
    terms="乙方交付配方、工艺文件和样品，现场指导三次；验收以第三方检测报告为准。",
    valid_until=TODAY + timedelta(days=15),
)


def paid_on(day: date) -> tuple[InstalmentData, ...]:
    """Return the plan of payments with its first day moved."""
    return (replace(WHOLE.instalments[0], due_on=day), *WHOLE.instalments[1:])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount_fen": None}, {"amount_fen"}),
        ({"amount_fen": 61 * WAN}, {"instalments"}),
        ({"payment_mode": ""}, {"payment_mode"}),
        ({"instalments": ()}, {"instalments"}),
        ({"licence_scope": ""}, {"licence_scope"}),
        ({"kind": "nothing"}, {"kind"}),
        ({"terms": "太短"}, {"terms"}),
        ({"valid_until": None}, {"valid_until"}),
        ({"valid_until": TODAY - timedelta(days=1)}, {"valid_until"}),
        ({"valid_until": TODAY + timedelta(days=400)}, {"valid_until"}),
        ({"amount_fen": 10**13}, {"amount_fen"}),
        ({"payment_mode": "royalty"}, {"royalty_terms"}),
        ({"instalments": paid_on(TODAY - timedelta(days=1))}, {"instalments.0.due_on"}),
        ({"instalments": paid_on(date(9999, 12, 31))}, {"instalments.0.due_on"}),
    ],
    ids=str,
)  # fmt: skip
def test_an_offer_is_complete_or_it_is_none(changes, fields):
    with pytest.raises(ValidationFailed) as refused:
        offers.clean(replace(WHOLE, **changes), TODAY)
    assert {error.field for error in refused.value.errors} == fields


def test_what_pays_at_once_needs_its_amount_only_once():
    lump = replace(
        WHOLE, payment_mode="lump", instalments=(InstalmentData(condition="签订后10日内"), InstalmentData())
    )
    clean = offers.clean(lump, TODAY)
    assert [one.amount_fen for one in clean.instalments] == [60 * WAN]


def test_the_differences_are_the_fields_that_changed_and_the_amount_stands_by_itself():
    less = replace(WHOLE, amount_fen=50 * WAN, licence_scope="sole", instalments=WHOLE.instalments[:1])
    assert [one.field for one in offers.changed(WHOLE, less)] == ["licence_scope", "instalments"]
    assert offers.changed(WHOLE, WHOLE) == []


def test_a_plan_is_kept_and_read_again_as_it_was():
    assert offers.from_rows(offers.to_rows(WHOLE.instalments)) == WHOLE.instalments
    royalty = replace(
        WHOLE,
        payment_mode="royalty",
        amount_fen=0,
        royalty_terms="按销售额百分之三，每年一月结算",
        instalments=(InstalmentData("提成", "royalty", None, "每年一月", None),),
    )
    assert offers.clean(royalty, TODAY).open_ended
    # A scope belongs to licences only.
    assert offers.clean(replace(WHOLE, kind="service.general"), TODAY).licence_scope == ""
