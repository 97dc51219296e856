"""The two long jobs of an import: checking a table without writing anything, and writing what was checked.

The writing job notes in the same transaction as each chunk how far it has come, so that it goes on there after a fault.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.files import CSV, XLSX
from marketplace.domain.states.revisions import DECLARED
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.services.catalogue.exchange import listing_rows, listing_writing, organisations
from marketplace.services.catalogue.exchange.checked import Checked, Draft
from marketplace.services.catalogue.exchange.columns import COLUMNS
from marketplace.services.people import actors
from marketplace.services.platform import files, longjobs, tables
from marketplace.services.platform.longjobs import Progress
from marketplace.services.platform.tables import CellError, Column
from marketplace.services.unit import unit_of_work

CHUNK = 200
SUBMITTED_AT_ONCE = 50
"""Submitting asks and writes much more for each row; other writers should not wait for two hundred of them."""
SHOWN_ERRORS = 200
SHOWN_REMARKS = 50
"""More stand in the list that hangs on the job."""
WAYS = ("all", "good")
RECENT = 5
LOOKED_AT = 200
"""Jobs of one person among which the last ones of a table are looked for."""


@dataclass(frozen=True)
class Import:
    """How one kind of table comes in: who may, the kinds of its two jobs, and what checks and writes its rows."""

    title: str
    permission: Permission
    check_job: str
    import_job: str
    check: Callable[..., Checked]
    write: Callable[..., Counter[str]]
    submits: bool = True


def _of_listings(title: str) -> Import:
    return Import(
        title, Permission.CREATE_LISTING, "check_listings", "import_listings", listing_rows.check,
        listing_writing.write,
    )  # fmt: skip


IMPORTS: Mapping[str, Import] = {
    "achievement": _of_listings(N_("科技成果")),
    "demand": _of_listings(N_("技术需求")),
    "organisation": Import(
        N_("单位"), Permission.VERIFY_ORGANISATION, "check_organisations", "import_organisations",
        organisations.check, organisations.write, submits=False,
    ),
}  # fmt: skip


def definition(actor: Actor, table: str) -> Import:
    """Return how a table is imported; NotFound for an unknown one, NotAllowed for who may not."""
    found = IMPORTS.get(table)
    if found is None:
        raise NotFound()
    require(actor, found.permission)
    return found


def template(actor: Actor, table: str, form: str) -> tuple[bytes, str, str]:
    """Return (bytes, media type, file name) of the empty table with an example row, as xlsx or csv."""
    title = f"{definition(actor, table).title}导入模板"
    if form == "csv":
        return tables.template_csv(COLUMNS[table]), CSV, f"{title}.csv"
    return tables.template_xlsx(title, COLUMNS[table]), XLSX, f"{title}.xlsx"


def start_check(actor: Actor, table: str, name: str, content: bytes) -> Job:
    """Keep an uploaded table and have it checked; DomainError (field ``file``) for what cannot be a table."""
    kind = definition(actor, table).check_job
    file = files.store(actor, name, content, "import")
    job = longjobs.start(actor, kind, table=table, organisation=actor.organisation_id, file=file.name)
    files.attach(actor, file, "job", job.id, "import")
    return job


def start_import(actor: Actor, check_id: int, how: str, submit: bool = False, declared: bool = False) -> Job:
    """Have a checked table written: ``all`` rows, or the ``good`` ones only. Pressed twice it is the same job.

    ``submit`` sends every complete row to review, which takes both declarations. Raises DomainError where nothing
    can be written, where ``all`` is asked for and a row has a fault, or where the declarations are missing.
    """
    check = get_check(actor, check_id)
    way = definition(actor, check.params["table"])
    present = imports_of(check)
    if present:
        return present[0]
    if check.state != "done" or how not in WAYS or "refused" in check.result:
        raise DomainError("import_unchecked", N_("请先等核对完成"))
    if not check.result["good"] or (how == "all" and check.result["bad"]):
        raise DomainError("import_faulty", N_("还有错误的行，请改正后重新上传，或只导入正确的行"))
    if submit and not declared:
        raise DomainError("guard_declared", DECLARED.message, field="no_secret")
    wanted = {"check": check_id, "how": how, "submit": submit and way.submits}
    return longjobs.start(actor, way.import_job, **wanted, **check.params)


def get_check(actor: Actor, job_id: int) -> Job:
    """Return a checking job that the actor started for the same organisation; NotFound otherwise."""
    job = longjobs.get_for(actor, job_id)
    checks = {each.check_job for each in IMPORTS.values()}
    mine = job.started_by == actor.person_id and job.params.get("organisation") == actor.organisation_id
    if job.kind not in checks or not mine:
        raise NotFound()
    return job


def imports_of(check: Job) -> list[Job]:
    """Return the jobs that write what a check has read, but not those that failed before the first chunk."""
    return _writing(_mine(check.started_by, IMPORTS[check.params["table"]].import_job), check)


def stopped_of(check: Job) -> Job | None:
    """Return the last import of a check where it failed before anything was written."""
    found = _mine(check.started_by, IMPORTS[check.params["table"]].import_job)
    last = next((job for job in found if job.params["check"] == check.id), None)
    return last if last is not None and last.state == "failed" and not last.result else None


def _writing(found: list[Job], check: Job) -> list[Job]:
    return [job for job in found if job.params["check"] == check.id and (job.state != "failed" or job.result)]


def recent(actor: Actor, table: str) -> list[tuple[Job, Job | None]]:
    """Return the actor's last checks of a table, newest first, each with the import that followed."""
    way, wanted = definition(actor, table), (table, actor.organisation_id)
    checks = _mine(actor.person_id, way.check_job)
    mine = [job for job in checks if (job.params["table"], job.params["organisation"]) == wanted][:RECENT]
    written = _mine(actor.person_id, way.import_job)
    return [(job, next(iter(_writing(written, job)), None)) for job in mine]


def _mine(person_id: int | None, kind: str) -> list[Job]:
    query = select(Job).where(Job.kind == kind, Job.started_by == person_id)
    return list(db.session.scalars(query.order_by(Job.id.desc()).limit(LOOKED_AT)))


def check(job: Job, progress: Progress) -> dict[str, Any]:
    """Read the table of a job and say what is wrong with it; the complete list hangs on the job.

    A file that is no such table is no fault of the job: the reason stands in ``refused``.
    """
    actor, job_id, table = _actor(job), job.id, job.params["table"]
    try:
        found = read(actor, table, _content(actor, job_id), progress)
    except DomainError as refused:
        if refused.field != "file":
            raise
        return {"refused": {"message": refused.message, "params": refused.params}}
    if found.errors or found.remarks:
        with unit_of_work():
            name = f"{IMPORTS[table].title}核对结果-{clock.today().isoformat()}.xlsx"
            file = files.keep(actor, name, _list_of(found), XLSX)
            if all(link.file_id != file.id for link in files.links_of("job", job_id, "export")):
                files.attach(actor, file, "job", job_id, "export")
    changed = sum(draft.changes is not None for draft in found.drafts)
    return {
        "rows": found.total,
        "good": len(found.drafts),
        "new": len(found.drafts) - changed,
        "changed": changed,
        "complete": sum(draft.complete for draft in found.drafts),
        "same": found.same,
        "bad": found.bad,
        "faults": len(found.errors),
        "errors": _told(found.errors[:SHOWN_ERRORS]),
        "notes": len(found.remarks),
        "remarks": _told(found.remarks[:SHOWN_REMARKS]),
        "unknown": found.unknown[:20],
    }


def _told(found: list[CellError]) -> list[dict[str, Any]]:
    return [
        {"row": one.row, "column": one.column, "message": one.message, "params": dict(one.params)}
        for one in found
    ]


def write(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the table of a checked job in chunks, each in a transaction of its own that also notes the last row."""
    actor, job_id, params = _actor(job), job.id, dict(job.params)
    way, noted = definition(actor, params["table"]), dict(job.result)
    counted, last = Counter(noted.get("counted", {})), noted.get("last_row", 0)
    found = read(actor, params["table"], _content(actor, params["check"]), after=last)
    if params["how"] == "all" and found.errors:
        raise DomainError("import_faulty", N_("核对之后情况有变，又有错误的行，请重新上传核对"))
    done = noted.get("done", 0)
    total = done + len(found.drafts)
    progress(done, total)
    size = SUBMITTED_AT_ONCE if params["submit"] else CHUNK
    for start in range(0, len(found.drafts), size):
        part = found.drafts[start : start + size]
        done += len(part)
        with unit_of_work():
            # Asked again for each chunk: who is suspended in the middle brings in no more.
            present = db.session.get_one(Job, job_id)
            counted += way.write(_actor(present), params["table"], part, job_id, params["submit"])
            present.result = _result(counted, part, done)
        progress(done, total)
        db.session.expunge_all()
        if done < total:
            longjobs.give_way()
    return {**_result(counted, [], done), "skipped": found.bad, "same": found.same}


def _result(counted: Counter[str], part: list[Draft], done: int) -> dict[str, Any]:
    last = {"last_row": part[-1].row} if part else {}
    return {"counted": dict(counted), "done": done, **last}


def read(
    actor: Actor, table: str, content: bytes, progress: Progress | None = None, after: int = 0
) -> Checked:
    """Read and check a table for an actor; ``after``: rows of the file up to this one are left out."""
    return definition(actor, table).check(actor, table, tables.read(content, COLUMNS[table]), progress, after)


def _actor(job: Job) -> Actor:
    """Return who started a job; whoever works elsewhere by now brings nothing into the new organisation."""
    actor = actors.actor_of(job.started_by)
    if actor.organisation_id != job.params["organisation"]:
        raise DomainError("import_moved", N_("上传之后您已换了单位，请重新上传"))
    return actor


def _content(actor: Actor, check_id: int) -> bytes:
    links = files.links_of("job", check_id, "import")
    if not links:
        raise NotFound()
    with files.open_for(actor, links[0].id).open() as stream:
        return stream.read()


def _list_of(found: Checked) -> bytes:
    """Return everything found as a table: what must be mended first, then what may be completed later."""
    lines = [(one, "须改正") for one in found.errors] + [(one, "可导入，提交前补充") for one in found.remarks]
    columns = (
        Column("row", N_("行"), "int", lambda line: line[0].row),
        Column("column", N_("列"), "text", lambda line: line[0].column),
        Column("words", N_("问题和改法"), "text", lambda line: line[0].message % line[0].params),
        Column("weight", N_("性质"), "text", lambda line: line[1]),
    )
    return tables.write_xlsx("核对结果", columns, lines)
