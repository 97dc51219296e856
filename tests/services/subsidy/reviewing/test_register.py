"""The list of the offices: filters, sums, whose cases one sees, the table to take away."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import NotAllowed
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services import ledgers
from marketplace.services.subsidy.reviewing import competence, register, several
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.deals import WAN
from tests.reviewing import city, office, submitted

pytestmark = pytest.mark.usefixtures("session")


def numbers(actor, sort="submitted_up", **filters):
    page, _totals = register.page_of(actor, filters, sort, 1)
    return [row.case.number for row in page.items]


@pytest.fixture
def shelf(session):
    """Three cases of two offices, one of them fixed, and a draft."""
    policy = subsidies.make_policy()
    batch = subsidies.make_batch(policy)
    here, there = make.make_organisation(name="埇桥绿筑板业"), make.make_organisation(division="341321")
    resin = deals.make_traded("大豆基无醛胶粘剂")
    made = [
        subsidies.make_case(here, resin, policy, batch, "first_review"),
        subsidies.make_case(there, deals.make_traded(), policy, batch, "review"),
        subsidies.make_case(here, deals.make_traded(), policy, batch, "tracking", 20 * WAN),
    ]
    subsidies.make_case(here, deals.make_traded(), policy, subsidies.make_batch(policy), "draft")
    return [db.session.get_one(SubsidyCase, one.id) for one in made]


def test_everybody_sees_the_cases_of_their_office_and_no_draft(shelf):
    every = [one.number for one in shelf]
    assert numbers(city()) == numbers(city(Role.AUDITOR)) == every
    assert numbers(office()) == [every[0], every[2]]
    assert numbers(office("341321")) == [every[1]]
    assert numbers(office("341322")) == []
    with pytest.raises(NotAllowed):
        numbers(make.actor(make.make_person(make.make_organisation())))


def test_filters_words_and_sums(shelf):
    first, second, third = (one.number for one in shelf)
    who = city()
    assert numbers(who, state="review") == [second]
    assert numbers(who, office="341321") == [second]
    assert numbers(who, q="无醛 绿筑") == [first]
    assert numbers(who, q=shelf[1].organisation.uscc) == [second]
    assert numbers(who, q=third.lower()) == [third]
    assert numbers(who, batch=str(shelf[0].batch_id)) == [first, second, third]
    assert numbers(who, batch="x") == numbers(who, clause="high_tech") == []
    _page, totals = register.page_of(who, {}, "due", 1)
    assert (totals.cases, totals.fixed_fen, totals.paid_fen) == (3, 20 * WAN, 20 * WAN)


def test_overdue_ones_rise_and_mine_are_mine():
    late, _agent = submitted()
    calm, _agent = submitted()
    reviewer = office()
    with unit_of_work():
        several.assign(reviewer, calm.id, reviewer.person_id)
        competence.task_of(late).due_on = clock.today() - timedelta(days=3)
    page, _totals = register.page_of(reviewer, {}, "due", 1)
    assert [row.case.id for row in page.items] == [late.id, calm.id]
    assert page.items[0].days_left < 0
    assert numbers(reviewer, overdue="1") == [late.number]
    assert numbers(reviewer, mine="1") == [calm.number]
    assert numbers(city(), mine="1") == []


def test_the_table_keeps_the_filters_and_the_office(shelf):
    def rows(actor, **filters):
        with unit_of_work():
            content = ledgers.table(actor, "subsidies", ledgers.chosen("subsidies", filters))
        sheet = load_workbook(BytesIO(content)).active
        return [row[0].value for row in sheet.iter_rows(min_row=3)]

    every = [one.number for one in shelf]
    assert rows(city()) == [*every, "合计"]
    assert rows(office("341321"), offices="*", state="") == [every[1], "合计"]
    assert rows(city(), state="tracking") == [every[2], "合计"]
