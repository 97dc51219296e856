"""What was submitted, as JSON with its digest: whatever changes later, this is what was applied with."""

import hashlib
import json
from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy.applying import declaring, evidence, materials, terms
from marketplace.services.subsidy.applying.evidence import ContractSum, Sum, Term
from marketplace.services.subsidy.applying.materials import Item


def content_of(case: SubsidyCase) -> dict[str, Any]:
    """Return everything a case says now, as values of JSON: money in 分, days as YYYY-MM-DD, files by SHA-256."""
    found, version, profile = evidence.sum_of(case), terms.version_of(case), case.organisation.profile
    return {
        "clause": case.clause,
        "policy": None
        if version is None
        else {
            "id": version.id,
            "ordinal": version.ordinal,
            "document": version.document,
            "number": version.document_number,
            "item": version.item,
            "words": version.words,
            "parameters": version.parameters,
        },
        "applicant": None
        if profile is None
        else {
            "uscc": case.organisation.uscc,
            "name": profile.name,
            "division": profile.division,
            "address": profile.address,
            "legal_representative": profile.legal_representative,
            "contact_name": profile.contact_name,
            "contact_phone": profile.contact_phone,
        },
        "achievement": None
        if case.traded is None
        else {"id": case.traded.id, "name": case.traded.name, "owner": case.traded.owner_name},
        "particulars": case.particulars,
        "sum": _sum(found) if found is not None else None,
        "materials": [_item(item) for item in materials.checklist(case, found)],
        "declarations": [
            {"kind": kind, "words": one.words, "details": one.details, "typed_name": one.typed_name}
            for kind in declaring.kinds_of(case)
            if (one := declaring.last_of(case, kind)) is not None
        ],
    }


def digest_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the content in its one canonical form."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_now(case: SubsidyCase) -> str:
    """Return the digest of what a case says now, for the page on which it is checked."""
    return digest_of(content_of(case))


def keep(case: SubsidyCase, content: dict[str, Any], actor: Actor) -> None:
    """Seal the content on the case; what was sealed before stays in ``earlier``, the oldest first."""
    before = case.snapshot
    earlier = [*before.get("earlier", []), {key: before[key] for key in _KEPT}] if before else []
    case.snapshot = {
        "at": clock.now().isoformat(),
        "by": actor.name,
        "digest": digest_of(content),
        "content": content,
        "earlier": earlier,
    }
    case.snapshot_digest = case.snapshot["digest"]


def is_unchanged(case: SubsidyCase, digest: str) -> bool:
    """Return whether a case that was returned still says what was submitted last."""
    return case.state == "returned" and digest == case.snapshot_digest


_KEPT = ("at", "by", "digest", "content")


def is_intact(case: SubsidyCase) -> bool:
    """Return whether what is stored is still what was sealed, at every submission."""
    if not case.snapshot:
        return True
    kept = [case.snapshot, *case.snapshot.get("earlier", [])]
    sealed = case.snapshot["digest"] == case.snapshot_digest
    return sealed and all(digest_of(one["content"]) == one["digest"] for one in kept)


def _sum(found: Sum) -> dict[str, Any]:
    return {
        "contracts": [_contract(each) for each in found.contracts],
        "eligible_fen": found.eligible_fen,
        "rate": found.rate,
        "entitlement_fen": found.entitlement_fen,
        "granted_fen": found.granted_fen,
        "cap_fen": found.cap_fen,
    }


def _contract(each: ContractSum) -> dict[str, Any]:
    row, version = each.contract.registration, each.contract.current
    return {
        "id": each.contract.id,
        "title": version.title if version is not None else "",
        "version": version.ordinal if version is not None else 0,
        "filing_number": each.contract.filing_number,
        "number": row.number if row is not None else None,
        "signed_on": each.contract.signed_on.isoformat() if each.contract.signed_on else None,
        "registered_on": row.registered_on.isoformat() if row is not None and row.registered_on else None,
        "terms": [_term(term) for term in each.terms],
        "invoices": [{"number": row.number, "amount_fen": fen} for row, fen, _files in each.invoices],
        "grounds": [words.message for words in each.grounds],
        "net_paid_fen": each.net_paid_fen,
        "line_fen": each.line_fen,
        "technical_fen": each.technical_fen,
        "eligible_fen": each.eligible_fen,
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "payment": term.payment.id,
        "paid_on": term.payment.paid_on.isoformat(),
        "bank": term.payment.bank,
        "serial": term.payment.serial,
        "evidence": term.payment.evidence,
        "amount_fen": term.amount_fen,
        "counted_fen": term.counted_fen,
        "reasons": [reason.message % reason.params for reason in term.reasons],
        "files": [_file(link) for link in term.files],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "code": item.material.code,
        "state": item.state,
        "note": item.row.note,
        "files": [_file(link) for link in item.files],
        "taken_over": [_file(source.link) for source in item.sources if source.link is not None],
    }


def _file(link: FileLink) -> dict[str, Any]:
    return {"name": link.file.name, "sha256": link.file.sha256, "size": link.file.size}
