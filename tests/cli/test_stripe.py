"""The commands of payment online: what reconcile prints, and with which exit code."""

import json

import pytest

from tests.deals import WAN
from tests.services.deals.billing.steps import make_deal, open_checkout

pytestmark = pytest.mark.usefixtures("session")


def test_reconcile_says_nothing_when_both_agree_and_names_what_differs(provider, runner):
    row = open_checkout(make_deal())
    done = runner.invoke(args=["stripe", "reconcile"])
    assert (done.exit_code, done.output) == (0, "")
    provider.book.pay(row.session)
    done = runner.invoke(args=["stripe", "reconcile"])
    told = json.loads(done.output)
    assert (done.exit_code, told["kind"], told["provider_fen"], told["ledger_fen"]) == (
        1,
        "missing_here",
        20 * WAN,
        0,
    )
    done = runner.invoke(args=["stripe", "reconcile", "--catch-up"])
    assert done.exit_code == 0, done.output
    assert runner.invoke(args=["stripe", "reconcile", "--since", "2020-01-01"]).exit_code == 0


def test_reconcile_says_so_when_there_is_no_provider_or_it_is_silent(provider, runner):
    row = open_checkout(make_deal())
    provider.silent = True
    assert row.id
    silent = runner.invoke(args=["stripe", "reconcile"])
    assert silent.exit_code == 1
    assert "APIConnectionError" in silent.output


def test_reconcile_needs_a_provider(runner):
    closed = runner.invoke(args=["stripe", "reconcile"])
    assert closed.exit_code == 1
    assert "没有开通" in closed.output
