"""等谁、还差什么、最迟哪天: the next step of a listing, for its owner."""

from dataclasses import dataclass
from datetime import date

from marketplace.domain.states import LISTING
from marketplace.domain.text import N_, Words
from marketplace.models.catalogue import Listing, Revision
from marketplace.services.catalogue import drafts
from marketplace.services.platform import deadlines, reviews


@dataclass(frozen=True)
class Progress:
    """Whose turn it is, what is missing, by which day, and how many working days are left (negative: late)."""

    waits_for: Words
    missing: Words
    mine: bool
    due: date | None = None
    days_left: int | None = None


_OURS = Words(N_("贵单位"))


def of(listing: Listing, revision: Revision | None) -> Progress | None:
    """Return the next step of a listing whose revision in work is ``revision``; None where nothing is due."""
    if revision is not None and revision.state == "submitted":
        return _under_review(revision)
    if revision is not None and revision.state == "returned":
        return Progress(_OURS, Words(N_("按审核意见修改后重新提交")), mine=True)
    if revision is not None:
        count = len(drafts.problems(revision))
        missing = Words(N_("还有%(count)d处没有填好"), {"count": count}) if count else Words(N_("提交审核"))
        return Progress(_OURS, missing, mine=True)
    if listing.state == "expired" or (listing.state == "published" and listing.expires_on):
        return _confirming(listing)
    return None


def _under_review(revision: Revision) -> Progress:
    task = reviews.open_task_for("revision", revision.id)
    due = task.due_on if task is not None else None
    return Progress(
        reviews.waits_for(task, revision.kind),
        Words(N_("审核意见")),
        mine=False,
        due=due,
        days_left=_left(due),
    )


def _confirming(listing: Listing) -> Progress:
    missing = (
        Words(N_("确认内容仍然有效")) if listing.state == "expired" else Words(N_("到期前确认内容仍然有效"))
    )
    return Progress(_OURS, missing, mine=True, due=listing.expires_on, days_left=_left(listing.expires_on))


def _left(due: date | None) -> int | None:
    return None if due is None else deadlines.days_left(due)


def may_be_edited(listing: Listing) -> bool:
    """Tell whether a new revision of a listing could still be published."""
    return (listing.state, "publish") in LISTING.table
