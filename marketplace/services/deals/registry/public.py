"""What everybody may verify of a registered contract: by the code on its certificate, or by its two numbers."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from marketplace.domain.deals.terms import KINDS
from marketplace.domain.states import CONTRACT, State
from marketplace.domain.states.contracts import REGISTERED_STATES
from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.domain.text import compact
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractRegistration
from marketplace.services.deals.reading import disclosed

STANDING = frozenset({"registered", "completed"})
"""States in which the registration holds and the contract runs or was fulfilled."""


@dataclass(frozen=True)
class Verified:
    """What the public verification page tells. ``kind`` and ``field`` are msgids; amounts only where all parties agree.

    ``stands``: the registration holds; otherwise ``state`` says what became of it, on ``ended_at``.
    """

    public_code: str
    number: str | None
    filing_number: str
    title: str
    buyer: str
    sellers: tuple[str, ...]
    kind: str
    field: str
    local: bool
    registry_name: str
    registered_on: date
    state: State
    stands: bool
    ended_at: datetime | None
    amount_fen: int | None
    technical_fen: int | None


def by_code(public_code: str) -> Verified | None:
    """Return the registered contract with this code; None for every other, whatever the reason."""
    contract = db.session.scalar(select(Contract).where(Contract.public_code == public_code[:40]))
    return _verified(contract)


def by_numbers(number: str, filing_number: str) -> Verified | None:
    """Return the registered contract that has both numbers: numbers run on, one alone could be tried out."""
    query = (
        select(Contract)
        .join(ContractRegistration, ContractRegistration.contract_id == Contract.id)
        .where(
            ContractRegistration.number == compact(number).replace("-", "")[:16],
            Contract.filing_number == compact(filing_number)[:30],
        )
    )
    return _verified(db.session.scalar(query))


def _verified(contract: Contract | None) -> Verified | None:
    if contract is None or contract.state not in REGISTERED_STATES:
        return None
    row, version = contract.registration, contract.current
    if row is None or version is None or row.registered_on is None:
        return None
    open_amounts = disclosed.level_of(version.parties) == "amount"
    return Verified(
        public_code=contract.public_code,
        number=row.number,
        filing_number=contract.filing_number,
        title=version.title,
        buyer=next((party.name for party in version.parties if party.role == "buyer"), ""),
        sellers=tuple(party.name for party in version.parties if party.role == "seller"),
        kind=KINDS.label_of(version.kind) if version.kind in KINDS else "",
        field=NATIONAL_FIELDS.label_of(version.field) if version.field in NATIONAL_FIELDS else "",
        local=row.route == "local",
        registry_name=row.registry_name,
        registered_on=row.registered_on,
        state=CONTRACT.states[contract.state],
        stands=contract.state in STANDING,
        ended_at=None if contract.state in STANDING else contract.state_at,
        amount_fen=row.turnover_fen if open_amounts else None,
        technical_fen=row.technical_fen if open_amounts else None,
    )
