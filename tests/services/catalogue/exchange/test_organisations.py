"""Organisations from a table: unverified, invited apart, verified once somebody adds the licence."""

import pytest
from sqlalchemy import func, select

from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError
from marketplace.extensions import db
from marketplace.models.people import Organisation
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.services import ledgers
from marketplace.services.people import organisations
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.services.catalogue.exchange.table import checked, imported, row, workbook

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin(session):
    return factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))


def words(errors):
    return [(one["row"], one["column"], one["message"] % one["params"]) for one in errors]


BAD = [
    ({"uscc": "91340000711771143K"}, "统一社会信用代码", "校验"),
    ({"uscc": ""}, "统一社会信用代码", "必填"),
    ({"name": "……"}, "单位名称", "只有标点"),
    ({"name": "示例：某某新材料有限公司"}, "单位名称", "示例行"),
    ({"kind": "管理部门"}, "单位类型", "不能导入"),
    ({"division": "341300"}, "行政区划代码", "区、县一级"),
    ({"division": "宿州"}, "行政区划代码", "区、县一级"),
    ({"contact_phone": "1"}, "联系电话", "位"),
    ({"contact_email": "谁"}, "联系邮箱", ""),
    ({"address": ""}, "详细地址", "必填"),
    ({"website": "不是网址"}, "网址", "网址写法不对"),
]


def test_every_fault_is_named_once(admin):
    rows = [row("organisation", n, **bad) for n, (bad, *_) in enumerate(BAD)]
    found = words(checked(admin, "organisation", workbook("organisation", rows)).result["errors"])
    for place, (bad, column, text) in enumerate(BAD, 3):
        mine = [each for each in found if each[0] == place]
        assert [where for _row, where, _what in mine] == [column], (bad, mine)
        assert text in mine[0][2]


def test_rows_become_unverified_organisations_that_a_manager_completes(admin):
    rows = [row("organisation", 1, division="安徽省宿州市萧县"), row("organisation", 2, kind="高校院所")]
    check = checked(admin, "organisation", workbook("organisation", rows))
    assert check.result["errors"] == []
    with pytest.raises(DomainError):
        imported(admin, check, "none")
    # 提交审核 is not for organisations: it changes nothing.
    done = imported(admin, check, "all", submit=True)
    assert (done.state, done.result["counted"]) == ("done", {"new": 2})
    first, second = db.session.scalars(
        select(Organisation).where(Organisation.state == "unverified").order_by(Organisation.id)
    )
    assert (first.profile.division, second.kind, first.profile.state) == ("341322", "university", "returned")
    assert db.session.scalar(select(func.count()).select_from(ReviewTask)) == 0
    assert db.session.scalar(select(func.count()).where(AuditEvent.tag == "organisation.create")) == 2
    manager = factories.actor(factories.make_person(first, "manager"))
    with unit_of_work():
        own = organisations.own(manager)
        organisations.keep_uploads(manager, own, [("licence.pdf", b"%PDF-1.4 licence")])
        profile = organisations.change(manager, own, own.kind, organisations.data_of(own.profile))
    assert (profile.state, profile.ordinal) == ("pending", 1)
    assert db.session.scalars(select(ReviewTask.kind)).all() == ["organisation"]


def test_the_ledger_comes_back_as_nothing_new(admin):
    """The columns of 单位台账 begin with those of the import; a row that was changed is refused with the remedy."""
    factories.make_organisation(name="=符离某厂")
    known = factories.make_organisation("broker", name="渡汴转移中心")
    with unit_of_work():
        ledger = ledgers.table(admin, "organisations", {"kind": "enterprise"})
    check = checked(admin, "organisation", ledger, "台账.xlsx")
    assert (check.result["rows"], check.result["same"], check.result["bad"]) == (1, 1, 0)
    rows = [row("organisation", 1, uscc=known.uscc)] * 2
    found = words(checked(admin, "organisation", workbook("organisation", rows)).result["errors"])
    assert "已在平台（已认证）" in found[0][2]
    assert "第3行重复" in found[1][2]
