"""批准: cases whose 公示 is over are approved together, on one decision sheet."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.subsidy import DecisionSheet, SubsidyCase
from marketplace.services.platform import audit, numbering
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.granting import publicity, releasing, standing

LONGEST_TITLE = 200


def approve(actor: Actor, case_ids: Sequence[int], title: str, words: str = "") -> DecisionSheet:
    """Approve cases on one sheet, in submission order; the same press again gives back the sheet.

    Raises NotAllowed for who reviewed one of them or fixed its amount, Conflict where one has moved on, DomainError
    (``title``, ``cases``).
    """
    require(actor, Permission.APPROVE_GRANT)
    found = releasing.locked_rows(case_ids)
    known = _approved_already(actor, found)
    if known is not None:
        return known
    releasing.check_states(found, "cleared")
    own = own_of(actor, found)
    if own:
        named = "、".join(case.number or "" for case in own[: releasing.MOST_NAMED])
        words = N_("所选申请中%(named)s由您本人审核或定额，须由他人批准；请去掉后再办理")
        raise NotAllowed(words, code="own_matter", named=named)
    title, head, year = clean_line(title), audit.head(), clock.today().year
    if len(title) < 4 or len(title) > LONGEST_TITLE:
        raise DomainError(
            "title_missing", N_("请填写批准单标题，4到%(most)d字"), field="title", most=LONGEST_TITLE
        )
    sheet = DecisionSheet(
        number=f"PZ{year}-{numbering.take(f'decision/{year}'):03d}",
        title=title,
        words=clean_text(words)[: releasing.LONGEST_WORDS],
        decided_on=clock.today(),
        decided_by=actor.person_id,
        content={"head": head.digest if head is not None else "", "rows": _printed(found)},
    )
    db.session.add(sheet)
    db.session.flush()
    for case in found:
        with db.session.no_autoflush:
            cases.act(actor, case, "approve")
            case.sheet_id = sheet.id
    db.session.flush()
    audit.record(
        actor, "decision_sheet.create", "decision_sheet", sheet.id, cases=[case.id for case in found]
    )
    return sheet


def _approved_already(actor: Actor, found: Sequence[SubsidyCase]) -> DecisionSheet | None:
    sheets = {case.sheet_id for case in found if case.state == "approved"}
    if len(sheets) != 1 or any(case.state != "approved" for case in found):
        return None
    sheet = db.session.get_one(DecisionSheet, sheets.pop())
    return sheet if sheet.decided_by == actor.person_id else None


def _printed(found: Sequence[SubsidyCase]) -> list[dict[str, Any]]:
    """Return the lines of the sheet: what was published, with the amount that is approved."""
    rows = publicity.newest_rows([case.id for case in found])
    return [
        {
            "case": case.id,
            "number": case.number,
            "enterprise": rows[case.id].enterprise,
            "achievement": rows[case.id].achievement,
            "contracts": rows[case.id].contract_numbers,
            "publicity": rows[case.id].publicity.number,
            "paid_fen": rows[case.id].paid_fen,
            "amount_fen": case.fixed_fen,
        }
        for case in found
    ]


def own_of(actor: Actor, found: Sequence[SubsidyCase]) -> list[SubsidyCase]:
    """Return the cases that the actor submitted, reviewed or fixed the amount of: somebody else has to approve them."""
    fixed = standing.fixed_by(actor.person_id, [case.id for case in found])
    return [
        case
        for case in found
        if case.id in fixed
        or actor.person_id in (case.submitted_by, case.first_reviewed_by, case.reviewed_by)
    ]


def listed() -> Select[DecisionSheet]:
    """Return the query of decision sheets, newest first."""
    return select(DecisionSheet).order_by(DecisionSheet.id.desc())


def get_for(actor: Actor, sheet_id: int) -> DecisionSheet:
    """Return a decision sheet for who may read cases; NotFound where there is none."""
    require(actor, Permission.READ_CASES)
    sheet = db.session.get(DecisionSheet, sheet_id)
    if sheet is None:
        raise NotFound()
    return sheet


def decider_of(sheet: DecisionSheet) -> str:
    """Return the name of who approved."""
    return db.session.get_one(Person, sheet.decided_by).name
