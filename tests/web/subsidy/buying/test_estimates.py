"""Before buying: the estimate on an achievement, the calculator, the kit for sellers."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from marketplace.domain import clock
from tests import deals, subsidies
from tests import factories as make

WAN = deals.WAN
YEAR = clock.today().year


@pytest.fixture
def achievement(session):
    """A university outside the city offers an achievement for 26万元."""
    university = make.make_organisation("university", division="340111")
    return make.make_published(make.make_person(university))


@pytest.fixture
def address(achievement):
    return f"/achievements/{achievement.id}"


def test_a_visitor_sees_the_aid_for_the_price_with_the_assumptions(client, address):
    subsidies.make_policy()
    text = client.page(address).text
    assert "预计可获补助 2.6 万元" in text
    assert "按买方是本市的企业" in text
    assert "登录后按贵单位的情况判断" in text
    assert "版本" in text


def test_without_a_version_nothing_is_promised(client, address):
    assert "预计可获补助" not in client.page(address).text


def test_a_draft_says_so(client, address):
    subsidies.make_policy(state="drafted")
    assert "征求意见稿，只供测算" in client.page(address).text


def test_instalments_reach_the_cap_in_the_year_it_is_reached(client, address):
    subsidies.make_policy()
    query = (
        f"?aid-amount=1&aid-kind=licence&aid-years-0-year={YEAR}&aid-years-0-amount=300"
        f"&aid-years-1-year={YEAR + 1}&aid-years-1-amount=400&aid-years-2-year={YEAR + 2}&aid-years-2-amount=10"
    )
    text = client.page(address + query).text
    assert "付款 710 万元" in text
    assert "达到上限，以后的付款不再增加补助" in text
    assert "这项成果的补助已达上限" in text


def test_what_others_were_granted_is_shown_without_their_names(client, achievement, address):
    policy = subsidies.make_policy()
    batch = subsidies.make_batch(policy)
    traded = deals.make_traded(listing=achievement)
    buyer = make.make_organisation("enterprise", name="砀山果品机械公司")
    contract = deals.make_contract(buyer, traded=[traded], amounts=(800 * WAN,))
    deals.make_payment(contract, 480 * WAN)
    subsidies.make_case(buyer, traded, policy, batch, "approved", 48 * WAN)
    other = make.make_organisation("enterprise", name="萧县陶瓷公司")
    deals.make_payment(deals.make_contract(other, traded=[traded]), 100 * WAN)
    subsidies.make_case(other, traded, policy, batch, "review")
    text = client.page(address + "?aid-amount=260&aid-kind=licence").text
    assert "已定 48 万元（1 件），排队中预计 2 万元（1 件），尚余 2 万元" in text
    assert "预计可获补助 2 万元" in text
    assert "砀山果品机械公司" not in text


def test_the_signed_in_enterprise_is_judged(client, login, address):
    subsidies.make_policy()
    login(make.make_person(make.make_organisation("enterprise")))
    text = client.page(address).text
    assert "贵单位住所在" in text
    assert "按本市企业首次购买" not in text


@pytest.mark.parametrize(
    ("kind", "division", "words"),
    [
        ("enterprise", "320500", "贵单位住所不在本市"),
        ("university", "341302", "贵单位不是企业，不能申请这项补助"),
        ("authority", "341300", "贵单位不是企业，不能申请这项补助"),
    ],
)
def test_whom_the_clause_is_not_for_is_told_so_and_sees_the_general_sums(
    client, login, address, kind, division, words
):
    subsidies.make_policy()
    login(make.make_person(make.make_organisation(kind, division=division)))
    text = client.page(address).text
    assert f"{words}（条款：“市内企业”）" in text
    assert "下面按本市企业首次购买这项成果测算" in text
    assert "贵单位住所在" not in text
    assert "2.6万元" in text
    assert "预计可获补助 2.6" not in text


def test_a_seller_of_the_city_and_a_service_bring_nothing(client, session, address):
    subsidies.make_policy()
    inside = make.make_published(make.make_person(make.make_organisation("university")))
    assert "卖方在市内，不是购买市外成果" in client.page(f"/achievements/{inside.id}").text
    assert "“技术服务”不在适用范围内" in client.page(address + "?aid-amount=5&aid-kind=service").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?aid-amount=五&aid-kind=licence", "不能识别的字符"),
        ("?aid-amount=5&aid-years-0-amount=5", "请选择年份"),
        (f"?aid-amount=5&aid-years-0-year={YEAR}", "请填写付款金额"),
        ("?aid-amount=0&aid-kind=licence", "请填写大于 0 的金额"),
        ("?aid-amount=-5&aid-kind=licence", "请填写大于 0 的金额"),
        (f"?aid-amount=&aid-years-0-year={YEAR}&aid-years-0-amount=0", "请填写大于 0 的金额"),
        ("?aid-amount=&aid-kind=licence", "请填写成交额，或在"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept_above_the_estimate_for_the_price(client, address, query, words):
    subsidies.make_policy()
    page = client.page(address + query)
    assert words in page.text
    assert "下面仍按标价 26 万元、今年一次付清测算" in page.text
    assert "付款 26 万元" in page.text
    typed = dict(pair.split("=") for pair in query[1:].split("&"))
    for name in ("aid-amount", "aid-years-0-amount"):
        if name in typed:
            assert page.by_id[name].get("value", "") == typed[name]


def test_without_a_price_cap_and_conditions_are_shown_and_no_sum(client, session):
    subsidies.make_policy()
    university = make.make_organisation("university", division="340111")
    listing = make.make_published(make.make_person(university), price_fen=None, pricing="negotiable")
    text = client.page(f"/achievements/{listing.id}").text
    assert "填写金额后，可以看到各年预计补助" in text
    assert "尚余 50 万元" in text
    assert "按买方是本市的企业" in text
    assert "测算。" in client.page(f"/achievements/{listing.id}?aid-amount=abc").text


def test_a_row_is_added_without_scripts(client, address):
    subsidies.make_policy()
    page = client.page(address + "?aid-amount=5&aid-years-0-amount=3&add_row=aid-years")
    assert {"aid-years-0-amount", "aid-years-1-amount"} <= set(page.by_id)


def test_payments_outside_the_window_bring_nothing(client, address):
    subsidies.make_policy(window=(date(YEAR, 1, 1), date(YEAR, 12, 31)))
    text = client.page(address + f"?aid-years-0-year={YEAR + 1}&aid-years-0-amount=30").text
    assert "不在版本的付款日期范围内" in text


def items(*rows):
    names = ("name", "amount", "year", "category", "seller")
    return "&".join(
        f"items-{place}-{name}={value}"
        for place, row in enumerate(rows)
        for name, value in zip(names, row, strict=True)
    )


def test_several_purchases_share_a_cap_by_name_and_the_enterprise_its_year(client, session):
    subsidies.make_policy(enterprise_year_cap_fen=60 * WAN)
    query = items(
        ("甲", 450, YEAR, "transfer", "outside"), ("乙", 300, YEAR, "licence", "outside"),
        ("甲", 450, YEAR + 1, "transfer", "outside"), ("丙", 100, YEAR, "transfer", "inside"),
    )  # fmt: skip
    text = client.page(f"/subsidy/calculator?{query}").text
    assert "卖方在市内" in text
    assert "每家企业每年最高60万元" in text
    sheet = load_workbook(BytesIO(client.get(f"/subsidy/calculator/download?{query}").data)).active
    rows = [[cell.value for cell in row][:4] for row in sheet.iter_rows(min_row=3)]
    # 45 + 15 fill the year's 60万元; 甲 then has 5 of its cap left.
    assert rows == [
        ["甲", YEAR, 450, 45], ["甲", YEAR + 1, 450, 5], ["乙", YEAR, 300, 15], ["丙", YEAR, 100, 0],
        ["合计", None, 1300, 65],
    ]  # fmt: skip


def test_the_calculator_is_empty_at_first_and_names_faults(client, session):
    subsidies.make_policy()
    page = client.page("/subsidy/calculator")
    assert "测算结果" not in page.text
    chosen = page.by_id["items-0-year"].find(".//option[@selected]")
    assert chosen.get("value") == str(YEAR)
    assert "请填写付款金额" in client.page("/subsidy/calculator?items-0-name=甲").text
    assert "请先填写" in client.page("/subsidy/calculator/download").text


def test_the_kit_tells_the_seller_what_to_bring(client, achievement):
    subsidies.make_policy(invoice_required=False)
    text = client.page(f"/subsidy/seller-kit/{achievement.id}").text
    assert "技术合同登记证明" in text
    assert f"/subsidy/seller-kit/{achievement.id}" in text
    assert "抬头为买方全称" not in text
    subsidies.make_policy()
    assert client.get("/subsidy/seller-kit/999999").status_code == 404
    assert "《技术进口合同登记证书》" in client.page("/subsidy/seller-kit").text


def test_a_purchase_whose_amount_cannot_be_read_is_not_passed_over(client, session):
    subsidies.make_policy()
    for typed in ("abc", "-5"):
        page = client.get(f"/subsidy/calculator?items-0-amount={typed}&items-0-year={YEAR}").text
        assert f'value="{typed}"' in page
        assert 'aria-invalid="true"' in page
