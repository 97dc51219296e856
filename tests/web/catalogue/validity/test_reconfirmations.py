"""到期确认: several at once on the desk, and the link of a reminder."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue.validity import confirming
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def ending(owner: Person, days: int = 5, **content: object) -> Listing:
    """A listing with so many days left."""
    item = make.make_published(owner, **content)  # type: ignore[arg-type]
    with unit_of_work():
        item = db.session.get_one(Listing, item.id)
        item.expires_on = clock.today() + timedelta(days=days)
    return item


def left(item: Listing) -> int:
    """Days left of a listing."""
    db.session.expire_all()
    last = db.session.get_one(Listing, item.id).expires_on
    assert last is not None
    return (last - clock.today()).days


def test_what_ends_soon_is_confirmed_together(login) -> None:
    """Ticked ones are; nothing ticked, nonsense and another organisation's change nothing."""
    owner = make.make_person(make.make_organisation())
    one, other, late = ending(owner), ending(owner, 6, title="淀粉胶"), ending(owner, 90, title="还早")
    foreign = ending(make.make_person(make.make_organisation()))
    client = login(owner)
    page = client.page("/desk/reconfirm")
    assert "淀粉胶" in page.text
    assert "还早" not in page.text
    for nonsense in ("x", "9" * 30):
        said = client.post("/desk/reconfirm", data={"id": [nonsense]}, follow_redirects=True).text
        assert "请先勾选" in said
    assert client.post("/desk/reconfirm", data={"id": [foreign.id]}).status_code == 404
    assert left(one) == 5
    done = client.post("/desk/reconfirm", data={"id": [one.id, other.id]}, follow_redirects=True)
    assert "已确认 2 项仍然有效" in done.text
    assert min(left(one), left(other)) > 300
    assert (left(late), left(foreign)) == (90, 5)
    assert "没有需要确认的成果或需求" in client.page("/desk/reconfirm").text


def test_what_a_rule_refuses_is_said(login) -> None:
    """The achievement's own validity is over."""
    owner = make.make_person(make.make_organisation())
    item = ending(owner, 3, valid_until=clock.today() + timedelta(days=3))
    path = confirming.path(owner.id, item)
    with clock.frozen(clock.now() + timedelta(days=5)):
        client = login(owner)
        said = client.post("/desk/reconfirm", data={"id": [item.id]}, follow_redirects=True).text
        assert "请先修改有效期并重新提交审核" in said
        refused = client.post(path)
        assert (refused.status_code, "请先修改有效期并重新提交审核" in refused.text) == (422, True)


def test_the_link_asks_first_confirms_without_an_account_and_is_harmless_twice(client) -> None:
    """A scanner that opens it confirms nothing."""
    owner = make.make_person(make.make_organisation())
    item = ending(owner)
    path = confirming.path(owner.id, item)
    assert client.page(path).h1 == "这项内容仍然有效吗？"
    assert left(item) == 5
    for _ in range(2):
        answer = client.post(path)
        assert answer.status_code == 200
        assert "已确认仍然有效" in answer.text
    assert left(item) > 300
    assert client.page(path).h1 == "已确认仍然有效"
    for wrong in (path[:-1] + "!", "/desk/reconfirm/link/1-2-3", "/desk/reconfirm/link/x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 404
    with unit_of_work():
        db.session.get_one(Listing, item.id).state = "unlisted"
    assert client.page(path).h1 == "这项内容已不再公开"
