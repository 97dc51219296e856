"""The 失信 list: checked before it is entered, ended by a dated row, never doubled."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed
from marketplace.extensions import db
from marketplace.models.subsidy import DishonestEntry
from marketplace.services.platform import tables
from marketplace.services.subsidy.registers import dishonest
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
SOURCE = "信用中国（演示）失信被执行人"
LISTED = date(2026, 3, 18)


@pytest.fixture
def manager():
    return make.actor(make.make_staff(Role.POLICY_MANAGER))


def table(*rows):
    names = ("uscc", "name", "listed_on", "removed_on")
    found = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
    return tables.write_xlsx("失信名单", dishonest.COLUMNS, found)


def take(actor, content, write=True, source=SOURCE):
    with unit_of_work():
        found = dishonest.take(actor, source, content, write)
    return found.added, found.ended, found.known


def count():
    return len(db.session.scalars(select(DishonestEntry.id)).all())


def test_a_list_is_entered_once_and_ended_by_a_dated_row(manager):
    one, two = make.make_uscc(), make.make_uscc()
    content = table((one, "甲公司", LISTED, None), (two, "乙公司", LISTED, None))
    assert take(manager, content, write=False) == (2, 0, 0)
    assert count() == 0
    assert take(manager, content) == (2, 0, 0)
    assert take(manager, content) == (0, 0, 2)
    assert take(manager, table((one, "甲公司", LISTED, date(2026, 9, 18)))) == (0, 1, 0)
    assert count() == 2
    assert dishonest.listed(one, LISTED - timedelta(days=1)) == []
    assert len(dishonest.listed(one, LISTED)) == 1
    assert len(dishonest.listed(one, date(2026, 9, 17))) == 1
    assert dishonest.listed(one, date(2026, 9, 18)) == []
    assert len(dishonest.listed(two, date(2027, 1, 1))) == 1


def test_every_fault_is_named_by_its_row_and_nothing_is_entered(manager):
    good, tomorrow = make.make_uscc(), clock.today() + timedelta(days=1)
    content = table(
        (good, "甲", LISTED, None), ("91340000711771143X", "乙", LISTED, None), (good, "丙", tomorrow, None),
        (good, "丁", LISTED, date(2026, 1, 1)),
    )  # fmt: skip
    found = dishonest.take(manager, SOURCE, content, True)
    assert [(error.row, error.column) for error in found.errors] == [
        (4, "统一社会信用代码"), (5, "列入日期"), (6, "移出日期"),
    ]  # fmt: skip
    assert count() == 0


def test_no_table_no_source_and_no_right_are_refused(manager):
    with pytest.raises(DomainError, match="列名"):
        take(manager, b"a,b\n1,2\n")
    with pytest.raises(DomainError, match="来源"):
        take(manager, b"", source=" ")
    with pytest.raises(NotAllowed):
        take(make.actor(make.make_staff(Role.FINANCE)), b"")


def test_the_list_is_searched(manager):
    one = make.make_uscc()
    take(
        manager, table((one, "甲公司", LISTED, date(2026, 4, 1)), (make.make_uscc(), "乙公司", LISTED, None))
    )
    assert dishonest.entries("甲", False, 1).total == 1
    assert dishonest.entries(one.lower(), False, 1).total == 1
    assert [row.name for row in dishonest.entries("", True, 1).items] == ["乙公司"]
    assert dishonest.entries("%", False, 1).total == 2
