"""The next version of a contract's text."""

from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm.attributes import flag_modified

from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.base import Model
from marketplace.models.deals import Contract, ContractLine, ContractParty, ContractVersion, Instalment

_OWN_COLUMNS = frozenset(
    {"id", "contract_id", "version_id", "ordinal", "version", "created_at", "created_by", "frozen_at"}
)


def next_version(actor: Actor, contract: Contract, source: ContractVersion) -> ContractVersion:
    """Return a copy of ``source`` with the next ordinal, editable, not yet ``contract.current``; flushed.

    Its counter goes on from the source's, so that a page that shows the source is stale to the copy.
    """
    last = db.session.scalar(
        select(func.max(ContractVersion.ordinal)).where(ContractVersion.contract_id == contract.id)
    )
    made = ContractVersion(
        contract_id=contract.id, ordinal=(last or 0) + 1, created_by=actor.person_id, **columns_of(source)
    )
    fill(made, source)
    db.session.add(made)
    db.session.flush()
    count_on(made, source.version + 1)
    db.session.expire(contract, ["versions"])
    return made


def fill(made: ContractVersion, source: ContractVersion) -> None:
    """Give ``made`` copies of the parties, lines and instalments of ``source``. What was 核定 is not copied."""
    made.parties = [ContractParty(**columns_of(each)) for each in source.parties]
    made.lines = [
        ContractLine(**(columns_of(each) | {"approved_technical_fen": None})) for each in source.lines
    ]
    made.instalments = [Instalment(**columns_of(each)) for each in source.instalments]


def columns_of(row: Model) -> dict[str, object]:
    """Return the columns of a row that a copy takes over."""
    return {
        column.key: getattr(row, column.key)
        for column in inspect(type(row)).column_attrs
        if column.key not in _OWN_COLUMNS
    }


def count_on(version: ContractVersion, counter: int) -> None:
    """Set the counter by which stale pages are found out; the mapper itself would begin anew with every row."""
    db.session.execute(
        update(ContractVersion)
        .where(ContractVersion.id == version.id)
        .values(version=counter)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(version, ["version"])


def touch(version: ContractVersion) -> None:
    """Count up the version: parties, lines and instalments stand in tables of their own."""
    flag_modified(version, "title")
    db.session.flush()
