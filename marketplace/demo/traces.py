"""What people leave on a site in use: invitations, views, notices read, a setting that waits."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from marketplace.demo.market import Market
from marketplace.demo.people import People
from marketplace.demo.plan import Plan, dice
from marketplace.demo.texts import FOLDER
from marketplace.domain import clock
from marketplace.domain.states.listings import VISIBLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision, Listing
from marketplace.models.people import Organisation
from marketplace.models.platform import DailyCount, Notice
from marketplace.services.people import invitations, organisations, verification
from marketplace.services.platform import reviews, settings

_DAYS_COUNTED = 60
_READ_AFTER = timedelta(days=6)


@dataclass
class Traces:
    """Plans what stands in ``texts/traces.toml``, and the counts that go with it."""

    plan: Plan
    people: People
    market: Market

    def schedule(self) -> None:
        """Put everything into the plan; counts and reading come last."""
        raw = tomllib.loads((FOLDER / "traces.toml").read_text(encoding="utf-8"))
        for each in raw["invitation"]:
            self._at(each["days"], partial(self._invite, each), each["email"])
            if each["state"] == "revoked":
                self._at(each["days"] + 1, partial(self._revoke, each), each["email"])
        for each in raw["assignment"]:
            self._at(each["days"], partial(self._assign, each), each["about"])
        for each in raw["proposal"]:
            self._at(each["days"], partial(self._propose, each), each["key"])
        for each in raw["suspension"]:
            for days, action, words in (
                (each["days"], "suspend", each["text"]),
                (each["restored_days"], "restore", each["restored_text"]),
            ):
                at = self.plan.moment(days, "trace", action)
                self.people.changing(at, partial(self._move, each, action, words))
        self.plan.add(self.plan.now, self._count_views)
        self.plan.add(self.plan.now, self._read_notices)

    def _at(self, days: int, do: Any, *names: str) -> None:
        self.plan.add(self.plan.moment(days, "trace", *names), do)

    def _invite(self, each: dict[str, Any]) -> None:
        actor = self.people.actor(each["by"])
        invitations.invite(actor, organisations.own(actor), each["name"], each["email"])

    def _revoke(self, each: dict[str, Any]) -> None:
        actor = self.people.actor(each["by"])
        for row in invitations.waiting_in(organisations.own(actor)):
            if row.email == each["email"]:
                invitations.revoke(actor, row)

    def _assign(self, each: dict[str, Any]) -> None:
        task = self.market.task(each["about"])
        reviews.assign(self.people.actor(each["by"]), task, self.people.person_ids[each["to"]])

    def _propose(self, each: dict[str, Any]) -> None:
        since = clock.today() + timedelta(days=each["valid_days"])
        settings.propose(self.people.actor(each["by"]), each["key"], each["value"], since, each["note"])

    def _move(self, each: dict[str, Any], action: str, words: str) -> None:
        verification.MOVES[action](
            self.people.actor(each["by"]), self.people.organisation(each["organisation"]), words
        )

    def _count_views(self) -> None:
        """Count views of the last weeks, more of what is newer; nobody opens what nobody is shown."""
        for listing in db.session.scalars(select(Listing).where(Listing.state.in_(VISIBLE_STATES))):
            public = not isinstance(listing.published, DemandRevision) or listing.published.disclosure in (
                "public",
                "anonymous",
            )
            since = clock.beijing(listing.published_at).date() if listing.published_at else clock.today()
            self._count(listing.kind, listing.id, (clock.today() - since).days, 9 if public else 2)
        for organisation in db.session.scalars(select(Organisation).where(Organisation.state == "verified")):
            self._count("organisation", organisation.id, _DAYS_COUNTED, 3)

    def _count(self, kind: str, subject_id: int, age: int, most: int) -> None:
        chance = dice("views", kind, subject_id)
        liking = chance.uniform(0.3, 1.0)
        for back in range(min(age, _DAYS_COUNTED)):
            shown = chance.randint(0, round(most * 4 * liking))
            opened = min(shown, chance.randint(0, round(most * liking)))
            if shown:
                day = clock.today() - timedelta(days=back)
                db.session.add(
                    DailyCount(subject_kind=kind, subject_id=subject_id, day=day, shown=shown, opened=opened)
                )

    def _read_notices(self) -> None:
        """Read most of what is a few days old."""
        old = select(Notice).where(Notice.created_at < clock.now() - _READ_AFTER)
        for notice in db.session.scalars(old).all():
            chance = dice("read", notice.id)
            if chance.random() < 0.85:
                notice.read_at = notice.created_at + timedelta(hours=chance.randint(1, 60))
