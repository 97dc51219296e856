"""What the worker's clock sees to: learning anew when it is time, and saving what changed."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.retrieval.matching.ownership import MatcherBusy
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import collecting, learning, meaning
from marketplace.services.matching.ranking.following import LEARNT_SHARE
from marketplace.services.outside import outside
from marketplace.services.platform import longjobs
from marketplace.services.unit import unit_of_work

NIGHT = time(3, 0)
"""Beijing time of the nightly learning."""
REST = meaning.REST
"""After a learning that failed a person may look before the next."""


def tend() -> None:
    """Start learning anew where it is due; write the matcher's changes to the disk now and then."""
    home = outside().matcher
    if not home.active:
        return
    reason = why_learn()
    if reason and not _rests():
        learning.begin()
    last = meaning.last_fetch()
    if last is not None and last.state == "done" and last.result.get("missing") and _ended_long_ago(last):
        with unit_of_work():
            longjobs.start(SYSTEM, meaning.JOB)
    db.session.rollback()
    if home.holds:
        try:
            with home.own() as held:
                if held is not None:
                    home.save_if_due(held)
        except MatcherBusy:
            return


def why_learn() -> str:
    """Return why everything had better be learnt anew: "missing", "outdated", "changed", "nightly", or "".

    ``missing`` only where there is something to rank.
    """
    facts = outside().matcher.facts()
    if not facts:
        return "missing" if collecting.total() else ""
    if facts["fingerprint"] != table.reader().fingerprint:
        return "outdated"
    changed = facts.get("changed", 0)
    if changed > LEARNT_SHARE * max(facts["texts"], 1):
        return "changed"
    learnt = learnt_at(facts)
    return "nightly" if changed and learnt is not None and learnt < _last_night() else ""


def learnt_at(facts: dict[str, Any]) -> datetime | None:
    """Return when the weights of a state (``Home.facts``) were learnt, or None where there is none."""
    return datetime.fromtimestamp(facts["learnt_at"], UTC) if "learnt_at" in facts else None


def _last_night() -> datetime:
    now = clock.now().astimezone(clock.BEIJING)
    tonight = datetime.combine(now.date(), NIGHT, clock.BEIJING)
    return tonight if now >= tonight else tonight - timedelta(days=1)


def _rests() -> bool:
    query = select(Job).where(Job.kind == learning.JOB).order_by(Job.id.desc()).limit(1)
    last = db.session.scalar(query)
    return last is not None and last.state == "failed" and not _ended_long_ago(last)


def _ended_long_ago(job: Job) -> bool:
    return job.finished_at is not None and clock.now() - job.finished_at >= REST
