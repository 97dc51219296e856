"""Contracts and payments for tests: rows where a rule is not the point. Every function commits."""

import hashlib
from datetime import date, timedelta
from itertools import count
from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.identifiers import patent_check_character
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
    Instalment,
    Payment,
    PaymentAllocation,
    TradedAchievement,
    TradedRight,
)
from marketplace.models.people import Organisation
from marketplace.models.platform import FileLink, StoredFile
from marketplace.services.deals import contracts
from marketplace.services.deals.turnover import entries
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories as make

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)
WAN = 1_000_000
SIGNED = frozenset(
    {"submitted", "examined", "registered", "completed", "rescinded", "deregistered", "revoked"}
)
_serial = count(1)


def make_traded(name: str = "", listing: Listing | None = None) -> TradedAchievement:
    """Make an achievement as contracts know it: of a listing, or recorded because nobody listed it."""
    number = next(_serial)
    with unit_of_work():
        row = TradedAchievement(
            name=name or f"测试成果{number}",
            listing_id=listing.id if listing else None,
            owner_name="合肥测试大学",
        )
        if listing is None:
            row.rights = [TradedRight(ip_type="invention", number=make_patent(number))]
        db.session.add(row)
    return db.session.get_one(TradedAchievement, row.id)


def make_patent(number: int) -> str:
    """Return the canonical number of an invention patent that no other ``number`` gives."""
    body = f"20231{number:07d}"
    return f"{body}.{patent_check_character(body)}"


def party(
    role: str, position: int, organisation: Organisation | None = None, **snapshot: Any
) -> ContractParty:
    """Return a party: the snapshot of a member, or somebody outside (by default a university in 合肥市)."""
    values: dict[str, Any] = {
        "name": "合肥测试大学",
        "uscc": "123400004850123455",
        "division": "340111",
        "nature": "university",
        "address": "合肥市测试路1号",
        "legal_representative": "校长甲",
        "contact_name": "联系人甲",
        "contact_phone": "0551-6000000",
        "contact_email": "tech@university.example",
    }
    if organisation is not None and organisation.profile is not None:
        profile = organisation.profile
        values |= {
            "organisation_id": organisation.id,
            "name": profile.name,
            "uscc": organisation.uscc,
            "division": profile.division,
            "nature": "private_company" if organisation.kind == "enterprise" else "university",
            "address": profile.address,
            "legal_representative": profile.legal_representative,
            "contact_name": profile.contact_name,
            "contact_phone": profile.contact_phone,
            "contact_email": profile.contact_email,
        }
    return ContractParty(role=role, position=position, disclosure="none", **(values | snapshot))


def make_contract(
    buyer: Organisation,
    seller: Organisation | None = None,
    state: str = "registered",
    amounts: tuple[int, ...] = (300 * WAN,),
    technical: tuple[int, ...] | None = None,
    signed_on: date | None = None,
    registered_on: date | None = None,
    traded: list[TradedAchievement] | None = None,
    instalments: list[tuple[int, date | None]] | None = None,
    drafter: Organisation | None = None,
    number: str | None = None,
    **text: Any,
) -> Contract:
    """Make a contract as it stands in ``state``, with one line for each of ``amounts`` (分).

    Without a ``seller`` a university outside the city sells, and the certificate is external. A registered contract
    has its registration and its turnover entry; a signed one its signed text on file.
    """
    drafter = drafter or buyer
    actor = Actor(organisation_id=drafter.id, organisation_kind=drafter.kind, organisation_verified=True)
    traded = traded or [make_traded() for _ in amounts]
    examiner = make.known_staff(Role.CONTRACT_REGISTRAR).id if state in SIGNED - {"submitted"} else 0
    technical = technical or amounts
    signed = (signed_on or clock.today() - timedelta(days=30)) if state in SIGNED else signed_on
    with unit_of_work():
        contract = contracts.new_contract(actor)
        values: dict[str, Any] = {
            "title": f"测试技术合同{next(_serial)}",
            "kind": "licence.patent",
            "licence_scope": "ordinary",
            "content": "卖方许可买方实施专利，并提供工艺文件、样品和为期三个月的技术指导，买方按约定分期付款。",
            "payment_mode": "instalments" if instalments and len(instalments) > 1 else "lump",
            "valid_from": clock.today() - timedelta(days=30),
            "valid_to": clock.today() + timedelta(days=700),
            "related_party": False,
            "pricing": "negotiable",
            "plan_source": "none",
            "rights_involved": ["invention"],
            "field": "05",
            "tags": ["l08"],
            "objective": "industry",
        }
        version = ContractVersion(
            contract_id=contract.id, ordinal=1, amount_fen=sum(amounts), technical_fen=sum(technical),
            **(values | text),
        )  # fmt: skip
        if state != "draft":
            version.frozen_at = clock.now()
        version.parties = [party("buyer", 0, buyer), party("seller", 1, seller)]
        version.lines = [
            ContractLine(
                position=place,
                traded_id=row.id,
                revision_id=_revision_of(row),
                amount_fen=amount,
                technical_fen=tech,
                approved_technical_fen=tech if state in SIGNED - {"submitted"} else None,
            )
            for place, (row, amount, tech) in enumerate(zip(traded, amounts, technical, strict=True))
        ]
        plan = instalments or [(sum(amounts), clock.today() + timedelta(days=30))]
        version.instalments = [
            Instalment(position=place, name=f"第{place + 1}期", amount_fen=fen, due_on=due)
            for place, (fen, due) in enumerate(plan)
        ]
        db.session.add(version)
        db.session.flush()
        contract.version_id, contract.state, contract.signed_on = version.id, state, signed
        contract.state_at = clock.now()
        db.session.flush()
        db.session.refresh(contract)
        if signed is not None:
            attach(contract, "signed_contract")
        if state in SIGNED - {"submitted", "examined"}:
            _register(contract, registered_on or signed or clock.today(), number, examiner)
    return db.session.get_one(Contract, contract.id)


def _revision_of(row: TradedAchievement) -> int | None:
    listing = db.session.get(Listing, row.listing_id) if row.listing_id else None
    return listing.published_id if listing else None


def _register(contract: Contract, day: date, number: str | None, examiner: int) -> None:
    version = contract.current
    assert version is not None
    first = version.parties[1]
    local = version.is_import or (first.division or "").startswith("3413")
    contract.registration = ContractRegistration(
        contract_id=contract.id,
        route="local" if local else "external",
        number=number or f"{day.year}{'3413' if local else '3401'}01{next(_serial):06d}",
        registry_name="宿州市技术合同登记处" if local else "合肥市技术合同登记处",
        registered_on=day,
        turnover_fen=version.amount_fen,
        technical_fen=version.technical_fen,
        examined_by=examiner,
        examined_at=clock.now(),
        decided_at=clock.now(),
    )
    if not local:
        attach(contract, "certificate")
    db.session.flush()
    state, contract.state = contract.state, "registered"
    entries.post(contract, "register", day)
    contract.state = state
    if state in ("rescinded", "deregistered", "revoked"):
        verb = {"rescinded": "rescind", "deregistered": "deregister", "revoked": "revoke"}[state]
        entries.post(contract, verb, clock.today())


def attach(contract: Contract, purpose: str, content: bytes = PDF) -> None:
    """Put a small PDF on a contract as a row, inside an open unit of work."""
    content += str(next(_serial)).encode()
    file = StoredFile(
        key=outside().storage.put(content), sha256=hashlib.sha256(content).hexdigest(), size=len(content),
        media_type="application/pdf", name=f"{purpose}-{contract.id}.pdf",
    )  # fmt: skip
    db.session.add(
        FileLink(
            file=file, subject_kind="contract", subject_id=contract.id, purpose=purpose, level="parties", position=1
        )
    )  # fmt: skip


def make_payment(
    contract: Contract,
    amount_fen: int,
    kind: str = "payment",
    state: str = "verified",
    paid_on: date | None = None,
    shares: list[tuple[int, int]] | None = None,
    **values: Any,
) -> Payment:
    """Make a payment or refund of a contract; ``shares`` are (traded id, 分), by default all on the first line."""
    with unit_of_work():
        version = contract.current
        assert version is not None
        buyer, seller = version.parties[0], version.parties[1]
        payer, payee = (buyer, seller) if kind == "payment" else (seller, buyer)
        row = Payment(
            kind=kind, state=state, amount_fen=amount_fen, paid_on=paid_on or clock.today(),
            verified_at=clock.now() if state == "verified" else None,
            **(
                {
                    "organisation_id": buyer.organisation_id, "evidence": "bank_transfer", "bank": "HSB",
                    "serial": f"TEST{next(_serial):08d}", "payer_name": payer.name, "payer_uscc": payer.uscc,
                    "payee_name": payee.name, "payee_uscc": payee.uscc,
                }
                | values
            ),
        )  # fmt: skip
        row.allocations = [
            PaymentAllocation(contract_id=contract.id, traded_id=traded_id, amount_fen=fen)
            for traded_id, fen in shares or [(version.lines[0].traded_id, amount_fen)]
        ]
        db.session.add(row)
    return db.session.get_one(Payment, row.id)
