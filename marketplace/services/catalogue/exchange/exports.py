"""Lists taken away as tables: the filters of the page kept, in the columns of the import, at the reader's level.

What a reader may not see on the page stays empty in the table: the columns are the same for everybody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Audience, Permission, Shown, audience_of, require
from marketplace.domain.errors import NotFound
from marketplace.domain.platform.files import CSV, XLSX
from marketplace.domain.states import LISTING, REVISION
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import ImportedListing, Listing, Revision
from marketplace.models.platform import Job
from marketplace.retrieval.documents import Kind
from marketplace.services.catalogue import listings, pages, revisions, search, visibility
from marketplace.services.catalogue.exchange import cells, known
from marketplace.services.catalogue.exchange import organisations as registered
from marketplace.services.catalogue.exchange.columns import COLUMNS
from marketplace.services.catalogue.finding.facets import FACETS
from marketplace.services.people import actors
from marketplace.services.platform import audit, files, longjobs
from marketplace.services.platform.longjobs import Progress
from marketplace.services.platform.tables import write_csv, write_xlsx
from marketplace.services.unit import unit_of_work

DIRECT_ROWS = 1000
"""A longer table is made by a long job, so that nobody waits in front of a page."""
MOST_ROWS = 10_000
READ_AT_ONCE = 200
MOST_CHOSEN = 30
"""Values looked at of one filter; a page offers fewer."""

FORMATS: Mapping[str, str] = {"xlsx": XLSX, "csv": CSV}

PUBLIC_FIELDS = frozenset(
    {
        "title", "demand_type", "field", "tags", "keywords", "summary", "due_on", "budget_fen", "ways", "ip_ownership",
        "disclosure", "number", "state_words",
    }
)  # fmt: skip
"""What the public text of a demand tells (docs/domain.md §3)."""
_CONTACT = ("contact_name", "contact_phone", "contact_email")

Args = Mapping[str, Sequence[str]]
"""The filters of a page, as its address has them."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """A list: whose table it makes, who may take it away, the ids it shows under filters, and the rows of ids."""

    table: str
    title: str
    permission: Permission
    keys: Callable[[Actor, Args], tuple[list[int], int]]
    rows: Callable[[Actor, Sequence[int]], Rows]


def _first(args: Args, name: str) -> str:
    return str(next(iter(args.get(name, ())), ""))


def _searched(kind: Kind) -> Callable[[Actor, Args], tuple[list[int], int]]:
    def keys(actor: Actor, args: Args) -> tuple[list[int], int]:
        chosen = {facet.name: list(args.get(facet.name, ()))[:MOST_CHOSEN] for facet in FACETS[kind]}
        asked = search.question(kind, _first(args, "q"), chosen, _first(args, "sort"))
        return search.found_ids(actor, asked, MOST_ROWS)

    return keys


def _shown(kind: str) -> Callable[[Actor, Sequence[int]], Rows]:
    def rows(actor: Actor, ids: Sequence[int]) -> Rows:
        found = search.listings(actor, kind, ids)
        return [_shown_row(actor, row, row.published) for row in found if row.published is not None]

    return rows


def _shown_row(actor: Actor, listing: Listing, revision: Revision) -> dict[str, Any]:
    """Return a public listing as its page shows it to this reader."""
    row = cells.cells_of(listing.kind, revisions.content_of(revision)) | {
        "number": listing.number,
        "owner": listing.organisation.name,
        "state_words": LISTING.states[listing.state].label,
    }
    if visibility.text_for(actor, listing, revision) is not Shown.FULL_TEXT:
        return {key: value for key, value in row.items() if key in PUBLIC_FIELDS}
    if audience_of(actor) is Audience.PUBLIC and not pages.reads_all(actor, listing):
        row |= dict.fromkeys(_CONTACT, "")
    return row


def _own_keys(kind: str) -> Callable[[Actor, Args], tuple[list[int], int]]:
    def keys(actor: Actor, args: Args) -> tuple[list[int], int]:
        tab = _first(args, "tab")
        query = listings.mine(actor, kind, tab if tab in listings.FILTERS else "all")
        return _cut(list(db.session.scalars(query.with_only_columns(Listing.id))))

    return keys


def _own(kind: str) -> Callable[[Actor, Sequence[int]], Rows]:
    def rows(actor: Actor, ids: Sequence[int]) -> Rows:
        query = select(Listing).where(Listing.id.in_(ids), Listing.organisation_id == actor.organisation_id)
        found = {row.id: row for row in db.session.scalars(query)}
        texts = known.current_texts(kind, found.values())
        claimed = select(ImportedListing).where(ImportedListing.listing_id.in_(ids))
        keys = {row.listing_id: row.external_key for row in db.session.scalars(claimed)}
        return [
            _own_row(found[each], texts[each], keys.get(each, ""))
            for each in ids
            if each in found and each in texts
        ]

    return rows


def _own_row(listing: Listing, revision: Revision, external_key: str) -> dict[str, Any]:
    """Return an own listing as its owner last wrote it, with the number it has in the owner's system."""
    public = [LISTING.states[listing.state].label] if listing.published_id else []
    work = [REVISION.states[revision.state].label] if revision.id != listing.published_id else []
    return cells.cells_of(listing.kind, revisions.content_of(revision)) | {
        "number": known.number_of(listing),
        "external_key": external_key,
        "owner": listing.organisation.name,
        "state_words": "，新版本".join([*public, *work]),
    }


def _known_organisations(actor: Actor, ids: Sequence[int]) -> Rows:
    return [registered.cells_of(row, full=False) for row in search.organisations(actor, ids)]


def _cut(keys: list[int]) -> tuple[list[int], int]:
    return keys[:MOST_ROWS], len(keys)


_MEMBER = Permission.WORK_IN_ORGANISATION
_OWNER = Permission.CREATE_LISTING
SOURCES: Mapping[str, Source] = {
    "achievements": Source(
        "achievement", N_("科技成果"), _MEMBER, _searched("achievement"), _shown("achievement")
    ),
    "demands": Source("demand", N_("技术需求"), _MEMBER, _searched("demand"), _shown("demand")),
    "organisations": Source(
        "organisation", N_("认证单位"), _MEMBER, _searched("organisation"), _known_organisations
    ),
    "my-achievements": Source(
        "achievement", N_("本单位科技成果"), _OWNER, _own_keys("achievement"), _own("achievement")
    ),
    "my-demands": Source("demand", N_("本单位技术需求"), _OWNER, _own_keys("demand"), _own("demand")),
}


def source_of(actor: Actor, name: str) -> Source:
    """Return a list that can be taken away; NotFound for an unknown one, NotAllowed for who may not."""
    found = SOURCES.get(name)
    if found is None:
        raise NotFound()
    require(actor, found.permission)
    return found


@dataclass(frozen=True)
class Export:
    """A table to save: its bytes, media type and name."""

    content: bytes
    media_type: str
    name: str


def take(actor: Actor, name: str, args: Args, form: str) -> Export | None:
    """Return the table of a list, with an entry in the audit trail; None where a long job should make it."""
    source = source_of(actor, name)
    keys, total = source.keys(actor, args)
    return None if len(keys) > DIRECT_ROWS else _make(actor, name, keys, total, form, None)


def start(actor: Actor, name: str, args: Args, form: str) -> Job:
    """Have the table made by a long job; its file hangs on the job."""
    source_of(actor, name)
    kept = {key: [str(each) for each in values][:MOST_CHOSEN] for key, values in args.items()}
    return longjobs.start(actor, "export_table", source=name, filters=kept, form=form)


def perform(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the table of a job and hang it on the job, for who started it."""
    actor, job_id, params = actors.actor_of(job.started_by), job.id, dict(job.params)
    source = source_of(actor, params["source"])
    keys, total = source.keys(actor, params["filters"])
    made = _made(source, actor, keys, total, params["form"], progress)
    with unit_of_work():
        file = files.keep(actor, made.name, made.content, made.media_type)
        files.attach(actor, file, "job", job_id, "export")
        audit.record(actor, "export.create", "ledger", None, table=params["source"], rows=len(keys))
    return {"rows": len(keys)}


def _make(
    actor: Actor, name: str, keys: list[int], total: int, form: str, progress: Progress | None
) -> Export:
    made = _made(SOURCES[name], actor, keys, total, form, progress)
    audit.record(actor, "export.create", "ledger", None, table=name, rows=len(keys))
    return made


def _made(
    source: Source, actor: Actor, keys: list[int], total: int, form: str, progress: Progress | None
) -> Export:
    day = clock.today().isoformat()
    note = (
        f"{day}，{len(keys)} 行" if len(keys) == total else f"{day}，共 {total} 项，此表为前 {len(keys)} 项"
    )
    columns, rows = COLUMNS[source.table], _rows(source, actor, keys, progress)
    form = form if form in FORMATS else "xlsx"
    content = write_csv(columns, rows) if form == "csv" else write_xlsx(source.title, columns, rows, note)
    return Export(content, FORMATS[form], f"{source.title}-{day}.{form}")


def _rows(
    source: Source, actor: Actor, keys: list[int], progress: Progress | None
) -> Iterator[dict[str, Any]]:
    """Yield rows in portions, so that memory does not grow with the table."""
    for start_at in range(0, len(keys), READ_AT_ONCE):
        yield from source.rows(actor, keys[start_at : start_at + READ_AT_ONCE])
        if progress is not None:
            db.session.expunge_all()
            progress(min(start_at + READ_AT_ONCE, len(keys)), len(keys))
