"""成交额 and its targets through their pages."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.services.deals.turnover import targets
from marketplace.services.unit import unit_of_work
from marketplace.web.deals.turnover import charts
from tests import deals, factories

pytestmark = pytest.mark.usefixtures("session")
WAN = deals.WAN
YEAR = 2025


@pytest.fixture
def world(session):
    """Four contracts of March, one of May that sells, and the plan's target."""
    firm = factories.make_organisation()
    for _ in range(4):
        deals.make_contract(firm, amounts=(1000 * WAN,), signed_on=date(YEAR, 3, 18))
    abroad = factories.make_organisation(division="110101")
    deals.make_contract(abroad, firm, amounts=(70 * WAN,), signed_on=date(YEAR, 5, 6))
    with unit_of_work():
        targets.ensure_plan()


def test_an_empty_city_is_told_the_next_step(client):
    page = client.page("/turnover")
    assert "还没有计入的合同" in page.text
    assert "成交额" not in client.page("/").by_id.get("figures", "")
    with pytest.raises(AssertionError):
        client.page("/turnover/nothing")


def test_the_page_states_view_day_and_target(client, world):
    page = client.page(f"/turnover?year={YEAR}")
    for words in ("4,070", "口径： 合计 · 成交额", "截至", clock.today().isoformat(), "目标 500,000 万元", "29.95亿元",
                  "3月", "按区县", "埇桥区", "去重"):  # fmt: skip
        assert words.replace(" ", "") in page.text.replace(" ", ""), words
    # A month whose only contract would be known by the others is not shown, nor is what would give it away.
    assert "少于3项" in page.text
    assert "不单列" in page.text
    assert "70 1项" not in page.text
    assert page.all("rect")
    assert "/admin/contracts" not in "".join(page.links)


def test_every_choice_of_the_page_works_and_nonsense_falls_back(client, world):
    for query in ("view=in&measure=technical&by=field&step=quarter", "by=category&step=year", "by=direction&view=out",
                  "view=distinct&year=2025", "view=x&measure=y&year=1066&by=z&step=w&on=x"):  # fmt: skip
        assert client.page(f"/turnover?{query}").h1 == "技术合同成交额"
    assert "口径： 输出".replace(" ", "") in client.page("/turnover?view=out").text.replace(" ", "")


def test_the_public_sees_today_only(client, world):
    """Two days compared would tell what was registered between them."""
    page = client.page(f"/turnover?year={YEAR}&on={YEAR}-04-01")
    assert "公开页只显示当日数字" in page.text
    assert clock.today().isoformat() in page.text


def test_staff_sees_everything_asks_for_a_day_and_opens_the_contracts(client, world):
    client.sign_in(factories.make_staff(Role.FINANCE).id)
    page = client.page(f"/turnover?year={YEAR}")
    assert "公众见：少于3项" in page.text
    cell = next(link for link in page.links if "side=out" in link and f"counted_from={YEAR}-05-01" in link)
    ledger = client.page(cell)
    assert ledger.h1 == "合同台账"
    assert "合计 1 份" in ledger.text
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert f"截至{yesterday}" in client.page(f"/turnover?year={YEAR}&on={yesterday}").text.replace(" ", "")
    assert "不晚于今天" in client.page("/turnover?on=2999-01-01").text


def test_the_download_shows_what_the_page_shows(client, world, new_client):
    def rows(visitor):
        answer = visitor.get(f"/turnover/download?year={YEAR}")
        assert "no-store" in answer.headers["Cache-Control"]
        return list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))

    found = rows(client)
    assert re.search(r"成交额，2025年，截至\d{4}-\d\d-\d\d", found[0][0])
    assert found[2][:4] == ("全年", "2025年", 4070, 5)
    may = next(row for row in found if row[1] == "5月")
    assert (may[2], may[3], may[6]) == ("少于3项", "少于3项", "少于3项")
    staff = new_client()
    staff.sign_in(factories.make_staff(Role.AUDITOR).id)
    assert next(row for row in rows(staff) if row[1] == "5月")[2:4] == (70, 1)


def test_the_home_page_has_the_figure_of_the_year(client, world):
    firm = factories.make_organisation()
    for _ in range(3):
        deals.make_contract(firm, amounts=(5 * WAN,), signed_on=clock.today())
    text = client.page("/").text.replace(" ", "")
    assert f"{clock.today().year}年技术合同成交额15万元口径：合计·截至{clock.today().isoformat()}" in text


def test_a_target_is_set_with_its_source(client, world):
    client.sign_in(factories.make_staff(Role.POLICY_MANAGER).id)
    wrong = client.submit("/admin/targets/new", {"year": "20", "amount": "五十亿", "source": "年度要点"})
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert "年度要点" in text
    assert "请换算成万元" in text
    client.submit("/admin/targets/new", {"year": str(YEAR), "amount": "600000", "source": "年度要点"})
    page = client.page("/admin/targets")
    assert "600,000 万元" in page.text
    assert "已被替换" in page.text
    assert "年度要点" in client.page(f"/turnover?year={YEAR}").text
    missing = client.submit("/admin/targets/new", {"year": "", "amount": "1", "source": "文件"})
    assert "请填写四位年份" in missing.get_data(as_text=True)


def test_targets_have_an_empty_state(client):
    client.sign_in(factories.make_staff(Role.FINANCE).id)
    assert "还没有设定目标" in client.page("/admin/targets").text
    assert client.get("/admin/targets/new").status_code == 403


def test_bars_stand_on_their_zero():
    chart = charts.grouped([("1", [100, None], ["a", "b"]), ("2", [-50, 50], ["c", "d"])], ["x", "y"], "图")
    assert [(bar.y, bar.height) for bar in chart.bars] == [(0, 133.33), (133.33, 66.67), (66.67, 66.67)]
    assert (chart.zero, [held for _x, _words, held in chart.labels]) == (133.33, [True, False])
    assert charts.grouped([("1", [None], [""])], ["x"], "图") is None
