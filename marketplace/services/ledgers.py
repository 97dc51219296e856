"""Ledgers that administrators take away as a table: organisations and listings, with the filters of the page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may, require
from marketplace.domain.errors import NotFound
from marketplace.domain.platform.files import CSV, XLSX
from marketplace.domain.states import LISTING
from marketplace.domain.taxonomy import COOPERATION_WAYS, NATIONAL_FIELDS, PRICING_METHODS
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing
from marketplace.models.people import Organisation
from marketplace.models.platform import FileLink, Job
from marketplace.services.deals.ledger import contracts as contract_ledger
from marketplace.services.deals.ledger import payments as payment_ledger
from marketplace.services.deals.ledger.columns import CONTRACT_COLUMNS
from marketplace.services.deals.ledger.filters import clean
from marketplace.services.deals.ledger.payments import PAYMENT_COLUMNS
from marketplace.services.people import actors
from marketplace.services.people.roster import organisation_list, person_list
from marketplace.services.platform import audit, files, longjobs
from marketplace.services.platform.longjobs import Progress
from marketplace.services.platform.tables import Column, write_csv, write_xlsx
from marketplace.services.platform.watching import trail
from marketplace.services.subsidy.reviewing import register as case_register
from marketplace.services.unit import unit_of_work

DIRECT_ROWS = 2000
"""A longer ledger is made by a long job, so that nobody waits in front of a page."""
READ_AT_ONCE = 500

FORMS: Mapping[str, str] = {"xlsx": XLSX, "csv": CSV}
"""Forms in which a ledger is taken away, with their media types."""

Filters = Mapping[str, str]


@dataclass(frozen=True)
class Ledger:
    """``filters`` are what a page may set: lists of options, or none for words and days; ``query`` builds the rows.

    ``permission``: who may take it away, and ``job`` the kind of long job that makes it. ``wrap`` makes what the
    columns read out of a page of rows. ``own``: filters that no page sets, by who takes it away. ``note``: what stands
    beside the title of a workbook and in the last line of a csv file.
    """

    title: str
    columns: tuple[Column, ...]
    query: Callable[[Filters], Select[Any]]
    filters: Mapping[str, Mapping[str, str]]
    permission: Permission = Permission.EXPORT_LEDGERS
    job: str = "export_ledger"
    wrap: Callable[[Sequence[Any]], Sequence[Any]] = list
    own: Callable[[Actor], Filters] = lambda _actor: {}
    note: Callable[[], str] = lambda: ""


def _states(machine: Any) -> dict[str, str]:
    return {state.code: state.label for state in machine.states.values()}


def _options(taxonomy: Any) -> dict[str, str]:
    return {term.code: term.label for term in taxonomy.terms}


def _listings(kind: str) -> Callable[[Filters], Select[Any]]:
    revision = AchievementRevision if kind == "achievement" else DemandRevision

    def build(filters: Filters) -> Select[Any]:
        query = (
            select(Listing)
            .join(revision, Listing.published_id == revision.id)
            .options(
                contains_eager(Listing.published.of_type(revision)),
                joinedload(Listing.organisation).joinedload(Organisation.profile),
            )
            .where(Listing.kind == kind)
            .order_by(Listing.id)
        )
        if filters.get("state"):
            query = query.where(Listing.state == filters["state"])
        return query.where(revision.field == filters["field"]) if filters.get("field") else query

    return build


_LISTING_COLUMNS = (
    Column("number", N_("编号"), "code", lambda row: row.number),
    Column("title", N_("名称"), "text", lambda row: row.published.title),
    Column("organisation", N_("单位"), "text", lambda row: row.organisation.name),
    Column("uscc", N_("统一社会信用代码"), "code", lambda row: row.organisation.uscc),
    Column(
        "field", N_("技术领域"), "choice", lambda row: row.published.field, options=_options(NATIONAL_FIELDS)
    ),
    Column(
        "ways", N_("合作方式"), "choices", lambda row: row.published.ways, options=_options(COOPERATION_WAYS)
    ),
)
_LISTING_DATES = (
    Column("state", N_("状态"), "choice", lambda row: row.state, options=_states(LISTING)),
    Column("published_at", N_("发布时间"), "moment", lambda row: row.published_at),
    Column("confirmed_at", N_("最近确认"), "moment", lambda row: row.confirmed_at),
    Column("expires_on", N_("有效期至"), "date", lambda row: row.expires_on),
)
_LISTING_FILTERS = {"state": _states(LISTING), "field": _options(NATIONAL_FIELDS)}

LEDGERS: Mapping[str, Ledger] = {
    "organisations": Ledger(
        N_("单位台账"),
        organisation_list.COLUMNS,
        organisation_list.query_of,
        organisation_list.FILTERS,
        wrap=organisation_list.lines_of,
    ),
    "people": Ledger(
        N_("人员台账"),
        person_list.COLUMNS,
        person_list.query_of,
        person_list.FILTERS,
        wrap=person_list.lines_of,
    ),
    "audit": Ledger(
        N_("留痕台账"),
        trail.COLUMNS,
        trail.export_query,
        trail.FILTERS,
        Permission.READ_AUDIT,
        wrap=trail.lines_of,
        note=trail.head_note,
    ),
    "achievements": Ledger(
        N_("科技成果台账"),
        (
            *_LISTING_COLUMNS,
            Column(
                "pricing",
                N_("定价方式"),
                "choice",
                lambda row: row.published.pricing,
                options=_options(PRICING_METHODS),
            ),
            Column("price", N_("价格"), "wan", lambda row: row.published.price_fen, total=True),
            *_LISTING_DATES,
        ),
        _listings("achievement"),
        _LISTING_FILTERS,
    ),
    "demands": Ledger(
        N_("技术需求台账"),
        (
            *_LISTING_COLUMNS,
            Column("budget", N_("拟投入资金"), "wan", lambda row: row.published.budget_fen, total=True),
            Column("due_on", N_("期望完成时间"), "date", lambda row: row.published.due_on),
            *_LISTING_DATES,
        ),
        _listings("demand"),
        _LISTING_FILTERS,
    ),
    "contracts": Ledger(
        N_("技术合同台账"),
        CONTRACT_COLUMNS,
        contract_ledger.query_of,
        contract_ledger.FILTERS,
        Permission.READ_CONTRACTS,
        "export_deals",
        contract_ledger.rows_of,
    ),
    "payments": Ledger(
        N_("支付台账"),
        PAYMENT_COLUMNS,
        payment_ledger.query_of,
        payment_ledger.FILTERS,
        Permission.READ_CONTRACTS,
        "export_deals",
    ),
    "subsidies": Ledger(
        N_("补助申请台账"),
        case_register.CASE_COLUMNS,
        case_register.query_of,
        case_register.FILTERS,
        Permission.READ_CASES,
        "export_deals",
        own=case_register.own,
    ),
}


def readable(actor: Actor) -> dict[str, Ledger]:
    """Return the ledgers that the actor may take away."""
    return {name: ledger for name, ledger in LEDGERS.items() if may(actor, ledger.permission)}


def chosen(name: str, filters: Filters) -> dict[str, str]:
    """Return those of ``filters`` that the ledger knows, with values it offers."""
    return clean(filters, LEDGERS[name].filters)


def count(actor: Actor, name: str, filters: Filters) -> int:
    """Return how many rows the ledger has under ``filters``."""
    require(actor, LEDGERS[name].permission)
    rows = (
        LEDGERS[name]
        .query(_asked(actor, name, filters))
        .order_by(None)
        .with_only_columns(func.count(), maintain_column_froms=True)
    )
    return db.session.scalar(rows) or 0


def _asked(actor: Actor, name: str, filters: Filters) -> Filters:
    return {**filters, **LEDGERS[name].own(actor)}


def table(actor: Actor, name: str, filters: Filters, form: str = "xlsx") -> bytes:
    """Return the ledger as ``form`` (xlsx or csv); writes the export to the audit trail."""
    total = count(actor, name, filters)
    content = _write(name, _asked(actor, name, filters), total, None, form)
    audit.record(actor, "export.create", "ledger", None, table=name, rows=total)
    return content


def start_export(actor: Actor, name: str, filters: Filters, form: str = "xlsx") -> Job:
    """Have the ledger made by a long job; its file hangs on the job."""
    return longjobs.start(actor, LEDGERS[name].job, name=name, filters=dict(filters), form=form)


def export(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the file of an export job and hang it on the job, for who started it."""
    actor, name, filters, job_id = (
        actors.actor_of(job.started_by),
        job.params["name"],
        job.params["filters"],
        job.id,
    )
    form = job.params.get("form", "xlsx")
    total = count(actor, name, filters)
    content = _write(name, _asked(actor, name, filters), total, progress, form)
    with unit_of_work():
        file = files.keep(actor, file_name(name, form), content, FORMS[form])
        files.attach(actor, file, "job", job_id, "export")
        audit.record(actor, "export.create", "ledger", None, table=name, rows=total)
    return {"rows": total}


def file_name(name: str, form: str = "xlsx") -> str:
    """Return the name under which a ledger is saved today."""
    return f"{LEDGERS[name].title}-{clock.today().isoformat()}.{form}"


def _write(name: str, filters: Filters, total: int, progress: Progress | None, form: str) -> bytes:
    ledger = LEDGERS[name]
    rows, more = _rows(ledger, filters, total, progress), ledger.note()
    if form == "csv":
        # A csv file has no place for a title: what is to be said of the whole stands in its last line.
        return write_csv(ledger.columns, rows) + (f"{more}\r\n".encode() if more else b"")
    note = "，".join(filter(None, (clock.today().isoformat(), f"{total} 行", more)))
    return write_xlsx(ledger.title, ledger.columns, rows, note)


def _rows(ledger: Ledger, filters: Filters, total: int, progress: Progress | None) -> Iterator[Any]:
    """Yield rows in pages by key, so that neither memory nor a cursor grows with the ledger."""
    query = ledger.query(filters)
    entity, last, done = query.column_descriptions[0]["entity"], 0, 0
    while page := list(db.session.scalars(query.where(entity.id > last).limit(READ_AT_ONCE))):
        yield from ledger.wrap(page)
        last, done = page[-1].id, done + len(page)
        if progress is not None:
            db.session.expunge_all()
            progress(done, max(total, done))


@files.reader("job")
def _may_read_export(actor: Actor, link: FileLink) -> bool:
    """What hangs on a job is for who started it; an exported ledger only as long as they may export it."""
    job = db.session.get(Job, link.subject_id)
    if job is None:
        raise NotFound()
    if "name" not in job.params:
        return job.started_by == actor.person_id
    return job.started_by == actor.person_id and may(actor, LEDGERS[job.params["name"]].permission)
