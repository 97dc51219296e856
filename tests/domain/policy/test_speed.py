"""The speed of the arithmetic: worlds by the thousand, and one with a long history."""

import json
from random import Random
from time import process_time

from marketplace.domain.policy.batch import compute_lines
from tests.domain.policy.random_worlds import random_world
from tests.domain.policy.worlds import Json, claim, compute, contract, payment, refund, world


def test_ten_thousand_worlds_take_well_under_20_seconds() -> None:
    """A tenth of them in a tenth of the time, on whatever machine runs the tests."""
    lines = [json.dumps(random_world(Random(seed), 12)).encode() for seed in range(100)] * 10
    begun = process_time()
    assert sum(1 for _ in compute_lines(lines)) == 1000
    assert process_time() - begun < 2


def test_a_long_history_costs_what_it_is_long() -> None:
    """12,000 events of one pair; forming sums anew after each would take many millions of steps."""
    events: list[Json] = [contract("C0")]
    for i in range(3000):
        events += [contract(f"C{i + 1}"), payment(f"P{i}", 30, f"C{i}"), claim(f"K{i}"), refund(10, f"C{i}")]
    begun = process_time()
    done = compute(world(*events))
    assert process_time() - begun < 4
    assert len(done["recoveries"]) == 3000
