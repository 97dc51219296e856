"""What people do in every journey: sign in, fill in a page, press a button, find something."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests import factories as make
from tests.support.people import png

SECOND = 1000
LEAVING = 15 * SECOND
"""Patience for a page to change while other tests share the machine."""
FOUND_WITHIN = 2 * SECOND
"""What is published is found within two seconds."""
APPEARS = """async title => {
  const page = await (await fetch(location.href)).text();
  return new DOMParser().parseFromString(page, "text/html").querySelector("main").textContent.includes(title);
}"""
"""Whether a fresh copy of the page shows a title."""


def sign_in(page: Page, email: str, password: str = make.PASSWORD) -> None:
    """Sign in as a person does."""
    page.goto("/login")
    fill(page, {"email": email, "password": password})
    press(page, "登录")
    page.wait_for_url(lambda address: "/login" not in address, timeout=LEAVING)


def fill(page: Page, values: dict[str, Any]) -> None:
    """Fill in fields of the main form by name: text, choice, ticks (a list) or a file (a Path)."""
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']")
        if isinstance(value, Path):
            field.set_input_files(value)
        elif isinstance(value, list):
            for each in value:
                page.locator(f"main [name='{name}'][value='{each}']").check()
        elif field.first.evaluate("one => one.tagName") == "SELECT":
            field.first.select_option(value)
        elif field.first.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f"main [name='{name}'][value='{value}']").check()
        else:
            field.first.fill(value)


def press(page: Page, words: str) -> None:
    """Press the button or link of the page that says ``words``."""
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


def follow(page: Page, words: str) -> None:
    """Follow the first link of the page that says ``words``."""
    page.locator("main").get_by_role("link", name=words).first.click()


def choose_region(page: Page, *codes: str) -> None:
    """Choose province, city and county one after the other, as the lists fill."""
    page.wait_for_selector("html[data-ready]", state="attached")
    for level, code in enumerate(codes):
        chosen = page.locator("main [name='division']").nth(level)
        expect(chosen.locator(f"option[value='{code}']")).to_have_count(1, timeout=LEAVING)
        chosen.select_option(code)


def licence(folder: Path) -> Path:
    """Return a picture that stands for a licence."""
    file = folder / "licence.png"
    file.write_bytes(png())
    return file


def search(page: Page, kind: str, words: str, title: str) -> None:
    """Search as a visitor until ``title`` is among the results; two seconds are allowed."""
    page.goto("/")
    page.select_option("#hero-search-kind", kind)
    page.fill("#hero-search", words)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/{kind}s\?"))
    page.wait_for_function(APPEARS, arg=title, timeout=FOUND_WITHIN)
    page.reload()
    expect(page.locator("main").get_by_role("link", name=title).first).to_be_visible()
