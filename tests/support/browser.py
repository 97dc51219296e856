"""A real browser against a real server: Debian's Chromium, driven by Playwright."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Whatever a page might try to reach outside fails at once instead of waiting for a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


class QuietHandler(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class LiveServer:
    """The application behind a loopback port, served by threads of the test process."""

    def __init__(self, app: Flask) -> None:
        self._running = 0
        self._idle = threading.Condition()
        self._app = app
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=QuietHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """Where the site answers, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_until_idle(self) -> None:
        """Wait for requests still being answered, so that none writes into the next test."""
        with self._idle:
            assert self._idle.wait_for(lambda: not self._running, timeout=20), "a request never ended"

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        with self._idle:
            self._running += 1
        try:
            answer = self._app.wsgi_app(environ, start_response)
            try:
                yield from answer
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()


def launch(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@contextmanager
def watched_page(browser: Browser, address: str, viewport: dict[str, int] | None = None) -> Iterator[Page]:
    """Open a page as a new visitor; afterwards fail on anything a careful visitor's console would show.

    Those are script and console errors, violations of the content security policy, missing parts of a
    page, server errors and requests that leave the host.
    """
    context = browser.new_context(
        base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=viewport or DESKTOP
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    watch(page, urlsplit(address).netloc, faults)
    context.on("page", lambda opened: watch(opened, urlsplit(address).netloc, faults))
    try:
        yield page
    except BaseException as error:
        if faults:
            error.add_note("the browser complained as well:\n  " + "\n  ".join(faults))
        raise
    finally:
        context.close()
    assert not faults, "the browser complained:\n  " + "\n  ".join(faults)


def watch(page: Page, host: str, faults: list[str]) -> None:
    """Collect what goes wrong on a page into ``faults``."""

    def on_console(message: ConsoleMessage) -> None:
        # A page that answers 404 or 422 on purpose also says so here; on_response judges answers.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme in ("http", "https", "ws", "wss") and target.netloc != host:
            faults.append(f"request to another host: {request.url}")

    def on_response(response: Response) -> None:
        part = response.request.resource_type != "document"
        if response.status >= 500 or (part and response.status >= 400):
            faults.append(f"{response.status} for {response.url}")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("response", on_response)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))


def check_accessible(page: Page) -> None:
    """Fail on anything axe finds against WCAG 2.1 AA on the page as it now stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        # Preloading is for audio, video and experimental rules; axe would fetch every style sheet once more.
        """(tags) => axe.run(document, {
            runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false,
        })""",
        WCAG,
    )
    found = [
        f"{one['id']} ({one['impact']}): {one['help']}: "
        + " | ".join(n["html"][:160] for n in one["nodes"][:4])
        for one in result["violations"]
    ]
    assert not found, f"axe on {page.url}:\n  " + "\n  ".join(found)


def no_overflow(page: Page) -> None:
    """Fail when the page, on a phone 360 px wide, has to be moved sideways."""
    before = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wide = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            const scrolls = (one) => {
                for (let up = one.parentElement; up; up = up.parentElement)
                    if (getComputedStyle(up).overflowX !== 'visible') return true;
                return false;
            };
            return ['page ' + document.documentElement.scrollWidth + ' px'].concat(
                [...document.body.querySelectorAll('*')]
                    .filter((one) => one.getBoundingClientRect().right > room + 1 && !scrolls(one))
                    .slice(0, 6).map((one) => one.outerHTML.slice(0, 120)));
        }"""
    )
    if before:
        page.set_viewport_size(before)
    assert not wide, f"{page.url} is wider than a phone:\n  " + "\n  ".join(wide)
