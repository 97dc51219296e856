"""Grounds of returns and refusals: each cites its clause's own words, and what can be mended refuses nobody."""

import pytest

from marketplace.domain.errors import DomainError
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.grounds import GROUNDS, PARTS, check_grounds, grounds_of


@pytest.mark.parametrize("clause", [*CLAUSES])
def test_what_is_cited_stands_in_the_clause(clause):
    for code, ground in grounds_of(clause).items():
        if ground.clauses:
            assert ground.cites in CLAUSES[clause].words, code
        else:
            assert not ground.cites, code


def test_every_paper_is_a_part_and_no_part_is_named_twice():
    for code, clause in CLAUSES.items():
        papers = {one.code for one in clause.materials}
        assert papers < set(PARTS[code])
        assert len(PARTS[code]) == len(papers) + 3


def test_grounds_come_back_in_their_order_and_fit_the_clause_and_the_decision():
    assert check_grounds("purchase", ["not_paid", "related_party"], refuses=True) == [
        "not_paid",
        "related_party",
    ]
    assert check_grounds("high_tech", ["other", "paper_missing"], refuses=False) == ["paper_missing", "other"]
    assert check_grounds("purchase", ["other"], refuses=True) == ["other"]
    for codes, refuses, code in (
        ([], False, "reason_missing"),
        (["not_certified"], False, "reason_unknown"),
        (["paper_missing"], True, "reason_mendable"),
    ):
        with pytest.raises(DomainError) as refused:
            check_grounds("purchase", codes, refuses)
        assert (refused.value.code, refused.value.field) == (code, "reasons")
    assert "not_certified" in grounds_of("high_tech", mendable=False)
    assert set(grounds_of("purchase")) | set(grounds_of("high_tech")) == set(GROUNDS)
