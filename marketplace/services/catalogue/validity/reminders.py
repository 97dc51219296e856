"""Reminders before a listing expires: each once, to the people of its organisation, with a link that confirms it."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Listing, ListingReminder
from marketplace.models.platform import Notice
from marketplace.services.catalogue.validity import confirming
from marketplace.services.platform import notices, settings
from marketplace.services.unit import insert_new, unit_of_work

CHUNK = 200
CONFIRM = N_("一键确认仍然有效（不用登录）：")
ENDS_ITSELF = N_("成果自己的有效期也到这一天，请先修改有效期并重新提交审核")


def remind_due() -> int:
    """Remind of every published listing whose last day is near; return how many. Each chunk is a transaction.

    Two days before the last one are settings. Where several are past, as after a pause of the worker, the owner hears
    once; and a listing that was confirmed with less time left than that is not reminded of it.
    """
    reminded = 0
    for days in sorted(
        {settings.get("listing.first_reminder_days"), settings.get("listing.last_reminder_days")}
    ):
        while ids := _due(days):
            with unit_of_work():
                reminded += sum(_remind(listing_id, days) for listing_id in ids)
    return reminded


def _due(days: int) -> list[int]:
    known = select(ListingReminder.listing_id).where(
        ListingReminder.listing_id == Listing.id,
        ListingReminder.expires_on == Listing.expires_on,
        ListingReminder.days_before <= days,
    )
    query = (
        select(Listing.id)
        .where(
            Listing.state == "published",
            Listing.expires_on >= clock.today(),
            Listing.expires_on <= clock.today() + timedelta(days=days),
            ~known.exists(),
        )
        .order_by(Listing.id)
        .limit(CHUNK)
    )
    found = list(db.session.scalars(query))
    db.session.rollback()
    return found


def _remind(listing_id: int, days: int) -> bool:
    """Keep that the reminder is past, and tell the owner unless there is no point; return whether they were told."""
    listing = db.session.get_one(Listing, listing_id)
    last = listing.expires_on
    if listing.state != "published" or listing.published is None or last is None:
        return False
    row = {
        "listing_id": listing.id, "expires_on": last, "days_before": days, "created_at": clock.now(),
    }  # fmt: skip
    if not insert_new(ListingReminder, [row], ("listing_id", "expires_on", "days_before")):
        return False
    if listing.confirmed_at is not None and _day(listing) > last - timedelta(days=days):
        return False
    notices.notify(
        notices.members_of(listing.organisation_id),
        "listing_expiring",
        "my_listing",
        listing.id,
        title=listing.published.title,
        day=last.isoformat(),
    )
    return True


def _day(listing: Listing) -> date:
    return clock.beijing(listing.confirmed_at or clock.now()).date()


@notices.elaborates("listing_expiring")
@notices.elaborates("listing_expired")
def more_of(notice: Notice) -> notices.More | None:
    """Add the link that confirms; a listing that was confirmed or ended meanwhile is no longer spoken of."""
    listing = db.session.get(Listing, notice.subject_id)
    if listing is None or listing.published is None or listing.expires_on is None:
        return None
    if notice.kind == "listing_expired":
        return notices.More(act=_act(notice, listing)) if listing.state == "expired" else notices.More()
    if listing.state != "published" or listing.expires_on.isoformat() != notice.params.get("day"):
        return None
    revision = listing.published
    if isinstance(revision, AchievementRevision) and revision.valid_until == listing.expires_on:
        return notices.More(lines=_ENDING)
    return notices.More(act=_act(notice, listing))


_ENDING: Sequence[tuple[str, str]] = ((ENDS_ITSELF, ""),)


def _act(notice: Notice, listing: Listing) -> tuple[str, str]:
    return CONFIRM, confirming.path(notice.person_id, listing)
