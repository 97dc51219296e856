"""From a match to a contract draft: asked, answered under a 保密承诺, offered, countered, accepted."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.matching import Ranking
from marketplace.services.unit import unit_of_work
from tests import dealings
from tests import factories as make
from tests.deals import PDF
from tests.journeys import steps

pytestmark = pytest.mark.usefixtures("session")

QUESTION = "我公司想先在一条热压线上试用，请问冬季固化时间和供货价格是多少？"
TERMS = "普通许可五年；乙方交付配方和工艺参数，现场调试不少于三次，以第三方检测报告验收。"


def test_from_a_match_to_a_contract_draft(page: Any, new_page: Any, tmp_path: Path) -> None:
    table = dealings.make_table()
    with unit_of_work():
        db.session.add(
            Ranking(
                listing_id=table.demand.id,
                revision_id=table.demand.published_id,
                entries=[[table.achievement.id, 0.4]],
                ranked_at=clock.now(),
            )
        )
    paper = tmp_path / "冬季工艺参数.pdf"
    paper.write_bytes(PDF)
    buyer, seller = page, new_page()
    steps.sign_in(buyer, table.people["buyer"].email)
    steps.sign_in(seller, table.people["seller"].email)

    buyer.goto(f"/demands/{table.demand.id}/matches")
    steps.follow(buyer, "为什么匹配")
    steps.follow(buyer, "询问这项成果")
    steps.fill(buyer, {"message": QUESTION})
    buyer.locator("main button[type=submit]").last.click()
    buyer.wait_for_url("**/desk/inquiries/*")
    thread = buyer.url

    seller.goto(thread)
    expect(seller.locator("main")).to_contain_text(QUESTION)
    steps.fill(seller, {"message": "三十分钟可以固化，参数见附件。", "level": "parties", "file": paper})
    steps.press(seller, "发送答复")
    expect(seller.locator(".notices")).to_be_visible()

    buyer.reload()
    steps.follow(buyer, "阅读并签署保密承诺")
    steps.fill(buyer, {"typed_name": table.people["buyer"].name})
    steps.press(buyer, "接受保密承诺")
    expect(buyer.locator("main").get_by_role("link", name="冬季工艺参数.pdf").first).to_be_visible()
    steps.follow(buyer, "开始洽谈")
    steps.press(buyer, "开始洽谈")
    buyer.wait_for_url("**/desk/negotiations/*")
    table_at = buyer.url

    _offer(seller, table_at, "600000")
    seller.goto(table_at)
    buyer.goto(table_at)
    expect(buyer.locator("main")).to_contain_text("陆拾万元整")
    steps.follow(buyer, "另提方案")
    _change_amount(buyer, "500000")
    expect(buyer.locator("main")).to_contain_text("600,000.00")
    steps.press(buyer, "发出方案")
    buyer.wait_for_url(table_at)

    seller.reload()
    expect(seller.locator("main")).to_contain_text("与第 1 份相比")
    steps.follow(seller, "接受这份方案")
    expect(seller.locator("main")).to_contain_text("伍拾万元整")
    steps.press(seller, "接受第 2 份方案")
    steps.follow(seller, "生成合同草稿")
    steps.press(seller, "生成合同草稿")
    seller.wait_for_url("**/desk/contracts/*")
    expect(seller.locator("main")).to_contain_text(TERMS)
    buyer.reload()
    expect(buyer.locator("main")).to_contain_text("由对方拟订")

    db.session.rollback()
    contract = db.session.scalars(select(Contract)).one()
    assert contract.current is not None
    assert contract.current.amount_fen == 50_000_000
    assert [party.organisation_id for party in contract.current.parties] == [
        make.actor(table.people[side]).organisation_id for side in ("buyer", "seller")
    ]


def _offer(page: Page, table_at: str, amount: str) -> None:
    page.goto(f"{table_at}/offers/new")
    steps.fill(
        page,
        {
            "kind": "licence.patent",
            "licence_scope": "ordinary",
            "payment_mode": "lump",
            "instalments-0-condition": "合同生效后15日内",
            "terms": TERMS,
        },
    )
    _change_amount(page, amount)
    steps.press(page, "发出方案")
    page.wait_for_url(table_at)


def _change_amount(page: Page, amount: str) -> None:
    """Pay at once: the only instalment follows the sum where it is left empty."""
    steps.fill(page, {"amount_fen": amount, "instalments-0-amount_fen": ""})
    steps.press(page, "检查后发出")
    expect(page.locator("main h1")).to_have_text("检查方案")
