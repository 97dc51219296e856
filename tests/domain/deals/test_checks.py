"""What to look at twice, as pure rules."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.domain.deals import checks
from marketplace.domain.deals.numbers import ContractNumber

TODAY = date(2026, 3, 18)
BUYER = checks.Side(
    "buyer", "买方", uscc="91350100M000100Y43", division="350102", legal_representative="王一",
    address="安徽省宿州市埇桥区汴河路1号（A座）", phone="0557-3024567",
)  # fmt: skip
SELLER = checks.Side(
    "seller", "卖方", uscc="91340000711771143J", division="340111", legal_representative="孙二", address="合肥路2号",
    phone="0551-6000000",
)  # fmt: skip
FRAME = checks.Frame(date(2026, 2, 1), 300, 250)
CERTIFICATE = checks.Certificate("2026340101000001", "合肥市技术合同登记处", date(2026, 3, 1), 300, 250)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0557-302 4567", "05573024567"),
        ("＋86 138 0013 8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("", ""),
        ("86", "86"),
    ],
)
def test_telephone_numbers_meet_however_they_are_typed(typed, digits):
    assert checks.normal_phone(typed) == digits


def test_addresses_meet_however_they_are_typed():
    assert checks.normal_address("汴河路 1 号(Ａ座)") == checks.normal_address("汴河路1号（a座）")


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("same_uscc", {"uscc": " 91350100m000100y43"}),
        ("same_representative", {"legal_representative": "王 一"}),
        ("same_address", {"address": "安徽省宿州市埇桥区汴河路1号A座"}),
        ("same_phone", {"phone": "86 0557 3024567"}),
    ],
)
def test_what_both_sides_share(code, values):
    assert checks.shared_by_both_sides([BUYER, SELLER]) == []
    other = replace(SELLER, **values)
    assert [flag.code for flag in checks.shared_by_both_sides([BUYER, SELLER, other])] == [code]


def test_nothing_is_shared_by_being_empty():
    nobody = checks.Side("seller", "甲")
    assert checks.shared_by_both_sides([replace(BUYER, phone="", address=""), nobody]) == []


def test_two_sellers_may_share_what_they_like():
    assert checks.shared_by_both_sides([BUYER, SELLER, replace(SELLER, name="卖方二")]) == []


@pytest.mark.parametrize(
    ("area", "division", "is_import", "tone"),
    [
        ("3401", "340111", False, None),
        ("3402", "340111", False, "warn"),
        ("3400", "340111", False, "info"),
        ("4403", "340111", False, "bad"),
        ("1100", "110108", False, None),
        ("1108", "110108", False, None),
        ("3101", "110108", False, "bad"),
        ("3413", None, True, None),
        ("3401", None, True, "bad"),
        ("3401", None, False, "warn"),
    ],
)
def test_the_area_of_a_number_against_the_first_seller(area, division, is_import, tone):
    seller = replace(SELLER, division=division)
    flag = checks.area_flag(ContractNumber(f"2026{area}01000001"), seller, is_import)
    assert (flag.tone if flag else None) == tone


def test_a_legacy_number_has_its_area_elsewhere():
    assert checks.area_flag(ContractNumber("26340101000001"), SELLER, False) is None


@pytest.mark.parametrize(
    ("amount", "price", "raised"),
    [
        (150, 100, False),
        (151, 100, True),
        (50, 100, False),
        (49, 100, True),
        (0, 100, False),
        (9, None, False),
    ],
)
def test_far_from_the_price(amount, price, raised):
    assert (checks.price_gap("成果", amount, price, 50) is not None) is raised


@pytest.mark.parametrize(
    ("uscc", "division", "raised"),
    [
        ("91350100M000100Y43", "350102", False),
        ("91350100M000100Y43", "341302", True),
        ("91340000711771143J", "341302", False),
        ("91340000711771143J", None, False),
        ("", "341302", False),
    ],
)
def test_where_the_code_was_issued_is_a_hint(uscc, division, raised):
    flag = checks.registering_area(replace(SELLER, uscc=uscc, division=division))
    assert (flag is not None) is raised


def test_a_good_certificate_has_no_fault_and_raises_nothing():
    assert checks.certificate_faults(CERTIFICATE, FRAME, TODAY) == []
    assert checks.certificate_flags(CERTIFICATE, ContractNumber(CERTIFICATE.number), FRAME) == []


@pytest.mark.parametrize(
    ("field", "code", "values"),
    [
        ("number", "contract_number_empty", {"number": ""}),
        ("number", "contract_number_year", {"number": "2027340101000001"}),
        ("registered_on", "missing", {"registered_on": None}),
        ("registered_on", "future", {"registered_on": date(2026, 3, 19)}),
        ("registered_on", "before_signing", {"registered_on": date(2026, 1, 31)}),
        ("registry_name", "missing", {"registry_name": ""}),
        ("turnover", "missing", {"turnover_fen": None}),
        ("turnover", "beyond", {"turnover_fen": 301}),
        ("technical", "missing", {"technical_fen": None}),
        ("technical", "beyond", {"technical_fen": 301}),
    ],
)
def test_what_a_certificate_cannot_say(field, code, values):
    faults = checks.certificate_faults(replace(CERTIFICATE, **values), FRAME, TODAY)
    assert [(fault.field, fault.code) for fault in faults] == [(field, code)]


def test_before_1991_nothing_was_registered():
    old = replace(CERTIFICATE, registered_on=date(1990, 5, 1))
    faults = checks.certificate_faults(old, replace(FRAME, signed_on=None), TODAY)
    assert [fault.code for fault in faults] == ["early"]


def test_imports_carry_the_citys_own_area():
    frame = replace(FRAME, is_import=True)
    assert [fault.field for fault in checks.certificate_faults(CERTIFICATE, frame, TODAY)] == ["number"]
    ours = replace(CERTIFICATE, number="2026341301000001")
    assert checks.certificate_faults(ours, frame, TODAY) == []


def test_where_a_certificate_differs():
    said = replace(CERTIFICATE, registered_on=date(2025, 12, 31), turnover_fen=200, technical_fen=100)
    found = checks.certificate_flags(said, ContractNumber(said.number), FRAME)
    assert [flag.code for flag in found] == [
        "certificate_year", "certificate_turnover", "certificate_technical",
    ]  # fmt: skip
