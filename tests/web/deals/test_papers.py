"""Papers of a contract: on A4, in capitals, with codes, for those who may read it, with or without the PDF library."""

import subprocess
from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import ContractRegistration, TradedRight
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import deals
from tests import factories as make

WAN = deals.WAN


@pytest.fixture
def buyer(session):
    """An enterprise of the city that buys."""
    return make.make_organisation("enterprise", name="埇桥试验装备有限公司")


@pytest.fixture
def registrar(session):
    """Somebody of the authority who reads contracts."""
    return make.make_staff(Role.CONTRACT_REGISTRAR)


def local_contract(buyer, **values):
    """A contract registered here: the seller sits in the city."""
    seller = make.make_organisation("university", name="宿州试验研究院", division="341302")
    return deals.make_contract(buyer, seller, number="2026341301000123", **values)


def address(contract, form):
    """Where a paper is."""
    return f"/desk/contracts/{contract.id}/papers/{form}"


def poppler(program, content, *options):
    """What a program of poppler says about a PDF."""
    command = [program, *options, "-", *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(command, input=content, capture_output=True, check=True, timeout=30).stdout.decode()


def test_the_registration_form_prints_every_field_on_a4_with_page_numbers(client, login, buyer):
    login(make.make_person(buyer))
    traded = [deals.make_traded("氢燃料电池双极板"), deals.make_traded("膜电极涂布工艺")]
    with unit_of_work():
        traded[0].rights.append(TradedRight(ip_type="invention", number="201310699744.2"))
    contract = deals.make_contract(
        buyer, traded=traded, amounts=(260 * WAN, 40 * WAN + 5), technical=(250 * WAN, 40 * WAN),
        instalments=[(100 * WAN, clock.today()), (200 * WAN + 5, clock.today() + timedelta(days=90))],
    )  # fmt: skip
    response = client.get(address(contract, "registration-form") + ".pdf")
    assert response.mimetype == "application/pdf"
    assert "filename*=UTF-8''" in response.headers["Content-Disposition"]
    facts = poppler("pdfinfo", response.data)
    assert "A4" in facts
    pages = int(facts.split("Pages:")[1].split()[0])
    # How far apart letters stand is the layout's business.
    words = "".join(poppler("pdftotext", response.data, "-layout").split())
    for page in range(1, pages + 1):
        assert f"{page}/{pages}" in words
    for expected in (
        "技术合同登记表", contract.filing_number, "埇桥试验装备有限公司", "合肥测试大学", "专利实施许可", "普通许可",
        "3,000,000.05", "人民币叁佰万元零伍分", "2,900,000.00", "氢燃料电池双极板", "201310699744.2", "分期支付",
        "计划外", "促进工商业发展", "登记机构（盖章）", "打印时间", "是否关联交易",
    ):  # fmt: skip
        assert expected in words, expected
    fonts = poppler("pdffonts", response.data)
    assert "Suzhou-Paper-Sans" in fonts
    # What is embedded is the few letters in use, not a whole Chinese font.
    assert len(response.data) < 300_000


def test_the_certificate_leads_to_its_public_page(client, login, buyer, registrar):
    login(registrar)
    contract = local_contract(buyer)
    page = client.page(address(contract, "certificate"))
    assert "2026 3413 01 000123" in page.text
    assert f"http://localhost/contracts/verify/{contract.public_code}" in page.text
    images = [one.get("src") for one in page.all("img")]
    assert len(images) == 1
    assert images[0].startswith("data:image/svg+xml")
    words = poppler("pdftotext", client.get(address(contract, "certificate") + ".pdf").data)
    assert "准予登记" in words
    assert "人民币叁佰万元整" in words
    assert "宿州试验研究院" in words


def test_without_a_national_number_the_certificate_says_so(client, login, buyer, registrar):
    login(registrar)
    contract = local_contract(buyer)
    with unit_of_work():
        db.session.get_one(ContractRegistration, contract.registration.id).number = None
    page = client.page(address(contract, "certificate"))
    assert "全国系统编号待录入" in page.text
    assert "合同登记编号 2026" not in page.text


@pytest.mark.parametrize("state", ["submitted", "rescinded", "deregistered", "revoked"])
def test_no_certificate_before_registration_or_after_its_end(client, login, buyer, registrar, state):
    login(registrar)
    contract = local_contract(buyer, state=state)
    client.page(address(contract, "certificate"), status=404)
    client.page(address(contract, "certificate") + ".pdf", status=404)
    client.page(address(contract, "registration-form"))


def test_an_outside_certificate_is_not_printed_here(client, login, buyer, registrar):
    login(registrar)
    contract = deals.make_contract(buyer)
    client.page(address(contract, "certificate"), status=404)


def test_the_summary_adds_up_what_was_paid(client, login, buyer):
    login(make.make_person(buyer))
    contract = deals.make_contract(buyer)
    deals.make_payment(contract, 200 * WAN)
    deals.make_payment(contract, 30 * WAN, kind="refund")
    deals.make_payment(contract, 11 * WAN, state="submitted")
    deals.make_payment(contract, 77 * WAN, state="returned")
    page = client.page(address(contract, "summary"))
    assert "1,700,000.00 元（人民币壹佰柒拾万元整）" in page.text
    assert "-300,000.00" in page.text
    assert "110,000.00" in page.text
    assert "770,000.00" not in page.text


def test_a_draft_half_written_can_be_printed_by_its_drafter_alone(client, login, buyer):
    contract = deals.make_contract(
        buyer, state="draft", kind="", field="", related_party=None, rights_involved=[]
    )
    login(make.make_person(make.make_organisation("enterprise")))
    client.page(address(contract, "summary"), status=404)
    login(make.make_person(buyer))
    assert "草稿" in client.page(address(contract, "registration-form")).text


def test_strangers_and_unknown_papers_meet_nothing(client, login, buyer):
    contract = deals.make_contract(buyer)
    assert client.get(address(contract, "summary")).status_code == 302
    login(make.make_person(make.make_organisation("enterprise")))
    client.page(address(contract, "summary"), status=404)
    client.page(address(contract, "summary") + ".pdf", status=404)
    login(make.make_person(buyer))
    client.page(address(contract, "nothing"), status=404)


def test_without_the_library_the_print_page_stands_in(client, login, buyer, monkeypatch):
    login(make.make_person(buyer))
    contract = deals.make_contract(buyer)
    monkeypatch.setattr(outside(), "_documents", [None])
    page = client.page(address(contract, "summary") + ".pdf")
    assert page.h1 == "技术合同摘要"
    assert "另存为 PDF" in page.text
