"""A complete contract as plain values, for tests that take something away from it."""

from dataclasses import replace
from datetime import date
from typing import Any

from marketplace.domain.deals.texts import (
    InstalmentData,
    LineData,
    MoneyData,
    ParticularsData,
    PartiesData,
    PartyData,
    RightData,
    SubjectData,
    Text,
)

WAN = 1_000_000
BUYER = PartyData(
    name="宿州测试有限公司", uscc="91350100M000100Y43", division="341302", nature="private_company",
    address="汴河路1号", legal_representative="王一", contact_name="李二", contact_phone="0557-3024567",
    contact_email="a@example.com", postcode="234000",
)  # fmt: skip
SELLER = replace(
    BUYER, name="合肥测试大学", uscc="91340000711771143J", division="340111", nature="university"
)
ABROAD = PartyData(
    name="Test GmbH", country="DE", foreign_number="HRB 12345", nature="foreign_company", address="Berlin",
    contact_name="Frau Test", contact_phone="+49 30 1234567",
)  # fmt: skip
PATENT = RightData("invention", "201310699744.2", "valid")
LINE = LineData(
    name="大豆胶粘剂",
    owner_name="合肥测试大学",
    rights=(PATENT,),
    amount_fen=300 * WAN,
    technical_fen=250 * WAN,
)
SUBJECT = SubjectData(
    title="大豆胶粘剂专利实施许可合同", kind="licence.patent", licence_scope="ordinary",
    content="卖方许可买方实施专利，提供工艺文件并指导三个月，买方分两期付款。", lines=(LINE,),
)  # fmt: skip
MONEY = MoneyData(
    payment_mode="instalments",
    instalments=(
        InstalmentData("首付", "fixed", date(2026, 4, 1), "", 100 * WAN),
        InstalmentData("尾款", "fixed", date(2026, 9, 1), "验收后", 200 * WAN),
    ),
    valid_from=date(2026, 3, 1),
    valid_to=date(2028, 3, 1),
)
PARTICULARS = ParticularsData(
    field="05", objective="industry", plan_source="none", rights_involved=("invention",), pricing="negotiable",
    related_party=False,
)  # fmt: skip
TEXT = Text(PartiesData(BUYER, (SELLER,)), SUBJECT, MONEY, PARTICULARS)


def changed(step: str, **values: Any) -> Text:
    """Return TEXT with other values in one step."""
    return replace(TEXT, **{step: replace(getattr(TEXT, step), **values)})


def with_line(**values: Any) -> Text:
    """Return TEXT with another line."""
    return changed("subject", lines=(replace(LINE, **values),))
