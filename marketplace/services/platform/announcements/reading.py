"""公示公告 for everybody: announcements, 补助公示 and 协议定价公示 in one list, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, String, cast, false, func, literal, null, select, union_all

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.errors import NotFound
from marketplace.domain.platform.announcements import KINDS
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.deals import PricePublication
from marketplace.models.platform import Announcement, FileLink
from marketplace.models.subsidy import Publicity
from marketplace.services import links
from marketplace.services.deals.registry.publishing import SHOWN as PRICES_SHOWN
from marketplace.services.paging import Page
from marketplace.services.platform import files

SIZE = 20
LATEST = 5
IN_FEED = 30

GATHERED: Mapping[str, str] = {"publicity": N_("补助公示"), "price_publication": N_("协议定价公示")}
"""公示 of other areas that stand in the same list; each keeps its own page."""

LISTED: Mapping[str, str] = {**KINDS, **GATHERED}
"""Kinds of the list."""


@dataclass(frozen=True)
class Entry:
    """A line of the list. ``starts_on``: first day of validity where one is named, None for a 公示, which starts when
    it is published; ``ends_on``: last day of a 公示 or of validity; ``over`` says that it has passed."""

    kind: str
    id: int
    title: str
    path: str
    published_on: date
    pinned: bool
    starts_on: date | None
    ends_on: date | None

    @property
    def ahead(self) -> bool:
        """Whether its first day is still to come."""
        return self.starts_on is not None and self.starts_on > clock.today()

    @property
    def over(self) -> bool:
        """Whether its last day has passed."""
        return self.ends_on is not None and self.ends_on < clock.today()


@dataclass(frozen=True)
class Question:
    """What the list was asked; unknown kinds and years are dropped without a word."""

    kind: str = ""
    text: str = ""
    year: int | None = None


def question(kind: str = "", text: str = "", year: str = "") -> Question:
    """Return the question that was meant."""
    known = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
    return Question(kind if kind in LISTED else "", clean_line(text)[:100], known or None)


def listed(asked: Question, number: int = 1, size: int = SIZE) -> Page[Entry]:
    """Return a page of the list, pinned ones first, then the newest: two queries however much there is."""
    every = _every(asked)
    if every is None:
        return Page([], 1, 1, 0)
    total = db.session.scalar(select(func.count()).select_from(every)) or 0
    pages = max(1, -(-total // size))
    page = min(max(number, 1), pages)
    order = every.c.pinned.desc(), every.c.published_on.desc(), every.c.kind, every.c.id.desc()
    rows = db.session.execute(select(every).order_by(*order).limit(size).offset((page - 1) * size))
    return Page([_entry(row) for row in rows], page, pages, total)


def latest(limit: int = LATEST) -> Sequence[Entry]:
    """Return what the home page shows: one query."""
    every = _every(Question())
    order = every.c.pinned.desc(), every.c.published_on.desc(), every.c.kind, every.c.id.desc()
    return [_entry(row) for row in db.session.execute(select(every).order_by(*order).limit(limit))]


def years() -> list[int]:
    """Return the years in which anything was published, newest first."""
    every = _every(Question())
    days = db.session.execute(select(func.min(every.c.published_on), func.max(every.c.published_on))).one()
    first, last = (_day(each) for each in days)
    return list(range(last.year, first.year - 1, -1)) if first and last else []


def _every(asked: Question) -> Any:
    """Return everything that fits as one derived table: the columns of ``_part``."""
    parts = [
        part
        for part in (
            _part(Announcement, Announcement.kind, Announcement.published_on, Announcement.valid_to, asked),
            _part(Publicity, "publicity", Publicity.starts_on, Publicity.ends_on, asked),
            _part(
                PricePublication,
                "price_publication",
                PricePublication.starts_on,
                PricePublication.ends_on,
                asked,
            ),
        )
        if part is not None
    ]
    return union_all(*parts).subquery("entries") if parts else None


def _part(model: Any, kind: Any, day: Any, ends_on: Any, asked: Question) -> Select[Any] | None:
    fixed = isinstance(kind, str)
    if asked.kind and ((fixed and asked.kind != kind) or (not fixed and asked.kind not in KINDS)):
        return None
    title = model.name if model is PricePublication else model.title
    query = select(
        cast(literal(kind), String).label("kind") if fixed else kind.label("kind"),
        model.id.label("id"),
        title.label("title"),
        day.label("published_on"),
        (false() if fixed else model.pinned).label("pinned"),
        _typed(null() if fixed else model.valid_from).label("starts_on"),
        _typed(ends_on).label("ends_on"),
    )
    if model is Announcement:
        query = query.where(model.state == "published")
        if asked.kind:
            query = query.where(model.kind == asked.kind)
    elif model is PricePublication:
        query = query.where(model.state.in_(PRICES_SHOWN))
    if asked.text:
        query = query.where(title.icontains(asked.text, autoescape=True))
    if asked.year is not None:
        query = query.where(day >= date(asked.year, 1, 1), day <= date(asked.year, 12, 31))
    return query


def _typed(day: Any) -> Any:
    """Return a day that all parts of a UNION agree on; SQLite would make a number of it."""
    return day if db.engine.dialect.name == "sqlite" else cast(day, Date)


def _entry(row: Any) -> Entry:
    kind = "announcement" if row.kind in KINDS else row.kind
    return Entry(
        kind=row.kind,
        id=row.id,
        title=row.title,
        path=links.path_of(kind, row.id),
        published_on=_day(row.published_on) or clock.today(),
        pinned=bool(row.pinned),
        starts_on=_day(row.starts_on),
        ends_on=_day(row.ends_on),
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def get(announcement_id: int) -> Announcement:
    """Return an announcement that everybody may read, a withdrawn one included; NotFound for every other."""
    row = db.session.get(Announcement, announcement_id)
    if row is None or row.state not in ("published", "withdrawn"):
        raise NotFound()
    return row


def newest(kind: str = "", limit: int = IN_FEED) -> Sequence[Announcement]:
    """Return the published announcements of a kind, or of all, newest first: for the feed and the site map."""
    query = select(Announcement).where(Announcement.state == "published")
    if kind:
        query = query.where(Announcement.kind == kind)
    return db.session.scalars(
        query.order_by(Announcement.published_at.desc(), Announcement.id.desc()).limit(limit)
    ).all()


@files.reader("announcement")
def reads_file(actor: Actor, link: FileLink) -> bool:
    """Judge over attachments: everybody's once published, else theirs who write announcements; not once withdrawn."""
    row = db.session.get(Announcement, link.subject_id)
    if row is None:
        return False
    return row.state == "published" or may(actor, Permission.WRITE_ANNOUNCEMENT)
