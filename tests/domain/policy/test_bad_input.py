"""Bad worlds: the first fault is named by event and field; everything not named bad is taken."""

import json
from typing import Any

import pytest

from marketplace.domain.policy.arithmetic import decide
from marketplace.domain.policy.batch import BadWorld, compute_lines, compute_world
from marketplace.domain.policy.reading import LARGEST_FEN, read_policy
from marketplace.domain.policy.records import Release, WorldFault
from tests.domain.policy.worlds import (
    BUYER,
    Json,
    amend,
    claim,
    compute,
    contract,
    decided,
    deregister,
    evidence,
    grants,
    line,
    payment,
    policy,
    refund,
    register,
    release,
    run,
    share,
    world,
)

GOOD = [contract(), payment("P1", 100), claim("K1")]
SELLERS = contract()["sellers"]


def _fault(value: Any) -> tuple[int | None, str]:
    with pytest.raises(WorldFault) as caught:
        compute(value)
    assert caught.value.problem
    return caught.value.position, caught.value.path


def _without(raw: Json, key: str) -> Json:
    return {name: value for name, value in raw.items() if name != key}


@pytest.mark.parametrize(
    "text",
    [
        b"[]", b"1", b"null", b'"x"', b"{", b"{}{}", b"\xff", b"{'id': 1}", b'{"id": NaN}', b'{"x": -Infinity}',
        b"[" * 100_000, b'{"x": ' + b"9" * 5000 + b"}", b"\xc2\xa0", b'{"id": "\xed\xa0\x80"}',
    ],
)  # fmt: skip
def test_what_is_no_json_object(text: bytes) -> None:
    with pytest.raises(WorldFault) as caught:
        compute_world(text)
    assert (caught.value.position, caught.value.path) == (None, "-")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["id", "policy", "events"])
def test_a_world_lacks_a_key(key: str) -> None:
    assert _fault(_without(world(*GOOD), key)) == (None, key)


@pytest.mark.parametrize("key", sorted(policy()))
def test_a_policy_lacks_a_key_and_only_some_may_be_null(key: str) -> None:
    assert _fault({**world(), "policy": _without(policy(), key)}) == (None, f"policy.{key}")
    if policy()[key] is None:
        assert run(**{key: None})["claims"] == []
    else:
        assert _fault(world(**{key: None})) == (None, f"policy.{key}")


EVENTS = [
    contract(), register(), deregister(), amend(line()), payment("P2", 1), evidence("P1", "cash"), refund(1),
    claim("K2"), release("K1"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "key"), [(event, key) for event in EVENTS for key in event])
def test_an_event_lacks_a_key(event: Json, key: str) -> None:
    before = [] if event["event"] == "contract" else GOOD
    compute(world(*before, event))
    assert _fault(world(*before, _without(event, key))) == (len(before), key)


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (contract("C2", _without(line(), "technical_fen")), "lines[0].technical_fen"),
        (contract("C2", line(), _without(line("A2"), "achievement"), amount_fen=1), "lines[1].achievement"),
        (contract("C2", buyer=_without(contract()["buyer"], "kind")), "buyer.kind"),
        (contract("C2", sellers=[*SELLERS, _without(SELLERS[0], "division")]), "sellers[1].division"),
        (contract("C2", sellers=[_without(SELLERS[0], "name")]), "sellers[0].name"),
        (payment("P2", [_without(share(1), "amount_fen")]), "lines[0].amount_fen"),
        (refund([share(1), {}]), "lines[1].achievement"),
    ],
)
def test_a_part_of_an_event_lacks_a_key(event: Json, path: str) -> None:
    assert _fault(world(*GOOD, event)) == (3, path)


@pytest.mark.parametrize("amount", [-1, 1.5, 1.0, 1e3, True, False, "1", None, [], {}, LARGEST_FEN])
@pytest.mark.parametrize(
    ("made", "position", "path"),
    [
        (lambda x: world(cap_fen=x), None, "policy.cap_fen"),
        (
            lambda x: world(
                prior_grants=[{"achievement": "A", "buyer_uscc": "B", "on": "2025-01-01", "amount_fen": x}]
            ),
            None,
            "policy.prior_grants[0].amount_fen",
        ),
        (lambda x: world(contract(amount_fen=x)), 0, "amount_fen"),
        (lambda x: world(contract(lines=[{**line(), "amount_fen": x}])), 0, "lines[0].amount_fen"),
        (lambda x: world(contract(lines=[{**line(), "technical_fen": x}])), 0, "lines[0].technical_fen"),
        (lambda x: world(contract(), payment("P1", [share(x)])), 1, "lines[0].amount_fen"),
        (lambda x: world(contract(), refund([share(1), share(x)])), 1, "lines[1].amount_fen"),
    ],
)
def test_an_amount_is_a_whole_number_from_zero(
    made: Any, position: int | None, path: str, amount: Any
) -> None:
    assert _fault(made(amount)) == (position, path)


def test_a_number_too_large_for_a_float_is_no_amount_either() -> None:
    text = json.dumps(world(cap_fen=77)).replace("77", "1e999")
    with pytest.raises(WorldFault, match="cap_fen"):
        compute_world(text.encode())


@pytest.mark.parametrize("amount", [-1, 0.5, True, "1", []])
@pytest.mark.parametrize(
    "limit", ["min_paid_per_contract_fen", "enterprise_year_cap_fen", "annual_budget_fen", "min_grant_fen"]
)
def test_a_limit_is_an_amount_or_null(limit: str, amount: Any) -> None:
    assert _fault(world(**{limit: amount})) == (None, f"policy.{limit}")


@pytest.mark.parametrize(
    "day",
    [
        "2025-02-29", "2025-13-01", "2025-00-10", "2025-06-31", "0000-01-01", "2025-6-1", "20250601", "2025-W23-1",
        "2025-06-01T00:00", " 2025-06-01", "2025-06-01\n", "２０２５-06-01", "2025/06/01", "", 20250601, None, True,
    ],
)  # fmt: skip
def test_a_date_is_a_day_written_one_way(day: Any) -> None:
    dated = {
        "signed": contract("C2", signed=day), "on": {**register(), "on": day},
        "paid_on": payment("P2", 1, paid_on=day), "refunded_on": refund(1, refunded_on=day),
    }  # fmt: skip
    for path, event in dated.items():
        assert _fault(world(*GOOD, event)) == (3, path)
    for other in (deregister(), claim("K2"), release("K1")):
        assert _fault(world(*GOOD, {**other, "on": day})) == (3, "on")
    if day is not None:
        assert _fault(world(window_from=day)) == (None, "policy.window_from")
        assert _fault(world(window_to=day)) == (None, "policy.window_to")
    prior = {"achievement": "A", "buyer_uscc": "B", "on": day, "amount_fen": 1}
    assert _fault(world(prior_grants=[prior])) == (None, "policy.prior_grants[0].on")


def test_a_leap_day_is_a_day() -> None:
    assert grants(run(*GOOD[:2], claim("K1", on="2024-02-29"))) == {"K1": 10}


@pytest.mark.parametrize(
    "rate",
    ["1.01", "1.0000000000000000000000000000001", "2", "-0.1", "+0.1", ".1", "1.", "", " 0.1", "0.1\n", "1e-1",
     "0,1", "10%", "1/10", "NaN", "٠.١", "0_1", 0.1, 0, 1, True, None],
)  # fmt: skip
def test_a_rate_is_a_decimal_string_from_0_to_1(rate: Any) -> None:
    assert _fault(world(rate=rate)) == (None, "policy.rate")


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (world(cap_scope="buyer"), (None, "policy.cap_scope")),
        (world(base="technical"), (None, "policy.base")),
        (world(accepted_evidence="cash"), (None, "policy.accepted_evidence")),
        (world(eligible_types=["转让", 1]), (None, "policy.eligible_types[1]")),
        (world(city_prefix=3413), (None, "policy.city_prefix")),
        (world(cap_groups=[]), (None, "policy.cap_groups")),
        (world(cap_groups={"A1": 1}), (None, 'policy.cap_groups["A1"]')),
        (world(prior_grants={}), (None, "policy.prior_grants")),
        (world(prior_grants=[1]), (None, "policy.prior_grants[0]")),
        ({**world(), "policy": []}, (None, "policy")),
        ({**world(), "events": {}}, (None, "events")),
        ({**world(), "id": 7}, (None, "id")),
        (world(1), (0, "-")),  # type: ignore[arg-type]
        (world({}), (0, "event")),
        (world({"event": "pay"}), (0, "event")),
        (world({"event": ["claim"]}), (0, "event")),
        (world(contract(buyer=None)), (0, "buyer")),
        (world(contract(buyer={**contract()["buyer"], "kind": "企业"})), (0, "buyer.kind")),
        (world(contract(sellers=None)), (0, "sellers")),
        (world(contract(sellers=["x"])), (0, "sellers[0]")),
        (world(contract(seller_decision="abroad")), (0, "seller_decision")),
        (world(contract(seller_decision=False)), (0, "seller_decision")),
        (world(contract(related_party=0)), (0, "related_party")),
        (world(contract(registered="yes")), (0, "registered")),
        (world(contract("C1", line(), line("A2"), line())), (0, "lines[2].achievement")),
        (world(contract(), amend(line("A2"), line("A2"))), (1, "lines[1].achievement")),
        (world(contract(), deregister(kind="吊销")), (1, "kind")),
        (world(contract(), payment("P1", 1, voucher_no="")), (1, "voucher_no")),
        (world(contract(), payment("P1", 1, voucher_no=5)), (1, "voucher_no")),
        (
            world(contract(), payment("P1", [share(5), share(5, excluded_fen=6)])),
            (1, "lines[1].excluded_fen"),
        ),
        (world(contract(), payment("P1", [share(5, excluded_fen=-1)])), (1, "lines[0].excluded_fen")),
        (world(contract(), payment("P1", [share(5, excluded_fen=True)])), (1, "lines[0].excluded_fen")),
    ],
)
def test_what_is_written_wrong(value: Json, where: tuple[int | None, str]) -> None:
    assert _fault(value) == where


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (register("C9"), "contract"),
        (deregister("C9"), "contract"),
        (amend(line(), contract_id="C9"), "contract"),
        (payment("P2", 1, "C9"), "contract"),
        (refund(1, "C9"), "contract"),
        (evidence("P9", None), "payment"),
        (refund(1, payment="P9"), "payment"),
        (refund(1, "C2", payment="P1"), "payment"),
        (release("K9"), "claim"),
        (release("K2"), "claim"),
        (release("K3"), "claim"),
        (contract("C1"), "id"),
        (payment("P1", 1, "C2"), "id"),
        (claim("K1", buyer="other"), "id"),
        (claim("K2"), "id"),
        (payment("P2", [share(1), share(1, "A2")]), "lines[1].achievement"),
        (refund([share(1, "A2")]), "lines[0].achievement"),
    ],
)
def test_what_speaks_of_something_that_is_not_there(event: Json, path: str) -> None:
    """K2 is refused and K3 has been released; A2 is a line of C2 alone."""
    before = [
        contract("C1"), contract("C2", line("A1"), line("A2")), payment("P1", 100), claim("K1"), claim("K2"),
        payment("P3", 10), claim("K3"), release("K3"),
    ]  # fmt: skip
    compute(world(*before))
    assert _fault(world(*before, event)) == (8, path)


def test_a_claim_that_waits_for_the_budget_cannot_be_released() -> None:
    assert _fault(world(*GOOD, release("K1"), annual_budget_fen=1)) == (3, "claim")


def test_ids_are_used_once_within_their_kind_only() -> None:
    assert grants(run(contract("X"), payment("X", 100, "X"), claim("X"))) == {"X": 10}


def test_a_line_that_once_was_may_still_be_paid_and_refunded() -> None:
    events = [contract(), amend(line("A2")), payment("P1", [share(1), share(1, "A2")]), refund(1)]
    compute(world(*events))
    assert _fault(world(contract(), payment("P1", [share(1, "A2")]), amend(line("A2")))) == (
        1, "lines[0].achievement",
    )  # fmt: skip


def test_the_first_fault_is_the_first_in_the_order_of_events() -> None:
    assert _fault(world(*GOOD, release("K9"), {"event": "pay"})) == (3, "claim")
    assert _fault(world(*GOOD, {"event": "pay"}, release("K9"))) == (3, "event")
    assert _fault(world({"event": "pay"}, rate="2")) == (None, "policy.rate")


def test_optional_keys_are_neutral_when_absent_or_null_and_unknown_ones_are_ignored() -> None:
    bare = world(*GOOD)
    full = world(
        contract(seller_decision=None, note=1),
        payment("P1", [share(100, excluded_fen=None, x=[])], remark="好"),
        claim("K1", "A1"),
        cap_groups=None,
        prior_grants=None,
        title="x",
    )
    assert compute({**full, "expected": {}}) == compute(bare)
    assert compute(world(*GOOD, cap_groups={}, prior_grants=[])) == compute(bare)
    assert compute(world(*GOOD, cap_groups={"A1": None})) == compute(bare)


def test_what_looks_odd_but_is_not_bad() -> None:
    odd = run(
        contract("", line("", 100), sellers=[], buyer={**contract()["buyer"], "uscc": ""}),
        payment("", [share(1, "")], "", evidence="shells", payer_uscc=""),
        payment("P2", [], ""),
        refund([], ""),
        amend(contract_id=""),
        claim("", "", ""),
        window_from="2026-01-01",
        window_to="2025-01-01",
        accepted_evidence=[],
        eligible_types=[],
        city_prefix="",
    )
    assert decided(odd, "") == ["NO_CONTRACT"]


def test_of_equal_keys_the_last_counts() -> None:
    text = json.dumps(world(*GOOD)).replace('"rate": "0.10"', '"rate": "5", "rate": "0.20"')
    assert grants(compute_world(text.encode())) == {"K1": 20}


def test_lines_are_counted_with_the_blank_ones_and_judged_one_by_one() -> None:
    good = json.dumps(world(*GOOD), ensure_ascii=False).encode()
    bad = json.dumps(world(release("K9"))).encode()
    lines = [b"\xef\xbb\xbf" + good + b"\r\n", b"\n", b" \t\r\n", bad + b"\n", b"[]\n", b"\n", good]
    first, second, third, last = compute_lines(lines)
    assert first == last == compute(world(*GOOD))
    assert str(second) == "line 4, event 0, claim: no claim of this id is granted (any more)"
    assert isinstance(third, BadWorld)
    assert str(third) == "line 5, event -, -: must be an object, not a list"


def test_a_fault_stays_on_one_short_line_whatever_it_quotes() -> None:
    done = next(compute_lines([json.dumps(world(cap_scope="行\n\ud800" * 500)).encode()]))
    assert isinstance(done, BadWorld)
    assert str(done).isascii()
    assert "\n" not in str(done)
    assert len(str(done)) < 250


def test_the_pure_function_names_the_event_by_itself() -> None:
    with pytest.raises(WorldFault, match="claim") as caught:
        decide(read_policy(policy()), [Release("K1")])
    assert caught.value.position == 0


def test_a_buyer_without_a_division_is_outside_the_city() -> None:
    abroad = {"name": "甲", "uscc": BUYER, "division": None, "kind": "enterprise"}
    assert decided(run(contract(buyer=abroad), claim("K1")), "K1") == ["BUYER_OUTSIDE_CITY"]
