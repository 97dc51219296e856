"""The checklist of papers: what the site holds already, what was uploaded, what was waived, what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES, Material
from marketplace.domain.subsidy.declarations import LONGEST_WAIVER
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import CaseMaterial, SubsidyCase
from marketplace.services.platform import audit, files
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.applying.evidence import Sum

PURPOSE = "case_paper"
OPEN_STATES = frozenset({"draft", "returned"})
"""States in which the applicant works on the papers."""
LATER_STATES = OPEN_STATES | {"first_review", "review"}
"""States in which 在宿转化应用佐证 may still be added: it is asked for at the city's review (DOMAIN §3, 19)."""

WAIVABLE = frozenset({"invoice", "licence", "import_certificate", "translation"})
"""Papers that may be not needed in a single case; the reason is written down and reviewed."""


@dataclass(frozen=True)
class Source:
    """Something the site holds already: what it is called, and its file or the path of its page."""

    label: str
    link: FileLink | None = None
    path: str = ""


@dataclass(frozen=True)
class Item:
    """A line of the checklist. ``state``: missing, provided, checked or waived; ``needed``: before submission.

    ``files`` were uploaded here, ``sources`` are taken over from what the site holds.
    """

    row: CaseMaterial
    material: Material
    state: str
    needed: bool
    files: Sequence[FileLink]
    sources: Sequence[Source]

    @property
    def open(self) -> bool:
        """Whether something has to be done before submission."""
        return self.needed and self.state == "missing"


def checklist(case: SubsidyCase, found: Sum | None) -> list[Item]:
    """Return the papers of a case in the order of its clause; ``found``: the sum of a purchase."""
    rows = {row.code: row for row in case.materials}
    contracts = [each.contract for each in found.contracts] if found is not None else []
    is_import = any(one.current is not None and one.current.is_import for one in contracts)
    links = files.links_of_many("case_material", [row.id for row in case.materials])
    items: list[Item] = []
    for material in CLAUSES[case.clause].materials:
        row = rows.get(material.code)
        if row is None or (material.imports_only and not is_import):
            continue
        mine = links.get(row.id, [])
        sources = _sources(case, material, found, contracts)
        has = bool(mine or sources)
        if material.code == "sheet":
            # It is printed with the form and signed with it.
            has = has or any(item.material.code == "form" and item.files for item in items)
        if material.code == "invoice" and not mine and found is not None:
            has = _invoiced(found)
        state = row.state if row.state in ("checked", "waived") else ("provided" if has else "missing")
        items.append(Item(row, material, state, _is_needed(material, found), mine, sources))
    return items


def _is_needed(material: Material, found: Sum | None) -> bool:
    if material.code == "conversion":
        return False
    if material.code == "invoice" and found is not None:
        return bool(found.version.parameters.get("invoice_required"))
    return True


def _invoiced(found: Sum) -> bool:
    """Whether every contract that counts is invoiced to the 分, or its difference explained (DOMAIN §3, 8)."""
    asked = [each for each in found.contracts if each.eligible_fen]
    return bool(asked) and all(
        each.bills is not None
        and each.invoiced_fen > 0
        and (each.bills.balance.difference_fen == 0 or each.bills.explanation is not None)
        for each in asked
    )


def _sources(
    case: SubsidyCase, material: Material, found: Sum | None, contracts: Sequence[Contract]
) -> list[Source]:
    match material.source, material.code:
        case "contract", "contract":
            return [_of(link) for one in contracts for link in _links(one, "signed_contract")]
        case "contract", "certificate":
            return [source for one in contracts for source in _certificates(one)]
        case "payment", _:
            return [
                Source(f"{term.payment.paid_on} …{term.serial_tail}", link)
                for each in (found.contracts if found is not None else ())
                for term in each.terms
                if term.counted_fen > 0
                for link in term.files
            ]
        case "invoice", _:
            return [
                Source(row.number, link)
                for each in (found.contracts if found is not None else ())
                for row, _fen, links in each.invoices
                if row.cancelled_at is None
                for link in links
            ]
        case "organisation", _:
            profile = case.organisation.profile
            links = files.links_of("profile", profile.id, "licence") if profile is not None else []
            return [_of(link) for link in links]
        case "declaration", _:
            kinds = [one for one in case.declarations if one.kind == "unrelated"]
            return [Source(N_("已在线签署"), path=f"/desk/subsidies/{case.id}#declarations")] if kinds else []
    return []


def _links(contract: Contract, purpose: str) -> list[FileLink]:
    return files.links_of("contract", contract.id, purpose)


def _of(link: FileLink) -> Source:
    return Source(link.caption or link.file.name, link)


def _certificates(contract: Contract) -> list[Source]:
    row = contract.registration
    if row is None or row.decided_at is None:
        return []
    if row.route == "local":
        return [Source(row.number or contract.filing_number, path=f"/desk/contracts/{contract.id}")]
    return [Source(row.number or link.file.name, link) for link in _links(contract, "certificate")]


def get_own(actor: Actor, case_id: int, states: frozenset[str], lock: bool = True) -> SubsidyCase:
    """Return a case that the actor's enterprise applies with, locked; Conflict unless it is in one of ``states``."""
    case = cases.get_for(actor, case_id, lock)
    require(actor, Permission.APPLY_SUBSIDY, cases.subject_of(case))
    if case.state not in states:
        raise Conflict(
            N_("申请现在是“%(state)s”，这一项不能修改"),
            code="wrong_state",
            state=SUBSIDY_CASE.states[case.state].label,
        )
    return case


def row_of(case: SubsidyCase, code: str) -> CaseMaterial:
    """Return one paper of a case; NotFound for one that its clause does not ask for."""
    row = next((one for one in case.materials if one.code == code), None)
    if row is None:
        raise NotFound()
    return row


def upload(actor: Actor, case_id: int, code: str, uploads: Sequence[tuple[str, bytes]]) -> SubsidyCase:
    """Put files (name, bytes) on a paper, all or none. Raises DomainError (``file``), Conflict once it is submitted."""
    case = get_own(actor, case_id, LATER_STATES if code == "conversion" else OPEN_STATES)
    row = row_of(case, code)
    if not uploads:
        raise DomainError("file_missing", N_("请选择要上传的文件"), field="file")
    for name, content in uploads:
        try:
            _put(actor, row, name, content)
        except DomainError as refused:
            if len(uploads) == 1:
                raise
            words = N_("“%(name)s”不能上传，这次选的文件都没有上传")
            reason = FieldError("file", refused.code, refused.message, refused.params)
            raise ValidationFailed(
                [FieldError("file", "file_refused", words, {"name": name}), reason]
            ) from refused
    _touch(actor, case, row, "provided", "")
    return case


def _put(actor: Actor, row: CaseMaterial, name: str, content: bytes) -> None:
    """Keep a file on a paper, unless its very bytes lie there already, whatever they are called."""
    file = files.store(actor, name, content, PURPOSE)
    twin = next(
        (one for one in files.links_of("case_material", row.id) if one.file.sha256 == file.sha256), None
    )
    if twin is not None:
        words = N_("这个文件和已经上传的“%(known)s”内容相同，不必再传")
        raise DomainError("file_twice", words, field="file", known=twin.file.name)
    files.attach(actor, file, "case_material", row.id, PURPOSE)


def remove(actor: Actor, case_id: int, link_id: int) -> SubsidyCase:
    """Take an uploaded file off; what was submitted stays named in the snapshot."""
    case = get_own(actor, case_id, OPEN_STATES)
    for row in case.materials:
        link = next((one for one in files.links_of("case_material", row.id) if one.id == link_id), None)
        if link is not None:
            files.detach(actor, link)
            left = bool(files.links_of("case_material", row.id))
            _touch(actor, case, row, "provided" if left else "missing", "")
            return case
    raise NotFound()


def waive(actor: Actor, case_id: int, code: str, note: str) -> SubsidyCase:
    """Say that a paper is not needed here, and why; an empty note takes that back. Raises DomainError (``note``)."""
    case = get_own(actor, case_id, OPEN_STATES)
    row = row_of(case, code)
    words = clean_text(note)
    if code not in WAIVABLE:
        raise DomainError("not_waivable", N_("这份材料必须提供"), field="note")
    if len(words) > LONGEST_WAIVER:
        raise DomainError("note_long", N_("说明最多%(limit)d字，请删减"), field="note", limit=LONGEST_WAIVER)
    if not words and row.state != "waived":
        raise DomainError("note_missing", N_("请写明不需要这份材料的理由"), field="note")
    has = bool(files.links_of("case_material", row.id))
    _touch(actor, case, row, "waived" if words else ("provided" if has else "missing"), words)
    return case


def _touch(actor: Actor, case: SubsidyCase, row: CaseMaterial, state: str, note: str) -> None:
    """Write what the applicant did: whatever was checked before has to be checked again."""
    row.state, row.note, row.checked_by, row.checked_at = state, note, None, None
    db.session.flush()
    audit.record(actor, "subsidy_case.write", "subsidy_case", case.id, part=row.code)


@files.reader("case_material")
def _may_read(actor: Actor, link: FileLink) -> bool:
    row = db.session.get(CaseMaterial, link.subject_id)
    return row is not None and cases.may_read(actor, row.case_id)
