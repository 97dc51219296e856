"""What a case about a certificate says: one certificate serves one case, and there is only one first."""

import pytest

from marketplace.domain import clock
from marketplace.domain.errors import DomainError, ValidationFailed
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import opening
from marketplace.services.subsidy.applying import lacking, particulars, submitting
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import subsidies

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize(
    ("serial", "again", "refused"),
    [("34000123", True, ["number"]), ("34000124", False, ["again"]), ("34000124", True, [])],
)
def test_a_certificate_serves_one_case_and_only_one_is_the_first(serial, again, refused):
    policy, buyer, today = subsidies.make_policy("high_tech"), make.make_organisation(), clock.today()
    before = {"number": f"GR{today.year}34000123", "certified_on": today.isoformat(), "again": False}
    subsidies.make_case(buyer, None, policy, subsidies.make_batch(policy), "closed", particulars=before)
    agent = make.actor(make.make_person(buyer))
    with unit_of_work():
        case = opening.open_for_certificate(agent, "high_tech").id
    found: list[str] = []
    try:
        with unit_of_work():
            particulars.write(agent, case, f"GR{today.year}{serial}", today, again)
    except ValidationFailed as fault:
        found = [one.field for one in fault.errors]
    assert found == refused


def test_a_number_in_somebody_else_s_draft_blocks_nobody_until_it_is_submitted():
    policy, today = subsidies.make_policy("high_tech"), clock.today()
    typed = {"number": f"GR{today.year}34000123", "certified_on": today.isoformat(), "again": True}
    batch, rival = subsidies.make_batch(policy), make.make_organisation()
    other = subsidies.make_case(rival, None, policy, batch, "draft", particulars=typed)
    buyer = make.make_organisation()
    agent = make.actor(make.make_person(buyer))
    with unit_of_work():
        case = opening.open_for_certificate(agent, "high_tech").id
        particulars.write(agent, case, typed["number"], today, True)
    with pytest.raises(DomainError) as refused, unit_of_work():
        submitting.submit(agent, case)
    assert refused.value.code != "number_used"
    with unit_of_work():
        other = db.session.get_one(SubsidyCase, other.id)
        other.state, other.number, other.submitted_at = "first_review", "BZ00000001", clock.now()
    with pytest.raises(DomainError, match="这张证书已经申请过补助"), unit_of_work():
        submitting.submit(agent, case)
    own = db.session.get_one(SubsidyCase, case)
    assert particulars.USED in [one.words.message for one in lacking.problems(own)]
