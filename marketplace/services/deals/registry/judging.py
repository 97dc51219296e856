"""Whether a change of a contract can be kept and submitted, and whether approved amounts can be right."""

from collections.abc import Mapping, Sequence
from datetime import date

from marketplace.domain import clock
from marketplace.domain.deals.differences import Change
from marketplace.domain.deals.texts import MOST_INSTALMENTS, InstalmentData
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_
from marketplace.models.deals import Contract, ContractChange, ContractLine, ContractVersion
from marketplace.services.deals import texts
from marketplace.services.platform import files

REASON_LENGTH = 10
MONEY = frozenset({"instalments", "open_ended"})
WORDING = frozenset({"title", "content", "valid_from", "valid_to"})


def refuse_malformed(
    change: ContractChange,
    lines: Sequence[tuple[int, int]],
    instalments: Sequence[InstalmentData],
    valid_from: date | None,
    valid_to: date | None,
) -> None:
    """Raise ValidationFailed for what the database would refuse, at the fields of the form."""
    if change.version_id is None:
        return
    found = []
    for place, (amount, technical) in enumerate(lines):
        if technical > amount:
            found.append(FieldError(f"lines.{place}.technical_fen", "beyond", N_("技术交易额不能大于成交额")))
    for place, each in enumerate(instalments):
        if each.amount_fen is not None and each.amount_fen <= 0:
            found.append(FieldError(f"instalments.{place}.amount_fen", "zero", N_("每期金额应大于0")))
    if len(instalments) > MOST_INSTALMENTS:
        found.append(FieldError("instalments", "many", N_("付款计划最多60期，请合并后再填")))
    if valid_from and valid_to and valid_to < valid_from:
        found.append(FieldError("valid_to", "order", N_("有效期止不能早于有效期起")))
    if found:
        raise ValidationFailed(found)


def refuse(change: ContractChange, changed: Sequence[Change]) -> None:
    """Raise ValidationFailed with everything that keeps a change from being submitted."""
    found = faults(change, changed)
    if not files.links_of("contract_change", change.id, "change_paper"):
        found.append(FieldError("file", "missing", N_("请上传各方签章的变更、解除或注销文件")))
    if found:
        raise ValidationFailed(found)


def faults(change: ContractChange, changed: Sequence[Change]) -> list[FieldError]:
    """Return what is missing or wrong in a change, at the fields of its form; files are looked at elsewhere."""
    found = _day_faults(change)
    if len(change.reason.strip()) < REASON_LENGTH:
        found.append(FieldError("reason", "short", N_("请写明变更的原因和内容，不少于10个字")))
    version, before = change.proposed, change.contract.current
    if version is None or before is None:
        return found
    if not changed:
        found.append(FieldError("lines", "same", N_("与现行合同没有差别，请填写要变更的内容")))
    if change.kind == "supplement":
        found += _lessened(version, before)
    # What the change does not touch was agreed and registered; it is not judged anew.
    return found + [fault for fault in texts.faults_of(version) if _is_touched(change.kind, fault.field)]


def _is_touched(kind: str, field: str) -> bool:
    """Return whether the form of ``kind`` can mend ``field``."""
    name, _, rest = field.partition(".")
    if name == "lines":
        return not rest or rest.endswith("_fen")
    return name in MONEY or (kind == "amend" and name in WORDING)


def _day_faults(change: ContractChange) -> list[FieldError]:
    day, first = change.signed_on, change.contract.signed_on
    if day is None:
        return [FieldError("signed_on", "missing", N_("请填写变更文件的签订日期"))]
    if day > clock.today():
        return [FieldError("signed_on", "future", N_("签订日期不能晚于今天"))]
    if first is not None and day < first:
        told = {"day": first.isoformat()}
        return [FieldError("signed_on", "early", N_("变更文件的签订日期不能早于合同签订日期%(day)s"), told)]
    return []


def _lessened(version: ContractVersion, before: ContractVersion) -> list[FieldError]:
    """金额补正 only adds what has become known; less than before is a 变更."""
    found = []
    for place, (new, old) in enumerate(zip(version.lines, before.lines, strict=False)):
        if new.amount_fen < old.amount_fen or new.technical_fen < old.technical_fen:
            message = N_("金额补正只增加已确定的金额；减少金额请办理变更")
            found.append(FieldError(f"lines.{place}.amount_fen", "less", message))
    return found


def suggested(contract: Contract, version: ContractVersion) -> list[int]:
    """Return 核定技术交易额 in 分 for each line, as the registrar begins with it: what the registry approved before.

    Only a line whose amounts a change really changes begins with what is declared now; otherwise a change of another
    matter would give back what the registry had cut.
    """
    before = list(contract.current.lines) if contract.current is not None else []
    found = []
    for place, line in enumerate(version.lines):
        old = before[place] if place < len(before) else None
        same = old is not None and (old.amount_fen, old.technical_fen) == (
            line.amount_fen,
            line.technical_fen,
        )
        kept = old.approved_technical_fen if old is not None and same else None
        found.append(line.technical_fen if kept is None else kept)
    return found


def approved_faults(lines: Sequence[ContractLine], approved: Mapping[int, int]) -> list[FieldError]:
    """Return what is wrong with 核定技术交易额, at ``lines.<n>.approved``; amounts in 分 by id of the line."""
    found = []
    for place, line in enumerate(lines):
        fen = approved.get(line.id)
        if fen is None:
            found.append(FieldError(f"lines.{place}.approved", "missing", N_("请填写核定的技术交易额")))
        elif not 0 <= fen <= line.amount_fen:
            message = N_("核定的技术交易额应在0和这一项的成交额%(amount)s元之间")
            told = {"amount": format_yuan(line.amount_fen)}
            found.append(FieldError(f"lines.{place}.approved", "beyond", message, told))
    return found
