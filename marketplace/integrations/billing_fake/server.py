"""The stand-in as a server on loopback: calls under /v1, pages under /pay and /receipts, levers under /control."""

import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from marketplace.integrations.billing_fake import pages
from marketplace.integrations.billing_fake.api import Api
from marketplace.integrations.billing_fake.book import Book, Refusal
from marketplace.integrations.billing_fake.courier import Courier

KEY = "sk_test_demonstration"
SECRET = "whsec_demonstration"  # noqa: S105 - of the stand-in, which guards nothing
ACCOUNTS = {
    "acct_demo0000000001": ("演示收款账户一", True),
    "acct_demo0000000002": ("演示收款账户二", True),
    "acct_demo0000000009": ("演示账户（尚未开通收款）", False),
}
"""Accounts that are there from the start; demonstration organisations enter one of them."""


class FakeStripe:
    """The stand-in. Without ``webhook`` events are only written down (``book.events()``)."""

    def __init__(
        self, port: int = 0, webhook: str = "", secret: str = SECRET, store: Path | None = None
    ) -> None:
        self.book = Book(store)
        for account, (name, may_charge) in ACCOUNTS.items():
            if account not in self.book.accounts:
                self.book.add_account(account, name, may_charge)
        self.secret = secret
        self.silent = False
        """While set, calls get no answer: the provider is out of reach."""
        self.courier = Courier(webhook, secret) if webhook else None
        if self.courier is not None:
            self.book.on_event = self.courier.take
        self._server = _Server(("127.0.0.1", port), partial(_Handler, self, Api(self.book, KEY)))
        self.base = self.book.base = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Answer in threads of this process."""
        if self.courier is not None:
            self.courier.start()
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def serve(self) -> None:
        """Answer until interrupted."""
        if self.courier is not None:
            self.courier.start()
        self._server.serve_forever()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        if self.courier is not None:
            self.courier.stop()

    def control(self, lever: str, params: dict[str, str]) -> dict[str, Any]:
        """Do what the provider or a bank would do by itself; return what came of it."""
        book = self.book
        if lever == "events":
            return {"data": book.events()}
        if lever in ("hold", "release") and self.courier is not None:
            self.courier.hold(lever == "hold")
        elif lever == "again" and self.courier is not None:
            event = next(each for each in book.events() if each["id"] == params["event"])
            self.courier.take(event)
        elif lever == "accounts":
            book.add_account(
                params["account"], params.get("name", ""), params.get("charges_enabled") != "false"
            )
        elif lever == "refunds":
            book.settle_refund(params["refund"], params["status"])
        elif lever == "dispute":
            return book.dispute(params["charge"])
        elif lever == "close_dispute":
            book.close_dispute(params["dispute"], params["status"])
        elif lever == "expire":
            return book.expire(params["session"])
        else:
            raise Refusal("no such lever", "", 404)
        return {"done": True}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    """One request. HTTP/1.1, so that the client keeps its connection."""

    protocol_version = "HTTP/1.1"
    server_version = "FakeStripe"
    timeout = 60
    # Head and body leave in one piece: in two, each answer waits 40 ms for the client's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, fake: FakeStripe, api: Api, *args: Any) -> None:
        self.fake, self.api = fake, api
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer a GET."""
        self._route("GET", "")

    def do_POST(self) -> None:
        """Answer a POST."""
        length = int(self.headers.get("Content-Length") or 0)
        self._route("POST", self.rfile.read(length).decode("utf-8", "replace"))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _route(self, method: str, body: str) -> None:
        address = urlsplit(self.path)
        parts = address.path.strip("/").split("/")
        if parts[0] == "v1" and self.fake.silent:
            self.close_connection = True
            return
        if parts[0] == "v1":
            headers = {
                name: self.headers.get(name, "")
                for name in ("Authorization", "Stripe-Account", "Idempotency-Key")
            }
            status, found, replayed = self.api.answer(method, address.path, body or address.query, headers)
            more = {"Idempotent-Replayed": "true"} if replayed else {}
            self._send(status, json.dumps(found).encode(), "application/json", more)
            return
        try:
            with self.fake.book.lock:
                self._page(method, parts, body)
                self.fake.book.keep()
        except (Refusal, KeyError, StopIteration):
            self._send(404, pages.page("没有这个页面", "<p>请从网站重新打开支付页。</p>"))

    def _page(self, method: str, parts: list[str], body: str) -> None:
        book = self.fake.book
        if method == "POST" and parts[0] == "control":
            params = {name: values[-1] for name, values in parse_qs(body).items()}
            self._send(200, json.dumps(self.fake.control(parts[1], params)).encode(), "application/json")
        elif parts[0] == "style.css":
            self._send(200, pages.STYLE.encode(), "text/css; charset=utf-8")
        elif parts[0] == "receipts":
            account = book.owner_of("charges", parts[1])
            seller = book.accounts[account]["business_profile"]["name"]
            self._send(200, pages.receipt(book.find("charges", account, parts[1]), seller))
        elif parts[0] == "pay":
            self._pay(method, parts)
        else:
            raise Refusal("no such page", "", 404)

    def _pay(self, method: str, parts: list[str]) -> None:
        book, key = self.fake.book, parts[1]
        book.expire_due()
        account = book.owner_of("sessions", key)
        session = book.find("sessions", account, key)
        seller = book.accounts[account]["business_profile"]["name"]
        if session["status"] != "open":
            self._send(200, pages.closed(session))
        elif method == "GET":
            self._send(200, pages.checkout(session, seller))
        elif parts[2] == "confirm":
            book.pay(key)
            target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", key)
            self._send(303, b"", more={"Location": target})
        else:
            book.decline(key)
            self._send(200, pages.checkout(session, seller, declined=True))

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "text/html; charset=utf-8",
        more: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **pages.HEADERS,
            **(more or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
