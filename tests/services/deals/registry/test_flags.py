"""What the registrar is told to look at twice: each flag once raised and once not."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract, ContractRegistration, TradedRight
from marketplace.models.platform import FileLink
from marketplace.services.deals.registry import flags
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import deals
from tests import factories as make
from tests.deals import WAN
from tests.services.deals.registry.helpers import submitted


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


def codes(contract):
    return [flag.code for flag in flags.flags(db.session.get_one(Contract, contract.id))]


def change_party(contract, position, **values):
    for name, value in values.items():
        setattr(contract.current.parties[position], name, value)
    db.session.commit()


def plain(contract):
    """Make the two sides differ in everything, and let both have agreed on the site."""
    change_party(
        contract,
        1,
        address="雪枫路9号",
        legal_representative="孙校长",
        contact_phone="0557-3999999",
        disclosure="",
    )
    with unit_of_work():
        db.session.add(
            Confirmation(
                version_id=contract.version_id, position=1, how="member", agreed=True, typed_name="孙"
            )
        )
    return contract


def test_an_ordinary_contract_raises_nothing(buyer, seller):
    assert codes(plain(submitted(buyer, seller))) == []


def test_both_sides_share_something(buyer, seller):
    contract = plain(submitted(buyer, seller))
    party = contract.current.parties[0]
    for code, values in (
        ("same_uscc", {"uscc": party.uscc}),
        ("same_representative", {"legal_representative": f" {party.legal_representative}"}),
        ("same_address", {"address": "汴河路 1 号"}),
        ("same_phone", {"contact_phone": "86 0557 300-0000"}),
    ):
        before = {name: getattr(contract.current.parties[1], name) for name in values}
        change_party(contract, 1, **values)
        assert codes(contract) == [code]
        change_party(contract, 1, **before)


def test_related_parties_that_say_so(buyer, seller):
    contract = plain(submitted(buyer, seller, related_party=True))
    assert codes(contract) == ["related_declared"]


def test_the_same_deal_twice(buyer, seller):
    first, second = plain(submitted(buyer, seller)), plain(submitted(buyer, seller))
    assert "twin" in codes(second)
    second.signed_on = second.signed_on - timedelta(days=1)
    db.session.commit()
    assert codes(second) == codes(first) == []


def test_a_voided_contract_is_no_twin(buyer, seller):
    first, second = plain(submitted(buyer, seller)), plain(submitted(buyer, seller))
    first.state = "voided"
    db.session.commit()
    assert codes(second) == []


@pytest.mark.parametrize(
    ("number", "found"),
    [("340101", None), ("310101", "bad"), ("340201", "warn"), ("340001", "info")],
)
def test_the_area_of_the_certificate(buyer, number, found):
    year = clock.today().year
    contract = plain(submitted(buyer, declared={"number": f"{year}{number}000777"}))
    tones = {flag.code: flag.tone for flag in flags.flags(contract)}
    assert tones.get("certificate_area") == found


def test_what_the_certificate_says_otherwise(buyer):
    number = f"{clock.today().year - 1}340101000777"
    said = {"number": number, "turnover_fen": 200 * WAN, "technical_fen": 100 * WAN}
    contract = plain(submitted(buyer, amounts=(300 * WAN,), declared=said))
    assert codes(contract) == ["certificate_year", "certificate_turnover", "certificate_technical"]


def test_the_number_of_another_contract_in_its_legacy_form(buyer):
    year = clock.today().year
    other = deals.make_contract(make.make_organisation("enterprise"), number=f"{year % 100}340101000778")
    contract = plain(submitted(buyer))
    assert "number_twice" not in codes(contract)
    row = db.session.get_one(ContractRegistration, contract.registration.id)
    row.number = f"{year}340101000778"
    db.session.commit()
    assert "number_twice" in codes(contract)
    assert other.registration.number != row.number


def test_far_from_the_price_shown(buyer, seller):
    listing = make.make_published(make.make_person(seller), price_fen=100 * WAN)
    traded = deals.make_traded(listing=listing)
    assert codes(plain(submitted(buyer, seller, traded=[traded], amounts=(150 * WAN,)))) == []
    far = plain(submitted(buyer, seller, traded=[traded], amounts=(150 * WAN + 1,)))
    assert codes(far) == ["price_gap"]


def test_only_the_signed_text_stands_for_the_other_side(buyer, seller):
    contract = submitted(buyer, seller)
    change_party(
        contract, 1, address="雪枫路9号", legal_representative="孙校长", contact_phone="0557-3999999"
    )
    assert codes(contract) == ["not_confirmed_online"]
    with unit_of_work():
        db.session.add(
            Confirmation(version_id=contract.version_id, position=1, how="signed_file", agreed=True)
        )
    assert codes(contract) == ["not_confirmed_online"]


def test_a_right_that_somebody_else_lists(buyer, seller):
    make.make_published(make.make_person(make.make_organisation("university")))
    traded = deals.make_traded()
    with unit_of_work():
        db.session.add(
            TradedRight(
                traded_id=traded.id, ip_type="invention", number=make.PATENT["number"], status="valid"
            )
        )
    contract = plain(submitted(buyer, seller, traded=[traded]))
    assert codes(contract) == ["right_of_another"]


def test_the_same_signed_file_under_another_contract(buyer, seller):
    other = make.make_organisation("enterprise")
    first, second = plain(submitted(buyer, seller)), plain(submitted(other, seller))
    actor = make.actor(make.make_person(other))
    with unit_of_work():
        shared = files.links_of("contract", first.id, "signed_contract")[0].file
        with files.outside().storage.open(shared.key) as opened:
            content = opened.read()
        again = files.store(actor, "扫描件.pdf", content, "signed_contract")
        files.attach(actor, again, "contract", second.id, "signed_contract")
    assert codes(second) == codes(first) == ["same_file"]
    with unit_of_work():
        for link in files.links_of("contract", second.id, "signed_contract"):
            if link.file_id == again.id:
                db.session.delete(db.session.get_one(FileLink, link.id))
    assert codes(second) == []


def test_a_code_issued_elsewhere_is_only_a_hint(buyer, seller):
    contract = plain(submitted(buyer, seller))
    change_party(contract, 1, uscc="91350100M000100Y43")
    found = flags.flags(db.session.get_one(Contract, contract.id))
    assert [(flag.code, flag.tone) for flag in found] == [("uscc_area", "info")]


def test_the_gravest_stands_first(buyer, seller):
    contract = submitted(buyer, seller)
    change_party(contract, 1, uscc="91350100M000100Y43", address="汴河路1号")
    tones = [flag.tone for flag in flags.flags(db.session.get_one(Contract, contract.id))]
    assert tones == sorted(tones, key=["bad", "warn", "info"].index)
