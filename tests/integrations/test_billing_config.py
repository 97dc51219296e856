"""Which settings of payment online a site refuses."""

import pytest

from marketplace.config import ConfigurationError, load

SAFE = {"SECRET_KEY": "s" * 40}


@pytest.mark.parametrize(
    "unsafe",
    [
        {"STRIPE_BASE": "http://127.0.0.1:9000"},
        {"STRIPE_BASE": "https://api.stripe.com.example"},
        {"STRIPE_KEY": "sk_live_x"},
    ],
)
def test_production_refuses_a_stand_in_and_a_key_without_its_secret(unsafe, monkeypatch):
    for name in ("KEY", "WEBHOOK_SECRET", "BASE"):
        monkeypatch.delenv(f"MARKETPLACE_STRIPE_{name}", raising=False)
    with pytest.raises(ConfigurationError, match="MARKETPLACE_STRIPE"):
        load("production", {**SAFE, **unsafe})


def test_production_takes_key_and_secret_and_neither(monkeypatch):
    monkeypatch.delenv("MARKETPLACE_STRIPE_BASE", raising=False)
    assert load("production", {**SAFE, "STRIPE_KEY": "", "STRIPE_WEBHOOK_SECRET": ""})["STRIPE_BASE"] == ""
    assert load("production", {**SAFE, "STRIPE_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"})


def test_a_live_key_moves_money_only_in_production():
    with pytest.raises(ConfigurationError, match="live key"):
        load("demo", {"STRIPE_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"})
