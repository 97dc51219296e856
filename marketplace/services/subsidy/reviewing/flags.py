"""What a reviewer should look at twice in a case, gathered from all that the site knows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.deals import checks
from marketplace.domain.deals.checks import Flag, Side
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.deals.payments import decisions
from marketplace.services.deals.registry.flags import side_of
from marketplace.services.platform import files
from marketplace.services.subsidy.applying import declaring, snapshots
from marketplace.services.subsidy.applying.evidence import Sum
from marketplace.services.subsidy.registers import dishonest
from marketplace.services.subsidy.reviewing import competence

_ORDER = {"bad": 0, "warn": 1, "info": 2}
_ENDED = {
    "rescinded": N_("合同%(number)s已解除"),
    "deregistered": N_("合同%(number)s的登记已注销"),
    "revoked": N_("合同%(number)s的登记已被撤销"),
}


def flags(case: SubsidyCase, found: Sum | None) -> list[Flag]:
    """Return what to look at twice, the gravest first; ``found``: the sum of a purchase."""
    contracts = competence.contracts_of(case)
    gathered = [
        *_dishonest(case),
        *_related(case, contracts),
        *_ended(contracts),
        *_vouchers(found),
        *_same_papers(case),
        *_other_aid(case),
        *_moved_on(case, found),
        *_areas(contracts),
    ]
    once = {(flag.code, str(sorted(flag.words.params.items()))): flag for flag in gathered}
    return sorted(once.values(), key=lambda flag: _ORDER[flag.tone])


def _dishonest(case: SubsidyCase) -> Iterator[Flag]:
    for row in dishonest.listed(case.organisation.uscc, clock.today()):
        words = N_("申请单位在失信名单上：%(source)s，%(day)s 列入")
        yield Flag("dishonest", Words(words, {"source": row.source, "day": row.listed_on.isoformat()}), "bad")


def _related(case: SubsidyCase, contracts: Sequence[Contract]) -> Iterator[Flag]:
    """The radar: what buyer and sellers were ever recorded with, in any contract, held against each other."""
    if any(one.current is not None and one.current.related_party for one in contracts):
        yield Flag("related_declared", Words(N_("合同声明为关联交易")), "bad")
    sellers = [
        party
        for contract in contracts
        if contract.current is not None
        for party in contract.current.parties
        if party.role == "seller"
    ]
    if not sellers:
        return
    codes = {party.uscc for party in sellers if party.uscc}
    seen = _seen_as(codes | {case.organisation.uscc})
    buyers = [side for side in seen if side.uscc == case.organisation.uscc]
    buyers += _profile(case)
    others = [side for side in seen if side.uscc in codes - {case.organisation.uscc}]
    others += [side_of(party) for party in sellers]
    pairs = [replace(one, role="buyer") for one in buyers] + [replace(one, role="seller") for one in others]
    yield from checks.shared_by_both_sides(pairs)


def _seen_as(codes: set[str]) -> list[Side]:
    """Return how these organisations stand in every contract of the site, whichever side they were on."""
    query = (
        select(ContractParty)
        .join(Contract, Contract.version_id == ContractParty.version_id)
        .where(ContractParty.uscc.in_(codes), Contract.state.not_in(("draft", "voided")))
        .order_by(ContractParty.id)
    )
    return list({side_of(party): None for party in db.session.scalars(query)})


def _profile(case: SubsidyCase) -> list[Side]:
    profile = case.organisation.profile
    if profile is None:
        return []
    return [
        Side(
            role="buyer",
            name=profile.name,
            uscc=case.organisation.uscc,
            division=profile.division,
            legal_representative=profile.legal_representative,
            address=profile.address,
            phone=profile.contact_phone,
        )
    ]


def _ended(contracts: Sequence[Contract]) -> Iterator[Flag]:
    for contract in contracts:
        if contract.state in _ENDED:
            told = {"number": contract.filing_number}
            yield Flag(f"contract_{contract.state}", Words(_ENDED[contract.state], told), "bad")


def _vouchers(found: Sum | None) -> Iterator[Flag]:
    """Vouchers whose file was seen elsewhere, paid before signing, or shared with other contracts."""
    for each in found.contracts if found is not None else ():
        for term in each.terms:
            payment = term.payment
            for seen in decisions.same_files(term.files):
                yield Flag("same_voucher", seen, "bad")
            signed = each.contract.signed_on
            told = {"day": payment.paid_on.isoformat(), "tail": term.serial_tail or "—"}
            if signed is not None and payment.paid_on < signed and term.counted_fen > 0:
                words = N_("%(day)s 的付款（…%(tail)s）早于合同签订日，计入与否须作出决定")
                yield Flag("paid_before_signing", Words(words, told))
            others = sorted({one.contract_id for one in payment.allocations} - {each.contract.id})
            if others and payment.kind == "payment":
                words = N_("%(day)s 的付款（…%(tail)s）还分配给另外%(count)d份合同，请核对分配的金额")
                yield Flag("shared_voucher", Words(words, told | {"count": len(others)}), "info")


def _same_papers(case: SubsidyCase) -> Iterator[Flag]:
    """Papers uploaded to the case whose very bytes another organisation, or another case, brought too."""
    links = files.links_of_many("case_material", [row.id for row in case.materials])
    mine = {row.id for row in case.materials}
    for link in (one for several in links.values() for one in several):
        count = files.seen_elsewhere(link.file)
        if count:
            words = N_("材料“%(name)s”也由另外%(count)d个单位上传过")
            yield Flag("same_paper", Words(words, {"name": link.file.name, "count": count}), "bad")
        query = select(FileLink.id).where(
            FileLink.subject_kind == "case_material",
            FileLink.file_id == link.file_id,
            FileLink.subject_id.not_in(mine),
        )
        if db.session.scalar(select(query.exists())):
            words = N_("材料“%(name)s”也用在本单位的另一份申请中")
            yield Flag("paper_used_twice", Words(words, {"name": link.file.name}))


def _other_aid(case: SubsidyCase) -> Iterator[Flag]:
    said = declaring.last_of(case, "other_aid")
    if said is not None and said.details.get("aid", "none") != "none":
        tone = "bad" if said.details["aid"] == "provincial" else "warn"
        words = N_("申请单位说明还有其他补助：%(details)s")
        yield Flag("other_aid", Words(words, {"details": str(said.details.get("details", ""))}), tone)
    query = select(SubsidyCase.number, SubsidyCase.fixed_fen).where(
        SubsidyCase.id != case.id,
        SubsidyCase.organisation_id == case.organisation_id,
        SubsidyCase.clause == case.clause,
        SubsidyCase.traded_id.is_(None)
        if case.traded_id is None
        else SubsidyCase.traded_id == case.traded_id,
        SubsidyCase.number.is_not(None),
        SubsidyCase.state.not_in(("withdrawn", "refused", "dismissed")),
    )
    for number, fen in db.session.execute(query.order_by(SubsidyCase.id)):
        told = {"number": number, "amount": format_yuan(fen or 0)}
        words = N_("同一单位就同一事项另有申请%(number)s，已定额%(amount)s元，金额按累计计算")
        yield Flag("earlier_case", Words(words, told), "info")


def _moved_on(case: SubsidyCase, found: Sum | None) -> Iterator[Flag]:
    """What differs today from what was submitted, and a version that is no longer in force."""
    before = (case.snapshot.get("content") or {}).get("sum") or {}
    if found is not None and before and before.get("eligible_fen") != found.eligible_fen:
        words = N_("计入的实际支付额提交时是%(then)s元，现在是%(now)s元")
        told = {"then": format_yuan(before.get("eligible_fen") or 0), "now": format_yuan(found.eligible_fen)}
        yield Flag("sum_changed", Words(words, told))
    if not snapshots.is_intact(case):
        yield Flag(
            "seal_broken", Words(N_("保存的提交内容与提交时的指纹不符，请停止办理并报告系统管理员")), "bad"
        )
    if case.policy is not None and case.policy.state == "repealed":
        words = N_("所依据的政策第%(ordinal)d版已废止，提交在先的申请仍按该版办理")
        yield Flag("version_repealed", Words(words, {"ordinal": case.policy.ordinal}), "info")


def _areas(contracts: Sequence[Contract]) -> Iterator[Flag]:
    """Hints of credit codes about where a party was registered; they never decide anything."""
    for contract in contracts:
        for party in contract.current.parties if contract.current is not None else ():
            flag = checks.registering_area(side_of(party))
            if flag is not None:
                yield flag
