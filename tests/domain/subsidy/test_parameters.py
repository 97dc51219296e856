"""Parameters of a policy version: typed, checked, shown again, and read by the arithmetic."""

from fractions import Fraction

import pytest

from marketplace.domain.errors import ValidationFailed
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.parameters import PURCHASE, initial, policy_of, shown, take

TYPED = {
    one.key: value if one.kind in ("codes", "flag") else shown(one, value)
    for one in PURCHASE
    for value in [one.initial]
}


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=lambda clause: clause.code)
def test_what_is_shown_is_taken_back_unchanged(clause):
    values = initial(clause.parameters)
    typed = {
        one.key: values[one.key] if one.kind in ("codes", "flag") else shown(one, values[one.key])
        for one in clause.parameters
    }
    assert take(clause.parameters, typed) == values


@pytest.mark.parametrize(
    ("typed", "stored"), [("10", 1000), ("12.5", 1250), ("7.25%", 725), ("0", 0), ("100", 10_000)]
)
def test_a_rate_is_typed_in_percent(typed, stored):
    values = take(PURCHASE, TYPED | {"rate": typed})
    assert values["rate"] == stored
    assert policy_of(values, (None, None)).rate == Fraction(stored, 10_000)


@pytest.mark.parametrize("typed", ["-1", "十", "10.125", "101"])
def test_a_rate_that_cannot_be_read_is_told_in_words_of_a_rate(typed):
    with pytest.raises(ValidationFailed) as refused:
        take(PURCHASE, TYPED | {"rate": typed})
    assert [one.message[:12] for one in refused.value.errors] == ["比例请填写0到100之间"]


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("rate", "101"), ("rate", "十"), ("rate", ""), ("cap_fen", ""), ("cap_fen", "-1"), ("cap_scope", "none"),
        ("accepted_evidence", []), ("eligible_types", ["买卖"]), ("publicity_days", "0"), ("publicity_days", "1.5"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_field(key, typed):
    with pytest.raises(ValidationFailed) as refused:
        take(PURCHASE, TYPED | {key: typed})
    assert [error.field for error in refused.value.errors] == [key]


def test_nothing_typed_is_no_limit_and_nought_is_one():
    values = take(PURCHASE, TYPED | {"annual_budget_fen": "", "min_grant_fen": "0"})
    assert (values["annual_budget_fen"], values["min_grant_fen"]) == (None, 0)
