"""Takes the README's pictures anew: ``python -m tests.screenshots [address] [name …]`` (``make screenshots``).

Loads a fresh demonstration into a folder of its own, starts the site on a free port, and walks to each page by its
links, as a person would, so that a picture never depends on a row number. With an address (``http://…``) it looks at
the demonstration that runs there instead. Needs Chromium and a Chinese font.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import CHROMIUM, FLAGS
from tests.support.pictures import few_colours
from tests.support.tree import ROOT

FOLDER = ROOT / "docs" / "images"
LARGEST = 150_000
"""Bytes of a picture."""
COLOURS = (256, 128, 64, 32, 16)
WIDE, HIGH = 1280, 800
"""Pixels of a picture."""
PASSWORD = "demo-Suzhou-2026"

Walk = Callable[[Page], None]


def _open(path: str) -> Walk:
    return lambda page: _go(page, path)


def _go(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, login: str) -> None:
    _go(page, "/login")
    page.locator("main form input[name=email]").fill(login)
    page.locator("main form input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit], main form button").last.click()
    page.wait_for_load_state("networkidle")


def _follow(page: Page, selector: str) -> None:
    """Open the first link that fits."""
    address = page.locator(selector).first.get_attribute("href")
    _go(page, address or "/")


def _achievement(page: Page) -> None:
    _go(page, "/achievements?q=大豆基无醛木材胶粘剂")
    _follow(page, ".results .card-title a")


def _aid(page: Page) -> None:
    _go(page, "/achievements?q=采煤沉陷区建筑地基&origin=outside")
    _follow(page, ".results .card-title a")
    page.locator("#aid").evaluate("part => part.scrollIntoView({behavior: 'instant'})")


def _match(page: Page) -> None:
    _sign_in(page, "head@yaoban.example")
    _go(page, "/")
    _follow(page, "main a[href^='/matches/']")


def _case(page: Page) -> None:
    _sign_in(page, "head@liyu.example")
    _go(page, "/desk/subsidies")
    _follow(page, "main tr:has-text('退回') a[href^='/desk/subsidies/']")


PICTURES: dict[str, Walk] = {
    "home": _open("/"),
    "achievements": _open("/achievements"),
    "achievement": _achievement,
    "aid": _aid,
    "match": _match,
    "subsidy-case": _case,
    "turnover": _open("/turnover"),
    "announcements": _open("/announcements"),
}
"""Name of a picture → the way to its page."""


def main(named: list[str]) -> None:
    """Take the named pictures, or all of them."""
    running = [each for each in named if each.startswith("http://")]
    wanted = {name: PICTURES[name] for name in named if name not in running} or PICTURES
    FOLDER.mkdir(parents=True, exist_ok=True)
    site = nullcontext(running[0]) if running else _site()
    with site as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, walk in wanted.items():
            content = few_colours(_taken(browser, address, walk), COLOURS, LARGEST)
            (FOLDER / f"{name}.png").write_bytes(content)
            print(f"{name}.png  {len(content) // 1000} kB")
        browser.close()


def _taken(browser: Browser, address: str, walk: Walk) -> bytes:
    page = browser.new_page(base_url=address, viewport={"width": WIDE, "height": HIGH}, locale="zh-CN")
    page.set_default_timeout(15_000)
    walk(page)
    if page.locator("main h1").count() != 1:
        raise RuntimeError(f"no page at {page.url}")
    content = page.screenshot()
    page.close()
    return content


@contextmanager
def _site() -> Iterator[str]:
    """Load a demonstration into a folder of its own and serve it until the caller is done."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _served(folder)


def _served(folder: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    env = os.environ | {
        "MARKETPLACE_ENV": "demo",
        "MARKETPLACE_INSTANCE": folder,
        "MARKETPLACE_PUBLIC_URL": address,
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "prepare"], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    serve = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--log-level",
        "error",
    ]
    with subprocess.Popen([*serve, "wsgi:app"], env=env, cwd=ROOT, stderr=subprocess.DEVNULL) as web:
        try:
            _wait(port)
            yield address
        finally:
            web.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the site does not answer")


if __name__ == "__main__":
    main(sys.argv[1:])
