"""What was typed into a step of a contract becomes canonical values; only what is malformed is refused.

Saving asks no more than this, so that a contract can be put aside at any moment; ``completeness`` asks the rest.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from marketplace.domain import regions
from marketplace.domain.deals import terms, texts
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
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed
from marketplace.domain.identifiers import parse_email, parse_ip_number, parse_phone, parse_uscc
from marketplace.domain.money import MAX_FEN
from marketplace.domain.taxonomy import (
    APPLICATION_SECTORS,
    CITY_TAGS,
    IP_STATUSES,
    IP_TYPES,
    NATIONAL_FIELDS,
    ORGANISATION_SIZES,
    PRICING_METHODS,
    Taxonomy,
)
from marketplace.domain.text import FULL_WIDTH, N_, clean_line, clean_text, compact

TOO_LONG = N_("最多%(limit)d个字，您填了%(length)d个字，请删减")
TOO_MANY = N_("最多%(limit)d项，您填了%(count)d项，请删减")
NOT_LISTED = N_("请从列表中选择")
KINDS_OF_INSTALMENT = ("fixed", "royalty")

_YEARS = range(1985, 2101)
_MOST_TAGS = 8
_LISTING_NUMBER = re.compile(r"SZ-A-[0-9]{5,9}")
_FOREIGN_PHONE = re.compile(r"[0-9+() -]{5,30}")
_PARTY_LINES = {
    "name": 200, "foreign_number": 60, "address": 200, "legal_representative": 60, "contact_name": 60,
}  # fmt: skip
_PARTY_CODES: tuple[tuple[str, Taxonomy], ...] = (
    ("nature", terms.NATURES), ("size", ORGANISATION_SIZES), ("sector", APPLICATION_SECTORS),
)  # fmt: skip


class _Reading:
    """Reads values one by one and collects what is wrong with them, each at its field."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def refuse(self, field: str, code: str, message: str, **params: Any) -> None:
        self.errors.append(FieldError(field, code, message, params))

    def done(self) -> None:
        """Raise ValidationFailed when anything was refused."""
        if self.errors:
            raise ValidationFailed(self.errors)

    def parsed(self, field: str, value: str, parse: Callable[[str], str]) -> str:
        """Return what ``parse`` makes of a value that is not empty."""
        if not clean_line(value):
            return ""
        try:
            return parse(value)
        except DomainError as error:
            self.refuse(field, error.code, error.message, **error.params)
            return ""

    def line(self, field: str, value: str, limit: int) -> str:
        return self._within(field, clean_line(value), limit)

    def text(self, field: str, value: str, limit: int) -> str:
        return self._within(field, clean_text(value), limit)

    def _within(self, field: str, value: str, limit: int) -> str:
        if len(value) > limit:
            self.refuse(field, "too_long", TOO_LONG, limit=limit, length=len(value))
        return value[:limit]

    def code(self, field: str, value: str, terms_: Taxonomy | Collection[str]) -> str:
        known = terms_.codes if isinstance(terms_, Taxonomy) else terms_
        if value and value not in known:
            self.refuse(field, "not_in_list", NOT_LISTED)
            return ""
        return value

    def codes(self, field: str, values: Sequence[str], terms_: Taxonomy, limit: int) -> tuple[str, ...]:
        chosen = {self.code(field, value, terms_) for value in values} - {""}
        if len(chosen) > limit:
            self.refuse(field, "too_many", TOO_MANY, limit=limit, count=len(chosen))
        return tuple(code for code in terms_.codes if code in chosen)

    def fen(self, field: str, value: int | None, least: int = 0) -> int | None:
        if value is None:
            return None
        if value < least:
            self.refuse(
                field,
                "amount_too_small",
                N_("金额应大于0，还没有确定的请留空") if least else N_("金额不能为负数"),
            )
        if value > MAX_FEN:
            self.refuse(field, "amount_too_large", N_("金额超过上限100亿元，请核对单位"))
        return value

    def day(self, field: str, value: date | None) -> date | None:
        if value is not None and value.year not in _YEARS:
            self.refuse(field, "year", N_("年份应在1985年至2100年之间，请核对"))
        return value

    def rows(self, field: str, count: int, limit: int) -> None:
        if count > limit:
            self.refuse(field, "too_many", TOO_MANY, limit=limit, count=count)
            self.done()


def parties(data: PartiesData) -> PartiesData:
    """Return the parties in canonical values; raises ValidationFailed naming ``buyer.uscc``, ``sellers.0.division``."""
    reading = _Reading()
    reading.rows("sellers", len(data.sellers), texts.MOST_SELLERS)
    buyer = _party(reading, "buyer", data.buyer)
    sellers = tuple(_party(reading, f"sellers.{place}", each) for place, each in enumerate(data.sellers))
    reading.done()
    return PartiesData(buyer, sellers)


def _party(reading: _Reading, at: str, data: PartyData) -> PartyData:
    country = reading.code(f"{at}.country", data.country or "CN", terms.COUNTRIES)
    at_home = country == "CN"
    clean: dict[str, Any] = {"country": country or "CN"}
    for name, limit in _PARTY_LINES.items():
        clean[name] = reading.line(f"{at}.{name}", getattr(data, name), limit)
    for name, codes in _PARTY_CODES:
        clean[name] = reading.code(f"{at}.{name}", getattr(data, name), codes)
    clean["contact_email"] = reading.parsed(f"{at}.contact_email", data.contact_email, parse_email)
    if at_home:
        clean |= {
            "uscc": reading.parsed(f"{at}.uscc", data.uscc, parse_uscc),
            "foreign_number": "",
            "division": _division(reading, f"{at}.division", data.division),
            "contact_phone": reading.parsed(f"{at}.contact_phone", data.contact_phone, parse_phone),
            "postcode": reading.parsed(f"{at}.postcode", data.postcode, _postcode),
        }
    else:
        # Whoever is abroad has neither a Chinese number nor a division (docs/domain.md §8).
        clean |= {
            "uscc": "",
            "division": "",
            "contact_phone": reading.parsed(f"{at}.contact_phone", data.contact_phone, _foreign_phone),
            "postcode": reading.line(f"{at}.postcode", data.postcode, 10),
        }
    return replace(data, **clean)


def _division(reading: _Reading, field: str, value: str) -> str:
    if value and not regions.exists(value):
        reading.refuse(field, "division_unknown", N_("请从列表中选择所在的省、市和区县"))
        return ""
    return value


def _postcode(value: str) -> str:
    digits = compact(value)
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise DomainError("postcode", N_("邮政编码应为6位数字，例如234000"))
    return digits


def _foreign_phone(value: str) -> str:
    text = clean_line(value.translate(FULL_WIDTH))
    if not _FOREIGN_PHONE.fullmatch(text):
        raise DomainError(
            "phone_foreign", N_("电话只能由数字、空格、括号、短横线和开头的加号组成，例如+49 30 1234567")
        )
    return text


def subject(data: SubjectData) -> SubjectData:
    """Return the subject in canonical values; empty lines fall away. Raises ValidationFailed (``lines.0.…``)."""
    reading = _Reading()
    reading.rows("lines", len(data.lines), texts.MOST_LINES)
    kind = reading.code("kind", data.kind, terms.KINDS)
    scope = reading.code("licence_scope", data.licence_scope, terms.LICENCE_SCOPES)
    clean = replace(
        data,
        title=reading.line("title", data.title, 200),
        kind=kind,
        licence_scope=scope if terms.category_of(kind) == "licence" else "",
        content=reading.text("content", data.content, 20_000),
        lines=tuple(_line(reading, f"lines.{place}", data.lines[place]) for place in filled_lines(data)),
    )
    reading.done()
    return clean


def filled_lines(data: SubjectData) -> list[int]:
    """Return the places of the lines in which something is filled in: the others are left out when saving."""
    return [place for place, line in enumerate(data.lines) if _is_filled(line)]


def _is_filled(line: LineData) -> bool:
    return replace(line, listing_number=line.listing_number.strip(), name=line.name.strip()) != LineData()


def _line(reading: _Reading, at: str, data: LineData) -> LineData:
    number = compact(data.listing_number)
    if number and not _LISTING_NUMBER.fullmatch(number):
        reading.refuse(f"{at}.listing_number", "listing_number", N_("成果编号写法不对，例如SZ-A-00001"))
    reading.rows(f"{at}.rights", len(data.rights), texts.MOST_RIGHTS)
    clean = replace(
        data,
        listing_number=number,
        name=reading.line(f"{at}.name", data.name, 200),
        owner_name=reading.line(f"{at}.owner_name", data.owner_name, 200),
        owner_uscc=reading.parsed(f"{at}.owner_uscc", data.owner_uscc, parse_uscc),
        rights=_rights(reading, at, data.rights),
        explanation=reading.text(f"{at}.explanation", data.explanation, 500),
        amount_fen=reading.fen(f"{at}.amount_fen", data.amount_fen),
        technical_fen=reading.fen(f"{at}.technical_fen", data.technical_fen),
    )
    if (clean.technical_fen or 0) > (clean.amount_fen or 0):
        reading.refuse(
            f"{at}.technical_fen", "technical_too_large", N_("技术交易额不能大于本行的成交额，请核对两个金额")
        )
    return clean


def _rights(reading: _Reading, at: str, rights: Sequence[RightData]) -> tuple[RightData, ...]:
    found: list[RightData] = []
    for place, right in enumerate(rights):
        if not right.ip_type and not right.number.strip():
            continue
        field = f"{at}.rights.{place}"
        if not right.ip_type:
            reading.refuse(f"{field}.ip_type", "missing", N_("请选择这个编号的知识产权类型"))
            continue
        kind = reading.code(f"{field}.ip_type", right.ip_type, IP_TYPES)
        status = reading.code(f"{field}.status", right.status or "valid", IP_STATUSES)
        if kind:
            number = reading.parsed(f"{field}.number", right.number, partial(parse_ip_number, kind))
            found.append(RightData(kind, number, status))
    return tuple(dict.fromkeys(found))


def money(data: MoneyData) -> MoneyData:
    """Return plan and validity in canonical values; empty instalments fall away. Raises ValidationFailed."""
    reading = _Reading()
    reading.rows("instalments", len(data.instalments), texts.MOST_INSTALMENTS)
    clean = replace(
        data,
        payment_mode=reading.code("payment_mode", data.payment_mode, terms.PAYMENT_MODES),
        instalments=tuple(
            _instalment(reading, f"instalments.{place}", each)
            for place, each in enumerate(data.instalments)
            if each != InstalmentData(kind=each.kind)
        ),
        royalty_terms=reading.text("royalty_terms", data.royalty_terms, 2000),
        valid_from=reading.day("valid_from", data.valid_from),
        valid_to=reading.day("valid_to", data.valid_to),
    )
    if clean.valid_from and clean.valid_to and clean.valid_to < clean.valid_from:
        reading.refuse("valid_to", "ends_before_start", N_("有效期止不能早于有效期起，请核对两个日期"))
    reading.done()
    return clean


def _instalment(reading: _Reading, at: str, data: InstalmentData) -> InstalmentData:
    return replace(
        data,
        name=reading.line(f"{at}.name", data.name, 60),
        kind=reading.code(f"{at}.kind", data.kind or "fixed", KINDS_OF_INSTALMENT) or "fixed",
        due_on=reading.day(f"{at}.due_on", data.due_on),
        condition=reading.line(f"{at}.condition", data.condition, 200),
        amount_fen=reading.fen(f"{at}.amount_fen", data.amount_fen, least=1),
    )


def particulars(data: ParticularsData) -> ParticularsData:
    """Return the coded fields in canonical values and in the order of their lists. Raises ValidationFailed."""
    reading = _Reading()
    rights = reading.codes(
        "rights_involved", data.rights_involved, terms.RIGHTS_INVOLVED, len(terms.RIGHTS_INVOLVED.codes)
    )
    clean = replace(
        data,
        field=reading.code("field", data.field, NATIONAL_FIELDS),
        tags=reading.codes("tags", data.tags, CITY_TAGS, _MOST_TAGS),
        objective=reading.code("objective", data.objective, terms.OBJECTIVES),
        plan_source=reading.code("plan_source", data.plan_source, terms.PLAN_SOURCES),
        rights_involved=rights,
        pricing=reading.code("pricing", data.pricing, PRICING_METHODS),
        related_note=reading.text("related_note", data.related_note, 1000),
        disclosure=reading.code("disclosure", data.disclosure, terms.DEAL_DISCLOSURES),
    )
    reading.done()
    return clean
