"""What the stand-in knows: accounts, payment pages, payments, what went back, and the events it told."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from marketplace.domain import clock

LARGEST = 99_999_999
KINDS = ("sessions", "intents", "charges", "refunds", "disputes", "events")
_PREFIX = {
    "sessions": "cs_test_", "intents": "pi_", "charges": "ch_", "refunds": "re_", "disputes": "dp_", "events": "evt_",
}  # fmt: skip


class Refusal(Exception):
    """An error as the provider words it."""

    def __init__(
        self,
        message: str,
        code: str = "",
        status: int = 400,
        kind: str = "invalid_request_error",
        param: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        found = {"type": kind, "code": code, "message": message, "param": param}
        self.error = {name: value for name, value in found.items() if value}


class Book:
    """The stand-in's memory. Objects are dicts in the provider's own form; ``account`` is whose they are.

    With a ``store`` it survives a restart, as the provider itself does. Use every method under ``lock``.
    """

    def __init__(self, store: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.base = ""
        self.on_event: Callable[[dict[str, Any]], None] = lambda _event: None
        self.refund_status = "succeeded"
        self._store = store
        self._rows: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.accounts: dict[str, dict[str, Any]] = {}
        self.answered: dict[str, Any] = {}
        if store is not None and store.exists():
            kept = json.loads(store.read_text("utf-8"))
            self._rows, self.accounts, self.answered = kept["rows"], kept["accounts"], kept["answered"]

    def keep(self) -> None:
        """Write everything to the store, at once or not at all."""
        if self._store is None:
            return
        self._store.parent.mkdir(parents=True, exist_ok=True)
        draft = self._store.with_suffix(".part")
        kept = {"rows": self._rows, "accounts": self.accounts, "answered": self.answered}
        draft.write_text(json.dumps(kept), "utf-8")
        draft.replace(self._store)

    def add_account(self, account: str, name: str, charges_enabled: bool = True) -> None:
        """Open or change a connected account."""
        self.accounts[account] = {
            "id": account, "object": "account", "type": "standard", "country": "HK",
            "default_currency": "cny", "charges_enabled": charges_enabled, "payouts_enabled": charges_enabled,
            "details_submitted": True, "business_profile": {"name": name}, "metadata": {},
        }  # fmt: skip

    def add(self, kind: str, account: str, values: dict[str, Any]) -> dict[str, Any]:
        """Write a new object down, under an id and with the moment."""
        data = {
            "id": _PREFIX[kind] + secrets.token_hex(12),
            "created": int(clock.now().timestamp()),
            "livemode": False,
            **values,
        }
        self._rows[kind][data["id"]] = {"account": account, "data": data}
        return data

    def find(self, kind: str, account: str, key: str) -> dict[str, Any]:
        """Return an object of an account; refused as unknown where it is another's."""
        row = self._rows[kind].get(key)
        if row is None or row["account"] != account:
            word = {"sessions": "checkout.session", "intents": "payment_intent"}.get(kind, kind.rstrip("s"))
            raise Refusal(f"No such {word}: '{key}'", "resource_missing", 404, param="id")
        found: dict[str, Any] = row["data"]
        return found

    def newest(self, kind: str, account: str) -> Iterator[dict[str, Any]]:
        """Yield the objects of an account, the newest first."""
        for row in reversed(self._rows[kind].values()):
            if row["account"] == account:
                yield row["data"]

    def owner_of(self, kind: str, key: str) -> str:
        """Return the account that an object belongs to."""
        row = self._rows[kind].get(key)
        if row is None:
            raise Refusal(f"No such object: '{key}'", "resource_missing", 404)
        return str(row["account"])

    def tell(self, account: str, kind: str, told: dict[str, Any]) -> dict[str, Any]:
        """Make an event with a snapshot of ``told`` and hand it to whoever delivers."""
        event = self.add(
            "events",
            account,
            {
                "object": "event", "api_version": "2026-10-28.endive", "account": account, "type": kind,
                "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None},
                "data": {"object": json.loads(json.dumps(told))},
            },
        )  # fmt: skip
        self.on_event(event)
        return event

    def events(self) -> list[dict[str, Any]]:
        """Return every event ever told, the oldest first."""
        return [row["data"] for row in self._rows["events"].values()]

    # -- what people do on the hosted page ---------------------------------------------------------------------

    def pay(self, session_id: str) -> dict[str, Any]:
        """Pay on a page: intent and charge succeed, the page is complete."""
        account, session = self._open_session(session_id)
        intent = self._intent_of(account, session)
        charge = self.add(
            "charges",
            account,
            {
                "object": "charge", "amount": intent["amount"], "amount_captured": intent["amount"],
                "amount_refunded": 0, "refunded": False, "captured": True, "paid": True, "disputed": False,
                "currency": intent["currency"], "payment_intent": intent["id"], "status": "succeeded",
                "metadata": dict(intent["metadata"]), "failure_code": None, "failure_message": None,
            },
        )  # fmt: skip
        charge["receipt_url"] = f"{self.base}/receipts/{charge['id']}"
        intent |= {
            "status": "succeeded", "latest_charge": charge["id"], "amount_received": intent["amount"],
            "last_payment_error": None,
        }  # fmt: skip
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        self.tell(account, "charge.succeeded", charge)
        self.tell(account, "payment_intent.succeeded", intent)
        self.tell(account, "checkout.session.completed", session)
        return charge

    def decline(self, session_id: str) -> None:
        """Refuse the card: the page stays open for another try."""
        account, session = self._open_session(session_id)
        intent = self._intent_of(account, session)
        intent["last_payment_error"] = {"type": "card_error", "code": "card_declined", "message": "declined"}
        self.tell(account, "payment_intent.payment_failed", intent)

    def expire(self, session_id: str) -> dict[str, Any]:
        """Close a page that nobody has paid on."""
        account, session = self._open_session(session_id)
        session |= {"status": "expired", "url": None}
        self.tell(account, "checkout.session.expired", session)
        return session

    def expire_due(self) -> None:
        """Close every page whose time is over."""
        now = clock.now().timestamp()
        for key, row in list(self._rows["sessions"].items()):
            if row["data"]["status"] == "open" and row["data"]["expires_at"] <= now:
                self.expire(key)

    def _open_session(self, session_id: str) -> tuple[str, dict[str, Any]]:
        account = self.owner_of("sessions", session_id)
        session = self.find("sessions", account, session_id)
        if session["status"] != "open":
            raise Refusal('Only Checkout Sessions with a status in ["open"] can be changed.')
        return account, session

    def _intent_of(self, account: str, session: dict[str, Any]) -> dict[str, Any]:
        if session["payment_intent"] is None:
            intent = self.add(
                "intents",
                account,
                {
                    "object": "payment_intent", "amount": session["amount_total"], "amount_received": 0,
                    "currency": session["currency"], "status": "requires_payment_method", "latest_charge": None,
                    "last_payment_error": None, "metadata": dict(session["_intent_metadata"]),
                },
            )  # fmt: skip
            session["payment_intent"] = intent["id"]
        return self.find("intents", account, session["payment_intent"])

    # -- what happens afterwards -------------------------------------------------------------------------------

    def refund(self, account: str, charge_id: str, amount: int | None, reason: str | None) -> dict[str, Any]:
        """Send money back, never more than is left."""
        charge = self.find("charges", account, charge_id)
        left = charge["amount"] - charge["amount_refunded"]
        if charge["disputed"]:
            raise Refusal("Charge has been charged back; cannot issue a refund.", "charge_disputed")
        if left == 0:
            raise Refusal(f"Charge {charge_id} has already been refunded.", "charge_already_refunded")
        amount = left if amount is None else amount
        if amount > left:
            raise Refusal(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        refund = self.add(
            "refunds",
            account,
            {
                "object": "refund", "amount": amount, "currency": charge["currency"], "charge": charge_id,
                "payment_intent": charge["payment_intent"], "status": self.refund_status, "reason": reason,
                "failure_reason": None, "metadata": {},
            },
        )  # fmt: skip
        self._count_refunds(account, charge)
        self.tell(account, "refund.created", refund)
        self.tell(account, "charge.refunded", charge)
        return refund

    def settle_refund(self, refund_id: str, status: str) -> None:
        """Let a refund succeed or fail later: ``failed`` gives the money back to the charge."""
        account = self.owner_of("refunds", refund_id)
        refund = self.find("refunds", account, refund_id)
        refund |= {
            "status": status,
            "failure_reason": "expired_or_canceled_card" if status == "failed" else None,
        }
        self._count_refunds(account, self.find("charges", account, refund["charge"]))
        self.tell(account, "refund.updated", refund)
        if status == "failed":
            self.tell(account, "refund.failed", refund)

    def _count_refunds(self, account: str, charge: dict[str, Any]) -> None:
        gone = sum(
            each["amount"]
            for each in self.newest("refunds", account)
            if each["charge"] == charge["id"] and each["status"] not in ("failed", "canceled")
        )
        charge |= {"amount_refunded": gone, "refunded": gone == charge["amount"]}

    def dispute(self, charge_id: str, amount: int | None = None) -> dict[str, Any]:
        """Have the payer dispute a charge with his bank."""
        account = self.owner_of("charges", charge_id)
        charge = self.find("charges", account, charge_id)
        charge["disputed"] = True
        made = self.add(
            "disputes",
            account,
            {
                "object": "dispute", "amount": amount or charge["amount"], "currency": charge["currency"],
                "charge": charge_id, "payment_intent": charge["payment_intent"], "reason": "fraudulent",
                "status": "needs_response", "metadata": {},
            },
        )  # fmt: skip
        self.tell(account, "charge.dispute.created", made)
        return made

    def close_dispute(self, dispute_id: str, status: str) -> None:
        """Decide a dispute: ``won`` for the seller, or ``lost``."""
        account = self.owner_of("disputes", dispute_id)
        found = self.find("disputes", account, dispute_id)
        found["status"] = status
        self.tell(account, "charge.dispute.closed", found)
