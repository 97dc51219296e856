"""外出与代办 on its page: written down once, seen by all at the desk, ended by whom it is of."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.platform import ReviewerAbsence
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")

PAGE = "/admin/absences"


def test_a_leave_is_written_down_seen_and_ended(client, login):
    me, deputy = (make.make_staff(Role.SUBSIDY_REVIEWER) for _ in range(2))
    login(me)
    first, last = clock.today(), clock.today() + timedelta(days=5)
    wrong = client.post(PAGE, data={"first_on": last.isoformat(), "last_on": first.isoformat()})
    assert (wrong.status_code, last.isoformat() in wrong.text) == (422, True)
    data = {"first_on": first.isoformat(), "last_on": last.isoformat(), "deputy": str(deputy.id)}
    assert [client.post(PAGE, data=data).status_code for _press in range(2)] == [302, 302]
    row = db.session.query(ReviewerAbsence).one()
    login(deputy)
    page = client.get(PAGE).text
    assert "外出中" in page
    assert "提前结束" not in page
    assert client.post(f"{PAGE}/{row.id}/end").status_code == 404
    login(me)
    assert client.post(f"{PAGE}/{row.id}/end").status_code == 302
    assert "没有人登记外出" in client.get(PAGE).text
