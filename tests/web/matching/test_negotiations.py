"""Pages of a negotiation: an offer is checked before it goes out, and nothing typed or answered is lost."""

import re

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.matching import MeetingNote, Negotiation, Offer
from marketplace.services.matching.negotiations import contributions, offers
from tests import dealings, subsidies
from tests.dealings import fresh, make_inquiry, make_negotiation, make_offer, make_table, run, suspend

pytestmark = pytest.mark.usefixtures("session")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def typed(page: str, **changes: str) -> dict[str, str]:
    """What a person types into the form of an offer, with the keys of the form they opened."""
    return {
        "request_key": hidden(page, "request_key"),
        "seen": hidden(page, "seen"),
        "kind": "licence.patent",
        "licence_scope": "ordinary",
        "amount_fen": "600000",
        "payment_mode": "instalments",
        "instalments-0-name": "首付款",
        "instalments-0-kind": "fixed",
        "instalments-0-amount_fen": "200000",
        "instalments-0-condition": "签订后10日内",
        "instalments-1-name": "验收款",
        "instalments-1-kind": "fixed",
        "instalments-1-amount_fen": "400,000.00",
        "instalments-1-condition": "验收合格后10日内",
        "royalty_terms": "",
        "terms": dealings.TERMS,
        "valid_until": clock.today().isoformat(),
    } | changes


def test_from_the_inquiry_to_the_contract_draft_by_the_pages(new_client, login):
    table = make_table()
    inquiry = make_inquiry(table)
    seller, buyer = (login(table.people[side], new_client()) for side in ("seller", "buyer"))
    begin = f"/desk/negotiations/new/{inquiry.id}"
    assert "一并洽谈的需求" in seller.get(begin).text
    assert seller.post(begin, data={"other": "999999"}).status_code == 422
    home = seller.post(begin, data={"other": str(table.demand.id)}).location
    assert seller.get(begin).location == home
    assert seller.post(begin, data={"other": ""}).location == home
    page = buyer.get(f"{home}/offers/new").text
    # What the achievement's page says stands in the form already.
    assert hidden(page, "amount_fen") == "260000"
    wrong = buyer.post(f"{home}/offers/new", data=typed(page, amount_fen="六十万", action="check"))
    assert wrong.status_code == 422
    assert "验收合格后10日内" in wrong.text
    uneven = buyer.post(f"{home}/offers/new", data=typed(page, amount_fen="610000", action="check"))
    assert uneven.status_code == 422
    assert "不一致" in uneven.text
    more = buyer.post(f"{home}/offers/new", data=typed(page, add_row="instalments"))
    assert "instalments-2-name" in more.text
    check = buyer.post(f"{home}/offers/new", data=typed(page, action="check"))
    assert "陆拾万元整" in check.text
    assert not db.session.query(Offer).count()
    assert "400,000.00" in buyer.post(f"{home}/offers/new", data=typed(page, action="edit")).text
    for _press in range(2):
        assert buyer.post(f"{home}/offers/new", data=typed(page, action="send")).location == home
    offer = db.session.query(Offer).one()
    answer = f"{home}/offers/{offer.id}"
    assert "等谁" in buyer.get(home).text
    accept = seller.get(f"{answer}/accept")
    assert "陆拾万元整" in accept.text
    assert buyer.get(f"{answer}/accept").location == home
    version = hidden(accept.text, "version")
    assert seller.post(f"{answer}/accept", data={"version": version}).location == home
    assert seller.post(f"{answer}/accept", data={"version": version}).location == home
    assert "第 1 份方案" in seller.get(home).text
    assert "陆拾万元整" in buyer.get(f"{home}/draft").text
    contract = buyer.post(f"{home}/draft").location
    assert buyer.post(f"{home}/draft").location == contract
    assert f'href="{home}"' in buyer.get(contract).text
    assert seller.post(f"{home}/draft").location == home
    assert "由对方拟订" in seller.get(home).text
    assert seller.get(contract).status_code == 404
    listed = buyer.get("/desk/negotiations?tab=drafted").text
    assert f'href="{home}"' in listed
    assert buyer.get("/desk/negotiations").status_code == 200


def test_while_a_side_is_suspended_the_page_says_who_is_waited_for_and_nothing_typed_is_lost(
    new_client, login
):
    table = make_table()
    home = f"/desk/negotiations/{make_negotiation(table).id}"
    seller, buyer = (login(table.people[side], new_client()) for side in ("seller", "buyer"))
    page = buyer.get(f"{home}/offers/new").text
    suspend(table.seller.organisation_id)
    late = buyer.post(f"{home}/offers/new", data=typed(page, action="send"))
    assert late.status_code == 409
    assert "没有有效的认证" in late.text
    assert typed(page)["terms"] in late.text
    for reader in (buyer, seller):
        shown = reader.get(home).text
        assert "恢复认证" in shown
        assert f"{home}/offers/new" not in shown
    assert f"{home}/end" in buyer.get(home).text
    assert "恢复认证" in buyer.get("/desk/negotiations").text


def test_an_offer_that_was_overtaken_or_taken_back_is_said_in_plain_words(new_client, login):
    table = make_table()
    negotiation = make_negotiation(table)
    home = f"/desk/negotiations/{negotiation.id}"
    seller, buyer = (login(table.people[side], new_client()) for side in ("seller", "buyer"))
    page = buyer.get(f"{home}/offers/new").text
    first = make_offer(table, negotiation)
    late = buyer.post(f"{home}/offers/new", data=typed(page, action="send"))
    assert late.status_code == 409
    assert "第 1 份方案" in late.text
    again = typed(late.text, action="send") | {"seen": hidden(late.text, "seen")}
    assert buyer.post(f"{home}/offers/new", data=again).location == home
    gone = buyer.post(f"{home}/offers/{first.id}/accept", data={"version": "1"}, follow_redirects=True)
    assert "已经有了新的方案" in gone.text
    mine = fresh(negotiation).offers[-1]
    assert buyer.get(f"{home}/offers/{mine.id}/withdraw").status_code == 200
    run(offers.withdraw, table.buyer, mine.id)
    gone = seller.post(f"{home}/offers/{mine.id}/accept", data={"version": "1"}, follow_redirects=True)
    assert "已经撤回" in gone.text
    newest = make_offer(table, negotiation, "buyer", licence_scope="sole")
    shown = seller.get(home).text
    assert "与第 2 份相比" in shown
    assert "排他许可" in shown
    refused = seller.post(f"{home}/offers/{newest.id}/decline", data={"version": str(newest.version)})
    assert refused.status_code == 422
    assert seller.post(
        f"{home}/offers/{newest.id}/decline",
        data={"version": str(newest.version), "reasons": "price", "note": "差得多"},
    ).location == home  # fmt: skip
    assert "差得多" in buyer.get(home).text
    assert seller.post(f"{home}/end", data={}).status_code == 422
    assert seller.post(f"{home}/end", data={"reasons": "price"}).location == home
    assert seller.get(f"{home}/end").location == home
    assert buyer.get(f"{home}/offers/new").status_code == 409
    assert "洽谈已终止" in buyer.get(home).text


def test_notes_and_the_brokers_part_by_the_pages(new_client, login):
    table = make_table()
    negotiation = make_negotiation(table)
    home = f"/desk/negotiations/{negotiation.id}"
    seller, buyer, broker, stranger = (
        login(table.people[side], new_client()) for side in ("seller", "buyer", "broker", "stranger")
    )
    for address in ("", "/offers/new", "/notes/new", "/broker/new", "/draft", "/end", "/contribution"):
        assert stranger.get(f"{home}{address}").status_code in (403, 404), address
    assert broker.get(home).status_code == 404
    assert seller.post(f"{home}/broker/new", data={}).status_code == 422
    wanted = str(table.broker.organisation_id)
    assert seller.post(f"{home}/broker/new", data={"broker": wanted}).status_code == 302
    assert "对方提议请" in buyer.get(home).text
    assert seller.post(f"{home}/broker/agree", data={"broker": wanted}).status_code == 403
    assert buyer.post(f"{home}/broker/agree", data={"broker": "no"}).status_code == 404
    assert buyer.post(f"{home}/broker/agree", data={"broker": wanted}).status_code == 302
    assert broker.get(home).status_code == 200
    assert broker.get(f"{home}/offers/new").status_code == 403
    new = broker.get(f"{home}/notes/new").text
    note = {
        "request_key": hidden(new, "request_key"), "held_on": clock.today().isoformat(), "place": "线上",
        "body": "双方约定下周到试验车间看样品。",
    }  # fmt: skip
    assert broker.post(f"{home}/notes/new", data=note | {"held_on": "2099-01-01"}).status_code == 422
    for _press in range(2):
        assert broker.post(f"{home}/notes/new", data=note).status_code == 302
    row = db.session.query(MeetingNote).one()
    assert "确认属实" in buyer.get(f"{home}/notes/{row.id}/confirm").text
    assert broker.get(f"{home}/notes/{row.id}/confirm").status_code == 403
    for _press in range(2):
        assert buyer.post(f"{home}/notes/{row.id}/confirm").status_code == 302
    assert "对方已确认" in seller.get(home).text
    assert broker.post(f"{home}/contribution", data={"body": "短"}).status_code == 422
    assert broker.post(
        f"{home}/contribution", data={"kinds": ["negotiation"], "body": "协助双方拟定付款节点和验收标准。"}
    ).status_code == 302  # fmt: skip
    assert "确认贡献" in buyer.get(f"{home}/contribution/confirm").text
    for client in (buyer, seller):
        version = hidden(client.get(f"{home}/contribution/confirm").text, "version")
        assert client.post(f"{home}/contribution/confirm", data={"version": version}).status_code == 302
    said = contributions.of_negotiation(db.session.get_one(Negotiation, negotiation.id))
    assert contributions.is_confirmed(fresh(said))
    assert broker.get(f"{home}/contribution").status_code == 302
    run(offers.accept, table.buyer, make_offer(table, negotiation).id)
    contract = buyer.post(f"{home}/draft").location
    assert "协助双方拟定付款节点" in buyer.get(contract).text


def test_the_buyer_sees_what_the_city_would_pay_and_the_end_of_a_listing_is_said(new_client, login):
    subsidies.make_policy()
    table = make_table()
    negotiation = make_negotiation(table)
    make_offer(table, negotiation)
    home = f"/desk/negotiations/{negotiation.id}"
    buyer, seller = (login(table.people[side], new_client()) for side in ("buyer", "seller"))
    assert "买方预计可获补助" in buyer.get(home).text
    assert "按本市企业首次购买" in seller.get(home).text
    db.session.get_one(dealings.Listing, table.achievement.id).state = "unlisted"
    db.session.commit()
    assert "正在进行的洽谈不受影响" in buyer.get(home).text
