"""Registration: the certificate a party declares, and the act by which a contract is registered or struck off."""

from datetime import date

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals import checks
from marketplace.domain.deals.numbers import parse_contract_number
from marketplace.domain.errors import Conflict, DomainError, FieldError, ValidationFailed
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractRegistration, ContractVersion
from marketplace.services.deals import contracts, facts
from marketplace.services.platform import audit

DECLARABLE = frozenset({"draft", "offered", "confirmed", "returned"})
"""States in which a party may say what its certificate from outside says."""


def declare(
    actor: Actor,
    contract_id: int,
    number: str,
    registry_name: str,
    registered_on: date | None,
    turnover_fen: int | None,
    technical_fen: int | None,
) -> ContractRegistration:
    """Keep what a certificate from outside says, before the contract is submitted; a later word replaces it.

    Raises ValidationFailed with the fields number, registry_name, registered_on, turnover, technical; Conflict
    where the contract is past that; DomainError where the city's own registry registers it. The paper itself is a
    file of purpose ``certificate`` on the contract.
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    version = version_of(contract)
    if contract.state not in DECLARABLE:
        raise Conflict(N_("合同已提交或已登记，登记证明的内容不能再改"), code="wrong_state")
    if facts.is_local(contract):
        raise DomainError("registered_here", N_("此合同由本市登记机构登记，不需要填写外地登记证明"))
    said = checks.Certificate(
        number, clean_line(registry_name)[:120], registered_on, turnover_fen, technical_fen
    )
    faults = checks.certificate_faults(said, frame_of(contract), clock.today())
    if not faults:
        faults = _taken(contract, said.number)
    if faults:
        raise ValidationFailed(faults)
    row = registration_of(contract, "external")
    row.declared_by = actor.person_id
    row.number = parse_contract_number(said.number, clock.today()).digits
    row.registry_name, row.registered_on = said.registry_name, said.registered_on
    row.turnover_fen, row.technical_fen = said.turnover_fen or 0, said.technical_fen or 0
    db.session.flush()
    audit.record(actor, "contract.write", "contract", contract.id, version=version.id, part="certificate")
    return row


def registration_of(contract: Contract, route: str) -> ContractRegistration:
    """Return the contract's registration on ``route``, begun where there is none, emptied where the route changed."""
    row = contract.registration
    if row is None:
        row = contract.registration = ContractRegistration(contract_id=contract.id, route=route, checklist={})
    elif row.route != route:
        row.route, row.number, row.registry_name, row.registered_on = route, None, "", None
        row.turnover_fen = row.technical_fen = 0
    return row


def version_of(contract: Contract) -> ContractVersion:
    """Return the text in force; a contract that anybody can reach has one."""
    version = contract.current
    if version is None:
        raise Conflict(N_("合同还没有内容"), code="no_text")
    return version


def frame_of(contract: Contract) -> checks.Frame:
    """Return what a certificate is held against."""
    version = version_of(contract)
    return checks.Frame(
        contract.signed_on, version.amount_fen, version.technical_fen, is_import=version.is_import
    )


def certificate_of(row: ContractRegistration) -> checks.Certificate:
    """Return what the declared certificate says, as plain values."""
    return checks.Certificate(
        row.number or "", row.registry_name, row.registered_on, row.turnover_fen, row.technical_fen
    )


def number_taken(contract: Contract, digits: str) -> bool:
    """Return whether another contract has this registration number, in its long or its legacy form."""
    # The legacy form lacks only the century, which the last 14 digits do not hold either.
    row = ContractRegistration
    tail = func.substr(row.number, func.length(row.number) - 13)
    query = select(row.id).where(row.contract_id != contract.id, tail == digits[-14:])
    return db.session.scalar(query.limit(1)) is not None


def _taken(contract: Contract, number: str) -> list[FieldError]:
    digits = parse_contract_number(number, clock.today()).digits
    if not number_taken(contract, digits):
        return []
    message = N_("此登记编号已填在本站的另一份合同中，请核对；确系被他人误填的，请联系合同登记人员")
    return [FieldError("number", "taken", message)]
