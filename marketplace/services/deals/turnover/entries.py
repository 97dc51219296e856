"""The turnover ledger: what each act of registration changes, posted on its own day."""

from datetime import date

from sqlalchemy import func, select

from marketplace.domain import regions
from marketplace.domain.deals.terms import category_of
from marketplace.domain.states.contracts import RUNNING
from marketplace.extensions import db
from marketplace.models.deals import Contract, TurnoverEntry
from marketplace.services.deals.payments import paid


def post(contract: Contract, kind: str, on: date) -> TurnoverEntry | None:
    """Post the difference between what counts now and what has been posted so far; None where nothing changes.

    ``kind``: register, amend, supplement, rescind, deregister, revoke. Only contracts with a party of the city
    count, and only with a determined amount (docs/domain.md §8).
    """
    amount, technical, number = _counting(contract)
    posted = db.session.execute(
        select(
            func.coalesce(func.sum(TurnoverEntry.amount_fen), 0),
            func.coalesce(func.sum(TurnoverEntry.technical_fen), 0),
            func.coalesce(func.sum(TurnoverEntry.contracts), 0),
        ).where(TurnoverEntry.contract_id == contract.id)
    ).one()
    change = (amount - int(posted[0]), technical - int(posted[1]), number - int(posted[2]))
    if change == (0, 0, 0):
        return None
    entry = entry_of(contract, kind, on, *change)
    db.session.add(entry)
    db.session.flush()
    return entry


def entry_of(
    contract: Contract, kind: str, on: date, amount_fen: int, technical_fen: int, contracts: int
) -> TurnoverEntry:
    """Return the row that books a difference under the contract's current parties and subject."""
    version = contract.current
    assert version is not None  # noqa: S101
    sellers = [party for party in version.parties if party.role == "seller"]
    buyers = [party for party in version.parties if party.role == "buyer"]
    return TurnoverEntry(
        contract_id=contract.id,
        kind=kind,
        counted_on=on,
        year=on.year,
        month=on.month,
        amount_fen=amount_fen,
        technical_fen=technical_fen,
        contracts=contracts,
        seller_division=sellers[0].division if sellers else None,
        buyer_division=buyers[0].division if buyers else None,
        category=category_of(version.kind),
        field=version.field,
        tag=version.tags[0] if version.tags else "",
    )


def _counting(contract: Contract) -> tuple[int, int, int]:
    """Return 成交额, 技术交易额 and number that the contract counts with now.

    A rescinded contract counts with what was really paid before: that part was performed (民法典 566).
    """
    version, registration = contract.current, contract.registration
    if version is None or registration is None or registration.decided_at is None:
        return 0, 0, 0
    first_seller = next((party for party in version.parties if party.role == "seller"), None)
    buyer = next((party for party in version.parties if party.role == "buyer"), None)
    in_city = any(party is not None and regions.in_city(party.division) for party in (first_seller, buyer))
    amount, technical = registration.turnover_fen, registration.technical_fen
    if contract.state == "rescinded":
        amount = min(amount, max(0, paid.net(contract.id)))
        technical = min(technical, amount)
    elif contract.state not in RUNNING:
        return 0, 0, 0
    return (amount, technical, 1) if in_city and amount > 0 else (0, 0, 0)
