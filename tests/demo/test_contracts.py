"""The demonstration's contracts: every state and kind of story, sums that agree, and a turnover worth looking at."""

from collections import Counter
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from marketplace.demo.deals import past, texts
from marketplace.domain import clock, regions
from marketplace.domain.states import CONTRACT
from marketplace.extensions import db
from marketplace.models.deals import (
    ConnectedAccount,
    Contract,
    ContractChange,
    ContractRegistration,
    Invoice,
    Payment,
    PricePublication,
    TurnoverEntry,
)
from marketplace.services.deals import texts as wording
from marketplace.services.deals.payments import paid
from marketplace.services.deals.turnover import targets
from tests.support.client import InspectingClient

ROWS = past.QUARTERS * past.PER_QUARTER


def site_contracts() -> list[Contract]:
    """The contracts drafted on the site, in the order of their making."""
    query = select(Contract).where(Contract.origin == "site").order_by(Contract.id)
    return list(db.session.scalars(query))


def test_forty_contracts_end_as_their_texts_say(demonstration: Flask) -> None:
    """Every state of the table is there, in the city and out of it, with members and with strangers."""
    made = {one.current.title: one for one in site_contracts() if one.current}
    told = texts.load().contracts
    assert len(told) == len(made) >= 40
    assert {each.raw["title"]: each.state for each in told} == {
        title: one.state for title, one in made.items()
    }
    assert {one.state for one in made.values()} == set(CONTRACT.states)
    parties = [party for one in made.values() if one.current for party in one.current.parties]
    assert {party.organisation_id is None for party in parties} == {True, False}
    assert any(party.country != "CN" for party in parties)
    assert any(len(one.current.parties) > 2 for one in made.values() if one.current)
    assert any(one.current.related_party for one in made.values() if one.current)
    assert any(one.joint_key for one in made.values())


def test_what_was_offered_is_complete(demonstration: Flask) -> None:
    """Only drafts may lack something."""
    for one in site_contracts():
        assert one.state == "draft" or wording.faults(one) == []


def test_money_of_every_kind_is_there(demonstration: Flask) -> None:
    """Vouchers verified, returned and corrected, waiting, refunds, foreign money, other evidence, other payers."""
    assert set(db.session.scalars(select(Payment.state))) >= {"submitted", "verified", "returned"}
    assert set(db.session.scalars(select(Payment.kind))) == {"payment", "refund"}
    assert set(db.session.scalars(select(Payment.evidence))) >= {"bank_transfer", "acceptance_bill", "offset"}
    assert set(db.session.scalars(select(Payment.currency))) == {"CNY", "EUR"}
    assert db.session.scalar(select(func.count()).where(Payment.replaces_id.is_not(None))) == 1
    days = db.session.scalars(select(Payment.paid_on)).all()
    assert max(days) <= clock.today()
    assert (clock.today() - min(days)).days > 900
    assert db.session.scalar(select(func.count(Invoice.id))) > 15
    assert db.session.scalar(select(func.count(ConnectedAccount.id))) == 2
    for one in site_contracts():
        assert one.state != "completed" or paid.is_paid_in_full(one)


def test_changes_and_published_prices_are_there(demonstration: Flask) -> None:
    """变更, 金额补正, 解除 and 注销 in force; prices published, and one that runs."""
    assert set(db.session.scalars(select(ContractChange.kind))) == {
        "amend", "supplement", "rescind", "deregister",
    }  # fmt: skip
    assert set(db.session.scalars(select(PricePublication.state))) == {"open", "finished"}


def test_the_old_ledger_came_in_whole(demonstration: Flask) -> None:
    """Every row with its number, and a turnover that has something to show in every district."""
    imported = select(func.count()).where(Contract.origin == "imported")
    assert db.session.scalar(imported) == ROWS
    numbers = set(db.session.scalars(select(ContractRegistration.number)))
    assert {row.number for row in past.series(clock.today())} <= numbers
    year = clock.today() - timedelta(days=365)
    recent = select(TurnoverEntry.buyer_division).where(TurnoverEntry.counted_on > year)
    districts = Counter(code for code in db.session.scalars(recent) if regions.in_city(code))
    assert set(districts) == set(regions.FIRST_REVIEW_OFFICES)
    assert min(districts.values()) >= 3
    assert targets.of_year(clock.today().year) is not None


def test_the_turnover_and_the_contracts_can_be_looked_at(
    demonstration: Flask, visitor: InspectingClient
) -> None:
    """The public page shows a figure and the target; the registry's and the firm's lists are not empty."""
    page = visitor.page("/turnover")
    assert "50" in page.text
    assert "少于3项" not in page.title
    assert "技术合同" in visitor.page("/contracts").text
