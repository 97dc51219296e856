"""The guided form in Chromium: rows and amounts by script, readable and operable on a phone."""

from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue import listings, revisions
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.browser import check_accessible, no_overflow

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified enterprise."""
    return factories.make_person(factories.make_organisation())


def sign_in(page: Any, person: Person) -> None:
    """Sign in as a person does."""
    page.goto("/login")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def test_rows_and_amounts_by_script(page: Any, owner: Person) -> None:
    """A row is copied in place, 大写 follows the unit, and saving stores it all."""
    with unit_of_work():
        listing_id = listings.create(factories.actor(owner), "demand").id
    sign_in(page, owner)
    page.goto(f"/desk/listings/{listing_id}/edit/targets")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.fill("[name=metrics-0-indicator]", "甲醛释放量")
    page.click("[data-row-add]")
    page.fill("[name=metrics-1-indicator]", "胶合强度")
    page.fill("[name=budget_fen]", "1.5")
    assert page.inner_text("#budget_fen-capital") == "大写：壹万伍仟元整"
    page.select_option("[name=budget_unit]", "元")
    assert page.inner_text("#budget_fen-capital") == "大写：壹元伍角整"
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_selector("text=草稿已保存")
    db.session.rollback()  # ends the snapshot that was taken before the page wrote
    content = revisions.content_of(revisions.in_work(db.session.get_one(Listing, listing_id)))  # type: ignore[arg-type]
    assert [row["indicator"] for row in content["metrics"]] == ["甲醛释放量", "胶合强度"]
    assert content["budget_fen"] == 150


@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_pages_suit_a_phone_and_a_screen_reader(phone: Any, owner: Person, kind: str) -> None:
    """Every step, the list, the item, history and preview, with remarks and faults shown."""
    listing_id = factories.make_draft(owner, kind).id
    with unit_of_work():
        empty_id = listings.create(factories.actor(owner), kind).id
    public_id = factories.make_published(owner, kind).id
    with unit_of_work():
        listing = db.session.get_one(Listing, public_id)
        revisions.write(revisions.begin_next(factories.actor(owner), listing), {"title": "改过的名称"})
    sign_in(phone, owner)
    steps = (
        ("basics", "technology", "rights", "terms")
        if kind == "achievement"
        else ("need", "targets", "disclosure")
    )
    paths = [f"/desk/listings/{listing_id}/edit/{key}" for key in (*steps, "submit")]
    paths += [f"/desk/listings/{empty_id}/edit/{key}?check=1" for key in (*steps, "submit")]
    paths += ["/desk/listings", f"/desk/listings/new/{kind}", f"/desk/listings/{listing_id}/discard"]
    paths += [f"/desk/listings/{public_id}{tail}" for tail in ("", "/history", "/preview")]
    for path in paths:
        phone.goto(path)
        no_overflow(phone)
        check_accessible(phone)
