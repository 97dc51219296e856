"""The brake of 进度查询: wrong digits count at the number and at the address, whether the number exists or not."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.services.platform import settings
from marketplace.services.subsidy.reading import lookups
from tests.reviewing import submitted

pytestmark = pytest.mark.usefixtures("session")


def guess(number, times, addresses):
    found = [lookups.ask(number, "0001", addresses(place)) for place in range(times)]
    assert all(one.found is None for one in found)
    return found[-1]


def test_a_number_is_braked_from_wherever_it_is_guessed_and_let_go_after_a_while(monkeypatch):
    case, _agent = submitted()
    most = settings.get("progress.failures_allowed")
    assert guess(case.number, most - 1, lambda place: f"10.0.0.{place}").wait_until is None
    assert lookups.ask(case.number, case.phone_tail, "10.9.9.9").found is not None
    last = guess(case.number.lower(), 1, lambda _place: "10.0.1.1")
    # Now even the right digits tell nothing, from any address.
    right = lookups.ask(case.number, case.phone_tail, "10.9.9.9")
    assert (right.found, right.wait_until) == (None, last.wait_until)
    assert lookups.ask("SZBZ2026-88888", "0001", "10.9.9.9").wait_until is None
    later = clock.now() + lookups.WINDOW + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert lookups.ask(case.number, case.phone_tail, "10.9.9.9").found is not None


def test_a_number_that_does_not_exist_is_braked_the_same():
    most = settings.get("progress.failures_allowed")
    assert guess("SZBZ2026-99999", most, lambda place: f"10.0.0.{place}").wait_until is not None


def test_an_address_is_braked_over_many_numbers(monkeypatch):
    monkeypatch.setattr(lookups.signin, "PEOPLE_BEHIND_AN_ADDRESS", 2)
    case, _agent = submitted()
    most = settings.get("progress.failures_allowed") * lookups.signin.PEOPLE_BEHIND_AN_ADDRESS
    for place in range(most):
        lookups.ask(f"SZBZ2026-{place + 1000:05d}", "0001", "10.0.0.1")
    assert lookups.ask(case.number, case.phone_tail, "10.0.0.1").wait_until is not None
    assert lookups.ask(case.number, case.phone_tail, "10.0.0.2").found is not None
