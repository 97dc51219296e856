"""The coded lists: complete, unique, in the wording of their sources."""

import re

import pytest

from marketplace.domain import taxonomy as tx

SIZES = {
    "organisation_size": 4,
    "national_field": 11,
    "future_industry": 5,
    "leading_industry": 10,
    "key_field": 9,
    "city_tag": 24,
    "application_sector": 20,
    "achievement_attribute": 3,
    "achievement_form": 10,
    "achievement_level": 5,
    "stage": 3,
    "evaluation_method": 8,
    "ip_type": 10,
    "ip_status": 3,
    "cooperation_way": 7,
    "pricing_method": 4,
    "demand_type": 4,
    "demand_cooperation_way": 8,
    "ip_ownership": 4,
    "organisation_kind": 4,
    "disclosure": 4,
    "file_level": 3,
    "maturity_scale": 3,
    "maturity_band": 3,
}


def test_every_list_is_known_by_its_key() -> None:
    assert {key: len(taxonomy) for key, taxonomy in tx.TAXONOMIES.items()} == SIZES


@pytest.mark.parametrize("taxonomy", tx.TAXONOMIES.values(), ids=lambda taxonomy: taxonomy.key)
def test_codes_are_unique_slugs_and_labels_read_back(taxonomy: tx.Taxonomy) -> None:
    assert len(set(taxonomy.codes)) == len(taxonomy.terms)
    assert taxonomy.choices == [(term.code, term.label) for term in taxonomy]
    assert [term for _, terms in taxonomy.groups for term in terms] == list(taxonomy)
    for code, label in taxonomy.choices:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,20}", code)
        assert code in taxonomy
        assert taxonomy.label_of(code) == label
        assert taxonomy.label_of(taxonomy.code_of(label) or "") == label
    assert "no such code" not in taxonomy
    assert taxonomy.code_of("no such label") is None
    with pytest.raises(KeyError):
        taxonomy.label_of("no such code")


def test_national_fields_keep_their_order() -> None:
    assert tx.NATIONAL_FIELDS.codes == tuple(f"{n:02d}" for n in range(1, 12))
    assert tx.NATIONAL_FIELDS.label_of("01") == "电子信息"
    assert tx.NATIONAL_FIELDS.label_of("09") == "农业"
    assert tx.NATIONAL_FIELDS.label_of("11") == "城市建设与社会发展"


def test_city_tags_stand_in_three_groups() -> None:
    assert [(label, len(terms)) for label, terms in tx.CITY_TAGS.groups] == [
        ("未来产业", 5),
        ("主导产业", 10),
        ("重点研发领域", 9),
    ]


def test_application_sectors_are_the_letters_a_to_t() -> None:
    assert "".join(tx.APPLICATION_SECTORS.codes) == "ABCDEFGHIJKLMNOPQRST"


def test_maturity_scales_are_numbered_from_one() -> None:
    assert tuple(tx.MATURITY_SCALES) == tx.MATURITY_SCALE_NAMES.codes
    assert {scale: len(levels) for scale, levels in tx.MATURITY_SCALES.items()} == {
        "generic": 9,
        "gbt22900": 13,
        "gbt37264": 9,
    }
    for levels in tx.MATURITY_SCALES.values():
        assert [level for level, _ in levels] == list(range(1, len(levels) + 1))
    assert tx.maturity_label("generic", 7) == "真实环境下系统演示"
    assert tx.maturity_label("gbt22900", 13) == "回报级"


def test_maturity_bands_compare_across_scales() -> None:
    bands = [tx.maturity_band("gbt22900", level) for level in range(1, 14)]
    assert bands == ["1-3"] * 3 + ["4-6"] * 3 + ["7-9"] * 7
    assert tx.maturity_band("generic", 6) == "4-6"
    assert set(bands) == set(tx.MATURITY_BANDS.codes)
    for scale, level in (("generic", 10), ("generic", 0), ("gbt37264", 10), ("trl", 1)):
        with pytest.raises(KeyError):
            tx.maturity_band(scale, level)
