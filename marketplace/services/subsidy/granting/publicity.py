"""公示: amounts about to be granted, shown to everybody for the working days of their policy version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.calendar import Limit, WorkingCalendar
from marketplace.domain.deals.numbers import ContractNumber
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractLine, ContractParty, ContractVersion
from marketplace.models.subsidy import GrantObjection, Publicity, PublicityRow, SubsidyCase
from marketplace.services.platform import audit, deadlines, numbering
from marketplace.services.subsidy import case_facts, cases, hindrances, world
from marketplace.services.subsidy.granting import releasing
from marketplace.services.unit import unit_of_work

CHUNK = 200
DEFAULT_DAYS = 5
LONGEST_TITLE = 200

OVER = frozenset({"cleared", "approved", "tracking", "closed"})
STANDINGS: Mapping[str, tuple[str, str]] = {
    "running": ("info", N_("公示中")),
    "halted": ("warn", N_("异议核实中，公示期暂停")),
    "over": ("ok", N_("公示期满")),
    "superseded": ("warn", N_("金额有变动，另行公示")),
    "ended": ("bad", N_("不再拟补助")),
}
"""How a line of a publication stands → tone and words."""


@dataclass(frozen=True)
class Line:
    """A line as it was printed, and how it stands now (a key of STANDINGS)."""

    row: PublicityRow
    standing: str

    @property
    def takes_objections(self) -> bool:
        """Whether one may still object: its last day included, and while another objection stops its clock."""
        return self.standing == "halted" or (self.standing == "running" and clock.today() <= self.row.ends_on)


def publish(actor: Actor, case_ids: Sequence[int], title: str, words: str = "") -> Publicity:
    """Publish fixed amounts from today, each for the working days of its own policy version.

    The same press again gives back the publication. Raises DomainError (``title``, ``cases``), NotAllowed, Conflict
    where a case has moved on.
    """
    require(actor, Permission.PUBLISH_GRANT)
    found = releasing.locked_rows(case_ids)
    known = _published_already(actor, found)
    if known is not None:
        return known
    releasing.check_states(found, "proposed")
    calendar = deadlines.calendar()
    publicity = _sheet(actor, title, words, max(_last_day(case, calendar) for case in found))
    numbers = contract_numbers(found)
    for position, case in enumerate(found, 1):
        publicity.rows.append(
            PublicityRow(
                position=position,
                case_id=case.id,
                enterprise=case.organisation.name,
                achievement=cases.title_of(case),
                contract_numbers=numbers.get(case.id, ""),
                paid_fen=paid_fen(case),
                amount_fen=case.fixed_fen or 0,
                ends_on=_last_day(case, calendar),
            )
        )
        hindrances.act(actor, case, "publish")
    db.session.flush()
    audit.record(actor, "publicity.create", "publicity", publicity.id, cases=[case.id for case in found])
    return publicity


def _sheet(actor: Actor, title: str, words: str, ends_on: date) -> Publicity:
    title = clean_line(title)
    if len(title) < 4 or len(title) > LONGEST_TITLE:
        raise DomainError(
            "title_missing", N_("请填写公示标题，4到%(most)d字"), field="title", most=LONGEST_TITLE
        )
    year, head = clock.today().year, audit.head()
    publicity = Publicity(
        number=f"GS{year}-{numbering.take(f'publicity/{year}'):03d}",
        title=title,
        words=clean_text(words)[: releasing.LONGEST_WORDS],
        starts_on=clock.today(),
        ends_on=ends_on,
        audit_head=head.digest if head is not None else "",
        published_by=actor.person_id,
    )
    db.session.add(publicity)
    db.session.flush()
    return publicity


def _published_already(actor: Actor, found: Sequence[SubsidyCase]) -> Publicity | None:
    if any(case.state != "published" for case in found):
        return None
    rows = newest_rows([case.id for case in found])
    sheets = {row.publicity_id for row in rows.values()}
    if len(sheets) != 1:
        return None
    publicity = db.session.get_one(Publicity, sheets.pop())
    return publicity if publicity.published_by == actor.person_id else None


def _last_day(case: SubsidyCase, calendar: WorkingCalendar) -> date:
    days = case.policy.parameters.get("publicity_days") if case.policy is not None else None
    return Limit(days or DEFAULT_DAYS, "工作日").due(clock.today(), calendar)


def paid_fen(case: SubsidyCase) -> int:
    """Return the paid amount that the grant rests on, in 分: as it was when the amount was fixed, or since reduced."""
    if case.traded_id is None or case.policy is None or case.fixed_fen == case.granted_fen:
        return case.eligible_fen or 0
    ledger = world.part_of(case.policy, case.traded_id).ledger()
    return ledger.weigh(world.claim_of(case, clock.today())).eligible_paid_fen


def contract_numbers(found: Sequence[SubsidyCase]) -> dict[int, str]:
    """Return case → 登记编号 of the registered contracts by which the enterprise bought the achievement; one query."""
    pairs = {(case.organisation_id, case.traded_id or 0) for case in found}
    query = (
        select(Contract, ContractParty.organisation_id, ContractLine.traded_id)
        .join(ContractVersion, ContractVersion.id == Contract.version_id)
        .join(ContractParty, ContractParty.version_id == ContractVersion.id)
        .join(ContractLine, ContractLine.version_id == ContractVersion.id)
        .where(
            ContractParty.position == 0,
            ContractLine.traded_id.in_({traded for _buyer, traded in pairs}),
            ContractParty.organisation_id.in_({buyer for buyer, _traded in pairs}),
        )
        .order_by(Contract.id)
    )
    numbers: dict[tuple[int | None, int], list[str]] = {}
    for contract, buyer, traded in db.session.execute(query).unique():
        row = contract.registration
        if row is not None and row.decided_at is not None:
            shown = ContractNumber(row.number).grouped if row.number else contract.filing_number
            numbers.setdefault((buyer, traded), []).append(shown)
    return {
        case.id: "、".join(numbers.get((case.organisation_id, case.traded_id or 0), [])) for case in found
    }


def listed() -> Select[Publicity]:
    """Return the query of publications, newest first."""
    return select(Publicity).order_by(Publicity.starts_on.desc(), Publicity.id.desc())


def running(found: Sequence[Publicity]) -> set[int]:
    """Return the ids of those publications of which a line still runs, or waits for an objection to be decided."""
    latest = select(func.max(PublicityRow.id)).group_by(PublicityRow.case_id)
    query = (
        select(PublicityRow.publicity_id)
        .join(SubsidyCase, SubsidyCase.id == PublicityRow.case_id)
        .where(
            PublicityRow.publicity_id.in_([sheet.id for sheet in found]),
            PublicityRow.id.in_(latest),
            SubsidyCase.state.in_(("published", "objected")),
        )
    )
    return set(db.session.scalars(query.distinct()))


def sizes(found: Sequence[Publicity]) -> dict[int, int]:
    """Return publication → number of its lines, by one query."""
    query = select(PublicityRow.publicity_id, func.count()).group_by(PublicityRow.publicity_id)
    rows = db.session.execute(query.where(PublicityRow.publicity_id.in_([sheet.id for sheet in found])))
    return {publicity_id: int(number) for publicity_id, number in rows}


def get(publicity_id: int) -> Publicity:
    """Return a publication; everybody may read it."""
    publicity = db.session.get(Publicity, publicity_id)
    if publicity is None:
        raise NotFound()
    return publicity


def lines_of(publicity: Publicity) -> list[Line]:
    """Return the lines in printed order, each with how it stands now."""
    case_ids = [row.case_id for row in publicity.rows]
    # Read at once: a line asks for its case, and a publication may have hundreds of lines.
    cases_read = db.session.scalars(select(SubsidyCase).where(SubsidyCase.id.in_(case_ids))).unique().all()
    newest = newest_rows([case.id for case in cases_read])
    return [Line(row, standing_of(row, newest[row.case_id])) for row in publicity.rows]


def standing_of(row: PublicityRow, newest: PublicityRow) -> str:
    """Return how a line stands, given the newest line of the same case."""
    state = row.case.state
    if row.id != newest.id or state == "proposed":
        return "superseded"
    if state in ("published", "objected"):
        return "running" if state == "published" else "halted"
    return "over" if state in OVER else "ended"


def of_case(case_id: int) -> Sequence[PublicityRow]:
    """Return the lines by which a case was published, the oldest first."""
    query = select(PublicityRow).where(PublicityRow.case_id == case_id).order_by(PublicityRow.id)
    return db.session.scalars(query).unique().all()


def newest_rows(case_ids: Sequence[int]) -> dict[int, PublicityRow]:
    """Return case → the line by which it was published last."""
    latest = select(func.max(PublicityRow.id)).where(PublicityRow.case_id.in_(case_ids))
    query = select(PublicityRow).where(PublicityRow.id.in_(latest.group_by(PublicityRow.case_id)))
    return {row.case_id: row for row in db.session.scalars(query)}


def clear_due() -> int:
    """Clear every published case whose last day is over and against which nothing is open; return how many."""
    due = _due()
    db.session.rollback()
    if not due:
        return 0
    cleared = 0
    with unit_of_work():
        for case in releasing.locked_rows(due):
            row = newest_rows([case.id])[case.id]
            if case.state == "published" and row.ends_on < clock.today():
                cases.act(SYSTEM, case, "clear", case_facts.facts_of(case, SYSTEM))
                cleared += 1
    return cleared


def _due() -> list[int]:
    latest = select(func.max(PublicityRow.id)).group_by(PublicityRow.case_id)
    objected = (
        select(GrantObjection.id)
        .join(PublicityRow, PublicityRow.id == GrantObjection.row_id)
        .where(PublicityRow.case_id == SubsidyCase.id, GrantObjection.state == "open")
    )
    query = (
        select(SubsidyCase.id)
        .join(PublicityRow, PublicityRow.case_id == SubsidyCase.id)
        .where(
            SubsidyCase.state == "published",
            PublicityRow.id.in_(latest),
            PublicityRow.ends_on < clock.today(),
            ~objected.correlate(SubsidyCase).exists(),
        )
    )
    return list(db.session.scalars(query.order_by(SubsidyCase.id).limit(CHUNK)))
