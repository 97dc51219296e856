"""Contracts of the years before the site, put together from words: what a registry's old ledger holds.

The same place of the series gives the same contract, counted back from today. Some are of members, who later enter
what they paid on them.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from math import exp
from random import Random

from marketplace.demo import texts, varied
from marketplace.demo.plan import dice
from marketplace.demo.varied import Owner
from marketplace.domain import regions
from marketplace.domain.calendar import add_months
from marketplace.domain.deals import terms
from marketplace.domain.money import format_yuan
from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.services.deals.ledger.columns import CONTRACT_COLUMNS, TAG_OPTIONS

QUARTERS = 14
"""How many quarters the ledger reaches back: three years and a half."""
PER_QUARTER = 30
NEWEST = -6
"""Day of the newest row."""
SERIES = 7
_KINDS = (
    ("development.commissioned", 34), ("development.joint", 12), ("licence.patent", 14), ("transfer.patent", 6),
    ("transfer.secret", 5), ("service.general", 22), ("consulting.general", 5), ("service.training", 2),
)  # fmt: skip
_BOUGHT, _SOLD, _STRIDE = 24, 3, 7
"""Of a quarter's contracts: bought outside and sold outside; the rest stays inside the city."""
_OUTSIDE = ("340104", "340111", "320102", "320211", "310115", "110108", "330106", "420106")
_REGISTRIES = {
    "34": "合肥市技术合同认定登记处（演示）",
    "32": "江苏省技术市场管理中心（演示）",
    "31": "上海市技术市场管理办公室（演示）",
    "11": "北京技术市场管理办公室（演示）",
    "33": "浙江省技术市场管理中心（演示）",
    "42": "湖北省技术市场管理办公室（演示）",
}
HERE = "宿州市技术合同登记处"
MEMBERS = {
    "suilan": ("09",), "liyu": ("09", "10"), "yaoban": ("05", "03"), "qinglan": ("04",), "zuer": ("03", "05"),
    "qingli": ("06", "03"), "xingzhu": ("01", "02"), "wojie": ("07", "09"), "chongze": ("04",),
}  # fmt: skip
"""Members that buy, and the fields in which they would."""
_EVERY = 14
"""Every so many rows a member buys."""


@dataclass(frozen=True)
class Past:
    """A contract of the past; ``member``: key of the organisation that buys, '' for a stranger."""

    place: int
    number: str
    registered_on: date
    signed_on: date
    amount_fen: int
    member: str
    cells: tuple[tuple[str, str], ...]


def series(today: date) -> Iterator[Past]:
    """Yield every contract of the past, the oldest first, in even steps of time."""
    count = QUARTERS * PER_QUARTER
    oldest = add_months(today, -3 * QUARTERS)
    newest = today + timedelta(days=NEWEST)
    for place in range(count):
        day = oldest + (newest - oldest) * place / (count - 1)
        yield _past(place, day)


def table(rows: list[Past]) -> bytes:
    """Return rows as the csv that the ledger's import takes, with the ledger's own headings."""
    wanted = {key for row in rows for key, _value in row.cells}
    columns = [column for column in CONTRACT_COLUMNS if column.key in wanted]
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([column.heading for column in columns])
    for row in rows:
        cells = dict(row.cells)
        writer.writerow([cells.get(column.key, "") for column in columns])
    return out.getvalue().encode("utf-8-sig")


def _past(place: int, day: date) -> Past:
    chance = dice("past", place)
    side = _side(place)
    member = list(MEMBERS)[place // _EVERY % len(MEMBERS)] if place % _EVERY == 0 and side == "in" else ""
    buyer = _member(member) if member else _party(place, side in ("in", "inside"), True)
    seller = _party(place + 5000, side in ("out", "inside"), False)
    words = _words(place, MEMBERS.get(member, ()))
    kind = chance.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS])[0]
    amount = chance.randrange(20, 300) * 10**6 if member else _amount(chance, place)
    technical = amount if chance.random() < 0.4 else amount * chance.randrange(60, 99) // 100 // 10**6 * 10**6
    signed = day - timedelta(days=chance.randrange(6, 40))
    area = seller.division[:4]
    number = f"{day.year}{area}{chance.randrange(1, 9):02d}{100000 + place:06d}"
    ending = {
        "development": "技术开发合同",
        "licence": "许可合同",
        "transfer": "转让合同",
        "consulting": "技术咨询合同",
    }
    title = words.title + ending.get(terms.category_of(kind), "技术服务合同")
    cells = {
        "number": number,
        "title": title,
        "kind": terms.KINDS.label_of(kind),
        "licence_scope": "普通许可" if kind.startswith("licence") else "",
        "signed_on": signed.isoformat(),
        "valid_from": signed.isoformat(),
        "valid_to": (signed + timedelta(days=730)).isoformat(),
        "amount": format_yuan(amount).replace(",", ""),
        "technical": format_yuan(technical).replace(",", ""),
        "payment_mode": terms.PAYMENT_MODES.label_of("instalments" if amount > 10**9 else "lump"),
        "related_party": "否",
        "is_import": "否",
        "plan_source": terms.PLAN_SOURCES.label_of("none"),
        "rights_involved": terms.RIGHTS_INVOLVED.label_of(_right(kind)),
        "field": NATIONAL_FIELDS.label_of(words.subject["field"]),
        "tags": TAG_OPTIONS[words.subject["tags"][0]],
        "objective": terms.OBJECTIVES.label_of("industry"),
        "content": f"{title}：由卖方交付技术资料并指导实施，买方按约定付款。本条为演示数据。",
        "registry_name": HERE if regions.in_city(seller.division) else _REGISTRIES[area[:2]],
        "registered_on": day.isoformat(),
        "achievement_names": words.title,
        **_cells("buyer", buyer, chance),
        **_cells("seller", seller, chance),
    }
    return Past(place, number, day, signed, amount, member, tuple(cells.items()))


def _words(place: int, fields: tuple[str, ...]) -> varied.Mix:
    """Return the words of a place; of a member the next ones in a field of its own."""
    while True:
        found = varied.mix("past", SERIES, place)
        if not fields or found.subject["field"] in fields:
            return found
        place += QUARTERS * PER_QUARTER


def _side(place: int) -> str:
    """Return where the parties sit; a stride spreads each kind over the quarter, so that no month lacks one."""
    turn = place * _STRIDE % PER_QUARTER
    return "in" if turn < _BOUGHT else "out" if turn < _BOUGHT + _SOLD else "inside"


def _party(place: int, inside: bool, buys: bool) -> Owner:
    """Return an invented party: in the city by turns of its districts, so that none is left out."""
    chance = dice("past party", place)
    districts = list(regions.FIRST_REVIEW_OFFICES)
    division = districts[place % len(districts)] if inside else chance.choice(_OUTSIDE)
    kind = "enterprise" if buys or chance.random() < 0.4 else "university"
    return varied.owner_in(SERIES, place, division, kind)


def _member(key: str) -> Owner:
    found = texts.load().organisation(key)
    return Owner(found.uscc, found.kind, found.name, found.division)


def _amount(chance: Random, place: int) -> int:
    """Return an amount in whole 万元: a few large ones carry most of a year, and years grow."""
    growth = 0.7 + 0.6 * place / (QUARTERS * PER_QUARTER)
    wan = exp(chance.gauss(6.9, 1.1)) * growth
    return max(8, min(round(wan), 60_000)) * 10**6


def _right(kind: str) -> str:
    return {"licence": "invention", "transfer": "invention"}.get(terms.category_of(kind), "none")


def _cells(role: str, party: Owner, chance: Random) -> dict[str, str]:
    enterprise = party.kind == "enterprise"
    return {
        f"{role}_name": party.name,
        f"{role}_uscc": party.uscc,
        f"{role}_country": "中国",
        f"{role}_division": party.division,
        f"{role}_nature": terms.NATURES.label_of("private_company" if enterprise else "university"),
        f"{role}_size": chance.choice(("大型", "中型", "小型")) if enterprise else "",
        f"{role}_sector": "制造业" if enterprise else "科学研究和技术服务业",
        f"{role}_address": f"{regions.short_name(party.division)}演示路{chance.randrange(1, 300)}号",
        f"{role}_contact_name": "登记联系人（演示）",
    }
