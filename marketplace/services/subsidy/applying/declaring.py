"""What the applicant declares by typed name: no related parties, other aid received, the truth of the papers."""

from dataclasses import dataclass

from marketplace.domain.access import Actor
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.domain.subsidy.declarations import AID, LONGEST_DETAILS, LONGEST_NAME, WORDS
from marketplace.domain.text import N_, clean_line, clean_text, compact
from marketplace.extensions import db
from marketplace.models.subsidy import CaseDeclaration, SubsidyCase
from marketplace.services.platform import audit
from marketplace.services.subsidy.applying import materials


@dataclass(frozen=True)
class Declared:
    """What is signed in one go. ``aid``: a key of AID; ``details`` says which aid, from whom and how much."""

    unrelated: bool
    truth: bool
    aid: str
    details: str
    typed_name: str


def kinds_of(case: SubsidyCase) -> tuple[str, ...]:
    """Return the declarations a case asks for: 无关联关系 speaks of a seller, where there is one."""
    return tuple(WORDS) if case.traded_id is not None else ("other_aid", "truth")


def last_of(case: SubsidyCase, kind: str) -> CaseDeclaration | None:
    """Return the declaration of a kind that holds: the last one."""
    return next((one for one in reversed(case.declarations) if one.kind == kind), None)


def declare(actor: Actor, case_id: int, data: Declared) -> SubsidyCase:
    """Sign all declarations of a case; what was signed before stays on record. Raises ValidationFailed by field."""
    case = materials.get_own(actor, case_id, materials.OPEN_STATES)
    kinds, name, details = kinds_of(case), clean_line(data.typed_name), clean_text(data.details)
    faults = _faults(data, kinds, name, details)
    if name and compact(name) != compact(actor.name or name):
        words = N_("请输入您本人的姓名“%(name)s”，不能代他人签署")
        faults.append(FieldError("typed_name", "name_differs", words, {"name": actor.name}))
    if faults:
        raise ValidationFailed(faults)
    for kind in kinds:
        case.declarations.append(
            CaseDeclaration(
                kind=kind,
                words=WORDS[kind],
                details={"aid": data.aid, "details": details} if kind == "other_aid" else {},
                typed_name=name,
                person_id=actor.person_id,
            )
        )
        audit.record(actor, "subsidy_case.declare", "subsidy_case", case.id, kind=kind)
    db.session.flush()
    return case


def _faults(data: Declared, kinds: tuple[str, ...], name: str, details: str) -> list[FieldError]:
    faults = []
    if "unrelated" in kinds and not data.unrelated:
        faults.append(
            FieldError("unrelated", "unrelated", N_("存在关联关系的购买不予补助；确认没有时请勾选"))
        )
    if data.aid not in AID:
        faults.append(FieldError("aid", "aid_missing", N_("请选择其他补助的情况")))
    if data.aid in ("other", "provincial") and not details:
        faults.append(FieldError("details", "details_missing", N_("请写明补助的名称、部门、金额和时间")))
    if len(details) > LONGEST_DETAILS:
        limit = {"limit": LONGEST_DETAILS}
        faults.append(FieldError("details", "details_long", N_("说明最多%(limit)d字，请删减"), limit))
    if not data.truth:
        faults.append(FieldError("truth", "truth", N_("请确认材料真实")))
    if not name or len(name) > LONGEST_NAME:
        faults.append(FieldError("typed_name", "name_missing", N_("请输入您的姓名作为签名，最多60字")))
    return faults
