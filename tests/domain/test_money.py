"""Money: what may be typed, how it is shown, banker's capitals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.errors import DomainError
from marketplace.domain.money import MAX_FEN, Unit, capital, format_wan, format_yuan, parse_amount

TYPED = "0123456789.,-+ 元万亿¥￥１．，－e²١()\x00\u3000"
AMOUNTS = st.integers(min_value=0, max_value=MAX_FEN)


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("0", "元", 0),
        ("0.01", "元", 1),
        ("1.5", "元", 150),
        ("1,040,000.00", "元", 104_000_000),
        ("1 040 000", "元", 104_000_000),
        ("１，０４０．５０", "元", 104_050),
        ("  ¥1040 ", "元", 104_000),
        ("￥88元", "元", 8_800),
        ("260", "万元", 260_000_000),
        ("7.5万元", "万元", 7_500_000),
        ("7.5 万", "万元", 7_500_000),
        ("0.000001", "万元", 1),
        ("007", "元", 700),
        ("10,000,000,000", "元", MAX_FEN),
        ("1,000,000", "万元", MAX_FEN),
    ],
)
def test_reads_what_people_type(text: str, unit: Unit, fen: int) -> None:
    assert parse_amount(text, unit) == fen


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        (None, "元", "amount_empty"),
        ("  ", "元", "amount_empty"),
        ("元", "元", "amount_empty"),
        ("¥", "元", "amount_empty"),
        ("-1", "元", "amount_negative"),
        ("－１", "元", "amount_negative"),
        ("−5", "元", "amount_negative"),
        ("(100)", "元", "amount_negative"),
        ("1e5", "元", "amount_character"),
        ("12a", "元", "amount_character"),
        ("五百", "元", "amount_character"),
        ("10²", "元", "amount_character"),
        ("١٢", "元", "amount_character"),
        ("1\x00", "元", "amount_character"),
        ("💰", "元", "amount_character"),
        ("NaN", "元", "amount_character"),
        ("3万元", "元", "amount_unit"),
        ("3元", "万元", "amount_unit"),
        ("1亿", "万元", "amount_unit"),
        ("1.2.3", "元", "amount_point"),
        (".5", "元", "amount_point"),
        ("5.", "元", "amount_point"),
        ("1,04", "元", "amount_separator"),
        ("1,0400", "元", "amount_separator"),
        (",100", "元", "amount_separator"),
        ("1.0,0", "元", "amount_separator"),
        ("0.001", "元", "amount_decimals"),
        ("1.500", "元", "amount_decimals"),
        ("0.0000001", "万元", "amount_decimals"),
        ("10,000,000,000.01", "元", "amount_too_large"),
        ("1000001", "万元", "amount_too_large"),
        ("9" * 10_000, "元", "amount_too_large"),
    ],
)
def test_refuses_with_its_own_reason(text: str | None, unit: Unit, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        parse_amount(text, unit)
    assert refused.value.code == code
    assert "%(" not in str(refused.value)


def test_message_names_the_character_and_the_unit() -> None:
    with pytest.raises(DomainError, match="“a”"):
        parse_amount("12a")
    with pytest.raises(DomainError, match=r"U\+0000"):
        parse_amount("1\x002")
    with pytest.raises(DomainError, match="单位是元，您写的是“万元”"):
        parse_amount("3万元")


@pytest.mark.parametrize(
    ("fen", "yuan", "wan"),
    [
        (0, "0.00", "0"),
        (1, "0.01", "0.000001"),
        (104_000_000, "1,040,000.00", "104"),
        (7_500_000, "75,000.00", "7.5"),
        (260_000_000, "2,600,000.00", "260"),
        (1_200_000_000, "12,000,000.00", "1,200"),
        (-25_000_050, "-250,000.50", "-25.00005"),
        (MAX_FEN, "10,000,000,000.00", "1,000,000"),
    ],
)
def test_shows_exactly(fen: int, yuan: str, wan: str) -> None:
    assert format_yuan(fen) == yuan
    assert format_wan(fen) == wan


@given(AMOUNTS)
def test_shown_amounts_read_back(fen: int) -> None:
    assert parse_amount(format_yuan(fen), "元") == fen
    assert parse_amount(format_wan(fen), "万元") == fen


@given(st.text(TYPED, max_size=30), st.sampled_from(["元", "万元"]))
def test_any_text_is_read_or_refused(text: str, unit: Unit) -> None:
    try:
        fen = parse_amount(text, unit)
    except DomainError:
        return
    assert 0 <= fen <= MAX_FEN


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (105, "壹元零伍分"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (1_000, "壹拾元整"),
        (23_400_000, "贰拾叁万肆仟元整"),
        (10_000_000, "壹拾万元整"),
        (10_005_000, "壹拾万零伍拾元整"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (10_000_000_500, "壹亿零伍元整"),
        (10_005_000_000, "壹亿零伍万元整"),
        (1_000_000_001, "壹仟万元零壹分"),
        (MAX_FEN, "壹佰亿元整"),
        (-150, "负壹元伍角整"),
    ],
)
def test_capitals(fen: int, words: str) -> None:
    assert capital(fen) == words


def read_capitals(words: str) -> int:
    """Read capitals back by place values alone, independent of how they were written."""
    places = {"拾": 10, "佰": 100, "仟": 1000}
    total = group = digit = fen = 0
    for char in words:
        if char in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(char)
        elif char in places:
            group, digit = group + digit * places[char], 0
        elif char in "万亿":
            total, group, digit = total + (group + digit) * (10_000 if char == "万" else 10**8), 0, 0
        elif char == "元":
            fen, digit = (total + group + digit) * 100, 0
        elif char in "角分":
            fen, digit = fen + digit * (10 if char == "角" else 1), 0
    return fen


@given(AMOUNTS)
def test_capitals_say_the_same_amount(fen: int) -> None:
    words = capital(fen)
    assert read_capitals(words) == fen
    assert "零零" not in words
    assert words.endswith(("整", "分"))


def test_capitals_end_somewhere() -> None:
    with pytest.raises(ValueError, match="too large"):
        capital(10**14)
