"""Every guard of the case's table has its remedy, and what a remedy cites stands in a clause."""

from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.hindrances import REMEDIES

FACTS = {guard.fact for transition in SUBSIDY_CASE.table.values() for guard in transition.guards}


def test_every_guard_says_how_it_is_mended_and_what_it_rests_on():
    assert set(REMEDIES) == FACTS
    for fact, remedy in REMEDIES.items():
        cited = [clause for clause in CLAUSES.values() if remedy.cites in clause.words]
        assert cited, fact
        assert remedy.words, fact
