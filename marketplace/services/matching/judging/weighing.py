"""What each structured test counts on this site: learnt from the reasons people gave when they dismissed a match."""

from collections.abc import Mapping

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.matching import MatchFeedback
from marketplace.retrieval.matching.fit import WEIGHTS, learnt_weights
from marketplace.services.matching.judging.remembered import remembered


def weights() -> Mapping[str, float]:
    """Return the weight of each test; the reasons that name one are called like it."""
    found: Mapping[str, float] = remembered("weights", _learn)
    return found


def _learn() -> Mapping[str, float]:
    query = (
        select(MatchFeedback.reason, func.count())
        .where(MatchFeedback.replaced_at.is_(None), MatchFeedback.reason.in_(sorted(WEIGHTS)))
        .group_by(MatchFeedback.reason)
    )
    return learnt_weights({row[0]: row[1] for row in db.session.execute(query)})
