"""What stands on the printed papers of a case: 补助申请表, 单项成果信息表, 材料清单, 审核意见表.

What was submitted is printed as it was sealed; a draft, and what is being mended, as it stands now.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock, regions, taxonomy
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.deals import terms as deal_terms
from marketplace.domain.errors import NotFound
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES, Clause
from marketplace.domain.subsidy.declarations import AID
from marketplace.domain.subsidy.grounds import GROUNDS, PARTS
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision
from marketplace.models.deals import Contract, ContractLine, ContractVersion
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import CaseExamination, DecisionSheet, SubsidyCase
from marketplace.services.deals.papers import Cell
from marketplace.services.people import actors
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.applying import materials, snapshots
from marketplace.services.subsidy.reviewing import competence, examinations


@dataclass(frozen=True)
class Voucher:
    """A payment or refund as it was counted, in 分; ``number`` is its contract's, ``proof`` a word to translate."""

    number: str
    paid_on: str
    proof: str
    serial: str
    amount_fen: int
    counted_fen: int
    reasons: Sequence[str]


@dataclass(frozen=True)
class Deal:
    """A contract of the sheet, its amounts in 分 as far as they are this achievement's."""

    title: str
    cells: Sequence[Cell]
    line_fen: int
    technical_fen: int
    net_paid_fen: int
    eligible_fen: int


@dataclass(frozen=True)
class Row:
    """A line of 材料清单: how many files, whence, words beside it, and the day on which somebody checked it off."""

    label: str
    files: Sequence[str]
    whence: str
    note: str
    checked_at: datetime | None


@dataclass(frozen=True)
class Said:
    """One opinion of a review; ``outcome`` is '' and the rest empty where the step is still to be done.

    ``grounds``: label and the words of the clause it cites; ``remarks``: part and words.
    """

    step: str
    office: str
    outcome: str = ""
    grounds: Sequence[tuple[str, str]] = ()
    remarks: Sequence[tuple[str, str]] = ()
    note: str = ""
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Paper:
    """One paper of a case. ``content``: what was sealed (applying/snapshots.py), or would be sealed now.

    ``digest`` and ``sealed_at`` are '' and None before submission. ``asked_fen``: what is applied for, other buyers of
    the same achievement not asked. ``with_contact``: whether the reader may see a telephone.
    """

    form: str
    title: str
    case: SubsidyCase
    clause: Clause
    content: Mapping[str, Any]
    state: str
    sealed_at: datetime | None
    digest: str
    asked_fen: int | None
    with_contact: bool
    printed_at: datetime
    aid: str = ""
    vouchers: Sequence[Voucher] = ()
    cells: Sequence[Cell] = ()
    rights: Sequence[tuple[str, str]] = ()
    deals: Sequence[Deal] = ()
    rows: Sequence[Row] = ()
    said: Sequence[Said] = ()
    given: Sequence[tuple[CaseExamination, str, str]] = ()
    sheet: DecisionSheet | None = None


FORMS: Mapping[str, str] = {
    "application": N_("补助申请表"),
    "sheet": N_("单项成果信息表"),
    "materials": N_("补助申请材料清单"),
    "opinions": N_("补助审核意见表"),
}
"""Address word of a paper → its title."""

_OFFERED: Mapping[str, Callable[[Actor, SubsidyCase], bool]] = {
    "application": lambda _actor, _case: True,
    "sheet": lambda _actor, case: case.traded_id is not None,
    "materials": lambda _actor, _case: True,
    # The opinions of a case are the offices' own paper.
    "opinions": lambda actor, case: case.number is not None and _is_office(actor, case),
}


def offered(actor: Actor, case: SubsidyCase) -> list[tuple[str, str]]:
    """Return address word and title of the papers that a case has for its reader, for the buttons of its page."""
    return [(form, title) for form, title in FORMS.items() if _OFFERED[form](actor, case)]


def _is_office(actor: Actor, case: SubsidyCase) -> bool:
    return may(actor, Permission.READ_CASES) and competence.is_office(actor, case)


def build(actor: Actor, case_id: int, form: str) -> Paper:
    """Return a paper of a case that the actor may read; NotFound otherwise, and for a paper it does not have."""
    case = cases.get_for(actor, case_id)
    if form not in dict(offered(actor, case)):
        raise NotFound()
    sealed = case.snapshot if case.state not in materials.OPEN_STATES and case.snapshot else None
    content = sealed["content"] if sealed else snapshots.content_of(case)
    own = may(actor, Permission.APPLY_SUBSIDY, cases.subject_of(case))
    head: dict[str, Any] = {
        "form": form,
        "title": FORMS[form],
        "case": case,
        "clause": CLAUSES[case.clause],
        "content": content,
        "state": SUBSIDY_CASE.states[case.state].label,
        "sealed_at": datetime.fromisoformat(sealed["at"]) if sealed else None,
        "digest": case.snapshot_digest if sealed else "",
        "asked_fen": _asked(content),
        "with_contact": own or _is_office(actor, case),
        "printed_at": clock.now(),
    }
    return Paper(**head, **_BODIES[form](case, content))


def _asked(content: Mapping[str, Any]) -> int | None:
    policy, found = content["policy"], content["sum"]
    if policy is None:
        return None
    if found is None:
        again = content["particulars"].get("again")
        return policy["parameters"]["again_fen" if again else "first_fen"] if again is not None else None
    return max(0, min(found["entitlement_fen"], found["cap_fen"]) - found["granted_fen"])


def _application(_case: SubsidyCase, content: Mapping[str, Any]) -> dict[str, Any]:
    said = next((one for one in content["declarations"] if one["kind"] == "other_aid"), None)
    vouchers = [
        Voucher(
            number=each["number"] or each["filing_number"],
            paid_on=term["paid_on"],
            proof=_proof(term),
            serial=term["serial"],
            amount_fen=term["amount_fen"],
            counted_fen=term["counted_fen"],
            reasons=term["reasons"],
        )
        for each in (content["sum"] or {}).get("contracts", ())
        for term in each["terms"]
    ]
    return {"vouchers": vouchers, "aid": AID.get(said["details"].get("aid", ""), "") if said else ""}


def _proof(term: Mapping[str, Any]) -> str:
    found = deal_terms.BANKS if term["bank"] else deal_terms.EVIDENCE
    return found.label_of(term["bank"] or term["evidence"])


def _sheet(case: SubsidyCase, content: Mapping[str, Any]) -> dict[str, Any]:
    found = content["sum"]["contracts"] if content["sum"] else []
    versions = _versions([one["id"] for one in found])
    texts = [versions.get((one["id"], one["version"])) for one in found]
    lines = [line for text in texts if text for line in text.lines if line.traded_id == case.traded_id]
    sold = (
        db.session.get(AchievementRevision, lines[0].revision_id) if lines and lines[0].revision_id else None
    )
    text = next((one for one in texts if one is not None), None)
    return {
        "cells": _achievement(content["achievement"], sold, text),
        "rights": _rights(lines, sold),
        "deals": [_deal(one, versions.get((one["id"], one["version"]))) for one in found],
    }


def _versions(contract_ids: Sequence[int]) -> dict[tuple[int, int], ContractVersion]:
    """Return (contract, ordinal) → text: a paper is printed with the text that was submitted."""
    query = select(Contract).where(Contract.id.in_(contract_ids)).order_by(Contract.id)
    rows = db.session.scalars(query.options(selectinload(Contract.versions)))
    return {(row.id, text.ordinal): text for row in rows for text in row.versions}


def _achievement(
    said: Mapping[str, Any], sold: AchievementRevision | None, text: ContractVersion | None
) -> list[Cell]:
    cells = [
        Cell(N_("成果名称"), (said["name"],), wide=True),
        Cell(N_("权利单位"), _words(said["owner"]), wide=True),
        Cell(N_("技术领域"), _term(taxonomy.NATIONAL_FIELDS, text.field if text else ""), coded=True),
        Cell(N_("产业方向"), _terms(taxonomy.CITY_TAGS, text.tags if text else ()), coded=True),
    ]
    if sold is None:
        return cells
    level = sold.maturity_level
    mature = (taxonomy.maturity_label(sold.maturity_scale, level),) if level is not None else ()
    return [
        *cells,
        Cell(N_("成果登记号"), _words(sold.registration_number)),
        Cell(N_("成果水平"), _term(taxonomy.ACHIEVEMENT_LEVELS, sold.level), coded=True),
        Cell(N_("所处阶段"), _term(taxonomy.STAGES, sold.stage), coded=True),
        Cell(N_("技术成熟度"), mature, coded=True),
        Cell(N_("完成单位"), tuple(sold.completed_by), wide=True),
        Cell(N_("效益"), _words(sold.benefit), wide=True),
    ]


def _rights(lines: Sequence[ContractLine], sold: AchievementRevision | None) -> list[tuple[str, str]]:
    """Return type and number of the rights as sold; of an achievement nobody listed those recorded of it."""
    rows = sold.ip_rights if sold is not None else (lines[0].traded.rights if lines else ())
    return [(taxonomy.IP_TYPES.label_of(one.ip_type), one.number) for one in rows]


def _deal(said: Mapping[str, Any], text: ContractVersion | None) -> Deal:
    parties = text.parties if text is not None else ()
    sellers = tuple(
        f"{one.name}{_place(one.division, one.country)}" for one in parties if one.role == "seller"
    )
    kind = deal_terms.KINDS.label_of(text.kind) if text is not None and text.kind else ""
    return Deal(
        title=said["title"],
        cells=[
            Cell(N_("合同登记编号"), _words(said["number"] or said["filing_number"])),
            Cell(N_("合同类别"), _words(kind), coded=True),
            Cell(N_("卖方"), sellers, wide=True),
            Cell(N_("签订日期"), _words(said["signed_on"])),
            Cell(N_("登记日期"), _words(said["registered_on"])),
        ],
        line_fen=said["line_fen"],
        technical_fen=said["technical_fen"],
        net_paid_fen=said["net_paid_fen"],
        eligible_fen=said["eligible_fen"],
    )


def _place(division: str | None, country: str) -> str:
    if division and regions.exists(division):
        return f"（{regions.full_name(division)}）"
    return f"（{deal_terms.COUNTRIES.label_of(country)}）" if country in deal_terms.COUNTRIES else ""


def _materials(case: SubsidyCase, content: Mapping[str, Any]) -> dict[str, Any]:
    known = {one.code: one for one in CLAUSES[case.clause].materials}
    checked = {row.code: row.checked_at for row in case.materials}
    rows = [
        Row(
            # A paper that the clause no longer asks for keeps its code as its name.
            label=known[one["code"]].label if one["code"] in known else one["code"],
            files=[file["name"] for file in (*one["files"], *one["taken_over"])],
            whence=_whence(one, known[one["code"]].source if one["code"] in known else ""),
            note=one["note"],
            checked_at=checked.get(one["code"]),
        )
        for one in content["materials"]
    ]
    return {"rows": rows}


def _whence(said: Mapping[str, Any], source: str) -> str:
    if said["state"] == "waived":
        return N_("申请免交")
    if said["files"]:
        return N_("上传")
    if said["state"] == "missing" and not said["taken_over"]:
        return N_("未提供")
    return {"declaration": N_("在线签署"), "printed": N_("随申请表")}.get(source, N_("平台已有"))


_STEPS: Mapping[str, tuple[str, str]] = {
    "subsidy_first_review": (N_("初审意见"), ""),
    "subsidy_review": (N_("市科学技术局审核意见"), N_("宿州市科学技术局")),
    "subsidy_appeal": (N_("陈述申辩处理意见"), N_("宿州市科学技术局")),
}
"""Kind of review task → what the opinion is called, and whose seal stands below it ('' : the office of 初审)."""

_OUTCOMES = {"approved": N_("通过"), "returned": N_("退回补正"), "refused": N_("不予补助")}
_APPEALED = {"approved": N_("申辩成立，重新审核"), "refused": N_("申辩不成立")}


def _opinions(case: SubsidyCase, _content: Mapping[str, Any]) -> dict[str, Any]:
    query = (
        select(ReviewTask)
        .where(
            ReviewTask.subject_kind == "subsidy_case",
            ReviewTask.subject_id == case.id,
            ReviewTask.state == "done",
        )
        .options(selectinload(ReviewTask.remarks))
        .order_by(ReviewTask.id)
    )
    tasks = list(db.session.scalars(query))
    said: list[Said] = []
    for kind in _STEPS:
        mine = [_said(case, task) for task in tasks if task.kind == kind]
        # What is still to be decided is printed empty, to be written by hand.
        if not mine and kind != "subsidy_appeal":
            mine = [Said(_STEPS[kind][0], _office(case, kind))]
        said += mine
    given = [one for one in case.examinations if one.given_at is not None]
    names = actors.names_of({one.person_id for one in given})
    return {
        "said": said,
        "given": [(one, examinations.LABELS[one.kind], names.get(one.person_id, "")) for one in given],
        "sheet": db.session.get(DecisionSheet, case.sheet_id) if case.sheet_id is not None else None,
    }


def _said(case: SubsidyCase, task: ReviewTask) -> Said:
    appealed = task.kind == "subsidy_appeal"
    known, parts = REASONS.get(task.kind, {}), PARTS[case.clause]
    return Said(
        step=_STEPS[task.kind][0],
        office=_office(case, task.kind),
        outcome=(_APPEALED if appealed else _OUTCOMES).get(task.outcome or "", ""),
        grounds=[
            (known.get(code, code), "" if appealed or code not in GROUNDS else GROUNDS[code].cites)
            for code in task.reasons
        ],
        remarks=[(parts.get(one.field, one.field), one.text) for one in task.remarks],
        note=task.note,
        who=task.decider.name if task.decider is not None else "",
        at=task.decided_at,
    )


def _office(case: SubsidyCase, kind: str) -> str:
    return _STEPS[kind][1] or regions.FIRST_REVIEW_OFFICES.get(case.office, N_("初审单位"))


_BODIES: Mapping[str, Callable[[SubsidyCase, Mapping[str, Any]], dict[str, Any]]] = {
    "application": _application,
    "sheet": _sheet,
    "materials": _materials,
    "opinions": _opinions,
}


def _words(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _term(found: taxonomy.Taxonomy, code: str) -> tuple[str, ...]:
    return (found.label_of(code),) if code in found else ()


def _terms(found: taxonomy.Taxonomy, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(found.label_of(code) for code in codes if code in found)
