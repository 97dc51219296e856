"""The turnover ledger: what each act of registration changes, posted on its own day."""

from datetime import date

from sqlalchemy import func, select

from marketplace.domain import regions
from marketplace.domain.deals.terms import category_of
from marketplace.domain.states.contracts import RUNNING
from marketplace.extensions import db
from marketplace.models.deals import Contract, TurnoverEntry
from marketplace.services.deals.payments import paid

Place = tuple[str | None, str | None, str, str, str]
"""Under what a contract counts: seller's and buyer's division, category, field, main direction."""

_PLACE = (
    TurnoverEntry.seller_division, TurnoverEntry.buyer_division, TurnoverEntry.category, TurnoverEntry.field,
    TurnoverEntry.tag,
)  # fmt: skip


def post(contract: Contract, kind: str, on: date) -> list[TurnoverEntry]:
    """Post the difference between what counts now and what has been posted so far; nothing where nothing changes.

    ``kind``: register, amend, supplement, rescind, deregister, revoke. Only contracts with a party of the city
    count, and only with a determined amount (docs/domain.md §8). What was posted under another place (a party moved
    or was replaced, another field or category) is taken back there and posted where it belongs now.
    """
    counting, here = _counting(contract), place_of(contract)
    posted = _posted(contract.id)
    made = []
    for place in (*(place for place in posted if place != here), here):
        wanted = counting if place == here else (0, 0, 0)
        before = posted.get(place, (0, 0, 0))
        change = (wanted[0] - before[0], wanted[1] - before[1], wanted[2] - before[2])
        if change != (0, 0, 0):
            made.append(entry_of(contract.id, place, kind, on, *change))
    db.session.add_all(made)
    db.session.flush()
    return made


def entry_of(
    contract_id: int, place: Place, kind: str, on: date, amount_fen: int, technical_fen: int, contracts: int
) -> TurnoverEntry:
    """Return the row that books a difference under a place."""
    seller, buyer, category, field, tag = place
    return TurnoverEntry(
        contract_id=contract_id,
        kind=kind,
        counted_on=on,
        year=on.year,
        month=on.month,
        amount_fen=amount_fen,
        technical_fen=technical_fen,
        contracts=contracts,
        seller_division=seller,
        buyer_division=buyer,
        category=category,
        field=field,
        tag=tag,
    )


def place_of(contract: Contract) -> Place:
    """Return under what the contract's current text counts; joint sellers count by the first named."""
    version = contract.current
    assert version is not None  # noqa: S101
    sellers = [party for party in version.parties if party.role == "seller"]
    buyers = [party for party in version.parties if party.role == "buyer"]
    return (
        sellers[0].division if sellers else None,
        buyers[0].division if buyers else None,
        category_of(version.kind),
        version.field,
        version.tags[0] if version.tags else "",
    )


def in_city(place: Place) -> bool:
    """Return whether a party of the city makes a contract count."""
    return regions.in_city(place[0]) or regions.in_city(place[1])


def _posted(contract_id: int) -> dict[Place, tuple[int, int, int]]:
    """Return what stands posted, by place; places whose entries cancel out are left out."""
    query = (
        select(
            *_PLACE,
            func.sum(TurnoverEntry.amount_fen),
            func.sum(TurnoverEntry.technical_fen),
            func.sum(TurnoverEntry.contracts),
        )
        .where(TurnoverEntry.contract_id == contract_id)
        .group_by(*_PLACE)
        .order_by(func.min(TurnoverEntry.id))
    )
    found: dict[Place, tuple[int, int, int]] = {}
    for seller, buyer, category, field, tag, *sums in db.session.execute(query):
        amount, technical, contracts = (int(each) for each in sums)
        if (amount, technical, contracts) != (0, 0, 0):
            found[(seller, buyer, category, field, tag)] = (amount, technical, contracts)
    return found


def _counting(contract: Contract) -> tuple[int, int, int]:
    """Return 成交额, 技术交易额 and number that the contract counts with now.

    A rescinded contract counts with what was really paid before: that part was performed (民法典 566).
    """
    version, registration = contract.current, contract.registration
    if version is None or registration is None or registration.decided_at is None:
        return 0, 0, 0
    amount, technical = registration.turnover_fen, registration.technical_fen
    if contract.state == "rescinded":
        amount = min(amount, max(0, paid.net(contract.id)))
        technical = min(technical, amount)
    elif contract.state not in RUNNING:
        return 0, 0, 0
    return (amount, technical, 1) if in_city(place_of(contract)) and amount > 0 else (0, 0, 0)
