"""Online payment: what the site asks of a payment provider, and Stripe, which answers.

Money belongs to the seller: every call runs on the seller's connected account (header Stripe-Account), so that a
payment is a direct charge there. ``billing_fake`` answers the same calls on loopback for tests and demonstrations.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import stripe

REAL_BASE = "https://api.stripe.com"
LARGEST_FEN = 99_999_999
"""A charge takes at most eight digits."""
TOLERANCE_SECONDS = 300
"""How old a signature of an event may be; beyond it somebody may be replaying what he once heard."""
TIMEOUT_SECONDS = 10
RETRIES = 2
CHECKOUT_KEY = "marketplace_checkout"
"""Metadata of all that we begin at the provider: the request key of the checkout, which nobody else knows."""


class BillingUnavailable(Exception):
    """The provider does not answer, answers nonsense or asks us to come later: nothing is known, ask again."""


class BillingRefused(Exception):
    """The provider said no; ``code`` is its word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BillingMissing(BillingRefused):
    """The provider knows no such object, or does not let us see it."""


class ForgedEvent(Exception):
    """What claims to be an event was not signed by the provider, is too old or cannot be read."""


@dataclass(frozen=True)
class Account:
    """A seller's account: what it calls itself, and whether it may take charges."""

    id: str
    name: str
    may_charge: bool


@dataclass(frozen=True)
class Order:
    """What a hosted payment page is asked for; ``key`` makes the provider answer the same twice."""

    account: str
    key: str
    amount_fen: int
    title: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class GoneBack:
    """Money that went back at the provider, or that was asked back. ``stands`` while it is really gone."""

    id: str
    amount_fen: int
    status: str
    reason: str
    at: datetime
    stands: bool


@dataclass(frozen=True)
class Charge:
    """A payment that succeeded, with all that the provider knows of its later life."""

    id: str
    intent: str
    checkout_key: str
    amount_fen: int
    currency: str
    at: datetime
    receipt_url: str
    refunds: tuple[GoneBack, ...] = ()
    disputes: tuple[GoneBack, ...] = ()

    @property
    def gone_fen(self) -> int:
        """What went back of it, in 分."""
        return sum(each.amount_fen for each in (*self.refunds, *self.disputes) if each.stands)


@dataclass(frozen=True)
class Session:
    """A hosted payment page. ``status`` is open, complete or expired; ``failed`` when a last attempt was refused."""

    id: str
    url: str
    status: str
    checkout_key: str
    intent: str | None
    amount_fen: int
    currency: str
    failed: bool = False
    charge: Charge | None = None


@dataclass(frozen=True)
class Told:
    """An event, as far as it is trusted: where something happened, not what."""

    id: str
    account: str
    type: str
    object_id: str
    created: int


class Billing(Protocol):
    """Anything that takes payments for sellers. Raises BillingUnavailable or BillingRefused."""

    is_fake: bool

    def account(self, account: str) -> Account:
        """Return a connected account."""

    def open_session(self, order: Order) -> Session:
        """Return the payment page of ``order``: the same for the same key."""

    def session(self, account: str, session_id: str) -> Session:
        """Return a payment page with its charge and what became of that."""

    def expire_session(self, account: str, session_id: str) -> None:
        """Close a payment page that nobody has paid on."""

    def page_behind(self, account: str, object_id: str) -> tuple[str, str] | None:
        """Return id and checkout key of the payment page behind a session, intent, charge, refund or dispute."""

    def refund(self, account: str, charge_id: str, amount_fen: int, key: str) -> None:
        """Send money back; the same key twice is one refund."""

    def charges(self, account: str, since: datetime) -> Iterator[Charge]:
        """Yield the successful charges that checkouts of this site began, from a moment on, newest first."""

    def receive(self, payload: bytes, signature: str) -> Told:
        """Return the event that ``payload`` tells of. Raises ForgedEvent."""


def open_billing(key: str, webhook_secret: str, base: str) -> Billing | None:
    """Return Stripe where a key is configured, else None: then nothing is offered and nothing calls out."""
    return StripeBilling(key, webhook_secret, base or REAL_BASE) if key else None


class StripeBilling:
    """Stripe by its official client; ``base`` is another address only where a stand-in answers."""

    def __init__(self, key: str, webhook_secret: str, base: str, retries: int = RETRIES) -> None:
        stripe.enable_telemetry = False
        self.is_fake = base != REAL_BASE
        self._secret = webhook_secret
        self._http = stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(
            key, base_addresses={"api": base}, http_client=self._http, max_network_retries=retries
        )

    def close(self) -> None:
        """Let go of this thread's connection."""
        self._http.close()

    def account(self, account: str) -> Account:
        """Return a connected account."""
        with _answers():
            found = self._client.v1.accounts.retrieve(account).to_dict()
        profile = found.get("business_profile") or {}
        return Account(found["id"], profile.get("name") or "", bool(found.get("charges_enabled")))

    def open_session(self, order: Order) -> Session:
        """Return the payment page of ``order``: the same for the same key."""
        metadata = {CHECKOUT_KEY: order.key}
        params: Any = {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "cny",
                        "unit_amount": order.amount_fen,
                        "product_data": {"name": order.title},
                    },
                }
            ],
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "client_reference_id": order.key,
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "expires_at": int(order.expires_at.timestamp()),
            "locale": "zh",
        }
        options: Any = {"stripe_account": order.account, "idempotency_key": order.key}
        with _answers():
            made = self._client.v1.checkout.sessions.create(params, options)
        return _session(made.to_dict())

    def session(self, account: str, session_id: str) -> Session:
        """Return a payment page with its charge and what became of that."""
        params: Any = {"expand": ["payment_intent.latest_charge"]}
        with _answers():
            found = self._client.v1.checkout.sessions.retrieve(
                session_id, params, {"stripe_account": account}
            ).to_dict()
            intent = found.get("payment_intent")
            latest = intent.get("latest_charge") if isinstance(intent, dict) else None
            if not isinstance(latest, dict) or latest.get("status") != "succeeded":
                return _session(found)
            return _session(found, self._whole(account, latest))

    def _whole(self, account: str, charge: dict[str, Any]) -> Charge:
        options: Any = {"stripe_account": account}
        refunds: Any = {"charge": charge["id"], "limit": 100}
        back = [
            _refund(each.to_dict())
            for each in self._client.v1.refunds.list(refunds, options).auto_paging_iter()
        ]
        asked: list[GoneBack] = []
        if charge.get("disputed"):
            disputes: Any = {"charge": charge["id"], "limit": 100}
            asked = [
                _dispute(each.to_dict())
                for each in self._client.v1.disputes.list(disputes, options).auto_paging_iter()
            ]
        # The provider lists the newest first; what happened first is recorded first.
        return _charge(charge, tuple(reversed(back)), tuple(reversed(asked)))

    def expire_session(self, account: str, session_id: str) -> None:
        """Close a payment page that nobody has paid on."""
        with _answers():
            self._client.v1.checkout.sessions.expire(session_id, {}, {"stripe_account": account})

    def page_behind(self, account: str, object_id: str) -> tuple[str, str] | None:
        """Return id and checkout key of the payment page behind a session, intent, charge, refund or dispute."""
        options: Any = {"stripe_account": account}
        services = self._client.v1
        with _answers():
            if object_id.startswith("cs_"):
                page = services.checkout.sessions.retrieve(object_id, {}, options).to_dict()
                return page["id"], _key(page)
            intent = self._intent_behind(object_id, options)
            if intent is None:
                return None
            pages = services.checkout.sessions.list({"payment_intent": intent, "limit": 1}, options).data
            return (pages[0].id, _key(pages[0].to_dict())) if pages else None

    def _intent_behind(self, object_id: str, options: Any) -> str | None:
        services, kind = self._client.v1, object_id.partition("_")[0]
        found: Any
        if kind == "pi":
            return object_id
        if kind in ("ch", "py"):
            found = services.charges.retrieve(object_id, {}, options)
        elif kind in ("re", "pyr"):
            found = services.refunds.retrieve(object_id, {}, options)
        elif kind in ("dp", "du"):
            found = services.disputes.retrieve(object_id, {}, options)
        else:
            return None
        return _id(found.to_dict().get("payment_intent"))

    def refund(self, account: str, charge_id: str, amount_fen: int, key: str) -> None:
        """Send money back; the same key twice is one refund."""
        params: Any = {"charge": charge_id, "amount": amount_fen}
        options: Any = {"stripe_account": account, "idempotency_key": key}
        with _answers():
            self._client.v1.refunds.create(params, options)

    def charges(self, account: str, since: datetime) -> Iterator[Charge]:
        """Yield the successful charges that checkouts of this site began, from a moment on, newest first."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        with _answers():
            for each in self._client.v1.charges.list(params, {"stripe_account": account}).auto_paging_iter():
                charge = each.to_dict()
                # What else the seller sells by its account is none of our business.
                if charge.get("status") == "succeeded" and _key(charge):
                    yield self._whole(account, charge)

    def receive(self, payload: bytes, signature: str) -> Told:
        """Return the event that ``payload`` tells of. Raises ForgedEvent."""
        try:
            event = self._client.construct_event(
                payload, signature, self._secret, TOLERANCE_SECONDS
            ).to_dict()
            told = event["data"]["object"]
            return Told(
                str(event["id"]), str(event.get("account") or ""), str(event["type"]),
                str(told.get("id") or ""), int(event["created"]),
            )  # fmt: skip
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise ForgedEvent(str(fault)) from fault


@contextmanager
def _answers() -> Iterator[None]:
    """Say in our words what the provider's client raises."""
    try:
        yield
    except stripe.InvalidRequestError as refused:
        wrong = BillingMissing if refused.http_status == 404 else BillingRefused
        raise wrong(refused.code or "invalid", str(refused.user_message or "")) from refused
    except (stripe.PermissionError, stripe.AuthenticationError) as refused:
        raise BillingMissing(refused.code or "not_permitted", str(refused.user_message or "")) from refused
    except (stripe.CardError, stripe.IdempotencyError) as refused:
        raise BillingRefused(refused.code or "refused", str(refused.user_message or "")) from refused
    except stripe.StripeError as silent:
        raise BillingUnavailable(f"{type(silent).__name__}: {silent}") from silent


def _id(value: Any) -> str | None:
    return value.get("id") if isinstance(value, dict) else value


def _key(found: Mapping[str, Any]) -> str:
    return str((found.get("metadata") or {}).get(CHECKOUT_KEY) or "")


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _session(found: Mapping[str, Any], charge: Charge | None = None) -> Session:
    intent = found.get("payment_intent")
    failed = isinstance(intent, dict) and bool(intent.get("last_payment_error"))
    return Session(
        found["id"], found.get("url") or "", found.get("status") or "open", _key(found), _id(intent),
        int(found.get("amount_total") or 0), found.get("currency") or "", failed, charge,
    )  # fmt: skip


def _charge(
    found: Mapping[str, Any], refunds: tuple[GoneBack, ...] = (), disputes: tuple[GoneBack, ...] = ()
) -> Charge:
    return Charge(
        found["id"], _id(found.get("payment_intent")) or "", _key(found), int(found["amount"]), found["currency"],
        _moment(found["created"]), found.get("receipt_url") or "", refunds, disputes,
    )  # fmt: skip


def _refund(found: Mapping[str, Any]) -> GoneBack:
    status = found.get("status") or ""
    reason = found.get("failure_reason") or found.get("reason") or ""
    return GoneBack(
        found["id"], int(found["amount"]), status, reason, _moment(found["created"]), status == "succeeded"
    )


def _dispute(found: Mapping[str, Any]) -> GoneBack:
    status = found.get("status") or ""
    return GoneBack(
        found["id"], int(found["amount"]), status, found.get("reason") or "", _moment(found["created"]),
        status == "lost",
    )  # fmt: skip
