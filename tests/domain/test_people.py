"""Passwords, organisation data, legal texts and reasons: pure rules."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.domain.errors import DomainError, ValidationFailed
from marketplace.domain.people import legal
from marketplace.domain.people.passwords import check_password, normal_password
from marketplace.domain.people.profiles import (
    PROFILE_FIELDS,
    ProfileData,
    changed_fields,
    checked_profile,
    division_hint,
)
from marketplace.domain.platform.reasons import REASONS, check_reasons

GOOD = ProfileData(
    name="测试木业有限公司",
    division="341302",
    address="汴河路1号",
    legal_representative="王测试",
    contact_name="办公室",
    contact_phone="0557-3024567",
    contact_email="Office@Example.COM",
)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("九个字的密码不够长", "password_short"),
        ("x" * 129, "password_long"),
        ("1234567890", "password_common"),
        ("１２３４５６７８９０", "password_common"),
        ("Password123", "password_common"),
        ("abcdefghijkl", "password_common"),
        ("zzzzzzzzzzzzzz", "password_common"),
        ("lihua2026!!", "password_personal"),
        ("good long\x00password", "password_character"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    """Short, common, regular and personal ones, whatever keyboard typed them."""
    with pytest.raises(DomainError) as refused:
        check_password(password, "lihua@example.com", "李华")
    assert (refused.value.code, refused.value.field) == (code, "password")


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "宿州的麦田六月金黄一片", "x9!kQ2#vLp", "🌾🌾麦田里的守望者们在哪里"],
)
def test_long_passwords_of_any_characters_are_taken(password: str) -> None:
    """No rule about kinds of characters; Chinese and emoji are fine."""
    assert check_password(password, "lihua@example.com", "李华") == normal_password(password)


def test_good_data_is_returned_canonical() -> None:
    """Half-width, lower case, trimmed."""
    typed = replace(
        GOOD,
        name="  测试木业\x00有限公司 ",
        contact_phone="０５５７－３０２４５６７",
        website="www.example.com",
    )
    clean = checked_profile(typed, "enterprise", 1)
    assert clean.name == "测试木业有限公司"
    assert clean.contact_phone == "0557-3024567"
    assert clean.contact_email == "office@example.com"
    assert clean.website == "https://www.example.com"


def test_everything_wrong_is_named_at_once() -> None:
    """One round of correction, not ten."""
    nothing = ProfileData(**dict.fromkeys(PROFILE_FIELDS, ""))
    with pytest.raises(ValidationFailed) as refused:
        checked_profile(nothing, "authority", 0)
    assert [error.field for error in refused.value.errors] == [
        "kind", "name", "division", "address", "legal_representative",
        "contact_name", "contact_phone", "contact_email", "licence",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": "名" * 121}, "name", "name_long"),
        ({"name": "长" * 10_000}, "name", "name_long"),
        ({"address": "\x00 \x01"}, "address", "address_empty"),
        ({"division": "341300"}, "division", "division_incomplete"),
        ({"division": "999999"}, "division", "division_incomplete"),
        ({"website": "javascript:alert(1)"}, "website", "website_form"),
        ({"website": "https://user:secret@example.com"}, "website", "website_form"),
        ({"website": "http://[broken"}, "website", "website_form"),
        ({"website": "随便写的"}, "website", "website_form"),
        ({"size": "huge"}, "size", "size_unknown"),
        ({"sector": "9"}, "sector", "sector_unknown"),
        ({"introduction": "介" * 2001}, "introduction", "introduction_long"),
        ({"contact_phone": "12345"}, "contact_phone", "phone_length"),
        ({"contact_email": "a@b@c"}, "contact_email", "email_at"),
    ],
)
def test_wrong_data_is_refused_at_its_field(change: dict[str, str], field: str, code: str) -> None:
    """Each with its own words."""
    with pytest.raises(ValidationFailed) as refused:
        checked_profile(replace(GOOD, **change))
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]


@pytest.mark.parametrize(
    ("uscc", "division", "hint"),
    [
        ("913413021234567890", "341302", None),
        ("913413021234567890", "341322", "341302"),
        ("913413001234567890", "341322", None),
        ("913400001234567890", "341322", None),
        ("913205001234567890", "341302", "320500"),
        ("911000001234567890", "110101", None),
        ("91ABCDEF1234567890", "341302", None),
        ("913413021234567890", "", None),
    ],
)
def test_uscc_digits_are_only_a_hint(uscc: str, division: str, hint: str | None) -> None:
    """Compared as far as the registering authority's level goes; 苏州 is not 宿州."""
    assert division_hint(uscc, division) == hint


def test_changes_are_named_in_the_order_of_the_form() -> None:
    """What the history shows."""
    after = replace(GOOD, contact_name="王", name="新名称")
    assert changed_fields(GOOD, after) == ["name", "contact_name"]
    assert changed_fields(GOOD, GOOD) == []


def test_legal_texts_are_found_by_day_and_version() -> None:
    """Before the first version the first holds; every document has words."""
    for document in legal.DOCUMENTS:
        newest = legal.versions(document)[0]
        assert newest.title
        assert all(section.paragraphs for section in newest.sections)
        assert legal.current(document, date(2000, 1, 1)) == legal.versions(document)[-1]
        assert legal.current_versions()[document] == legal.current(document).version
    with pytest.raises(KeyError):
        legal.versions("terms")


def test_reasons_need_a_known_code_and_words_beside_other() -> None:
    """A return always says why."""
    kinds = {
        "organisation",
        "achievement",
        "demand",
        "contract",
        "contract_change",
        "payment",
        "payment_evidence",
        "subsidy_first_review",
        "subsidy_review",
        "subsidy_appeal",
    }
    assert set(REASONS) == kinds
    for kind, none_or_bad in (("organisation", []), ("achievement", ["nonsense"])):
        with pytest.raises(DomainError) as refused:
            check_reasons(kind, none_or_bad, "")
        assert refused.value.field == "reasons"
    with pytest.raises(DomainError) as refused:
        check_reasons("demand", ["other"], "  ")
    assert refused.value.field == "note"
    assert check_reasons("organisation", ["other", "name_differs"], "") == ["name_differs", "other"]
