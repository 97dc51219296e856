"""A table comes in with errors, is mended, imported, taken away again, and says the same."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from marketplace.services.catalogue.exchange.columns import COLUMNS, IGNORED
from marketplace.services.platform import tables
from tests import factories as make
from tests.journeys import steps
from tests.services.catalogue.exchange.table import row, workbook
from tests.support.browser import check_accessible, no_overflow

pytestmark = pytest.mark.usefixtures("session")

GIVEN_BY_THE_SITE = IGNORED | {"number"}


def test_from_errors_to_the_same_table(page: Any, phone: Any, tmp_path: Path) -> None:
    owner = make.make_person(make.make_organisation("university", name="符离研究院"))
    rows = [row("achievement", n, external_key=f"FL-{n}") for n in range(1, 4)]
    rows[1] |= {"title": "=砂姜黑土|测墒", "metrics": "误差 | 5\\| % | -2 % | 报告"}
    faulty = [rows[0] | {"title": "——！！"}, rows[1] | {"field": "炼金术"}, rows[2]]
    (tmp_path / "faulty.xlsx").write_bytes(workbook("achievement", faulty))
    (tmp_path / "mended.xlsx").write_bytes(workbook("achievement", rows))

    steps.sign_in(page, owner.email)
    page.goto("/desk/listings")
    steps.follow(page, "批量导入成果")
    check_accessible(page)
    _upload(page, tmp_path / "faulty.xlsx")
    expect(page.locator("main")).to_contain_text("名称只有标点符号", timeout=steps.LEAVING)
    expect(page.locator("main")).to_contain_text("“炼金术”不在可选范围")
    expect(page.locator("main")).to_contain_text("只导入正确的 1 行")
    check_accessible(page)
    steps.sign_in(phone, owner.email)
    phone.goto(page.url)
    no_overflow(phone)

    steps.follow(page, "改正后重新上传")
    _upload(page, tmp_path / "mended.xlsx")
    expect(page.locator("#import")).to_be_visible(timeout=steps.LEAVING)
    steps.press(page, "导入全部 3 行")
    expect(page.locator("main")).to_contain_text("新建草稿 3 项", timeout=steps.LEAVING)

    steps.follow(page, "看我的成果与需求")
    for form in ("xlsx", "csv"):
        with page.expect_download() as saved:
            page.locator("#export-my-achievements").get_by_role("button", name=form).click()
        exported = Path(saved.value.path()).read_bytes()
        assert _said(exported) == _said(workbook("achievement", rows))


def _upload(page: Any, file: Path) -> None:
    steps.fill(page, {"file": file})
    steps.press(page, "上传并核对")
    page.wait_for_url("**/jobs/*")


def _said(content: bytes) -> list[dict[str, Any]]:
    """What a table says, whatever the order of its rows and without what the site adds."""
    table = tables.read(content, COLUMNS["achievement"])
    assert table.errors == []
    said = [
        {
            # Chosen words have no order.
            key: sorted(value) if isinstance(value, list) else value
            for key, value in one.items()
            if key not in GIVEN_BY_THE_SITE
        }
        for one in table.rows
    ]
    return sorted(said, key=lambda one: one["external_key"])
