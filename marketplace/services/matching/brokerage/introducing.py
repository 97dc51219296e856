"""引荐: a broker tells both owners of a pair of each other; what follows is theirs."""

from dataclasses import dataclass

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.matching.brokerage import LONGEST_INTRODUCTION
from marketplace.domain.states import LEAD
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.matching import Lead
from marketplace.models.people import Organisation
from marketplace.services import workflow
from marketplace.services.matching.brokerage import leads
from marketplace.services.matching.reading import matches
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.platform import notices

SHORTEST = 10


@dataclass(frozen=True)
class Introduction:
    """An introduction as one of both sides reads it. ``asks_about``: the other side's listing, to ask about."""

    lead: Lead
    broker: Organisation
    pair: Pair
    side: str

    @property
    def asks_about(self) -> tuple[str, int]:
        """Kind and id of what the reader would ask about."""
        other = self.pair.achievement if self.side == "buyer" else self.pair.demand
        return other.kind, other.id

    @property
    def own_id(self) -> int:
        """Id of the reader's own listing."""
        return self.pair.demand.id if self.side == "buyer" else self.pair.achievement.id


def introduce(actor: Actor, lead_id: int, words: str) -> Lead:
    """Tell both owners of a lead's pair of each other, in ``words``. A second press tells nobody twice.

    Raises DomainError where a side could not see what it is told of, or is offered no more (guard), and with the
    field ``introduction`` where they are too short or too long.
    """
    lead = leads.get(actor, lead_id, lock=True)
    if lead.state == "introduced":
        return lead
    text, pair = _checked(actor, lead, words)
    lead.introduction, lead.introduced_at = text, clock.now()
    moved = workflow.apply(LEAD, lead, "introduce", actor, leads.subject_of(lead))
    assert moved.notice is not None  # noqa: S101
    titles = {one.kind: one.published.title for one in (pair.demand, pair.achievement) if one.published}
    people = {
        person
        for owner in (pair.demand.organisation_id, pair.achievement.organisation_id)
        for person in notices.members_of(owner)
    }
    notices.notify(
        people,
        moved.notice,
        "introduction",
        lead.id,
        broker=actor.organisation_name,
        demand=titles["demand"],
        achievement=titles["achievement"],
    )
    return lead


def check(actor: Actor, lead_id: int, words: str) -> Pair:
    """Return the pair that ``words`` would be told about, refusing what ``introduce`` would refuse."""
    return _checked(actor, leads.get(actor, lead_id), words)[1]


def _checked(actor: Actor, lead: Lead, words: str) -> tuple[str, Pair]:
    text = clean_text(words)
    if len(text) < SHORTEST:
        raise DomainError(
            "too_short", N_("请写明为什么引荐，至少 %(n)s 个字"), field="introduction", n=SHORTEST
        )
    if len(text) > LONGEST_INTRODUCTION:
        raise DomainError(
            "too_long", N_("最多 %(limit)s 字"), field="introduction", limit=LONGEST_INTRODUCTION
        )
    LEAD.decide(lead.state, "introduce", actor, leads.subject_of(lead))
    return text, seen_by_both(actor, lead)


def seen_by_both(actor: Actor, lead: Lead) -> Pair:
    """Return a lead's pair as the broker sees it, when both owners may see the other's and both are still offered."""
    pair = matches.pair(actor, lead.demand_id or 0, lead.achievement_id or 0)
    sides = (pair.demand, pair.achievement)
    if any(one.state != "published" or one.organisation.state != "verified" for one in sides):
        raise DomainError(
            "not_offered", N_("需求或成果已经下架、到期，或发布单位目前没有有效的认证，不能引荐")
        )
    for one in sides:
        try:
            matches.pair(matches.people_of(one.organisation), pair.demand.id, pair.achievement.id)
        except NotFound as hidden:
            raise DomainError(
                "hidden", N_("其中一方不对另一方公开，不能在这里引荐，请先征得发布单位同意")
            ) from hidden
    return pair


def read(actor: Actor, lead_id: int) -> Introduction:
    """Return an introduction for the people of one of both sides; NotFound for everybody else.

    What was withdrawn since, or is no longer visible to them, is not found either.
    """
    lead = db.session.get(Lead, lead_id)
    if lead is None or lead.introduced_at is None or actor.organisation_id is None:
        raise NotFound()
    pair = matches.pair(actor, lead.demand_id or 0, lead.achievement_id or 0)
    sides = {pair.demand.organisation_id: "buyer", pair.achievement.organisation_id: "seller"}
    if actor.organisation_id not in sides:
        raise NotFound()
    broker = db.session.get_one(Organisation, lead.organisation_id)
    return Introduction(lead, broker, pair, sides[actor.organisation_id])
