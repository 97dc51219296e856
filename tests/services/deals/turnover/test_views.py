"""The turnover by views, periods, breakdowns and as-of days; who sees small cells."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import NotAllowed, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import TurnoverEntry
from marketplace.services.deals.turnover import targets, views
from marketplace.services.deals.turnover.views import Question
from marketplace.services.unit import unit_of_work
from tests import deals, factories

pytestmark = pytest.mark.usefixtures("session")
WAN = deals.WAN
YEAR = 2025


def book(number, month=3, seller="340111", buyer="341302", wan=100, year=YEAR, field="05", created=None):
    """Book entries of contracts of their own, as registration would, but quickly."""
    contracts = [
        deals.make_contract(factories.make_organisation(), state="draft", amounts=(wan * WAN,))
        for _ in range(number)
    ]
    with unit_of_work():
        for contract in contracts:
            db.session.add(
                TurnoverEntry(
                    contract_id=contract.id, kind="register", counted_on=date(year, month, 10), year=year,
                    month=month, amount_fen=wan * WAN, technical_fen=wan * WAN // 2, contracts=1,
                    seller_division=seller, buyer_division=buyer, category="licence", field=field, tag="l08",
                    created_at=created or clock.now(),
                )
            )  # fmt: skip


def ask(**changes):
    values = {
        "year": YEAR, "on": clock.today(), "view": "total", "measure": "amount", "by": "district",
        "everything": True,
    }  # fmt: skip
    return views.answer(Question(**{**values, **changes}))


def wan(line, view):
    fen = line.cells[view].fen
    return None if fen is None else fen // WAN


def of_views(line):
    """合计, 吸纳, 输出, 去重 in 万元."""
    return [wan(line, view) for view in ("total", "in", "out", "distinct")]


def test_views_periods_and_rows_add_up():
    book(3)
    book(4, month=5, seller="341321", buyer="110101", wan=10)
    book(1, month=12, seller="341321", buyer="341302", wan=1)
    book(2, year=2024, wan=7)
    found = ask()
    assert of_views(found.whole) == [342, 301, 41, 341]
    assert [of_views(line) for line in found.quarters] == [
        [300, 300, 0, 300], [40, 0, 40, 40], [0, 0, 0, 0], [2, 1, 1, 1],
    ]  # fmt: skip
    assert wan(found.months[2], "total") == 300
    assert {line.label: of_views(line) for line in found.rows} == {
        "埇桥区": [301, 301, 0, 301], "砀山县": [41, 0, 41, 41],
    }  # fmt: skip
    assert [(line.key[1], wan(line, "in")) for line in found.years] == [(2024, 14), (2025, 301)]
    assert found.whole.cells["in"].contracts == 4
    assert found.whole.cells["total"].contracts == 9
    halves = ask(measure="technical", by="category")
    assert [(line.label, of_views(line)) for line in halves.rows] == [("技术许可", [171, 150, 20, 170])]


@pytest.mark.parametrize("by", ["district", "field", "category", "direction", ""])
def test_a_page_takes_one_pass_over_the_ledger(by):
    book(4)
    statements = []
    listen = lambda _c, _k, statement, *_rest: statements.append(statement)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        ask(by=by)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert sum("turnover_entries" in one for one in statements) == 1


def test_the_public_does_not_see_small_cells_and_staff_sees_which():
    book(5, month=1, wan=10)
    book(2, month=2, wan=30)
    book(4, month=3, wan=20)
    shown, known = ask(everything=False), ask()
    words = [line.cells["total"].words for line in shown.months[:3]]
    assert words == ["不单列", "少于3项", ""]
    assert [line.cells["total"].fen for line in shown.months[:2]] == [None, None]
    assert wan(shown.quarters[0], "total") == 190
    assert [(wan(line, "total"), line.cells["total"].is_held) for line in known.months[:3]] == [
        (50, True), (60, True), (80, False),
    ]  # fmt: skip
    assert not views.sees_everything(VISITOR)
    assert views.sees_everything(factories.actor(factories.make_staff(Role.FINANCE)))


def test_a_published_figure_can_be_asked_for_again():
    """What was entered afterwards was not known then, even where it counts for an earlier day."""
    book(3, month=2, created=clock.now() - timedelta(days=200))
    book(1, month=2, wan=5)
    then = clock.today() - timedelta(days=100)
    assert wan(ask().whole, "total") == 305
    assert wan(ask(on=then).whole, "total") == 300
    assert wan(ask(on=date(YEAR, 2, 9)).whole, "total") == 0


def test_targets_are_reached_in_their_own_view_and_carried_on():
    with unit_of_work():
        targets.ensure_plan()
        targets.ensure_plan()
    book(3, wan=100_000)
    book(3, wan=1_000, year=2026, month=1)
    assert len(targets.listing()) == 1
    with clock.frozen(clock.now().replace(year=2026, month=6, day=1)):
        first, later = ask(view="out"), ask(year=2026)
        early = ask(year=2024)
    assert (first.progress.percent, first.progress.target.carried, first.cumulative) == (60, False, None)
    assert (later.progress.percent, later.progress.target.carried) == (0, True)
    assert early.progress is None


def test_a_new_target_replaces_the_former_one_of_its_year():
    manager = factories.actor(factories.make_staff(Role.POLICY_MANAGER))
    data = targets.TargetData(2026, "annual", "in", "amount", 10**11, "市政府工作报告")
    with unit_of_work():
        targets.ensure_plan()
        first = targets.set_target(manager, data)
        second = targets.set_target(manager, data)
    assert (first.replaced_by, targets.of_year(2027).target.id) == (second.id, second.id)
    assert targets.of_year(2025).target.year == 2025
    assert targets.of_year(2026, "cumulative") is None


def test_a_cumulative_sum_needs_every_year_of_it():
    manager = factories.actor(factories.make_staff(Role.POLICY_MANAGER))
    with unit_of_work():
        data = targets.TargetData(2025, "cumulative", "in", "amount", 1000 * WAN, "规划")
        targets.set_target(manager, data)
    book(3, year=2024)
    book(4)
    assert (ask(everything=False).cumulative.percent, wan(ask().whole, "in")) == (70, 400)
    book(1, year=2023)
    hidden = ask(everything=False).cumulative
    assert (hidden.percent, hidden.cell.fen, hidden.cell.words) == (None, None, "少于3项")
    assert ask().cumulative.percent == 80


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": 20}, "year"), ({"view": "all"}, "view"), ({"measure": ""}, "measure"),
        ({"period": "weekly"}, "period"), ({"amount_fen": 0}, "amount"), ({"amount_fen": None}, "amount"),
        ({"source": " "}, "source"), ({"source": "长" * 201}, "source"), ({"note": "长" * 1001}, "note"),
    ],
)  # fmt: skip
def test_a_target_names_what_is_wrong(changes, field):
    manager = factories.actor(factories.make_staff(Role.POLICY_MANAGER))
    values = {
        "year": 2026,
        "period": "annual",
        "view": "in",
        "measure": "amount",
        "amount_fen": 1,
        "source": "文件",
    }
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        targets.set_target(manager, targets.TargetData(**{**values, **changes}))
    assert [each.field for each in refused.value.errors] == [field]


def test_only_policy_managers_set_targets():
    registrar = factories.actor(factories.make_staff(Role.CONTRACT_REGISTRAR))
    with pytest.raises(NotAllowed), unit_of_work():
        targets.set_target(registrar, targets.PLAN)
