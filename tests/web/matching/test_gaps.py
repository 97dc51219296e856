"""需求缺口图 as its readers see it."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.matching.strengths import STRENGTHS
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision
from marketplace.models.matching import GapWatch, StrengthOutcome
from marketplace.services.matching.gaps import keeping
from marketplace.services.unit import unit_of_work
from tests.factories import make_many_published
from tests.services.matching.telling.world import World, world
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def here() -> World:
    """A demand that nothing fits."""
    made = world()
    made.rank(0.06)
    keeping.sync([made.demand.id])
    return made


def disclose(here: World, disclosure: str) -> None:
    """Give the demand another 公开范围."""
    with unit_of_work():
        revision = here.demand.published
        assert isinstance(revision, DemandRevision)
        revision.disclosure = disclosure


def test_each_number_opens_its_list(client, here: World) -> None:
    """Of the field, of the demands, of the university's achievements."""
    page = client.get("/gaps").text
    university = here.offers[0].organisation_id
    for target in (
        "/gaps?field=05#gaps",
        'href="/demands?field=05"',
        f"/achievements?field=05&amp;organisation={university}",
        f"/demands/{here.demand.id}/matches",
        f"/desk/inquiries/new/demand/{here.demand.id}",
    ):
        assert target in page
    assert "有成果沾边，还不够" in page
    assert "新材料及其应用：1 项缺口" in client.get("/gaps?field=05").text
    assert "这里没有缺口" in client.get("/gaps?field=01").text
    assert "全部缺口：1 项" in client.get("/gaps?field=nonsense&page=99&tag=x").text


@pytest.mark.parametrize(
    ("disclosure", "titled", "named"),
    [("public", True, True), ("anonymous", True, False), ("verified", False, False), ("admin", False, False)],
)
def test_a_visitor_reads_no_more_than_elsewhere(
    client, here: World, disclosure: str, titled: bool, named: bool
) -> None:
    """An anonymous demand without its organisation; a hidden one in no number."""
    disclose(here, disclosure)
    page = client.get("/gaps").text
    assert (f"/demands/{here.demand.id}" in page) is titled
    assert ("砀山板材公司" in page) is named
    assert f"全部缺口：{int(titled)} 项" in page


def test_the_owner_is_not_asked_to_solve_their_own(login, here: World) -> None:
    """No button there; the university has one, its field on top, and may ask to be told."""
    assert "我能解决" not in login(here.buyer).get("/gaps").text
    client = login(here.seller)
    page = client.get("/gaps").text
    assert "我能解决" in page
    assert "贵单位有成果的领域排在前面" in page
    for wanted, kept in (("1", True), ("1", True), ("0", False), ("0", False)):
        assert client.post("/gaps/watch", data={"wanted": wanted}).status_code == 302
        db.session.expire_all()
        assert (db.session.get(GapWatch, here.seller.id) is not None) is kept


def test_outcomes_need_ten_pairs(client, here: World) -> None:
    """Nine pairs say nothing, not even their number."""
    with unit_of_work():
        for strength, shown, asked in zip(STRENGTHS, (40, 9, 0, 0), (11, 7, 0, 0), strict=True):
            db.session.add(
                StrengthOutcome(
                    strength=strength, shown=shown, inquired=asked, negotiated=asked // 2, contracted=1 if asked else 0,
                    counted_at=clock.now() - timedelta(minutes=1),
                )
            )  # fmt: skip
    page = client.get("/gaps").text
    assert "27.5%" in page
    assert "不足 10 对" in page
    assert "7 对" not in page


def test_queries_do_not_grow_with_the_gaps(client, here: World) -> None:
    """Eleven gaps cost as many queries as one."""
    with count_queries() as few:
        client.get("/gaps")
    organisation = here.firm
    more = make_many_published(organisation, 10, "demand")
    for demand in more:
        World(here.buyer, here.seller, demand, here.offers).rank(0.06)
    keeping.sync([one.id for one in more])
    with count_queries() as many:
        assert "全部缺口：11 项" in client.get("/gaps").text
    assert len(many) <= len(few)
