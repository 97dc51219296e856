"""What is typed becomes canonical; only what is malformed is refused, at its field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from marketplace.domain.deals import cleaning
from marketplace.domain.deals.texts import (
    InstalmentData,
    LineData,
    MoneyData,
    ParticularsData,
    PartiesData,
    PartyData,
    RightData,
    SubjectData,
)
from marketplace.domain.errors import ValidationFailed
from marketplace.domain.money import MAX_FEN
from tests.domain.deals.samples import ABROAD, BUYER, LINE, MONEY, PARTICULARS, SELLER, SUBJECT


def refused(call: Callable[[], Any]) -> list[str]:
    """Return the fields that are refused."""
    with pytest.raises(ValidationFailed) as caught:
        call()
    for each in caught.value.errors:
        assert each.message % each.params if each.params else each.message
    return [each.field for each in caught.value.errors]


def test_nothing_at_all_can_be_saved() -> None:
    """Incomplete input is always accepted."""
    assert cleaning.parties(PartiesData()) == PartiesData()
    assert cleaning.subject(SubjectData()) == SubjectData()
    assert cleaning.money(MoneyData()) == MoneyData()
    assert cleaning.particulars(ParticularsData()) == ParticularsData()


def test_complete_values_stay_as_they_are() -> None:
    """Cleaning is a fixed point."""
    parties = PartiesData(BUYER, (SELLER, ABROAD))
    assert cleaning.parties(parties) == parties
    assert cleaning.subject(SUBJECT) == SUBJECT
    assert cleaning.money(MONEY) == MONEY
    assert cleaning.particulars(PARTICULARS) == PARTICULARS


def test_typed_numbers_become_canonical() -> None:
    """Spaces, full-width and lower case are tidied up."""
    typed = replace(
        BUYER, name=" 宿州　测试 ", uscc="91350100 m000100y43", contact_phone="（0557）3024567",
        postcode="２３４０００",
        contact_email=" A@Example.com",
    )  # fmt: skip
    clean = cleaning.parties(PartiesData(typed)).buyer
    assert (clean.name, clean.uscc, clean.contact_phone) == ("宿州 测试", BUYER.uscc, "0557-3024567")
    assert (clean.postcode, clean.contact_email) == ("234000", "a@example.com")
    line = LineData(listing_number=" sz-a-00012 ", rights=(RightData("invention", "ZL201310699744.2"),))
    (clean_line,) = cleaning.subject(SubjectData(lines=(line,))).lines
    assert clean_line.listing_number == "SZ-A-00012"
    assert clean_line.rights[0].number == "201310699744.2"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uscc", "91350100M000100Y44"), ("contact_phone", "12345"), ("contact_email", "a@"), ("postcode", "23400"),
        ("division", "999999"), ("nature", "club"), ("size", "huge"), ("sector", "Z9"), ("country", "XX"),
        ("name", "长" * 201),
    ],
)  # fmt: skip
def test_malformed_fields_of_a_party_are_named(field: str, value: str) -> None:
    """At the buyer and at the second seller alike."""
    bad = replace(BUYER, **{field: value})
    assert refused(lambda: cleaning.parties(PartiesData(bad))) == [f"buyer.{field}"]
    assert refused(lambda: cleaning.parties(PartiesData(BUYER, (SELLER, bad)))) == [f"sellers.1.{field}"]


def test_whoever_is_abroad_has_neither_code_nor_division() -> None:
    """A country other than China takes both away, and a telephone is written as abroad."""
    clean = cleaning.parties(PartiesData(BUYER, (replace(ABROAD, uscc=BUYER.uscc, division="341302"),)))
    assert (clean.sellers[0].uscc, clean.sellers[0].division) == ("", "")
    assert refused(lambda: cleaning.parties(PartiesData(replace(ABROAD, contact_phone="call me")))) == [
        "buyer.contact_phone"
    ]
    assert cleaning.parties(PartiesData(replace(BUYER, foreign_number="HRB 1"))).buyer.foreign_number == ""


def test_too_many_rows_are_refused() -> None:
    """A limit on every list."""
    assert refused(lambda: cleaning.parties(PartiesData(BUYER, (SELLER,) * 11))) == ["sellers"]
    assert refused(lambda: cleaning.subject(SubjectData(lines=(LINE,) * 31))) == ["lines"]
    assert refused(lambda: cleaning.money(MoneyData(instalments=MONEY.instalments * 31))) == ["instalments"]
    many = replace(LINE, rights=LINE.rights * 21)
    assert refused(lambda: cleaning.subject(SubjectData(lines=(many,)))) == ["lines.0.rights"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"listing_number": "A-1"}, "listing_number"),
        ({"owner_uscc": "123"}, "owner_uscc"),
        ({"amount_fen": -1, "technical_fen": None}, "amount_fen"),
        ({"amount_fen": MAX_FEN + 1}, "amount_fen"),
        ({"technical_fen": (LINE.amount_fen or 0) + 1}, "technical_fen"),
        ({"amount_fen": None}, "technical_fen"),
        ({"rights": (RightData("", "201310699744.2"),)}, "rights.0.ip_type"),
        ({"rights": (RightData("invention", "201310699744.3"),)}, "rights.0.number"),
        ({"rights": (RightData("utility", "201310699744.2"),)}, "rights.0.number"),
        ({"rights": (RightData("magic", "1"),)}, "rights.0.ip_type"),
    ],
)
def test_malformed_cells_of_a_line_are_named(values: dict[str, Any], field: str) -> None:
    """The row is counted as in the form, empty rows included."""
    lines = (LineData(), replace(LINE, **values))
    assert f"lines.1.{field}" in refused(lambda: cleaning.subject(SubjectData(lines=lines)))


def test_amounts_at_their_edges() -> None:
    """0, 1 分 and 100亿元 can be written down; nothing is not zero."""
    for fen in (0, 1, MAX_FEN):
        line = replace(LINE, amount_fen=fen, technical_fen=fen)
        assert cleaning.subject(SubjectData(lines=(line,))).lines[0].amount_fen == fen
    assert cleaning.subject(SubjectData(lines=(LineData(name="x"),))).lines[0].amount_fen is None
    assert refused(lambda: cleaning.money(MoneyData(instalments=(InstalmentData(amount_fen=0),)))) == [
        "instalments.0.amount_fen"
    ]


def test_empty_rows_fall_away_and_scope_belongs_to_licences() -> None:
    """What nobody filled in is not kept, nor is a 许可方式 without a licence."""
    data = SubjectData(
        kind="transfer.patent", licence_scope="sole", lines=(LineData(), LINE, LineData(name="  "))
    )
    clean = cleaning.subject(data)
    assert clean.lines == (LINE,)
    assert clean.licence_scope == ""
    assert cleaning.filled_lines(data) == [1]
    rows = (InstalmentData(), InstalmentData(kind="royalty"), InstalmentData(name="首付"))
    assert cleaning.money(MoneyData(instalments=rows)).instalments == (InstalmentData(name="首付"),)


def test_malformed_money_and_particulars_are_named() -> None:
    """Codes from their lists, years that can be, an end after the start."""
    bad = replace(MONEY, payment_mode="gold", valid_from=date(1900, 1, 1))
    assert refused(lambda: cleaning.money(bad)) == ["payment_mode", "valid_from"]
    assert refused(lambda: cleaning.money(replace(MONEY, valid_to=date(2026, 2, 28)))) == ["valid_to"]
    wrong = replace(PARTICULARS, field="99", tags=("no",), objective="fun", pricing="gift", disclosure="all")
    assert refused(lambda: cleaning.particulars(wrong)) == [
        "field",
        "tags",
        "objective",
        "pricing",
        "disclosure",
    ]


def test_chosen_codes_stand_in_the_order_of_their_list() -> None:
    """So that two texts that say the same are the same."""
    data = replace(PARTICULARS, rights_involved=("software", "invention", "software"))
    assert cleaning.particulars(data).rights_involved == ("invention", "software")


def test_party_defaults_are_a_chinese_party() -> None:
    """An empty country means China."""
    assert cleaning.parties(PartiesData(PartyData(country=""))).buyer.country == "CN"
