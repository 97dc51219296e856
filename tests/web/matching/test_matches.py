"""Pages of matches: for everybody at their level, with feedback for the two sides."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchFeedback, MatchShown
from marketplace.models.people import Person
from marketplace.retrieval.matching import fit
from marketplace.services.catalogue import listings
from marketplace.services.matching.reading import explaining, matches
from marketplace.services.unit import unit_of_work
from marketplace.web.matching.matches import sentences
from tests import factories as make
from tests.rankings import learn, rank
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

SECRETS = ("现状暗号鸬鹚胶", "指标暗号鹈鹕胶", "要求暗号鸊鷉胶", "单位暗号鸳鸯集团")


@pytest.fixture(autouse=True)
def state(session: object) -> Iterator[None]:
    """No weights at first, and none left behind."""
    folder = explaining.folder()
    shutil.rmtree(folder, ignore_errors=True)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def buyer() -> Person:
    """A person of an enterprise whose name is a secret of its anonymous demand."""
    return make.make_person(make.make_organisation("enterprise", SECRETS[3], division="341321"), "manager")


@pytest.fixture
def seller() -> Person:
    """A person of a university."""
    return make.make_person(make.make_organisation("university", "星河研究院", division="320102"))


def post(buyer: Person, disclosure: str = "public") -> Listing:
    """A published demand with a secret in every part that is not for the public."""
    return make.make_published(
        buyer,
        "demand",
        disclosure=disclosure,
        situation=f"年产六万立方米，{SECRETS[0]}，试过两种均停用，出口订单受到影响，急需替代。",
        metrics=[{"indicator": SECRETS[1], "present": "0.8", "target": "0.05"}],
        requirements=SECRETS[2],
    )


@pytest.fixture
def demand(buyer: Person) -> Listing:
    """A public demand."""
    return post(buyer)


@pytest.fixture
def offer(seller: Person, demand: Listing) -> Listing:
    """An achievement that matches it: the hidden words of the demand stand in it too."""
    made = make.make_published(
        seller, cases="".join(f"用过{word}。" for word in SECRETS[:3]), price_fen=90_000_000
    )
    rank(demand, (made, 0.3))
    rank(made, (demand, 0.3))
    return made


def of(demand: Listing, offer: Listing, act: str = "") -> str:
    """The address of a pair."""
    return f"/matches/{demand.id}/{offer.id}{act}"


def test_both_lists_show_the_pair_with_strength_and_conditions(
    demand: Listing, offer: Listing, client: InspectingClient
) -> None:
    """Everybody reads how strong, what fits and what is missing; so do the listings' own pages, in short."""
    for listing, other in ((demand, offer), (offer, demand)):
        assert other.published is not None
        page = client.get(f"/{listing.kind}s/{listing.id}/matches").text
        assert other.published.title in page
        for words in (
            "强",
            "尚无足够记录",
            "预算 80 万元，标价 90 万元",
            "标价比预算高 10 万元",
            "需安排异地交流",
        ):
            assert words in page, words
        short = client.get(f"/{listing.kind}s/{listing.id}").text
        assert f'href="{of(demand, offer)}"' in short
        assert "全部匹配" in short


def test_a_condition_is_switched_off_by_the_address(
    demand: Listing, offer: Listing, client: InspectingClient
) -> None:
    """It is ticked in the form and no longer on the cards; what is no condition is ignored."""
    page = client.get(f"/demands/{demand.id}/matches?off=price&off=region&off=nonsense").text
    assert "标价比预算高" not in page
    assert "排序时没有计入：价格与预算、地区" in page
    assert 'value="price" checked' in page


def test_why_a_pair_matches(
    demand: Listing, offer: Listing, buyer: Person, seller: Person,
    client: InspectingClient, login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """Marked words with the numbers of their reasons; a reason switched off is struck out; each side asks the other."""
    plain = client.get(of(demand, offer)).text
    assert "系统还在学习全站的用词" in plain
    assert "需先登录" in plain
    learn(explaining.folder(), demand, offer)
    page = client.get(of(demand, offer)).text
    assert '<mark class="why why-1">' in page
    assert "<sup>1</sup>" in page
    assert "在匹配的成果中排第 1，共 1 项" in page
    explained = explaining.of(make.actor(buyer), matches.pair(make.actor(buyer), demand.id, offer.id))
    assert explained is not None
    label = explained.explanation.reasons[0]
    off = client.get(
        of(demand, offer), query_string={"drop": f"{label.kind}:{label.label}", "off": "price"}
    ).text
    assert f"<del>{label.label}</del>" in off
    assert "不计所选理由后" in off
    assert "全部计入" in off
    login(buyer)
    assert (
        f"/desk/inquiries/new/achievement/{offer.id}?pair={demand.id}" in client.get(of(demand, offer)).text
    )
    login(seller)
    theirs = client.get(of(demand, offer)).text
    assert f"/desk/inquiries/new/demand/{demand.id}?pair={offer.id}" in theirs
    assert "在匹配的需求中排第 1" in theirs


@pytest.mark.parametrize("disclosure", ["public", "anonymous", "verified", "admin"])
def test_no_page_tells_more_than_its_reader_may_read(
    disclosure: str, buyer: Person, seller: Person, new_client: Callable[[], InspectingClient]
) -> None:
    """Every secret of a demand is looked for in every page of its matches, for every kind of reader."""
    demand = post(buyer, disclosure)
    offer = make.make_published(seller)
    rank(demand, (offer, 0.3))
    rank(offer, (demand, 0.3))
    learn(explaining.folder(), demand, offer)
    waiting = make.make_person(make.make_organisation(verified=False))
    readers: dict[str, tuple[Person | None, str]] = {
        "visitor": (None, {"public": "full", "anonymous": "part"}.get(disclosure, "none")),
        "unverified": (waiting, {"public": "full", "anonymous": "part"}.get(disclosure, "none")),
        "verified": (seller, "none" if disclosure == "admin" else "full"),
        "reviewer": (make.make_staff(Role.DEMAND_REVIEWER), "full"),
        "owner": (buyer, "full"),
    }
    for name, (person, amount) in readers.items():
        client = new_client()
        if person is not None:
            client.sign_in(person.id)
        pages = [
            client.get(address)
            for address in (
                f"/demands/{demand.id}/matches", of(demand, offer), f"/achievements/{offer.id}/matches",
                f"/achievements/{offer.id}", f"/demands/{demand.id}",
            )
        ]  # fmt: skip
        told = "".join(page.text for page in pages)
        assert pages[1].status_code == pages[0].status_code == (404 if amount == "none" else 200), name
        assert ("砀山" in told) == (amount == "full"), name
        for secret in (SECRETS[0], SECRETS[2], SECRETS[3]):
            assert (secret in told) == (amount == "full"), (name, secret)


def test_feedback_from_the_list_and_back(
    demand: Listing, offer: Listing, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """合适 pressed twice, 不合适 without a reason and with one, and 恢复; each leads back where it was pressed."""
    here = f"/demands/{demand.id}/matches"
    login(buyer)
    for _ in range(2):
        assert client.post(of(demand, offer, "/fits"), data={"back": "demand"}).headers["Location"] == here
    assert "贵单位认为合适" in client.get(here).text
    form = of(demand, offer, "/misfits")
    client.get(form)
    wrong = client.post(form, data={"reason": "other", "note": " ", "back": "demand"})
    assert wrong.status_code == 422
    assert "选择“其他”时请说明原因" in wrong.text
    assert client.post(form, data={"reason": "bogus"}).status_code == 422
    sent = client.post(form, data={"reason": "price", "note": "已有更便宜的", "back": "demand"})
    assert sent.headers["Location"] == here
    empty = client.get(here).text
    assert "目前没有合适的成果" in empty
    refused = client.get(f"{here}?show=misfits").text
    assert "恢复" in refused
    assert "已有更便宜的" in client.get(of(demand, offer)).text
    client.post(of(demand, offer, "/restore"), data={"back": "https://elsewhere.example/"})
    assert "目前没有合适的成果" not in client.get(here).text
    rows = db.session.scalars(select(MatchFeedback).order_by(MatchFeedback.id)).all()
    assert [(row.verdict, row.replaced_at is None) for row in rows] == [("fits", False), ("misfits", False)]


def test_what_one_side_says_the_other_does_not_read(
    demand: Listing, offer: Listing, buyer: Person, seller: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """Neither the verdict nor the note; strangers are offered no buttons and refused the addresses."""
    login(buyer)
    client.post(of(demand, offer, "/misfits"), data={"reason": "approach", "note": "走的是另一条路"})
    login(seller)
    theirs = client.get(of(demand, offer)).text + client.get(f"/achievements/{offer.id}/matches").text
    assert "走的是另一条路" not in theirs
    assert "恢复" not in theirs.replace("恢复计入", "")
    login(make.make_person(make.make_organisation()))
    assert of(demand, offer, "/fits") not in client.get(f"/demands/{demand.id}/matches").text
    for act in ("/fits", "/restore", "/misfits"):
        assert client.post(of(demand, offer, act)).status_code == 403


def test_a_pair_counts_as_opened_once_for_an_organisation(
    demand: Listing, offer: Listing, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """Visitors leave no row."""
    client.get(of(demand, offer))
    login(buyer)
    for _ in range(2):
        client.get(of(demand, offer))
    row = db.session.scalars(select(MatchShown)).one()
    assert (row.organisation_id, row.strength) == (demand.organisation_id, "strong")


def test_what_is_said_where_there_is_nothing(
    demand: Listing, seller: Person, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """Not ranked yet; ranked and nothing fits, with the nearest and how to be found; no longer offered."""
    here = f"/demands/{demand.id}/matches"
    assert "还没有排出匹配" in client.get(here).text
    assert "全部匹配" not in client.get(f"/demands/{demand.id}").text
    far = make.make_published(seller, title="冷链蓄冷剂配方")
    rank(demand, (far, 0.03))
    page = client.get(here).text
    assert "目前没有合适的成果" in page
    assert "最接近的几项" in page
    with unit_of_work():
        listings.act(make.actor(buyer), demand, "solve")
    rank(demand)
    login(buyer)
    assert "目前不再征集" in client.get(here).text


def test_every_finding_has_a_sentence() -> None:
    """Every code that a test can give is said, and every conflict says what is missing."""
    source = fit.__loader__.get_source(fit.__name__)  # type: ignore[union-attr]
    codes = {f"{name}_unknown" for name in fit.WEIGHTS}
    codes |= {
        f"{name}_{verdict}"
        for name in ("field", "tags", "maturity", "price", "time", "ways")
        for verdict in ("agrees", "differs")
    }
    codes |= {code for code in sentences.SENTENCES if f'"{code}"' in source}
    assert codes == set(sentences.SENTENCES)
    assert set(sentences.MISSING) <= codes
    assert set(sentences.TESTS) == set(fit.WEIGHTS)


def test_a_broker_is_asked_to_introduce(
    demand: Listing, offer: Listing, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """Verified brokers are offered, each by the question that names it; reviewers have nobody to ask."""
    broker = make.make_organisation("broker", "渡汴技术转移公司")
    make.make_organisation("broker", "未认证经纪公司", verified=False)
    login(buyer)
    assert of(demand, offer, "/brokers") in client.get(of(demand, offer)).text
    page = client.get(of(demand, offer, "/brokers")).text
    assert f"/desk/inquiries/new/achievement/{offer.id}?pair={demand.id}&amp;broker={broker.id}" in page
    assert "未认证经纪公司" not in page
    login(make.make_staff(Role.DEMAND_REVIEWER))
    assert of(demand, offer, "/brokers") not in client.get(of(demand, offer)).text
    assert client.get(of(demand, offer, "/brokers")).status_code == 403
