"""The life of the demonstration's achievements and demands, step by step, through the services."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from marketplace.demo import material
from marketplace.demo.contents import typing_of
from marketplace.demo.people import People
from marketplace.demo.plan import Plan, dice
from marketplace.demo.texts import Decision, Edit, ListingText, TextFault, Texts, told
from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.domain.calendar import add_months
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.platform import ReviewTask
from marketplace.services.catalogue import decisions, drafts, listings, revisions
from marketplace.services.platform import reviews

REVIEWERS = {
    "achievement": ("achievement@kjj.example", "achievement2@kjj.example"),
    "demand": ("demand@kjj.example", "demand2@kjj.example"),
}


@dataclass
class Market:
    """Plans the listings; ``ids`` knows them by their keys once they exist."""

    plan: Plan
    people: People
    ids: dict[str, int] = field(default_factory=dict)

    def schedule(self, texts: Texts) -> None:
        """Put every step of every listing into the plan."""
        for text in texts.listings:
            Life(self, text).schedule()

    def listing(self, key: str) -> Listing:
        """Return a listing by its key."""
        return db.session.get_one(Listing, self.ids[key])

    def task(self, key: str) -> ReviewTask:
        """Return the open review task of a listing."""
        revision = revisions.in_work(self.listing(key))
        task = reviews.open_task_for("revision", revision.id) if revision else None
        if task is None:
            raise ValueError(f"{key}: nothing is under review")
        return task


@dataclass
class Life:
    """One listing, from its first draft to the state the file asks for."""

    market: Market
    text: ListingText

    def schedule(self) -> None:
        """Put the steps into the plan."""
        self._at(self.text.created_days, self._create)
        first = self._first_submission()
        if first is not None:
            self._at(first, lambda: self._submit(self.text.author))
        if self.text.state == "withdrawn" and first is not None:
            self._at(first + 1, lambda: drafts.withdraw(self._actor(self.text.author), self._id))
        if self.text.review is not None:
            self._plan_return(self.text.review)
        if self.text.published_days is not None:
            self._schedule_public_life(self.text.published_days)

    def _first_submission(self) -> int | None:
        if self.text.published_days is not None:
            return self.text.published_days - dice("review", self.text.key).randint(2, 4)
        return self.text.submitted_days

    def _schedule_public_life(self, published: int) -> None:
        text = self.text
        self._at(published, self._approve)
        if text.earlier is not None:
            self._plan_edit(replace(text.earlier, changes=text.raw), lambda: self._approve(1))
        if text.confirmed_days is not None and text.confirmed_days > published:
            self._at(text.confirmed_days, lambda: self._act(text.author, "reconfirm"))
        if text.unlisted is not None:
            note = text.unlisted.text
            self._at(text.unlisted.days, lambda: self._act(text.author, "unlist", note))
        if text.solved is not None:
            outcome = text.solved.text
            self._at(text.solved.days, lambda: self._act(text.author, "solve", outcome))
        if text.taken_down is not None:
            decision = text.taken_down
            self._at(decision.days, lambda: self._act(decision.by, "take_down", decision.text))
        if text.state == "expired":
            self.market.plan.add(self._expiry(), self._expire)
        if text.pending_edit is not None:
            self._plan_edit(text.pending_edit, lambda: None)

    def _plan_edit(self, edit: Edit, then: Callable[[], Any]) -> None:
        self._at(edit.days, lambda: self._edit(edit))
        if edit.review is not None:
            self._plan_return(edit.review)
        elif edit.state == "approved":
            self._at(edit.days + 3, then)

    def _plan_return(self, decision: Decision) -> None:
        self._at(decision.days, lambda: self._return(decision))

    def _at(self, days: int, do: Callable[[], Any]) -> datetime:
        plan = self.market.plan
        return plan.add(plan.moment(days, self.text.key), do)

    @property
    def _id(self) -> int:
        return self.market.ids[self.text.key]

    def _actor(self, login: str) -> Any:
        return self.market.people.actor(login)

    def _create(self) -> None:
        actor = self._actor(self.text.author)
        listing = listings.create(actor, self.text.kind)
        self.market.ids[self.text.key] = listing.id
        raw = dict(self.text.raw) | dict(self.text.earlier.changes if self.text.earlier else {})
        self._save(self.text.author, raw)
        for name, content, purpose, level, caption in material.files_for(self.text):
            drafts.add_file(actor, listing.id, name, content, purpose, level, caption)

    def _save(self, author: str, raw: Any) -> None:
        today = clock.beijing(self.market.plan.now).date()
        saved = drafts.save(self._actor(author), self._id, typing_of(raw, today))
        if saved.errors:
            raise self._fault(saved.errors)

    def _submit(self, author: str, note: str = "") -> None:
        try:
            drafts.submit(self._actor(author), self._id, declared=True, change_note=note)
        except ValidationFailed as refused:
            raise self._fault(refused.errors) from refused

    def _fault(self, errors: Iterable[FieldError]) -> TextFault:
        return TextFault(f"{self.text.key}: {told(errors)}")

    def _edit(self, edit: Edit) -> None:
        revisions.begin_next(self._actor(edit.author), self.market.listing(self.text.key))
        self._save(edit.author, edit.changes)
        self._submit(edit.author, edit.note)

    def _approve(self, turn: int = 0) -> None:
        reviewers = REVIEWERS[self.text.kind]
        reviewer = reviewers[(dice("reviewer", self.text.key).randrange(2) + turn) % 2]
        decisions.approve(self._actor(reviewer), self.market.task(self.text.key))

    def _return(self, decision: Decision) -> None:
        reviewer, task = self._actor(decision.by), self.market.task(self.text.key)
        for name, words in decision.remarks:
            reviews.remark(reviewer, task, name, words)
        decisions.return_(reviewer, task, list(decision.reasons), decision.text)

    def _act(self, login: str, action: str, note: str = "") -> None:
        listings.act(self._actor(login), self.market.listing(self.text.key), action, note=note)

    def _expiry(self) -> datetime:
        """Return the morning on which the worker finds that the last valid day is over."""
        plan = self.market.plan
        confirmed = plan.moment(self.text.confirmed_days or self.text.published_days or 0, self.text.key)
        last = add_months(clock.beijing(confirmed).date(), 12)
        valid = self.text.raw.get("valid_days")
        if valid is not None:
            last = min(last, clock.beijing(plan.now).date() + timedelta(days=valid))
        return datetime.combine(last + timedelta(days=1), datetime.min.time(), clock.BEIJING)

    def _expire(self) -> None:
        listings.act(SYSTEM, self.market.listing(self.text.key), "expire")
