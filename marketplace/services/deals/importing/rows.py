"""What a row of the contract table says, checked: every fault with its column and the remedy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.domain import money, regions
from marketplace.domain.deals.numbers import parse_contract_number
from marketplace.domain.deals.terms import OPEN_ENDED_MODES, category_of
from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import parse_ip_number, parse_patent_number, parse_uscc
from marketplace.domain.text import N_, compact
from marketplace.services.deals.ledger.columns import (
    CONTRACT_COLUMNS,
    FLAGS,
    IGNORED,
    PARTED_BY,
    PARTY_FIELDS,
)
from marketplace.services.platform.tables import CellError

HEADINGS = {column.key: column.heading for column in CONTRACT_COLUMNS}
_LENGTHS = {column.key: 200 for column in CONTRACT_COLUMNS if column.kind == "text"} | {"content": 20_000}
_LENGTHS |= {
    f"{role}_{name}": 60 for role in ("buyer", "seller") for name in ("legal_representative", "contact_name")
}
_LENGTHS |= {f"{role}_foreign_number": 60 for role in ("buyer", "seller")}
_LENGTHS |= {f"{role}_contact_phone": 30 for role in ("buyer", "seller")}
_LENGTHS |= {f"{role}_postcode": 10 for role in ("buyer", "seller")}
_LENGTHS |= {"registry_name": 120, "other_sellers": 2000} | dict.fromkeys(
    (
        "achievement_numbers",
        "achievement_names",
        "achievement_rights",
        "achievement_amounts",
        "achievement_technical",
    ),
    4000,
)
EXAMPLE_TITLE = next(column.example for column in CONTRACT_COLUMNS if column.key == "title")
ENDED = frozenset({"voided", "refused", "rescinded", "deregistered", "revoked"})


@dataclass(frozen=True)
class Known:
    """What the database knows of the whole table.

    Registration numbers with their 平台备案号, listings by number (id, revision, title), members by USCC, and by
    number of a right the achievement that has it: ("listing" or "recorded", id).
    """

    numbers: Mapping[str, str]
    listings: Mapping[str, tuple[int, int | None, str]]
    members: Mapping[str, int]
    rights: Mapping[str, tuple[str, int]]


@dataclass(frozen=True)
class LineDraft:
    """An achievement of a contract, its rights as (type, canonical number), amounts in 分.

    ``known``: ("listing" or "recorded", id) where the site knows it; else it is recorded as ``owner``'s.
    """

    name: str
    owner: tuple[str, str]
    known: tuple[str, int] | None
    revision_id: int | None
    rights: tuple[tuple[str, str], ...]
    amount_fen: int
    technical_fen: int

    @property
    def identity(self) -> tuple[str, object]:
        """What makes two lines the same achievement: what the site knows, a right, or name and owner."""
        if self.known is not None:
            return self.known
        return ("right", self.rights[0][1]) if self.rights else (self.name, self.owner)


@dataclass(frozen=True)
class Draft:
    """A row that can be written. ``parties``: the buyer first, then the sellers, as values of ContractParty."""

    row: int
    number: str
    route: str
    values: Mapping[str, Any]
    parties: tuple[Mapping[str, Any], ...]
    lines: tuple[LineDraft, ...]


@dataclass
class _Faults:
    row: int
    errors: list[CellError] = field(default_factory=list)

    def add(self, key: str, message: str, **params: Any) -> None:
        self.errors.append(CellError(self.row, HEADINGS[key], message, params))

    def take(self, key: str, error: DomainError) -> None:
        self.errors.append(CellError(self.row, HEADINGS[key], error.message, error.params))


def build(
    row: int, values: Mapping[str, Any], known: Known, today: date
) -> tuple[Draft | None, list[CellError]]:
    """Return the draft of a row, or None with all its faults. ``values`` by column key, as the table was read."""
    faults = _Faults(row)
    given = {
        key: value for key, value in values.items() if key not in IGNORED and value not in (None, "", [])
    }
    _check_lengths(given, faults)
    if given.get("title") == EXAMPLE_TITLE:
        faults.add("title", N_("这是模板里的示例行，请删除"))
    if values.get("state") in ENDED | {"draft"}:
        faults.add("state", N_("只能导入已登记或履行完毕的合同，其他状态请导入后再办理"))
    _check_days(given, today, faults)
    amount, technical = given.get("amount"), given.get("technical")
    if amount is not None and technical is not None and technical > amount:
        faults.add("technical", N_("技术交易额不能大于成交额"))
    if category_of(given.get("kind", "")) == "licence" and "licence_scope" not in given:
        faults.add("licence_scope", N_("许可合同请填写许可方式：独占许可、排他许可或普通许可"))
    if given.get("open_ended") == "1" and given.get("payment_mode") not in OPEN_ENDED_MODES:
        faults.add("open_ended", N_("只有提成支付或入门费加提成的合同可以有金额待定"))
    parties = _parties(given, known, faults)
    route = _route(given, parties)
    number = _number(given, known, route, today, faults)
    lines = _lines(given, known, (parties[1]["name"], parties[1]["uscc"]), faults)
    if faults.errors:
        return None, faults.errors
    return Draft(row, number, route, given, tuple(parties), tuple(lines)), []


def _check_lengths(given: Mapping[str, Any], faults: _Faults) -> None:
    for key, longest in _LENGTHS.items():
        text = given.get(key, "")
        if len(text) > longest:
            faults.add(key, N_("最多%(longest)d个字，这里有%(length)d个"), longest=longest, length=len(text))


def _check_days(given: Mapping[str, Any], today: date, faults: _Faults) -> None:
    signed, registered = given.get("signed_on"), given.get("registered_on")
    for key, day in (("signed_on", signed), ("registered_on", registered)):
        if day is not None and day > today:
            faults.add(key, N_("日期不能晚于今天"))
    if signed and registered and registered < signed:
        faults.add("registered_on", N_("登记日期不能早于签订日期"))
    first, last = given.get("valid_from"), given.get("valid_to")
    if first and last and last < first:
        faults.add("valid_to", N_("有效期止不能早于有效期起"))


def _parties(given: Mapping[str, Any], known: Known, faults: _Faults) -> list[dict[str, Any]]:
    parties = [_party(role, given, faults) for role in ("buyer", "seller")]
    for text in given.get("other_sellers", "").split(PARTED_BY):
        if text.strip():
            parties.append(_other_seller(text, faults))
    codes = [party["uscc"] for party in parties if party["uscc"]]
    if codes and parties[0]["uscc"] in codes[1:]:
        faults.add("seller_uscc", N_("卖方和买方是同一单位，请核对统一社会信用代码"))
    for party in parties:
        party["organisation_id"] = known.members.get(party["uscc"])
    return parties


def _party(role: str, given: Mapping[str, Any], faults: _Faults) -> dict[str, Any]:
    party = {name: given.get(f"{role}_{name}", "") for name in PARTY_FIELDS}
    party["country"] = party["country"] or "CN"
    for name in FLAGS:
        party[name] = party[name] == "1"
    party["division"] = party["division"] or None
    if party["country"] == "CN":
        if not party["uscc"] and party["nature"] != "person":
            faults.add(f"{role}_uscc", N_("境内单位请填写统一社会信用代码；自然人请在单位性质中选自然人"))
        if party["division"] is None:
            faults.add(f"{role}_division", N_("请填写6位行政区划代码，市内、市外由它判断"))
        elif regions.get(party["division"]).code.endswith("0000"):
            faults.add(f"{role}_division", N_("行政区划代码请至少写到市一级"))
    elif party["division"]:
        faults.add(f"{role}_division", N_("境外单位没有行政区划代码，请留空"))
    return party


def _other_seller(text: str, faults: _Faults) -> dict[str, Any]:
    """A joint seller as 名称，统一社会信用代码，行政区划代码."""
    name, code, division = ([part.strip() for part in re.split("[，,]", text)] + ["", ""])[:3]
    blank: dict[str, Any] = {name: False if name in FLAGS else "" for name in PARTY_FIELDS}
    party = {**blank, "name": name[:200], "country": "CN", "division": division or None}
    try:
        party["uscc"] = parse_uscc(code) if code else ""
        if division:
            party["division"] = regions.get(compact(division)).code
    except DomainError as fault:
        faults.take("other_sellers", fault)
    if not name:
        faults.add(
            "other_sellers", N_("每个其他卖方写成“名称，统一社会信用代码，行政区划代码”，之间用；隔开")
        )
    return party


def _route(given: Mapping[str, Any], parties: list[dict[str, Any]]) -> str:
    local = given.get("is_import") == "1" or regions.in_city(parties[1]["division"])
    return "local" if local else "external"


def _number(given: Mapping[str, Any], known: Known, route: str, today: date, faults: _Faults) -> str:
    if "number" not in given:
        return ""
    try:
        number = parse_contract_number(given["number"], today)
    except DomainError as fault:
        faults.take("number", fault)
        return ""
    if number.digits in known.numbers:
        faults.add(
            "number",
            N_("此编号已经登记（平台备案号 %(filing)s），不重复导入"),
            filing=known.numbers[number.digits],
        )
    if (number.area == regions.CITY_PREFIX) != (route == "local"):
        faults.add(
            "number",
            N_(
                "编号中的登记机构地区为%(area)s，与第一卖方的行政区划不符：本市卖方和技术进口为3413，市外卖方不是3413"
            ),
            area=number.area,
        )
    return number.digits


def _lines(
    given: Mapping[str, Any], known: Known, owner: tuple[str, str], faults: _Faults
) -> list[LineDraft]:
    names, numbers, rights, amounts, technicals = (
        _parts(given, f"achievement_{name}")
        for name in ("names", "numbers", "rights", "amounts", "technical")
    )
    count = max(len(names), len(numbers))
    if not count:
        faults.add("achievement_names", N_("请填写成果名称，或本站的成果编号"))
        return []
    for key, parts in (("rights", rights), ("amounts", amounts), ("technical", technicals)):
        if len(parts) > count:
            faults.add(f"achievement_{key}", N_("有%(count)d项成果，这里却有%(given)d个，请用；隔开并一一对应"),
                       count=count, given=len(parts))  # fmt: skip
    fen = _shares("achievement_amounts", amounts, count, given.get("amount"), N_("成交额"), faults)
    technical_fen = _shares(
        "achievement_technical", technicals, count, given.get("technical"), N_("技术交易额"), faults
    )
    lines = []
    for place in range(count):
        name, listed, revision_id = _achievement(place, names, numbers, known, faults)
        typed = _rights(rights[place] if place < len(rights) else "", faults)
        by_right = next((known.rights[each] for _kind, each in typed if each in known.rights), None)
        lines.append(
            LineDraft(name, owner, listed or by_right, revision_id, typed, fen[place], technical_fen[place])
        )
        if count > 1 and technical_fen[place] > fen[place] > 0:
            faults.add("achievement_technical", N_("第%(n)d项的技术交易额大于它的成交额"), n=place + 1)
    if len({line.identity for line in lines}) < count:
        faults.add("achievement_names", N_("同一项成果出现了两次，请合并为一项"))
    return lines


def _parts(given: Mapping[str, Any], key: str) -> list[str]:
    text = given.get(key, "")
    return [part.strip() for part in re.split("[；;]", text)] if text else []


def _shares(
    key: str, parts: list[str], count: int, whole: int | None, word: str, faults: _Faults
) -> list[int]:
    """Return the 分 of each achievement; a single one takes the whole. Nothing is said where the whole is missing."""
    if whole is None:
        return [0] * count
    if not any(parts):
        if count > 1:
            faults.add(key, N_("有%(count)d项成果，请分别填写每项的金额"), count=count)
        return [whole, *[0] * (count - 1)]
    try:
        fen = [money.parse_amount(part) for part in parts]
    except DomainError as fault:
        faults.take(key, fault)
        return [0] * count
    if len(fen) != count or sum(fen) != whole:
        faults.add(
            key, N_("各项相加为%(sum)s元，应等于%(word)s%(whole)s元"),
            sum=money.format_yuan(sum(fen)), word=word, whole=money.format_yuan(whole),
        )  # fmt: skip
    return (fen + [0] * count)[:count]


def _achievement(
    place: int, names: list[str], numbers: list[str], known: Known, faults: _Faults
) -> tuple[str, tuple[str, int] | None, int | None]:
    """Return name, listing and revision of an achievement."""
    name, number = (parts[place] if place < len(parts) else "" for parts in (names, numbers))
    if number:
        found = known.listings.get(compact(number))
        if found is None:
            faults.add("achievement_numbers", N_("本站没有编号为%(number)s的成果"), number=number)
            return name, None, None
        listing_id, revision_id, title = found
        return title, ("listing", listing_id), revision_id
    if not name:
        faults.add("achievement_names", N_("第%(n)d项没有成果名称，也没有成果编号"), n=place + 1)
    elif len(name) > 200:
        faults.add("achievement_names", N_("每项成果名称最多200个字"))
    return name, None, None


def _rights(text: str, faults: _Faults) -> tuple[tuple[str, str], ...]:
    try:
        typed = [_right(each) for each in text.split("、") if each.strip()]
    except DomainError as fault:
        faults.take("achievement_rights", fault)
        return ()
    return tuple(dict.fromkeys(typed))


def _right(text: str) -> tuple[str, str]:
    """Return type and canonical number of a right, by the look of its number."""
    plain = compact(text)
    if re.fullmatch(r"(ZL|CN)?[.:]?[0-9X.]+", plain):
        patent = parse_patent_number(text)
        return patent.kind, patent.canonical
    kind = "software" if "SR" in plain else "plant" if plain.startswith("CNA") else "other"
    if plain.startswith("BS"):
        kind = "layout"
    return kind, parse_ip_number(kind, text)


def rights_in(text: str | None) -> set[str]:
    """Return the canonical numbers of every right in a cell; what cannot be read is left to ``build``."""
    found = set()
    for each in re.split("[；;、]", text or ""):
        try:
            found.add(_right(each)[1])
        except DomainError:
            continue
    return found
