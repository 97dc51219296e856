"""What a complete contract must say: each fault at its field, with its remedy, on its step."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from marketplace.domain.deals import completeness
from marketplace.domain.deals.texts import (
    STEPS,
    InstalmentData,
    MoneyData,
    PartiesData,
    RightData,
    Text,
    place_of,
    step_of,
)
from tests.domain.deals.samples import (
    ABROAD,
    BUYER,
    LINE,
    MONEY,
    PATENT,
    SELLER,
    TEXT,
    WAN,
    changed,
    with_line,
)


def faults(text: Text) -> list[tuple[str, str]]:
    """Return (field, code) of every fault."""
    return [(each.field, each.code) for each in completeness.check(text)]


def test_a_complete_text_has_no_fault() -> None:
    """The sample is complete; so is one with a foreign seller, one with a natural person, one with many sellers."""
    assert faults(TEXT) == []
    assert faults(replace(changed("subject", is_import=True), parties=PartiesData(BUYER, (ABROAD,)))) == []
    person = replace(SELLER, nature="person", uscc="", legal_representative="")
    assert faults(changed("parties", sellers=(person, SELLER, ABROAD))) == []


def test_an_empty_text_names_every_step() -> None:
    """Everything that is needed is missing, in the order of the form, on four steps; the words can be filled."""
    found = completeness.check(Text())
    steps = [step_of(each.field) for each in found]
    assert steps == sorted(steps, key=list(STEPS).index)
    assert set(steps) == {"parties", "subject", "money", "particulars"}
    for each in found:
        assert each.message % each.params if each.params else each.message
        assert place_of(each.field).label
    assert not completeness.step_is_done("money", found)
    assert completeness.step_is_done("papers", found)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"name": ""}, ("name", "missing")),
        ({"uscc": ""}, ("uscc", "missing")),
        ({"division": ""}, ("division", "missing")),
        ({"division": "340000"}, ("division", "missing")),
        ({"nature": ""}, ("nature", "missing")),
        ({"address": ""}, ("address", "missing")),
        ({"legal_representative": ""}, ("legal_representative", "missing")),
        ({"contact_name": ""}, ("contact_name", "missing")),
        ({"contact_phone": ""}, ("contact_phone", "missing")),
        ({"country": "DE", "uscc": "", "division": ""}, ("foreign_number", "missing")),
    ],
)
def test_each_party_is_known(values: dict[str, Any], fault: tuple[str, str]) -> None:
    """Both sides give what the national form asks; a division is needed down to the last level."""
    assert faults(changed("parties", buyer=replace(BUYER, **values))) == [(f"buyer.{fault[0]}", fault[1])]
    second = changed("parties", sellers=(SELLER, replace(BUYER, **values)))
    assert (f"sellers.1.{fault[0]}", fault[1]) in faults(second)


def test_nobody_contracts_with_themselves_or_sells_twice() -> None:
    """Same USCC on both sides, the same seller twice, the same foreign number twice."""
    assert faults(changed("parties", sellers=(BUYER,))) == [("sellers.0.uscc", "same_party")]
    assert faults(changed("parties", sellers=(SELLER, SELLER))) == [("sellers.1.uscc", "same_party")]
    assert ("sellers.1.foreign_number", "same_party") in faults(changed("parties", sellers=(ABROAD, ABROAD)))
    assert faults(changed("parties", sellers=())) == [("sellers", "missing")]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"title": ""}, ("title", "missing")),
        ({"kind": ""}, ("kind", "missing")),
        ({"licence_scope": ""}, ("licence_scope", "missing")),
        ({"content": "太短"}, ("content", "too_short")),
        ({"is_import": True}, ("is_import", "no_foreign_seller")),
    ],
)
def test_the_subject_is_clear(values: dict[str, Any], fault: tuple[str, str]) -> None:
    """名称、类别、许可方式、内容, and an import has a foreign seller."""
    assert faults(changed("subject", **values)) == [fault]


def test_buying_from_abroad_is_an_import_and_says_so() -> None:
    """Otherwise nobody would register it: there is no registry where the seller is."""
    assert faults(changed("parties", sellers=(ABROAD,))) == [("is_import", "import_unsaid")]
    foreign = replace(PATENT, ip_type="foreign", number="EP1234567")
    bought = replace(with_line(rights=(foreign,)), parties=PartiesData(BUYER, (ABROAD,)))
    assert faults(replace(bought, subject=replace(bought.subject, is_import=True))) == []


def test_an_import_has_a_domestic_buyer() -> None:
    """The domestic buyer registers it."""
    text = replace(changed("subject", is_import=True), parties=PartiesData(BUYER, (ABROAD,)))
    assert faults(text) == []
    both_abroad = PartiesData(replace(ABROAD, foreign_number="other"), (ABROAD,))
    assert faults(replace(text, parties=both_abroad)) == [("is_import", "no_domestic_buyer")]


def test_lines_name_an_achievement_and_amounts() -> None:
    """A listing's number is enough; an achievement nobody listed needs name and owner."""
    assert faults(with_line(listing_number="SZ-A-00001", name="", owner_name="")) == []
    assert faults(with_line(name="", owner_name="")) == [("lines.0.name", "missing")]
    assert faults(with_line(owner_name="")) == [("lines.0.owner_name", "missing")]
    assert ("lines.0.amount_fen", "missing") in faults(with_line(amount_fen=None, technical_fen=0))
    assert faults(with_line(technical_fen=None)) == [("lines.0.technical_fen", "missing")]
    assert faults(with_line(rights=(RightData("invention", "", "pending"),))) == [
        ("lines.0.rights.0.number", "missing")
    ]
    assert ("lines", "missing") in faults(changed("subject", lines=()))


def test_the_sum_of_the_lines_is_what_the_instalments_add_up_to() -> None:
    """Σ lines = 成交额 = Σ instalments; both sums are named, in 元."""
    text = with_line(amount_fen=300 * WAN + 1)
    (fault,) = completeness.check(text)
    assert (fault.field, fault.code) == ("instalments", "plan_differs")
    assert "3,000,000.01" in fault.message % fault.params
    assert "3,000,000.00" in fault.message % fault.params
    two = changed(
        "subject",
        lines=(replace(LINE, amount_fen=100 * WAN, technical_fen=0), replace(LINE, amount_fen=200 * WAN)),
    )
    assert faults(two) == []


def test_nothing_costs_nothing_but_an_open_royalty() -> None:
    """An amount of 0 is refused unless it is still to be determined."""
    zero = with_line(amount_fen=0, technical_fen=0)
    assert ("lines.0.amount_fen", "amount_zero") in faults(zero)
    money = MoneyData(
        "royalty", (InstalmentData("提成", "royalty", None, "按年销售额的3%"),), True, "每年按销售额3%提成",
        MONEY.valid_from, MONEY.valid_to,
    )  # fmt: skip
    assert faults(replace(zero, money=money)) == []


@pytest.mark.parametrize(
    ("kind", "rights", "code"),
    [
        ("licence.patent", (), "right_missing"),
        ("licence.patent", (RightData("secret"),), "right_missing"),
        ("transfer.software", (PATENT,), "right_missing"),
        ("transfer.patent", (replace(PATENT, status="lapsed"),), "right_lapsed"),
        ("licence.other", (RightData("other", "A1", "lapsed"),), "right_lapsed"),
        ("transfer.patent", (replace(PATENT, status="lapsed"), PATENT), None),
        ("transfer.application", (replace(PATENT, status="pending"),), None),
        ("transfer.secret", (), None),
        ("service.general", (replace(PATENT, status="lapsed"),), None),
    ],
)
def test_what_is_sold_is_there_and_in_force(
    kind: str, rights: tuple[RightData, ...], code: str | None
) -> None:
    """A lapsed right cannot be transferred or licensed; a patent licence needs a patent."""
    text = changed("subject", kind=kind, lines=(replace(LINE, rights=rights),))
    found = [fault for fault in faults(text) if fault[0].startswith("lines")]
    assert found == ([("lines.0.rights", code)] if code else [])


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"payment_mode": ""}, ("payment_mode", "missing")),
        ({"payment_mode": "lump"}, ("payment_mode", "lump_once")),
        ({"payment_mode": "royalty"}, ("royalty_terms", "missing")),
        ({"open_ended": True}, ("open_ended", "not_open")),
        ({"instalments": ()}, ("instalments", "missing")),
        ({"instalments": (replace(MONEY.instalments[0], amount_fen=300 * WAN),)}, ("payment_mode", "only_once")),
        ({"valid_from": None}, ("valid_from", "missing")),
        ({"valid_to": None}, ("valid_to", "missing")),
    ],
)  # fmt: skip
def test_payment_is_agreed(values: dict[str, Any], fault: tuple[str, str]) -> None:
    """Mode, plan and validity; open amounts only under royalty modes."""
    assert faults(changed("money", **values)) == [fault]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"amount_fen": None}, ("instalments.1.amount_fen", "missing")),
        ({"kind": "royalty"}, ("instalments.1.kind", "no_royalty")),
        ({"due_on": None, "condition": ""}, ("instalments.1.due_on", "missing")),
        ({"due_on": date(2026, 1, 1)}, ("instalments.1.due_on", "not_in_order")),
    ],
)
def test_each_instalment_is_agreed(values: dict[str, Any], fault: tuple[str, str]) -> None:
    """Amount, and a day or a condition, in order of time."""
    first, second = MONEY.instalments
    assert faults(changed("money", instalments=(first, replace(second, **values)))) == [fault]


def test_an_open_royalty_must_be_said_to_be_open() -> None:
    """入门费加提成: the entry fee is the amount, the royalty stays open only when the box is ticked."""
    plan = (
        InstalmentData("入门费", "fixed", date(2026, 4, 1), "", 300 * WAN),
        InstalmentData("提成", "royalty", None, "按年"),
    )
    money = {"payment_mode": "entry_royalty", "instalments": plan, "royalty_terms": "每年3%"}
    assert faults(changed("money", **money)) == [("instalments.1.amount_fen", "missing")]
    assert faults(changed("money", open_ended=True, **money)) == []


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"field": ""}, ("field", "missing")),
        ({"objective": ""}, ("objective", "missing")),
        ({"plan_source": ""}, ("plan_source", "missing")),
        ({"pricing": ""}, ("pricing", "missing")),
        ({"rights_involved": ()}, ("rights_involved", "missing")),
        ({"rights_involved": ("invention", "none")}, ("rights_involved", "none_and_some")),
        ({"related_party": None}, ("related_party", "missing")),
        ({"related_party": True}, ("related_note", "missing")),
    ],
)
def test_the_registration_form_is_filled_in(values: dict[str, Any], fault: tuple[str, str]) -> None:
    """The coded fields of the national form; 关联交易 is declared either way, and explained."""
    assert faults(changed("particulars", **values)) == [fault]


def test_a_place_is_named_in_words() -> None:
    """Messages can say 卖方 第1行 统一社会信用代码."""
    place = place_of("sellers.0.uscc")
    assert (place.step, place.label, place.row, place.column) == ("parties", "卖方", 1, "统一社会信用代码")
    assert place_of("lines.2.rights.0.number").row == 3
    assert place_of("title").row == 0
