"""The index follows the database: documents of what changed, or of everything.

Documents are read lazily, while the index holds its writer lock: whoever writes last has also read last, so
neither a second drain nor a rebuild can put an older text over a newer one. What is committed during a rebuild
waits in the outbox and is applied after it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.domain.access import VISITOR, Audience, Shown, text_shown
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing, Revision
from marketplace.models.people import Organisation
from marketplace.retrieval.documents import Audience as Reader
from marketplace.retrieval.documents import Document, Kind, Subject
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.finding import facets, texts
from marketplace.services.outside import outside
from marketplace.services.platform import outbox

CHUNK = 500
"""Rows read at once: enough to keep the queries few, few enough to keep memory flat."""


_KINDS: tuple[Kind, ...] = ("achievement", "demand", "organisation")


def enqueue(kind: Kind, subject_id: int) -> None:
    """Promise that the index will show ``kind`` (achievement, demand or organisation) as it is after the commit."""
    outbox.enqueue("index", kind=kind, id=subject_id)


def index_subjects(payloads: Sequence[dict[str, Any]]) -> None:
    """Bring the index up to date with the subjects ``{kind, id}``. A changed organisation takes its listings along."""
    named = {(payload["kind"], int(payload["id"])) for payload in payloads}
    organisations = {subject_id for kind, subject_id in named if kind == "organisation"}
    subjects = named | _listings_of(organisations)
    db.session.rollback()
    outside().index.apply(_documents_of(subjects), subjects)


def _listings_of(organisations: Collection[int]) -> set[Subject]:
    if not organisations:
        return set()
    query = select(Listing.kind, Listing.id).where(Listing.organisation_id.in_(organisations))
    return {(row.kind, row.id) for row in db.session.execute(query)}


def _documents_of(subjects: Collection[Subject]) -> Iterator[Document]:
    with Session(db.engine) as session:
        for kind in _KINDS:
            ids = sorted(subject_id for each, subject_id in subjects if each == kind)
            for start in range(0, len(ids), CHUNK):
                query, key = _query(kind)
                rows = session.scalars(query.where(key.in_(ids[start : start + CHUNK])))
                for row in rows:
                    yield from _documents(row)


def count_documents() -> int:
    """Return how many documents a rebuild will make: a demand with two texts counts twice."""
    achievements = visibility.public_listings(Audience.ADMIN, "achievement", SEARCHABLE_STATES)
    demands = visibility.public_listings(Audience.ADMIN, "demand", SEARCHABLE_STATES)
    by_disclosure = demands.with_only_columns(DemandRevision.disclosure, func.count()).group_by(
        DemandRevision.disclosure
    )
    return (
        _count(achievements.with_only_columns(Listing.id))
        + _count(visibility.visible_organisations(VISITOR).with_only_columns(Organisation.id))
        + sum(rows * _texts_of(disclosure) for disclosure, rows in db.session.execute(by_disclosure))
    )


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _texts_of(disclosure: str) -> int:
    return len({text_shown(disclosure, audience) for audience in Audience} - {Shown.NOTHING})


def rebuild(progress: Callable[[int], object] | None = None) -> int:
    """Build the index anew, with all cores; return how many documents it holds.

    ``progress`` is called with the number of documents done so far. Nothing else writes meanwhile.
    """
    total = count_documents()
    db.session.rollback()
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done)

    return outside().index.rebuild(_all_documents(), total, advance)


def _all_documents() -> Iterator[Document]:
    with Session(db.engine) as session:
        for kind in _KINDS:
            query, key = _query(kind)
            last = 0
            # Keys first: a sorted and limited query of whole rows would join everything for each chunk.
            while ids := session.scalars(select(key).where(key > last).order_by(key).limit(CHUNK)).all():
                for row in session.scalars(query.where(key.in_(ids)).order_by(key)):
                    yield from _documents(row)
                last = ids[-1]
                session.expunge_all()


def _query(kind: str) -> tuple[Select[Any], Any]:
    """Return the query of everything of ``kind`` that anybody may find, and its key."""
    if kind == "organisation":
        return visibility.visible_organisations(VISITOR), Organisation.id
    query = visibility.public_listings(Audience.ADMIN, kind, SEARCHABLE_STATES)
    return visibility.loaded(query, kind), Listing.id


def _documents(row: Listing | Organisation) -> Iterator[Document]:
    if isinstance(row, Organisation):
        yield organisation_document(row)
    else:
        yield from listing_documents(row)


def listing_documents(listing: Listing, revision: Revision | None = None) -> list[Document]:
    """Return one document for each distinct text of a listing, with the audiences that read it.

    ``revision``: another version than the public one, to be read as if it were public.
    """
    revision = revision or listing.published
    if revision is None:
        return []
    kind: Kind = "achievement" if listing.kind == "achievement" else "demand"
    readers: dict[Shown, set[Reader]] = {}
    for audience in Audience:
        readers.setdefault(_shown(revision, audience), set()).add(audience.value)
    readers.pop(Shown.NOTHING, None)
    return [
        Document(
            key=f"{kind}:{listing.id}:{shown.value}",
            kind=kind,
            subject_id=listing.id,
            audiences=frozenset(audiences),
            title=revision.title,
            body=texts.body(listing, revision, shown),
            facets=facets.listing_facets(listing, revision, shown),
            numbers=_numbers(listing, revision),
            keywords=tuple(revision.keywords),
        )
        for shown, audiences in readers.items()
    ]


def _shown(revision: Revision, audience: Audience) -> Shown:
    if isinstance(revision, DemandRevision):
        return text_shown(revision.disclosure, audience)
    return Shown.FULL_TEXT


def _numbers(listing: Listing, revision: Revision) -> dict[str, int]:
    found = {"published": int(listing.published_at.timestamp()) if listing.published_at else 0}
    if isinstance(revision, AchievementRevision):
        # Levels 10 to 13 of GB/T 22900 measure the sale of a finished system: beyond 9 there is no riper.
        found["maturity"] = min(revision.maturity_level or 0, 9)
        price = revision.price_fen
    else:
        price = revision.budget_fen if isinstance(revision, DemandRevision) else None
    return found if price is None else {**found, "price": price}


def organisation_document(organisation: Organisation) -> Document:
    """Return the document of an organisation's public page."""
    verified = organisation.verified_at
    return Document(
        key=f"organisation:{organisation.id}",
        kind="organisation",
        subject_id=organisation.id,
        audiences=frozenset(audience.value for audience in Audience),
        title=organisation.name,
        body=texts.organisation_body(organisation),
        facets=facets.organisation_facets(organisation),
        numbers={"published": int(verified.timestamp()) if verified else 0},
    )
