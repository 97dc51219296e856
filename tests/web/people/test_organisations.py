"""Organisations in public."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from marketplace.extensions import db
from marketplace.models.people import OrganisationProfile
from marketplace.services.catalogue import indexing
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


def test_list_and_page(client: InspectingClient, drain: Callable[[], int]) -> None:
    """Verified organisations are found by name; the page shows what was verified and what they offer."""
    organisation = factories.make_organisation("university", "星河木材研究院", "340111")
    hidden = factories.make_organisation(name="未认证公司", verified=False)
    achievement = factories.make_published(factories.make_person(organisation))
    with unit_of_work():
        for each in (organisation, hidden):
            indexing.enqueue("organisation", each.id)
    drain()
    page = client.page(f"/organisations?q={quote('木材研究院')}&organisation_kind=university")
    assert "的单位 1 家" in page.h1
    assert "1 项在册成果" in page.text
    assert "未认证公司" not in client.page("/organisations").text
    detail = client.page(f"/organisations/{organisation.id}")
    for words in ("单位已认证", "安徽省合肥市", organisation.uscc, "用于测试的单位", "在册成果 1 项"):
        assert words in detail.text
    assert f"/achievements/{achievement.id}" in detail.links
    for secret in ("李测试", "0557-3000000", "example.com", "王测试"):
        assert secret not in detail.text
    client.page(f"/organisations/{hidden.id}", status=404)
    client.page("/organisations/999999", status=404)


def test_own_page_before_verification(
    client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """One's own people see the page and that nobody else does."""
    organisation = factories.make_organisation(verified=False)
    login(factories.make_person(organisation))
    assert "目前不对外公开" in client.page(f"/organisations/{organisation.id}").text


def test_a_dangerous_address_is_not_a_link(client: InspectingClient) -> None:
    """Only http addresses become links, whatever stands in the data."""
    organisation = factories.make_organisation()
    for website, shown in (("javascript:alert(1)", False), ("https://example.com/", True)):
        with unit_of_work():
            db.session.get_one(OrganisationProfile, organisation.profile_id).website = website
        links = client.page(f"/organisations/{organisation.id}").links
        assert (website in links) is shown
