"""Pages of the broker's desk: what is found, kept, introduced, and what both sides then read."""

import re

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.matching import Inquiry, Lead, LeadContact, LeadTask, Ranking
from marketplace.services.unit import unit_of_work
from tests import dealings
from tests.dealings import fresh, make_lead, make_table

pytestmark = pytest.mark.usefixtures("session")
WORDS = "看过双方的资料，建议到试验车间看一看，我们陪同。"


def rank(table):
    with unit_of_work():
        for one, other in ((table.demand, table.achievement), (table.achievement, table.demand)):
            db.session.add(
                Ranking(
                    listing_id=one.id,
                    revision_id=one.published_id,
                    entries=[[other.id, 0.4]],
                    ranked_at=clock.now(),
                )
            )


def test_from_a_suggested_pair_to_the_inquiry_with_the_broker(new_client, login):
    table = make_table()
    rank(table)
    broker, buyer, seller, stranger = (
        login(table.people[side], new_client()) for side in ("broker", "buyer", "seller", "stranger")
    )
    assert "还没有在办的线索" in broker.get("/desk/leads").text
    assert "建立线索" in broker.get("/desk/leads/pairs").text
    wanted = {"demand": str(table.demand.id), "achievement": str(table.achievement.id)}
    home = broker.post("/desk/leads/new", data=wanted).location
    assert broker.post("/desk/leads/new", data=wanted).location == home
    assert "暂时没有" in broker.get("/desk/leads/pairs").text
    for path in ("", "/introduce", "/note", "/task", "/contact", "/lose"):
        assert stranger.get(f"{home}{path}").status_code == 404
        assert buyer.get(f"{home}{path}").status_code == 403
    lead = db.session.query(Lead).one()
    shown = f"/desk/introductions/{lead.id}"
    assert buyer.get(shown).status_code == 404
    assert "引荐双方" in broker.get(home).text
    assert broker.get(f"{home}/introduce?wording=visit").status_code == 200
    assert broker.post(f"{home}/introduce", data={"introduction": "短", "action": "check"}).status_code == 422
    check = broker.post(f"{home}/introduce", data={"introduction": WORDS, "action": "check"})
    assert "发出后不能撤回" in check.text
    assert fresh(lead).state == "new"
    assert WORDS in broker.post(f"{home}/introduce", data={"introduction": WORDS, "action": "edit"}).text
    for _press in range(2):
        assert (
            broker.post(f"{home}/introduce", data={"introduction": WORDS, "action": "send"}).location == home
        )
    assert fresh(lead).state == "introduced"
    page = buyer.get(shown).text
    assert WORDS in page
    ask = re.search(r'href="(/desk/inquiries/new/achievement/[^"]*)"', page).group(1).replace("&amp;", "&")
    form = buyer.get(ask).text
    typed = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form).group(1)
        for name in ("request_key", "pair", "broker")
    }
    buyer.post(ask.partition("?")[0], data=typed | {"message": "请问冬季固化时间和最小起订量是多少？"})
    inquiry = db.session.query(Inquiry).one()
    assert (inquiry.broker_id, inquiry.pair_id) == (lead.organisation_id, table.demand.id)
    assert "打开已有的询问" in buyer.get(shown).text
    assert seller.get(shown).status_code == 200
    assert stranger.get(shown).status_code == 404


def test_tasks_contacts_and_notes_by_the_pages(new_client, login):
    table = make_table()
    lead = make_lead(table, pair=False)
    rank(table)
    broker, home = login(table.people["broker"], new_client()), f"/desk/leads/{lead.id}"
    page = broker.get(home)
    assert "与它配对" in page.text
    assert broker.post(f"{home}/task", data={"what": "", "due_on": "昨天"}).status_code == 422
    task = {"request_key": "task-1", "what": "送样品", "due_on": clock.today().isoformat()}
    for _press in range(2):
        assert broker.post(f"{home}/task", data=task).status_code == 302
    row = db.session.query(LeadTask).one()
    assert "送样品" in broker.get("/desk/leads").text
    assert broker.post(f"{home}/tasks/{row.id}/done", data={"desk": "1"}).location == "/desk/leads"
    assert fresh(row).done_at is not None
    assert broker.post(f"/desk/leads/{lead.id + 1}/tasks/{row.id}/open").status_code == 404
    assert fresh(row).done_at is not None
    contact = {
        "request_key": "contact-1", "met_on": clock.today().isoformat(), "way": "phone", "side": "buyer",
        "body": "对方有兴趣，下周回话。",
    }  # fmt: skip
    assert broker.post(f"{home}/contact", data=contact | {"side": "nobody"}).status_code == 422
    for _press in range(2):
        assert broker.post(f"{home}/contact", data=contact).status_code == 302
    assert db.session.query(LeadContact).count() == 1
    assert "已联系" in broker.get("/desk/leads?tab=contacted").text
    version = str(fresh(lead).version)
    assert broker.post(f"{home}/note", data={"note": "先看配方", "version": version}).status_code == 302
    stale = broker.post(f"{home}/note", data={"note": "另一句话", "version": version})
    assert stale.status_code == 409
    assert "先看配方" in stale.text
    assert "另一句话" in stale.text
    assert broker.post(f"{home}/act/unfollow").status_code == 302
    assert "关注匹配变化" in broker.get(home).text
    assert broker.post(f"{home}/lose", data={}).status_code == 422
    assert broker.post(f"{home}/lose", data={"reasons": "no_answer"}).status_code == 302
    assert broker.post(f"{home}/act/reopen").status_code == 302
    assert fresh(lead).state == "new"


def test_the_desk_finds_by_words_and_says_what_is_gone(new_client, login, drain):
    table = make_table()
    drain()
    broker = login(table.people["broker"], new_client())
    assert "没有找到" in broker.get("/desk/leads/new?q=完全不存在的词语").text
    found = broker.get("/desk/leads/new?kind=demand&q=人造板").text
    assert f'name="demand" value="{table.demand.id}"' in found
    beside = broker.get(f"/desk/leads/new?demand={table.demand.id}&q=大豆基").text
    assert f'name="achievement" value="{table.achievement.id}"' in beside
    assert broker.post("/desk/leads/new", data={}).status_code == 404
    lead = make_lead(table)
    dealings.suspend(table.seller.organisation_id)
    assert "已不再公开的成果" in broker.get(f"/desk/leads/{lead.id}").text
    refused = broker.post(f"/desk/leads/{lead.id}/introduce", data={"introduction": WORDS, "action": "send"})
    assert refused.status_code == 422
