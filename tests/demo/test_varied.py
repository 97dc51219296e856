"""Texts for measuring are varied, well-formed and the same for the same seed."""

from datetime import date

import pytest

from marketplace.demo import varied
from marketplace.domain import regions
from marketplace.domain.access import DISCLOSURE_TABLE
from marketplace.domain.catalogue import submission, typed
from marketplace.domain.catalogue.content import ITEMS, blank
from marketplace.domain.identifiers import parse_uscc

TODAY = date(2026, 3, 18)
NAME = "测试研究院（演示）"


def made(kind: str, seed: int, place: int) -> dict[str, object]:
    """One achievement or demand of the series."""
    if kind == "achievement":
        return varied.achievement(seed, place, TODAY, NAME)
    return varied.demand(seed, place, TODAY)


@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_what_is_made_would_pass_submission(kind: str) -> None:
    """Bulk rows hold nothing that the form would refuse, and every column is a field of the form."""
    for place in range(150):
        row = made(kind, 7, place)
        if kind == "achievement":
            row["maturity"] = (row.pop("maturity_scale"), row.pop("maturity_level"))
        assert set(row) <= set(ITEMS[kind])
        taken = typed.take(kind, row)
        assert taken.errors == []
        assert {name: taken.values[name] for name in row} == row
        content = {name: blank(item) for name, item in ITEMS[kind].items()} | taken.values
        assert submission.check(kind, content, TODAY, NAME) == []


@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_the_same_seed_gives_the_same_and_another_seed_something_else(kind: str) -> None:
    """Benchmarks of two days compare like with like."""
    first = [made(kind, 1, place) for place in range(50)]
    assert first == [made(kind, 1, place) for place in range(50)]
    assert first != [made(kind, 2, place) for place in range(50)]


def test_titles_do_not_repeat() -> None:
    """Ten thousand titles, each once; beyond all combinations they are numbered."""
    titles = {varied.mix("achievement", 1, place).title for place in range(10_000)}
    assert len(titles) == 10_000
    again = varied.mix("achievement", 1, varied.vocabulary().combinations)
    assert again.title == f"{varied.mix('achievement', 1, 0).title}（2型）"


def test_the_series_is_varied() -> None:
    """All fields, all disclosures, prices from small to large and unknown."""
    rows = [varied.achievement(1, place, TODAY, NAME) for place in range(400)]
    assert len({row["field"] for row in rows}) == 11
    prices = [row["price_fen"] for row in rows]
    assert None in prices
    known = [price for price in prices if price]
    assert min(known) < 10_000_000 < 200_000_000 < max(known)
    assert {varied.demand(1, place, TODAY)["disclosure"] for place in range(400)} == set(DISCLOSURE_TABLE)


def test_owners_have_valid_codes_of_their_own() -> None:
    """Both check characters are right and no code comes twice, in the city and outside."""
    owners = [varied.owner(1, place) for place in range(400)]
    assert len({each.uscc for each in owners}) == 400
    for each in owners:
        assert parse_uscc(each.uscc) == each.uscc
        assert regions.is_leaf(each.division)
        assert each.name.endswith("（演示）")
    assert {regions.in_city(each.division) for each in owners} == {True, False}
