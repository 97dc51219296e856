"""The calls the stand-in answers, in the provider's own words: parameters, errors, paging, idempotency."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from marketplace.domain import clock
from marketplace.integrations.billing_fake.book import LARGEST, Book, Refusal

Answer = dict[str, Any]
_PART = re.compile(r"\[([^\]]*)\]")


def parse(encoded: str) -> dict[str, Any]:
    """Return ``a[b][0]=c`` as {"a": {"b": ["c"]}}: how the official client writes nested parameters."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        here, parts = found, [name.partition("[")[0], *_PART.findall(name)]
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        here[parts[-1]] = value
    return {name: _lists(value) for name, value in found.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(each) for key, each in value.items()}


class Api:
    """Answers one call after the other from a book."""

    def __init__(self, book: Book, key: str) -> None:
        self.book = book
        self._key = key

    def answer(
        self, method: str, path: str, encoded: str, headers: Mapping[str, str]
    ) -> tuple[int, Answer, bool]:
        """Return status, body, and whether it is a replay for a known Idempotency-Key."""
        with self.book.lock:
            try:
                account = self._whose(headers)
                params = parse(encoded)
                key = headers.get("Idempotency-Key", "")
                if method == "POST" and key:
                    return self._once(f"{account} {key}", method, path, account, params)
                return 200, self._do(method, path, account, params), False
            except Refusal as refused:
                return refused.status, {"error": refused.error}, False

    def _whose(self, headers: Mapping[str, str]) -> str:
        if headers.get("Authorization") != f"Bearer {self._key}":
            raise Refusal("Invalid API Key provided", "", 401)
        account = headers.get("Stripe-Account", "")
        if account:
            self._account(account)
        return account

    def _account(self, account: str) -> Answer:
        found = self.book.accounts.get(account)
        if found is None:
            raise Refusal(
                f"The provided key does not have access to account '{account}' (or that account does not exist).",
                "account_invalid",
                403,
            )
        return found

    def _once(
        self, key: str, method: str, path: str, account: str, params: dict[str, Any]
    ) -> tuple[int, Answer, bool]:
        fingerprint = hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()
        known = self.book.answered.get(key)
        if known is not None and known[0] != fingerprint:
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        if known is not None:
            return 200, known[1], True
        made = self._do(method, path, account, params)
        self.book.answered[key] = [fingerprint, json.loads(json.dumps(made))]
        self.book.keep()
        return 200, made, False

    def _do(self, method: str, path: str, account: str, params: dict[str, Any]) -> Answer:
        self.book.expire_due()
        for verb, pattern, call in self._routes():
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                expand = params.pop("expand", [])
                made = call(account, params, *match.groups())
                if method == "POST":
                    self.book.keep()
                return _shown(self._expanded(account, made, expand))
        raise Refusal(f"Unrecognized request URL ({method}: {path}).", "", 404)

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        one = r"([A-Za-z0-9_]+)"
        return [
            ("GET", r"/v1/account", lambda account, _params: self._account(account)),
            ("GET", rf"/v1/accounts/{one}", lambda _account, _params, key: self._account(key)),
            ("POST", r"/v1/checkout/sessions", self._create_session),
            ("POST", rf"/v1/checkout/sessions/{one}/expire", self._expire_session),
            ("POST", r"/v1/refunds", self._create_refund),
            *(
                route
                for kind, path in (
                    ("sessions", "checkout/sessions"), ("intents", "payment_intents"), ("charges", "charges"),
                    ("refunds", "refunds"), ("disputes", "disputes"), ("events", "events"),
                )
                for route in (
                    ("GET", rf"/v1/{path}", self._lister(kind, f"/v1/{path}")),
                    ("GET", rf"/v1/{path}/{one}", self._finder(kind)),
                )
            ),
        ]  # fmt: skip

    def _finder(self, kind: str) -> Callable[..., Answer]:
        return lambda account, _params, key: self.book.find(kind, account, key)

    def _lister(self, kind: str, url: str) -> Callable[..., Answer]:
        def listing(account: str, params: dict[str, Any]) -> Answer:
            _known(params, {"limit", "starting_after", "created", "payment_intent", "charge", "type"})
            limit = _whole(params.get("limit", "10"), "limit", 1, 100)
            wanted = {name: params[name] for name in ("payment_intent", "charge", "type") if name in params}
            since = int(params.get("created", {}).get("gte", 0))
            rows = [
                row
                for row in self.book.newest(kind, account)
                if row["created"] >= since and all(row.get(name) == value for name, value in wanted.items())
            ]
            after = params.get("starting_after")
            if after:
                places = [place for place, row in enumerate(rows) if row["id"] == after]
                if not places:
                    raise Refusal(
                        f"No such object: '{after}'", "resource_missing", 400, param="starting_after"
                    )
                rows = rows[places[0] + 1 :]
            return {
                "object": "list",
                "url": url,
                "has_more": len(rows) > limit,
                "data": [_shown(row) for row in rows[:limit]],
            }

        return listing

    def _expanded(self, account: str, made: Answer, expand: list[str]) -> Answer:
        kinds = {"payment_intent": "intents", "latest_charge": "charges"}
        made = dict(made)
        for path in expand:
            here = made
            for name in path.split("."):
                if name not in kinds:
                    raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
                if here.get(name) is None:
                    break
                if isinstance(here[name], str):
                    here[name] = dict(self.book.find(kinds[name], account, here[name]))
                here = here[name]
        return made

    def _create_session(self, account: str, params: dict[str, Any]) -> Answer:
        _known(
            params,
            {
                "mode", "line_items", "metadata", "payment_intent_data", "client_reference_id", "success_url",
                "cancel_url", "expires_at", "locale",
            },
        )  # fmt: skip
        if not account or not self._account(account)["charges_enabled"]:
            raise Refusal("Your account cannot currently make charges.", "account_invalid", 400)
        if params.get("mode") != "payment":
            raise Refusal("Only the mode payment is supported.", "parameter_invalid", param="mode")
        if not params.get("success_url"):
            raise Refusal("Missing required param: success_url.", "parameter_missing", param="success_url")
        total, currency, title = _order(params.get("line_items"))
        now = int(clock.now().timestamp())
        expires = _whole(params.get("expires_at", str(now + 86_400)), "expires_at", 0, 10**12)
        if not now + 1_800 - 60 <= expires <= now + 86_400 + 60:
            raise Refusal(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
                param="expires_at",
            )
        session = self.book.add(
            "sessions",
            account,
            {
                "object": "checkout.session", "mode": "payment", "status": "open", "payment_status": "unpaid",
                "amount_total": total, "amount_subtotal": total, "currency": currency, "payment_intent": None,
                "metadata": params.get("metadata", {}), "client_reference_id": params.get("client_reference_id"),
                "success_url": params["success_url"], "cancel_url": params.get("cancel_url"), "expires_at": expires,
                "locale": params.get("locale"), "_title": title,
                "_intent_metadata": params.get("payment_intent_data", {}).get("metadata", {}),
            },
        )  # fmt: skip
        session["url"] = f"{self.book.base}/pay/{session['id']}"
        return session

    def _expire_session(self, account: str, _params: dict[str, Any], key: str) -> Answer:
        self.book.find("sessions", account, key)
        return self.book.expire(key)

    def _create_refund(self, account: str, params: dict[str, Any]) -> Answer:
        _known(params, {"charge", "payment_intent", "amount", "reason", "metadata"})
        charge = params.get("charge")
        if charge is None:
            intent = self.book.find("intents", account, params.get("payment_intent", ""))
            charge = intent["latest_charge"] or ""
        amount = _whole(params["amount"], "amount", 1, LARGEST) if "amount" in params else None
        return self.book.refund(account, charge, amount, params.get("reason"))


def _order(items: Any) -> tuple[int, str, str]:
    """Return total, currency and the words of the first line of an order."""
    if not isinstance(items, list) or not items:
        raise Refusal("Missing required param: line_items.", "parameter_missing", param="line_items")
    total, currency, title = 0, "", ""
    for item in items:
        price = item.get("price_data") or {}
        name = (price.get("product_data") or {}).get("name", "")
        if not price.get("currency") or not name:
            raise Refusal("Missing required param: price_data.", "parameter_missing", param="line_items")
        total += _whole(price.get("unit_amount", ""), "unit_amount", 1, 10**12) * _whole(
            item.get("quantity", ""), "quantity", 1, 10**6
        )
        currency, title = price["currency"], title or name
    if total > LARGEST:
        raise Refusal(
            f"Amount must be no more than {LARGEST}.",
            "amount_too_large",
            param="line_items[0][price_data][unit_amount]",
        )
    return total, currency, title


def _known(params: dict[str, Any], names: set[str]) -> None:
    for name in params:
        if name not in names:
            raise Refusal(f"Received unknown parameter: {name}", "parameter_unknown", param=name)


def _whole(text: Any, name: str, least: int, most: int) -> int:
    if not isinstance(text, str) or not text.isascii() or not text.isdigit():
        raise Refusal(f"Invalid integer: {text}", "parameter_invalid_integer", param=name)
    if not least <= int(text) <= most:
        raise Refusal(
            f"This value must be between {least} and {most}.", "parameter_invalid_integer", param=name
        )
    return int(text)


def _shown(data: Answer) -> Answer:
    """Leave out what is only our own memory."""
    return {name: value for name, value in data.items() if not name.startswith("_")}
