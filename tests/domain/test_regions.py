"""Divisions: the picker's tree, names, and what lies in the city."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import regions
from marketplace.domain.errors import DomainError

EVERY_CODE = [
    county.code
    for province in regions.provinces()
    for city in (province, *regions.children(province.code))
    for county in (city, *(regions.children(city.code) if city is not province else ()))
]


def test_the_tree_holds_the_country() -> None:
    assert len(regions.provinces()) == 34
    assert [region.name for region in regions.provinces()][-3:] == [
        "台湾省",
        "香港特别行政区",
        "澳门特别行政区",
    ]
    assert len(EVERY_CODE) == len(set(EVERY_CODE)) == 3_352


@given(st.sampled_from(EVERY_CODE))
def test_every_region_hangs_under_its_own(code: str) -> None:
    assert regions.exists(code)
    province = regions.province_of(code)
    assert province in {region.code for region in regions.provinces()}
    city = regions.city_of(code)
    assert (city is None) == (code == province)
    if city and city != code:
        assert regions.get(code) in regions.children(city)
    assert regions.full_name(code).startswith(regions.get(province).name)
    assert regions.is_leaf(code) == (not regions.children(code))


@pytest.mark.parametrize(
    ("code", "full", "short"),
    [
        ("340000", "安徽省", "安徽"),
        ("341300", "安徽省宿州市", "宿州市"),
        ("341302", "安徽省宿州市埇桥区", "埇桥区"),
        ("341323", "安徽省宿州市灵璧县", "灵璧县"),
        ("341371", "安徽省宿州市宿州马鞍山现代产业园区", "宿马园区"),
        ("341372", "安徽省宿州市宿州经济技术开发区", "宿州经开区"),
        ("341399", "安徽省宿州市宿州高新技术产业开发区", "宿州高新区"),
        ("110000", "北京市", "北京"),
        ("110101", "北京市东城区", "东城区"),
        ("110100", "北京市市辖区", "市辖区"),
        ("429004", "湖北省仙桃市", "仙桃市"),
        ("441900", "广东省东莞市", "东莞市"),
        ("620201", "甘肃省嘉峪关市", "嘉峪关市"),
        ("150000", "内蒙古自治区", "内蒙古"),
        ("450000", "广西壮族自治区", "广西"),
        ("810000", "香港特别行政区", "香港"),
    ],
)
def test_names(code: str, full: str, short: str) -> None:
    assert regions.full_name(code) == full
    assert regions.short_name(code) == short


def test_first_review_offices_stand_in_the_city_in_order() -> None:
    assert list(regions.FIRST_REVIEW_OFFICES.values()) == [
        "埇桥区",
        "砀山县",
        "萧县",
        "灵璧县",
        "泗县",
        "宿州经开区",
        "宿马园区",
        "宿州高新区",
    ]
    assert {region.code for region in regions.children(regions.CITY)} == set(regions.FIRST_REVIEW_OFFICES)


@pytest.mark.parametrize(
    ("code", "inside"),
    [("341302", True), ("341399", True), ("341300", True), ("320500", False), ("340100", False), ("", False)],
)
def test_inside_the_city_is_the_code_not_the_sound(code: str, inside: bool) -> None:
    assert regions.in_city(code) is inside
    assert regions.in_city(None) is False


def test_the_high_tech_zone_prints_the_district() -> None:
    assert regions.printed_code("341399") == "341302"
    assert regions.printed_code("341371") == "341371"


@pytest.mark.parametrize("code", ["", "999999", "3413", "宿州", "341302 "])
def test_unknown_codes(code: str) -> None:
    assert not regions.exists(code)
    assert not regions.is_leaf(code)
    assert regions.children(code) == ()
    for lookup in (regions.get, regions.full_name, regions.short_name, regions.province_of, regions.city_of):
        with pytest.raises(DomainError, match="没有这个行政区划代码") as refused:
            lookup(code)
        assert refused.value.code == "region_unknown"
    assert not regions.exists(None)


def test_cities_by_their_everyday_names() -> None:
    assert {"安徽", "宿州", "苏州", "重庆", "内蒙古"} <= regions.cities()
    assert not {"市辖区", "县", "埇桥区", ""} & regions.cities()
