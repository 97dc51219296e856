"""Listings: whose they are, who may reach them, and their public life."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, may, require
from marketplace.domain.calendar import add_months
from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.reasons import REASONS, check_reasons
from marketplace.domain.states import LISTING, Transition
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Listing, Revision
from marketplace.services import workflow
from marketplace.services.catalogue import revisions
from marketplace.services.matching.ranking import changes
from marketplace.services.platform import audit, notices, outbox, settings

KINDS = ("achievement", "demand")

PUBLISHING = frozenset({"publish", "relist", "reconfirm", "reopen"})
"""Actions after which the listing counts as confirmed, and its time to expire starts anew."""

ENDING = frozenset({"unlist", "solve"})
"""Actions by which the owner takes a listing out of the market."""


def subject_of(listing: Listing) -> Subject:
    """Return what the rules need to know of a listing."""
    facts = frozenset({"is_demand"} if listing.kind == "demand" else ())
    return Subject(listing.kind, listing.organisation_id, facts=facts)


def create(actor: Actor, kind: str, title: str = "") -> Listing:
    """Begin an achievement or a demand with an empty draft; an untouched one of the same person is used again.

    ``title``: words to begin with, as somebody searched for them in vain; cut to what a title may have.
    """
    require(actor, Permission.CREATE_LISTING)
    if kind not in KINDS:
        raise NotFound()
    untouched = db.session.scalar(
        select(Listing)
        .join(Revision, Revision.listing_id == Listing.id)
        .where(
            Listing.kind == kind,
            Listing.state == "draft",
            Listing.created_by == actor.person_id,
            Listing.organisation_id == actor.organisation_id,
            Revision.state == "draft",
            Revision.ordinal == 1,
            Revision.version == 1,
            # What came from a table has been touched, although nobody has saved it on a page yet.
            Revision.title == "",
        )
        .limit(1)
    )
    listing = untouched or _add(actor, kind)
    revision = revisions.in_work(listing)
    if title and revision is not None:
        revision.title = clean_line(title)[: ITEMS[kind]["title"].limit]
        db.session.flush()
    return listing


def _add(actor: Actor, kind: str) -> Listing:
    listing = Listing(kind=kind, organisation_id=actor.organisation_id, created_by=actor.person_id)
    db.session.add(listing)
    db.session.flush()
    audit.record(actor, "listing.create", "listing", listing.id, kind=kind)
    revisions.add(actor, listing)
    return listing


def get_own(actor: Actor, listing_id: int, lock: bool = False) -> Listing:
    """Return a listing of the actor's own organisation: NotFound for any other, NotAllowed without the right.

    ``lock`` makes a second writer wait its turn, so that it then sees what the first one wrote.
    """
    listing = _get(listing_id, lock)
    if listing is None or actor.organisation_id is None or listing.organisation_id != actor.organisation_id:
        raise NotFound()
    require(actor, Permission.EDIT_LISTING, subject_of(listing))
    return listing


def get_readable(actor: Actor, listing_id: int) -> Listing:
    """Return a listing whose history the actor may read: its owner, and reviewers and auditors of its kind."""
    listing = _get(listing_id)
    if listing is None or not may(actor, Permission.READ_LISTING, subject_of(listing)):
        raise NotFound()
    return listing


def lock_row(listing_id: int) -> None:
    """Make other writers of a listing and its revisions wait until this transaction ends."""
    # Only the id is selected: PostgreSQL locks no row that stands on the far side of an outer join.
    db.session.execute(select(Listing.id).where(Listing.id == listing_id).with_for_update())


def _get(listing_id: int, lock: bool = False) -> Listing | None:
    if lock:
        lock_row(listing_id)
    return db.session.get(Listing, listing_id, populate_existing=lock)


FILTERS: dict[str, str] = {
    "all": N_("全部"),
    "draft": N_("草稿"),
    "submitted": N_("待审核"),
    "returned": N_("退回修改"),
    "published": N_("已发布"),
    "ended": N_("已下架、过期或结束"),
}
"""Tabs of 我的成果与需求."""

_ENDED = ("unlisted", "expired", "taken_down", "solved", "dealt")


def _tab(key: str) -> ColumnElement[bool]:
    work = select(Revision.id).where(Revision.listing_id == Listing.id)
    match key:
        case "draft":
            return work.where(Revision.state.in_(("draft", "withdrawn"))).exists()
        case "submitted" | "returned":
            return work.where(Revision.state == key).exists()
        case "published":
            return Listing.state == "published"
        case "ended":
            return Listing.state.in_(_ENDED)
    # A listing that was given up before it was ever public is no longer shown.
    return or_(Listing.state != "draft", work.where(Revision.state.in_(revisions.IN_WORK)).exists())


def mine(actor: Actor, kind: str = "", tab: str = "all") -> Select[Listing]:
    """Return the query of the listings of the actor's organisation, last touched first."""
    touched = select(func.max(Revision.updated_at)).where(Revision.listing_id == Listing.id).scalar_subquery()
    query = select(Listing).where(Listing.organisation_id == actor.organisation_id, _tab("all"), _tab(tab))
    if kind:
        query = query.where(Listing.kind == kind)
    return query.order_by(touched.desc(), Listing.id.desc())


def counts(actor: Actor, kind: str = "") -> dict[str, int]:
    """Return how many listings stand under each tab."""
    ids = {key: mine(actor, kind, key).order_by(None).with_only_columns(Listing.id) for key in FILTERS}
    row = db.session.execute(
        select(
            *(select(func.count()).select_from(query.subquery()).scalar_subquery() for query in ids.values())
        )
    ).one()
    return dict(zip(ids, row, strict=True))


def newest_revisions(listings: Iterable[Listing]) -> dict[int, Revision]:
    """Return for each listing the revision a list should show: the newest, by one query."""
    ids = [listing.id for listing in listings]
    newest = select(func.max(Revision.id)).where(Revision.listing_id.in_(ids)).group_by(Revision.listing_id)
    found = db.session.scalars(select(Revision).where(Revision.id.in_(newest)))
    return {revision.listing_id: revision for revision in found}


def available(actor: Actor, listing: Listing) -> list[Transition]:
    """Return what the actor may do with the public life of a listing now."""
    return workflow.available_actions(LISTING, listing, actor, subject_of(listing))


def act(actor: Actor, listing: Listing, action: str, reasons: Iterable[str] = (), note: str = "") -> Listing:
    """Move a listing by an action of its table: unlist, relist, reconfirm, solve, reopen, take_down, expire, deal.

    A late duplicate (the listing already stands where the action leads, and cannot take it again) changes
    nothing. Raises as the table says, and DomainError where the 有效期 of the achievement is over, or where a
    version under review would undo what is asked for.
    """
    if _done_before(listing, action):
        return listing
    if action in ENDING and (listing.state, action) in LISTING.table:
        _refuse_under_review(listing)
    if action in PUBLISHING:
        # Asked before moving, so that a page without the right never learns about validity first.
        LISTING.decide(listing.state, action, actor, subject_of(listing))
        _confirm(listing)
    transition = workflow.apply(LISTING, listing, action, actor, subject_of(listing), reasons, note)
    listing.state_note = clean_text(note)
    db.session.flush()
    outbox.enqueue("index", kind=listing.kind, id=listing.id)
    changes.changed(listing.kind, listing.id)
    if action in PUBLISHING:
        outbox.enqueue("news", kind=listing.kind, id=listing.id)
    if transition.notice and listing.published is not None:
        notices.notify(
            notices.members_of(listing.organisation_id),
            transition.notice,
            "my_listing",
            listing.id,
            title=listing.published.title,
        )
    return listing


def _refuse_under_review(listing: Listing) -> None:
    """An approval publishes: what its owner just took out of the market must not come back by it."""
    revision = revisions.in_work(listing)
    if revision is not None and revision.state == "submitted":
        raise DomainError(
            "version_under_review",
            N_("第 %(ordinal)d 版正在审核，一经通过就会重新公开；请先撤回这一版，再下架或标记为已解决"),
            ordinal=revision.ordinal,
        )


def take_down(actor: Actor, listing_id: int, reasons: list[str], note: str) -> Listing:
    """Take a published listing out of the market, with reasons of its kind's list (domain/platform/reasons.py).

    The owner reads the reasons and the note in ``state_note``.
    """
    listing = get_readable(actor, listing_id)
    lock_row(listing.id)
    db.session.refresh(listing)
    codes = check_reasons(listing.kind, reasons, note)
    words = [REASONS[listing.kind][code] for code in codes]
    return act(actor, listing, "take_down", codes, "；".join(filter(None, [*words, clean_text(note)])))


def _done_before(listing: Listing, action: str) -> bool:
    leads = {transition.target for (_, name), transition in LISTING.table.items() if name == action}
    return (listing.state, action) not in LISTING.table and listing.state in leads


def publish(listing: Listing, revision: Revision) -> None:
    """Show an approved revision, as the effect of its approval."""
    # State and revision change in one UPDATE: the database accepts neither without the other.
    with db.session.no_autoflush:
        listing.published, listing.published_id = revision, revision.id
        # The first day in public stays: a correction does not make an old item new.
        listing.published_at = listing.published_at or clock.now()
        act(SYSTEM, listing, "publish")


def _confirm(listing: Listing) -> None:
    if listing.published is None:
        return
    listing.confirmed_at = clock.now()
    listing.expires_on = expiry_day(listing.published, clock.today())


def expiry_day(revision: Revision, confirmed: date) -> date:
    """Return the last day on which a listing stays published without being confirmed again.

    Raises DomainError where the 有效期 of the achievement itself is over.
    """
    last = add_months(confirmed, settings.get("listing.months_valid"))
    until = revision.valid_until if isinstance(revision, AchievementRevision) else None
    if until is not None and until < confirmed:
        raise DomainError(
            "validity_over",
            N_("成果的有效期 %(day)s 已过，请先修改有效期并重新提交审核"),
            day=until.isoformat(),
        )
    return min(last, until) if until else last
