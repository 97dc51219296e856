"""What an organisation says of itself: the fields, their limits, and which of them are verified."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from marketplace.domain import regions
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed
from marketplace.domain.identifiers import parse_email, parse_phone, uscc_division_hint
from marketplace.domain.taxonomy import APPLICATION_SECTORS, ORGANISATION_KINDS, ORGANISATION_SIZES
from marketplace.domain.text import N_, clean_line, clean_text

SIGN_UP_KINDS = ("university", "enterprise", "broker")
"""Kinds that register by themselves; a 管理部门 is set up by the platform."""

LABELS = {
    "kind": N_("单位类型"),
    "name": N_("单位名称"),
    "division": N_("住所所在地"),
    "address": N_("详细地址"),
    "legal_representative": N_("法定代表人"),
    "contact_name": N_("联系人"),
    "contact_phone": N_("联系电话"),
    "contact_email": N_("联系邮箱"),
    "website": N_("网址"),
    "size": N_("企业规模"),
    "sector": N_("所属行业"),
    "introduction": N_("单位简介"),
    "licence": N_("营业执照或法人证书"),
}

VERIFIED_FIELDS = ("name", "division", "address", "legal_representative")
"""What an administrator compares with the licence; the verified mark speaks of these and of the USCC."""

REVIEWED_FIELDS = (*VERIFIED_FIELDS, "website", "introduction")
"""A change of one of these is looked at before it is in force: it is verified, or anybody can read it."""

LONGEST = {
    "name": 120,
    "address": 200,
    "legal_representative": 60,
    "contact_name": 60,
    "website": 200,
    "introduction": 2000,
}


@dataclass(frozen=True)
class ProfileData:
    """The data of an organisation as plain values; ``division`` is a code with nothing below it."""

    name: str
    division: str
    address: str
    legal_representative: str
    contact_name: str
    contact_phone: str
    contact_email: str
    website: str = ""
    size: str = ""
    sector: str = ""
    introduction: str = ""


PROFILE_FIELDS = tuple(each.name for each in fields(ProfileData))


def checked_profile(data: ProfileData, kind: str | None = None, licences: int | None = None) -> ProfileData:
    """Return ``data`` cleaned and canonical; raises ValidationFailed with every field that is wrong.

    ``kind`` and the number of ``licences`` are checked too where they are given.
    """
    clean: dict[str, str] = {}
    errors: list[FieldError] = []
    if kind is not None and kind not in SIGN_UP_KINDS:
        errors.append(FieldError("kind", "kind_unknown", N_("请选择单位类型")))
    for name in PROFILE_FIELDS:
        try:
            clean[name] = _CHECKS[name](getattr(data, name))
        except DomainError as refused:
            errors.append(FieldError(name, refused.code, refused.message, refused.params))
    if licences == 0:
        errors.append(FieldError("licence", "licence_missing", N_("请上传营业执照或法人证书")))
    if errors:
        raise ValidationFailed(errors)
    return replace(data, **clean)


def changed_fields(before: ProfileData, after: ProfileData) -> list[str]:
    """Return the names of the fields that differ, in the order of the form."""
    return [name for name in PROFILE_FIELDS if getattr(before, name) != getattr(after, name)]


def kind_label(kind: str) -> str:
    """Return the msgid of a kind of organisation."""
    return ORGANISATION_KINDS.label_of(kind)


def division_hint(uscc: str, division: str) -> str | None:
    """Return the registering authority's division in the USCC (digits 3–8) when ``division`` lies elsewhere.

    A hint to look twice, never a test: organisations move, and provinces register for their cities.
    """
    hint = uscc_division_hint(uscc)
    if hint is None or not division:
        return None
    significant = hint[:2] if hint.endswith("0000") else hint[:4] if hint.endswith("00") else hint
    return None if division.startswith(significant) else hint


def _line(name: str, empty: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        text = clean_line(value)
        if not text:
            raise DomainError(f"{name}_empty", empty)
        _not_longer(name, text)
        return text

    return check


def _not_longer(name: str, text: str) -> None:
    if len(text) > LONGEST[name]:
        raise DomainError(
            f"{name}_long",
            N_("最多%(longest)d个字，您写了%(length)d个，请删减"),
            longest=LONGEST[name],
            length=len(text),
        )


def _division(value: str) -> str:
    if not value:
        raise DomainError("division_empty", N_("请选择住所所在的省、市和区县"))
    if not regions.is_leaf(value):
        raise DomainError("division_incomplete", N_("请继续选择，直到区、县一级"))
    return value


def _website(value: str) -> str:
    text = clean_line(value)
    if not text:
        return ""
    if "://" not in text:
        text = f"https://{text}"
    _not_longer("website", text)
    if " " in text or not text.isprintable() or not _is_web_address(text):
        raise DomainError("website_form", N_("网址写法不对，例如https://www.example.com；没有可不填"))
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not parts.username


def _introduction(value: str) -> str:
    text = clean_text(value)
    _not_longer("introduction", text)
    return text


def _size(value: str) -> str:
    if value and value not in ORGANISATION_SIZES:
        raise DomainError("size_unknown", N_("请从列表中选择企业规模"))
    return value


def _sector(value: str) -> str:
    if value and value not in APPLICATION_SECTORS:
        raise DomainError("sector_unknown", N_("请从列表中选择所属行业"))
    return value


_CHECKS: dict[str, Callable[[str], str]] = {
    "name": _line("name", N_("请填写证照上的单位全称")),
    "division": _division,
    "address": _line("address", N_("请填写证照上的住所地址")),
    "legal_representative": _line("legal_representative", N_("请填写证照上的法定代表人姓名")),
    "contact_name": _line("contact_name", N_("请填写联系人，可以是部门名称")),
    "contact_phone": parse_phone,
    "contact_email": parse_email,
    "website": _website,
    "size": _size,
    "sector": _sector,
    "introduction": _introduction,
}
