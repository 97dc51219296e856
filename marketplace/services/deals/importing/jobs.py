"""The two long jobs of an import: checking a table without writing anything, and writing what was checked.

The writing job notes in the same transaction as each chunk how far it has come, so that it goes on there after a fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.files import XLSX
from marketplace.domain.text import N_, compact
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.services.deals.importing import rows, writing
from marketplace.services.deals.importing.rows import Draft
from marketplace.services.deals.ledger.columns import CONTRACT_COLUMNS, PARTED_BY
from marketplace.services.people import actors
from marketplace.services.platform import files, longjobs, tables
from marketplace.services.platform.longjobs import Progress
from marketplace.services.platform.tables import CellError, Column
from marketplace.services.unit import unit_of_work

CHUNK = 200
SHOWN_ERRORS = 200
"""More stand in the list of faults that hangs on the job."""
WAYS = ("all", "good")


@dataclass(frozen=True)
class Checked:
    """A table that was read: what can be written, every fault, and columns that nobody knows."""

    drafts: list[Draft]
    errors: list[CellError]
    total: int
    unknown: list[str]

    @property
    def bad_rows(self) -> int:
        """How many rows have a fault."""
        return self.total - len(self.drafts)


def template() -> bytes:
    """Return the empty table with an example row: the columns of the export."""
    return tables.template_xlsx("历史合同导入模板", CONTRACT_COLUMNS)


def start_check(actor: Actor, name: str, content: bytes) -> Job:
    """Keep an uploaded table and have it checked; raises DomainError (field ``file``) for what is no table."""
    require(actor, Permission.IMPORT_CONTRACTS)
    file = files.store(actor, name, content, "import")
    job = longjobs.start(actor, "check_contracts")
    files.attach(actor, file, "job", job.id, "import")
    return job


def start_import(actor: Actor, check_id: int, how: str) -> Job:
    """Have a checked table written: ``all`` rows, or the ``good`` ones only. Pressed twice it is the same job.

    Raises DomainError where nothing can be written, or ``all`` is asked for and a row has a fault.
    """
    require(actor, Permission.IMPORT_CONTRACTS)
    check = get_check(actor, check_id)
    if check.state != "done" or how not in WAYS:
        raise DomainError("import_unchecked", N_("请先等核对完成"))
    if not check.result["good"] or (how == "all" and check.result["bad"]):
        raise DomainError("import_faulty", N_("还有错误的行，请改正后重新上传，或只导入正确的行"))
    known = imports_of(check_id)
    return known[0] if known else longjobs.start(actor, "import_contracts", check=check_id, how=how)


def get_check(actor: Actor, job_id: int) -> Job:
    """Return a checking job that the actor started; NotFound otherwise."""
    job = longjobs.get_for(actor, job_id)
    if job.kind != "check_contracts" or job.started_by != actor.person_id:
        raise NotFound()
    return job


def imports_of(check_id: int) -> list[Job]:
    """Return the jobs that write what a check has read, but not those that failed before the first chunk."""
    found = longjobs.latest(500, kind="import_contracts")
    return [
        job for job in found if job.params.get("check") == check_id and (job.state != "failed" or job.result)
    ]


def check(job: Job, progress: Progress) -> dict[str, Any]:
    """Read the table of a job and say what is wrong with it; a complete list hangs on the job."""
    actor, job_id = actors.actor_of(job.started_by), job.id
    require(actor, Permission.IMPORT_CONTRACTS)
    found = read(_content(actor, job_id), progress)
    if found.errors:
        with unit_of_work():
            name = f"历史合同核对结果-{clock.today().isoformat()}.xlsx"
            file = files.keep(actor, name, _fault_list(found.errors), XLSX)
            present = files.links_of("job", job_id, "export")
            if all(link.file_id != file.id for link in present):
                files.attach(actor, file, "job", job_id, "export")
    return {
        "rows": found.total,
        "good": len(found.drafts),
        "bad": found.bad_rows,
        "faults": len(found.errors),
        "errors": [
            {"row": one.row, "column": one.column, "message": one.message, "params": dict(one.params)}
            for one in found.errors[:SHOWN_ERRORS]
        ],
        "unknown": found.unknown[:20],
    }


def write(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the table of a checked job in chunks, each in a transaction of its own that also notes the last row."""
    actor, job_id = actors.actor_of(job.started_by), job.id
    how, check_id = job.params["how"], job.params["check"]
    done_until, imported = job.result.get("last_row", 0), job.result.get("imported", 0)
    found = read(_content(actor, check_id), after=done_until)
    if how == "all" and found.errors:
        raise DomainError("import_faulty", N_("核对之后情况有变，又有错误的行，请重新上传核对"))
    total = imported + len(found.drafts)
    progress(imported, total)
    for start in range(0, len(found.drafts), CHUNK):
        drafts = found.drafts[start : start + CHUNK]
        with unit_of_work():
            imported += writing.write(actor, drafts)
            noted = db.session.get_one(Job, job_id)
            noted.result = {"last_row": drafts[-1].row, "imported": imported}
        progress(imported, total)
        db.session.expunge_all()
        if imported < total:
            longjobs.give_way()
    return {"imported": imported, "skipped": found.bad_rows}


def read(content: bytes, progress: Progress | None = None, after: int = 0) -> Checked:
    """Read and check a table; ``after``: rows of the file up to this one are left out."""
    table = tables.read(content, CONTRACT_COLUMNS)
    wanted = [(number, row) for number, row in zip(table.numbers, table.rows, strict=True) if number > after]
    unread: dict[int, list[CellError]] = {}
    for error in table.errors:
        unread.setdefault(error.row, []).append(error)
    known = _known([row for _number, row in wanted])
    drafts: list[Draft] = []
    errors: list[CellError] = []
    first_with: dict[str, int] = {}
    for done, (number, row) in enumerate(wanted, 1):
        faults = list(unread.get(number, []))
        draft, more = rows.build(number, row, known, clock.today())
        # A cell that could not be read is empty by now: what follows from that is not said again.
        said = {fault.column for fault in faults}
        faults += [fault for fault in more if fault.column not in said]
        if draft is not None and draft.number in first_with:
            words = N_("与第%(row)d行的合同登记编号相同")
            faults.append(
                CellError(number, rows.HEADINGS["number"], words, {"row": first_with[draft.number]})
            )
        if draft is not None and not faults:
            first_with[draft.number] = number
            drafts.append(draft)
        errors += faults
        if progress is not None:
            progress(done, len(wanted))
    return Checked(drafts, errors, len(wanted), table.unknown)


def _known(found: list[Mapping[str, Any]]) -> rows.Known:
    """Ask once for everything that the rows may mean."""
    numbers = {compact(row.get("number") or "").replace("-", "") for row in found}
    listings = {
        compact(part) for row in found for part in (row.get("achievement_numbers") or "").split(PARTED_BY)
    }
    codes = {row.get(f"{role}_uscc") or "" for row in found for role in ("buyer", "seller")}
    others = {
        word for row in found for word in (row.get("other_sellers") or "").replace("，", ",").split(",")
    }
    rights = {number for row in found for number in rows.rights_in(row.get("achievement_rights"))}
    return writing.known_of(numbers, listings, codes | {compact(word) for word in others}, rights)


def _content(actor: Actor, check_id: int) -> bytes:
    links = files.links_of("job", check_id, "import")
    if not links:
        raise NotFound()
    with files.open_for(actor, links[0].id).open() as stream:
        return stream.read()


def _fault_list(errors: list[CellError]) -> bytes:
    columns = (
        Column("row", N_("行"), "int", lambda error: error.row),
        Column("column", N_("列"), "text", lambda error: error.column),
        Column("words", N_("问题"), "text", lambda error: error.message % error.params),
    )
    return tables.write_xlsx("核对结果", columns, errors)
