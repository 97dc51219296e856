"""Listings that look like another one: the same right or 登记号, nearly the same name or text.

Nothing here refuses anything: the owner is warned while typing, the reviewer decides. Nobody learns of a listing
that they may not read, and texts are compared only as far as the reader is shown them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import selectinload

from marketplace.domain.access import Actor, Permission, Shown, Subject, audience_of, may
from marketplace.domain.catalogue.quality import likeness
from marketplace.domain.catalogue.quality.likeness import Alike
from marketplace.domain.states import LISTING, REVISION
from marketplace.domain.states.machine import State
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, IpRight, Listing, Revision
from marketplace.retrieval.documents import KINDS as INDEXED
from marketplace.retrieval.index import SearchRequest
from marketplace.services import links
from marketplace.services.catalogue import revisions, visibility
from marketplace.services.outside import outside

Content = Mapping[str, Any]

SHOWN = 5
"""Duplicates that are shown, the likest first."""
CANDIDATES = 12
"""Listings that the index proposes for a title, and again for a text."""
UNDER_REVIEW = 200
"""Versions in work that are compared, the newest first: they are not in the index."""
ASKED, SHORTEST_PART = 64, 3
"""Characters of a text that the index is asked with, and of the shortest stretch between two signs: the index looks
single characters up as beginnings of words, which takes long and says nothing."""

COMPARED: Mapping[str, Sequence[str]] = {
    "achievement": ("summary", "problem", "advantages"),
    "demand": ("summary", "situation", "requirements"),
}
"""Texts that are compared, by kind."""
_PUBLIC_TEXTS = ("summary",)

_SIGNS = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Duplicate:
    """A listing that looks like the one at hand; ``grounds`` say why. ``owner`` is '' where it is not shown.

    ``revision`` is what was compared: the published one, or one in work that the reader may see.
    """

    listing_id: int
    revision: Revision
    title: str
    number: str
    owner: str
    own: bool
    state: State
    path: str
    grounds: Sequence[Words]
    score: float


def find(
    actor: Actor, kind: str, content: Content, listing: Listing, reviewing: bool = False
) -> list[Duplicate]:
    """Return what of the market looks like ``content``, which is (to be) said by ``listing``, the likest first.

    ``reviewing``: versions of others that wait for review count too, where the actor may read them.
    """
    mine = _print(kind, content, COMPARED[kind])
    numbers = {row["number"] for row in content.get("ip_rights") or () if row.get("number")}
    registration = content.get("registration_number") or ""
    found: dict[int, Duplicate] = {}
    for row, revision in _candidates(actor, kind, content, listing, numbers, registration, reviewing):
        shown = visibility.text_for(actor, row, revision)
        texts = COMPARED[kind] if shown is Shown.FULL_TEXT else _PUBLIC_TEXTS
        seen = {name: getattr(revision, name) for name in ("title", *texts)}
        alike = likeness.alike(mine, _print(kind, seen, texts))
        grounds = [*_same_numbers(revision, numbers, registration), *_words(alike)]
        if not grounds:
            continue
        score = 1.0 + alike.score if len(grounds) > bool(alike) else alike.score
        if row.id not in found or found[row.id].score < score:
            found[row.id] = _duplicate(actor, row, revision, shown, grounds, score)
    return sorted(found.values(), key=lambda each: (-each.score, each.listing_id))[:SHOWN]


def _print(kind: str, content: Content, texts: Iterable[str]) -> likeness.Print:
    return likeness.print_of(
        str(content.get("title") or ""), "\n".join(str(content.get(name) or "") for name in texts)
    )


def _words(alike: Alike) -> Iterator[Words]:
    if alike.same_title:
        yield Words(N_("名称相同"))
    elif alike.title:
        yield Words(N_("名称有 %(percent)s%% 相同"), {"percent": round(100 * alike.title)})
    if alike.text:
        yield Words(N_("文字有 %(percent)s%% 相同"), {"percent": round(100 * alike.text)})


def _same_numbers(revision: Revision, numbers: set[str], registration: str) -> Iterator[Words]:
    if not isinstance(revision, AchievementRevision):
        return
    same = sorted(numbers & {right.number for right in revision.ip_rights})
    if same:
        yield Words(N_("知识产权编号 %(numbers)s 相同"), {"numbers": "、".join(same)})
    if registration and revision.registration_number == registration:
        yield Words(N_("成果登记号 %(number)s 相同"), {"number": registration})


def _duplicate(
    actor: Actor, row: Listing, revision: Revision, shown: Shown, grounds: Sequence[Words], score: float
) -> Duplicate:
    published = revision.id == row.published_id
    own = row.organisation_id == actor.organisation_id
    return Duplicate(
        listing_id=row.id,
        revision=revision,
        title=revision.title,
        number=row.number or "",
        owner=row.organisation.name if shown is Shown.FULL_TEXT else "",
        own=own,
        state=LISTING.states[row.state] if published else REVISION.states[revision.state],
        path=links.path_of(row.kind if published else "my_listing", row.id) if published or own else "",
        grounds=grounds,
        score=score,
    )


def _candidates(
    actor: Actor,
    kind: str,
    content: Content,
    listing: Listing,
    numbers: set[str],
    registration: str,
    reviewing: bool,
) -> Iterator[tuple[Listing, Revision]]:
    ids = _indexed(actor, kind, content) | _same_in_database(numbers, registration)
    ids.discard(listing.id)
    if ids:
        for row in db.session.scalars(visibility.visible_listings(actor, kind).where(Listing.id.in_(ids))):
            if row.published is not None:
                yield row, row.published
    for revision in db.session.scalars(_in_work(actor, kind, listing, reviewing)):
        yield revision.listing, revision


def _indexed(actor: Actor, kind: str, content: Content) -> set[int]:
    """Return the listings that the index finds by the name, and by the beginning of the longest text."""
    longest = max((str(content.get(name) or "") for name in COMPARED[kind]), key=len)
    found: set[int] = set()
    for text in (str(content.get("title") or ""), longest):
        # Signs have a meaning in a query; here they are only text.
        parts = (part for part in _SIGNS.split(text) if len(part) >= SHORTEST_PART)
        words = " ".join(parts)[:ASKED].strip()
        if len(words) < likeness.SHORTEST_TITLE:
            continue
        request = SearchRequest(
            text=words,
            kinds=frozenset(each for each in INDEXED if each == kind),
            audience=audience_of(actor).value,
            limit=CANDIDATES,
        )
        found |= {hit.subject_id for hit in outside().index.search(request).hits}
    return found


def _same_in_database(numbers: set[str], registration: str) -> set[int]:
    """Return the listings whose published version names one of these numbers; who may read them is asked later."""
    found: set[int] = set()
    if numbers:
        query = select(Listing.id).join(IpRight, IpRight.revision_id == Listing.published_id)
        found.update(db.session.scalars(query.where(IpRight.number.in_(numbers))))
    if registration:
        same = select(Listing.id).join(AchievementRevision, AchievementRevision.id == Listing.published_id)
        found.update(db.session.scalars(same.where(AchievementRevision.registration_number == registration)))
    return found


def _in_work(actor: Actor, kind: str, listing: Listing, reviewing: bool) -> Select[Any]:
    """Return the query of versions in work that the actor may read: own ones, and for reviewers all submitted."""
    revision = visibility.REVISIONS[kind]
    readable = [Listing.organisation_id == actor.organisation_id]
    if reviewing and may(actor, Permission.READ_LISTING, Subject(kind)):
        readable.append(Revision.state == "submitted")
    query = (
        select(revision)
        .join(Listing, Listing.id == revision.listing_id)
        .where(revision.state.in_(revisions.IN_WORK), Listing.id != listing.id, or_(*readable))
        .order_by(revision.id.desc())
        .limit(UNDER_REVIEW)
        .options(selectinload(revision.listing))
    )
    if kind == "achievement":
        query = query.options(selectinload(AchievementRevision.ip_rights))
    return query
