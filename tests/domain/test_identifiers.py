"""Credit codes, patents and other rights, registration numbers, telephones, mail addresses."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import identifiers as ids
from marketplace.domain.clock import frozen
from marketplace.domain.errors import DomainError
from marketplace.domain.taxonomy import IP_TYPES

VALID_USCC = ["91350100M000100Y43", "91340000711771143J", "914403001922038216", "9144030071526726XG"]
VALID_PATENTS = [
    ("200310102344.5", "invention"),
    ("201310699744.2", "invention"),
    ("95115608.X", "invention"),
    ("97101765.4", "invention"),
]
TYPED = "0123456789XSRCNABZL.: 第号Ａ５ﬁß\x00\u202e\u3000"
PLACES = st.integers(min_value=0, max_value=16)
USCC_BODIES = st.text(alphabet=ids.USCC_ALPHABET, min_size=17, max_size=17)


def refusal(parse: Callable[..., object], *args: object) -> DomainError:
    """Return the error that ``parse`` must raise; its message must fill completely."""
    with pytest.raises(DomainError) as refused:
        parse(*args)
    assert "%(" not in str(refused.value)
    return refused.value


@pytest.fixture(autouse=True)
def _fixed_year() -> Iterator[None]:
    with frozen(datetime(2026, 11, 21, tzinfo=UTC)):
        yield


class TestUscc:
    @pytest.mark.parametrize("code", VALID_USCC)
    def test_known_codes(self, code: str) -> None:
        assert ids.parse_uscc(code) == code
        assert ids.parse_uscc(f"  {code.lower()}\n") == code
        assert ids.parse_uscc(f"{code[:8]} {code[8:]}") == code

    @pytest.mark.parametrize(
        ("text", "code", "words"),
        [
            (None, "uscc_empty", "请填写"),
            ("   ", "uscc_empty", "请填写"),
            ("9134000071177114", "uscc_length", "应为18位，您填了16位"),
            ("91340000711771143JJ", "uscc_length", "您填了19位"),
            ("1" * 10_000, "uscc_length", "您填了10000位"),
            ("340000000012345", "uscc_old_number", "15位的旧工商注册号"),
            ("71177114-3", "uscc_old_number", "9位的组织机构代码"),
            ("９1340000711771143J", "uscc_full_width", "第1位“９”是全角字符，请切换到半角"),
            ("91340000711771143Ｊ", "uscc_full_width", "第18位“Ｊ”"),
            ("9134O000711771143J", "uscc_letter", "第5位是字母O，代码中不使用I、O、S、V、Z"),
            ("9134I000711771143J", "uscc_letter", "第5位是字母I"),
            ("9134s000711771143J", "uscc_letter", "第5位是字母S"),
            ("9134V000711771143J", "uscc_letter", "第5位是字母V"),
            ("9134Z000711771143J", "uscc_letter", "第5位是字母Z"),
            ("9134-000711771143J", "uscc_character", "第5位“-”"),
            ("9134\x00000711771143J", "uscc_character", r"第5位“U\+0000”"),
            ("9134宿000711771143J", "uscc_character", "第5位“宿”"),
            ("9134🌾000711771143J", "uscc_character", "第5位“🌾”"),
            ("ﬁ134000071177114J3", "uscc_character", "第1位“ﬁ”"),
            ("913400007117711431", "uscc_check", "第18位应为J，您填的是1"),
            ("91350100M000100Y44", "uscc_check", "第18位应为3，您填的是4"),
        ],
    )
    def test_says_what_is_wrong(self, text: str | None, code: str, words: str) -> None:
        with pytest.raises(DomainError, match=words) as refused:
            ids.parse_uscc(text)
        assert refused.value.code == code

    @given(USCC_BODIES, PLACES, st.sampled_from(ids.USCC_ALPHABET))
    def test_one_wrong_character_is_always_found(self, body: str, place: int, other: str) -> None:
        code = body + ids.uscc_check_character(body)
        assert ids.parse_uscc(code) == code
        corrupted = code[:place] + other + code[place + 1 :]
        if corrupted != code:
            assert refusal(ids.parse_uscc, corrupted).code == "uscc_check"

    @given(USCC_BODIES, st.integers(min_value=0, max_value=15))
    def test_swapped_neighbours_are_always_found(self, body: str, place: int) -> None:
        code = body + ids.uscc_check_character(body)
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            assert refusal(ids.parse_uscc, swapped).code == "uscc_check"

    @pytest.mark.parametrize(
        ("uscc", "division"),
        [
            ("91341302MA2NXXXXXX", "341302"),
            ("91341381MA2NXXXXXX", "341300"),
            ("91349981MA2NXXXXXX", "340000"),
            ("91100000MA2NXXXXXX", None),
            ("9135A100M000100Y43", None),
        ],
    )
    def test_division_is_only_the_nearest_known(self, uscc: str, division: str | None) -> None:
        assert ids.uscc_division_hint(uscc) == division


class TestPatents:
    @pytest.mark.parametrize(("number", "kind"), VALID_PATENTS)
    @pytest.mark.parametrize("prefix", ["", "ZL", "zl ", "CN", "ＺＬ", "ZL:"])
    def test_known_numbers_in_every_writing(self, number: str, kind: str, prefix: str) -> None:
        expected = ids.PatentNumber(number, kind)
        assert ids.parse_patent_number(prefix + number) == expected
        assert ids.parse_patent_number(prefix + number.replace(".", "")) == expected
        assert ids.parse_patent_number(f" {prefix}{number[:4]} {number[4:]} ") == expected
        assert ids.parse_patent_number(prefix + number.replace(".", "．").lower()) == expected

    @pytest.mark.parametrize(
        ("text", "code", "words"),
        [
            (None, "patent_empty", "请填写"),
            ("ZL", "patent_empty", "请填写"),
            ("CN110123456A", "patent_publication", "公开（公告）号"),
            ("CN 213456789 U", "patent_publication", "公开（公告）号"),
            ("2013106997442A", "patent_character", "“A”"),
            ("20131069974宿.2", "patent_character", "“宿”"),
            ("2013X0699744.2", "patent_character", "“X”"),
            ("20131069\x009744.2", "patent_character", r"U\+0000"),
            ("201310699744", "patent_check_missing", "推算应为2"),
            ("95115608", "patent_check_missing", "推算应为X"),
            ("20131069974.2", "patent_check_missing", "缺少校验位"),
            ("2013106997.2", "patent_length", "您填了11位"),
            ("2" * 10_000, "patent_length", "您填了10000位"),
            ("2013106997.442", "patent_dot", "小数点"),
            ("2013.10699744.2", "patent_dot", "小数点"),
            ("199910699744.2", "patent_year", "1999"),
            ("202710699744.2", "patent_year", "2003年至2026年"),
            ("04115608.X", "patent_year", "1985年至2003年"),
            ("201340699744.2", "patent_kind", "第5位表示专利类型，应为1、2、3、8或9，您填的是4"),
            ("95715608.X", "patent_kind", "第3位表示专利类型"),
            ("201310699744.3", "patent_check", "应为2，您填的是3"),
            ("95115608.1", "patent_check", "应为X，您填的是1"),
        ],
    )
    def test_says_what_is_wrong(self, text: str | None, code: str, words: str) -> None:
        with pytest.raises(DomainError, match=words) as refused:
            ids.parse_patent_number(text)
        assert refused.value.code == code

    @given(
        st.integers(2003, 2026),
        st.sampled_from("12389"),
        st.integers(0, 9_999_999),
        st.sampled_from("0123456789X"),
    )
    def test_exactly_one_check_character_passes(self, year: int, kind: str, serial: int, check: str) -> None:
        body = f"{year}{kind}{serial:07d}"
        right = ids.patent_check_character(body)
        if check == right:
            number = ids.parse_patent_number(body + check)
            assert number.canonical == f"{body}.{check}"
            assert number.kind == {"1": "invention", "2": "utility", "3": "design"}.get(
                kind, "invention" if kind == "8" else "utility"
            )
        else:
            assert refusal(ids.parse_patent_number, body + check).code == "patent_check"


class TestOtherRights:
    @pytest.mark.parametrize(
        ("ip_type", "text", "canonical"),
        [
            ("invention", "ZL201310699744.2", "201310699744.2"),
            ("software", " 2023sr0123456", "2023SR0123456"),
            ("software", "2012ＳＲ012345", "2012SR012345"),
            ("plant", "cna20191006012", "CNA20191006012"),
            ("plant", "CNA20150123.4", "CNA20150123.4"),
            ("plant", "20200123", "20200123"),
            ("layout", "BS205001234", "BS.205001234"),
            ("layout", "bs. 205001234", "BS.205001234"),
            ("medicine", "  国药准字 H2023 ", "国药准字 H2023"),
            ("foreign", "US 10,123,456 B2", "US 10,123,456 B2"),
            ("secret", " ", ""),
            ("other", None, ""),
            ("other", "（2023）第５号", "(2023)第5号"),
        ],
    )
    def test_canonical(self, ip_type: str, text: str | None, canonical: str) -> None:
        assert ids.parse_ip_number(ip_type, text) == canonical

    @pytest.mark.parametrize(
        ("ip_type", "text", "code"),
        [
            ("utility", "201310699744.2", "ip_kind"),
            ("design", "", "patent_empty"),
            ("secret", "S-1", "ip_secret"),
            ("software", "", "ip_empty"),
            ("software", "软著登字第0123456号", "software_certificate"),
            ("software", "2023SR12", "software_form"),
            ("software", "2027SR0123456", "number_year"),
            ("software", "1990SR0123456", "number_year"),
            ("plant", "CNA12", "plant_form"),
            ("layout", "205001234", "layout_form"),
            ("medicine", None, "ip_empty"),
            ("other", "a\x00b", "ip_character"),
            ("other", "a\u202eb", "ip_character"),
            ("other", "字" * 61, "ip_length"),
        ],
    )
    def test_refused(self, ip_type: str, text: str | None, code: str) -> None:
        assert refusal(ids.parse_ip_number, ip_type, text).code == code

    def test_another_kind_is_named(self) -> None:
        assert "属于发明专利，与所选的实用新型专利不一致" in str(
            refusal(ids.parse_ip_number, "utility", "201310699744.2")
        )

    def test_unknown_type_is_a_programming_error(self) -> None:
        with pytest.raises(KeyError):
            ids.parse_ip_number("trademark", "1")

    @given(st.sampled_from(IP_TYPES.codes), st.text(TYPED, max_size=70))
    def test_canonical_form_is_stable(self, ip_type: str, text: str) -> None:
        try:
            canonical = ids.parse_ip_number(ip_type, text)
        except DomainError:
            return
        assert ids.parse_ip_number(ip_type, canonical) == canonical


class TestRegistration:
    def test_known_form(self) -> None:
        assert ids.parse_achievement_registration(" 934 2023 y0123 ") == "9342023Y0123"
        assert ids.parse_achievement_registration("９３４2023Y0123") == "9342023Y0123"

    @pytest.mark.parametrize(
        ("text", "code", "words"),
        [
            ("", "registration_empty", "请填写"),
            ("9342023Y012", "registration_length", "应为12位，您填了11位"),
            ("934202310123", "registration_letter", "第8位应为类别字母"),
            ("93A2023Y0123", "registration_digit", "“A”不是数字"),
            ("9342023Y01B3", "registration_digit", "“B”不是数字"),
            ("9342027Y0123", "number_year", "2027"),
            ("9341023Y0123", "number_year", "1023"),
        ],
    )
    def test_says_what_is_wrong(self, text: str, code: str, words: str) -> None:
        with pytest.raises(DomainError, match=words) as refused:
            ids.parse_achievement_registration(text)
        assert refused.value.code == code


class TestContacts:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("13800138000", "13800138000"),
            ("138 0013 8000", "13800138000"),
            ("+86-138-0013-8000", "13800138000"),
            ("8613800138000", "13800138000"),
            ("１３８00138000", "13800138000"),
            ("0557-3024567", "0557-3024567"),
            ("(0557)3024567", "0557-3024567"),
            ("（0557） 3024567", "0557-3024567"),
            ("05573024567", "0557-3024567"),
            ("010-62781234", "010-62781234"),
            ("02162781234", "021-62781234"),
            ("0086-0557-3024567", "0557-3024567"),
            ("0557-3024567-801", "0557-3024567-801"),
            ("0557-3024567转801", "0557-3024567-801"),
        ],
    )
    def test_phones(self, text: str, canonical: str) -> None:
        assert ids.parse_phone(text) == canonical
        assert ids.parse_phone(canonical) == canonical

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (None, "phone_empty"),
            ("-", "phone_empty"),
            ("1380013800a", "phone_character"),
            ("138\x000138000", "phone_character"),
            ("3024567", "phone_area"),
            ("62781234", "phone_area"),
            ("1380013800", "phone_length"),
            ("138001380001", "phone_length"),
            ("1" * 10_000, "phone_length"),
            ("12800138000", "phone_range"),
            ("0557-302456", "phone_landline"),
            ("0557-1024567", "phone_landline"),
            ("0057-3024567", "phone_landline"),
            ("0557", "phone_landline"),
            ("0557-3024567-1234567", "phone_extension"),
        ],
    )
    def test_phones_refused(self, text: str | None, code: str) -> None:
        assert refusal(ids.parse_phone, text).code == code

    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            (" Name@Example.COM ", "name@example.com"),
            ("a.b+c@mail.example.edu.cn", "a.b+c@mail.example.edu.cn"),
            ("ｎａｍｅ＠example.com", "name@example.com"),
        ],
    )
    def test_emails(self, text: str, canonical: str) -> None:
        assert ids.parse_email(text) == canonical

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "email_empty"),
            ("张三@example.com", "email_character"),
            ("a b@example.com", "email_character"),
            ("a@example.com\nBcc: x@example.com", "email_character"),
            ("a\x00@example.com", "email_character"),
            ("\u212a@example.com", "email_character"),
            ("name.example.com", "email_at"),
            ("a@b@example.com", "email_at"),
            ("a" * 65 + "@example.com", "email_length"),
            ("a@" + "b" * 300 + ".com", "email_length"),
            (".a@example.com", "email_local"),
            ("a..b@example.com", "email_local"),
            ("<a>@example.com", "email_local"),
            ("@example.com", "email_local"),
            ("a@example", "email_domain"),
            ("a@-example.com", "email_domain"),
            ("a@example..com", "email_domain"),
            ("a@127.0.0.1", "email_domain"),
        ],
    )
    def test_emails_refused(self, text: str, code: str) -> None:
        assert refusal(ids.parse_email, text).code == code

    def test_masks_never_show_the_last_four(self) -> None:
        assert ids.mask_phone("13800138000") == "138******00"
        assert ids.mask_phone("0557-3024567") == "0557-*****67"
        assert ids.mask_phone("0557-3024567-801") == "0557-*********01"
        assert ids.mask_email("name@example.com") == "n***@example.com"
        assert ids.mask_email("a@example.com") == "a***@example.com"
