"""Laws that hold in every world, and the second reading of the rules that agrees with the first."""

from collections import defaultdict
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.policy.random_worlds import random_world
from tests.domain.policy.second_reading import recompute
from tests.domain.policy.worlds import (
    Json,
    claim,
    compute,
    contract,
    grants,
    payment,
    recovered,
    refund,
    release,
    run,
)

SIZES = st.integers(1, 40)
DICE = st.randoms(use_true_random=False)
AMOUNTS = st.integers(0, 10**12)
RATES = st.integers(0, 10_000).map(lambda parts: f"{parts // 10_000}.{parts % 10_000:04d}")


def _alive(world: Json, done: Json) -> list[tuple[Json, int]]:
    """Return (claim event, grant) of every grant that has not been released."""
    gone = {event["claim"] for event in world["events"] if event["event"] == "release"}
    given_fen = grants(done)
    return [
        (event, given_fen[event["id"]])
        for event in world["events"]
        if event["event"] == "claim" and event["id"] in given_fen and event["id"] not in gone
    ]


@given(DICE, SIZES)
@settings(max_examples=150, deadline=None)
def test_the_second_reading_agrees(dice: Random, size: int) -> None:
    world = random_world(dice, size)
    assert compute(world) == recompute(world)


def test_the_second_reading_agrees_on_long_worlds() -> None:
    seen: defaultdict[str, int] = defaultdict(int)
    for seed in range(80):
        world = random_world(Random(seed), 60)
        done = compute(world)
        assert done == recompute(world), seed
        for decided in done["claims"]:
            for mark in (decided["decision"], *decided["reasons"]):
                seen[mark] += 1
        seen["recovery"] += len(done["recoveries"])
    assert len(seen) == 17, f"some outcome never came up: {dict(seen)}"


@given(DICE, SIZES)
@settings(max_examples=80, deadline=None)
def test_never_above_cap_year_cap_and_budget(dice: Random, size: int) -> None:
    """Held to worlds without releases: a release may overdraw the cap, and says so in rule 8."""
    world = random_world(dice, size)
    world["events"] = [event for event in world["events"] if event["event"] != "release"]
    world["policy"] |= {"prior_grants": None, "cap_groups": None, "cap_scope": "achievement"}
    rules, done = world["policy"], compute(world)
    by_achievement: defaultdict[str, int] = defaultdict(int)
    by_enterprise: defaultdict[tuple[str, str], int] = defaultdict(int)
    by_year: defaultdict[str, int] = defaultdict(int)
    for event, amount in _alive(world, done):
        by_achievement[event["achievement"]] += amount
        by_enterprise[event["buyer_uscc"], event["on"][:4]] += amount
        by_year[event["on"][:4]] += amount
    for recovery in done["recoveries"]:
        by_achievement[recovery["achievement"]] -= recovery["amount_fen"]
    assert all(0 <= amount <= rules["cap_fen"] for amount in by_achievement.values())
    for limit, sums in (("enterprise_year_cap_fen", by_enterprise), ("annual_budget_fen", by_year)):
        assert rules[limit] is None or all(amount <= rules[limit] for amount in sums.values())


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.lists(AMOUNTS, max_size=6), RATES, DICE)
@settings(max_examples=60, deadline=None)
def test_distinct_vouchers_between_two_claims_may_come_in_any_order(
    before: list[int], after: list[int], rate: str, dice: Random
) -> None:
    early = [payment(f"P{i}", amount) for i, amount in enumerate(before)]
    late = [payment(f"Q{i}", amount) for i, amount in enumerate(after)]
    first = run(contract(), *early, claim("K1"), *late, claim("K2"), rate=rate)
    dice.shuffle(early)
    dice.shuffle(late)
    assert run(contract(), *early, claim("K1"), *late, claim("K2"), rate=rate) == first


@given(DICE, SIZES, st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_without_a_budget_paying_more_never_lowers_the_aid(dice: Random, size: int, more: int) -> None:
    """One enterprise, one achievement: what is kept at the end never falls.

    A year cap counts as a budget here: what it spent on a grant that is recovered later is not there again.
    """
    world = random_world(dice, size)
    world["policy"] |= {"annual_budget_fen": None, "enterprise_year_cap_fen": None, "min_grant_fen": None}
    world["events"] = [event for event in world["events"] if event["event"] != "release"]
    one = {"achievement": "A1", "buyer_uscc": world["events"][0]["buyer"]["uscc"]}
    world["events"] = [{**event, **one} if event["event"] == "claim" else event for event in world["events"]]
    paid = [i for i, event in enumerate(world["events"]) if event["event"] == "payment" and event["lines"]]
    if paid:
        less = _kept(compute(world))
        raised = world["events"][dice.choice(paid)]["lines"][0]
        raised["amount_fen"] += more
        assert _kept(compute(world)) >= less


def _kept(done: Json) -> int:
    return sum(grants(done).values()) - sum(amount for _, amount in recovered(done))


@given(AMOUNTS, AMOUNTS, RATES, st.integers(0, 10**12))
def test_a_refund_recovers_exactly_the_excess(paid: int, back: int, rate: str, cap: int) -> None:
    events = [contract(), payment("P1", paid), claim("K1"), refund(back)]
    done = run(*events, claim("K2"), rate=rate, cap_fen=cap)
    granted, left = sum(grants(done).values()), done["claims"][-1]["entitlement_fen"]
    if "K2" not in grants(done):
        assert sum(amount for _, amount in recovered(done)) == max(0, granted - left)
    assert _kept(done) <= max(left, 0)


@given(DICE, SIZES)
@settings(max_examples=80, deadline=None)
def test_a_release_restores_what_was(dice: Random, size: int) -> None:
    """A claim that is released at once leaves every other claim and recovery as they would be without it."""
    world = random_world(dice, size)
    at = dice.randrange(len(world["events"]) + 1)
    extra = claim("extra", dice.choice(["A1", "A2"]), world["events"][0]["buyer"]["uscc"])
    begun = {**world, "events": [*world["events"][:at], extra]}
    events: list[Any] = [*world["events"][:at], extra, *world["events"][at:]]
    shift = 1
    if "extra" in grants(compute(begun)):
        events.insert(at + 1, release("extra"))
        shift = 2
    done, plain = compute({**world, "events": events}), compute(world)
    assert [item for item in done["claims"] if item["claim"] != "extra"] == plain["claims"]
    moved = [
        {**item, "after_event": item["after_event"] + (shift if item["after_event"] >= at else 0)}
        for item in plain["recoveries"]
    ]
    assert done["recoveries"] == moved


@given(DICE, SIZES)
@settings(max_examples=40, deadline=None)
def test_what_is_decided_does_not_depend_on_what_comes_later(dice: Random, size: int) -> None:
    world = random_world(dice, size)
    cut = dice.randrange(len(world["events"]) + 1)
    begun = compute({**world, "events": world["events"][:cut]})["claims"]
    assert compute(world)["claims"][: len(begun)] == begun
