"""Administrative divisions of China (GB/T 2260 codes of six digits), with the parks of 宿州市.

宿州 (Anhui, 341300) and 苏州 (Jiangsu, 320500) share a romanisation: regions are known by code only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_

CITY = "341300"
"""宿州市."""

CITY_PREFIX = "3413"

HIGH_TECH_ZONE = "341399"
"""宿州高新区: no national code, so an internal one."""

FIRST_REVIEW_OFFICES: Mapping[str, str] = MappingProxyType(
    {
        "341302": N_("埇桥区"),
        "341321": N_("砀山县"),
        "341322": N_("萧县"),
        "341323": N_("灵璧县"),
        "341324": N_("泗县"),
        "341372": N_("宿州经开区"),
        "341371": N_("宿马园区"),
        HIGH_TECH_ZONE: N_("宿州高新区"),
    }
)
"""Code → everyday name of the eight offices of first review, in the order of the city's notices."""

_DATA = Path(__file__).parent / "data" / "regions.json"
# Levels that exist in the code table only: an address skips them (北京市东城区, 湖北省仙桃市).
_BARE_LEVELS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_SHORT_PROVINCES = {
    "150000": "内蒙古",
    "450000": "广西",
    "540000": "西藏",
    "640000": "宁夏",
    "650000": "新疆",
    "810000": "香港",
    "820000": "澳门",
}


@dataclass(frozen=True, slots=True)
class Region:
    """One division: six-digit ``code`` and official ``name``."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class _Table:
    regions: dict[str, Region]
    children: dict[str, tuple[Region, ...]]


def _parent(code: str) -> str:
    """Return the code one level up; the country is the empty string."""
    if code.endswith("0000"):
        return ""
    return code[:2] + "0000" if code.endswith("00") else code[:4] + "00"


@lru_cache(maxsize=1)
def _table() -> _Table:
    """Read the data file once, on first use."""
    names: dict[str, str] = json.loads(_DATA.read_text(encoding="utf-8"))
    regions = {code: Region(code, name) for code, name in names.items()}
    children: dict[str, list[Region]] = {}
    for region in regions.values():
        children.setdefault(_parent(region.code), []).append(region)
    return _Table(regions, {code: tuple(found) for code, found in children.items()})


def provinces() -> tuple[Region, ...]:
    """Return the 34 divisions of the first level, by code."""
    return _table().children[""]


def children(code: str) -> tuple[Region, ...]:
    """Return the divisions directly below ``code``, by code; empty for a leaf or an unknown code."""
    return _table().children.get(code, ()) if code else ()


def exists(code: str | None) -> bool:
    """Tell whether ``code`` is a known division of any level."""
    return code in _table().regions


def is_leaf(code: str | None) -> bool:
    """Tell whether ``code`` is known and nothing is below it: what a domicile needs."""
    return exists(code) and code not in _table().children


@lru_cache(maxsize=1)
def leaves_by_name() -> Mapping[str, str]:
    """Return full name → code of every division with nothing below it, as a table may name a domicile."""
    return MappingProxyType({full_name(code): code for code in _table().regions if is_leaf(code)})


def get(code: str) -> Region:
    """Return the division; raises DomainError when the code is unknown."""
    region = _table().regions.get(code)
    if region is None:
        raise DomainError(
            "region_unknown", N_("没有这个行政区划代码：%(division)s，请重新选择"), division=code
        )
    return region


def province_of(code: str) -> str:
    """Return the code of the province that ``code`` lies in; raises DomainError when unknown."""
    return get(code).code[:2] + "0000"


def city_of(code: str) -> str | None:
    """Return the code of the city (second level) that ``code`` lies in, None for a province itself."""
    region = get(code)
    return None if region.code.endswith("0000") else region.code[:4] + "00"


def full_name(code: str) -> str:
    """Return the name from the province down, ``安徽省宿州市埇桥区``; raises DomainError when unknown."""
    names: list[str] = []
    step = get(code).code
    while step:
        name = get(step).name
        if name not in names and (name not in _BARE_LEVELS or step == code):
            names.insert(0, name)
        step = _parent(step)
    return "".join(names)


def short_name(code: str) -> str:
    """Return the everyday name of this one division: ``安徽``, ``宿州市``, ``埇桥区``, ``宿马园区``."""
    region = get(code)
    if code.endswith("0000"):
        return _SHORT_PROVINCES.get(code, region.name.removesuffix("省").removesuffix("市"))
    return FIRST_REVIEW_OFFICES.get(code, region.name)


@lru_cache(maxsize=1)
def cities() -> frozenset[str]:
    """Return the everyday names of all provinces and cities, ``安徽``, ``苏州``: who writes one of them means it."""
    above = [code for code in _table().regions if code.endswith("00")]
    return frozenset(short_name(code).removesuffix("市") for code in above) - _BARE_LEVELS


def in_city(code: str | None) -> bool:
    """Tell whether a domicile lies in 宿州市; no division, as abroad, is outside."""
    return bool(code) and str(code).startswith(CITY_PREFIX)


def printed_code(code: str) -> str:
    """Return the code to print on forms: 宿州高新区 has none of its own and prints 埇桥区's."""
    return "341302" if code == HIGH_TECH_ZONE else code
