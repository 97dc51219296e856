"""The unit of work: one transaction for each write, and what follows its commit."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.services.outside import outside

Row = TypeVar("Row")

_open: ContextVar[bool] = ContextVar("unit_of_work_open", default=False)

CONSTRAINTS: dict[str, tuple[str, str]] = {
    "organisations.uscc": ("uscc", N_("此统一社会信用代码的单位已经入驻，请联系单位负责人邀请您加入")),
    "uq_organisations_uscc": ("uscc", N_("此统一社会信用代码的单位已经入驻，请联系单位负责人邀请您加入")),
    "persons.email": ("email", N_("此邮箱已经注册，请直接登录或找回密码")),
    "uq_persons_email": ("email", N_("此邮箱已经注册，请直接登录或找回密码")),
    "payments.kind, payments.bank, payments.serial": ("serial", N_("这笔流水已经登记过，请先核对已有的款项")),
    "uq_payments_voucher": ("serial", N_("这笔流水已经登记过，请先核对已有的款项")),
    "payment_evidences.bank, payment_evidences.serial": ("serial", N_("这份凭证已经用过，请核对")),
    "uq_payment_evidences_voucher": ("serial", N_("这份凭证已经用过，请核对")),
    "invoices.number": ("number", N_("这张发票已经登记过，请核对发票号码")),
    "uq_invoices_number": ("number", N_("这张发票已经登记过，请核对发票号码")),
    "connected_accounts.account": ("account", N_("这个收款账户已经由另一家单位登记")),
    "uq_connected_accounts_account": ("account", N_("这个收款账户已经由另一家单位登记")),
    "uq_invitations_open": ("email", N_("已向此邮箱发出邀请，对方尚未接受")),
    "invitations.organisation_id, invitations.email": ("email", N_("已向此邮箱发出邀请，对方尚未接受")),
}
"""What to say, and at which field, when a constraint refuses: PostgreSQL names it, SQLite its columns."""


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Run the block as one write transaction; commit at its end, roll back on any error.

    Raises Conflict when another writer was faster, DomainError with a field when a known constraint refuses.
    Units do not nest: services flush and leave the commit to whoever opened the unit.
    """
    if _open.get():
        raise RuntimeError("a unit of work is already open")
    token = _open.set(True)
    try:
        db.session.rollback()  # ends the reading transaction: a write stands on a fresh snapshot
        db.session.connection(execution_options={"writes": True})
        yield
        db.session.commit()
    except StaleDataError as stale:
        db.session.rollback()
        raise Conflict() from stale
    except IntegrityError as refused:
        db.session.rollback()
        raise _explain(refused) from refused
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _open.reset(token)
    outside().wake()


AT_ONCE = 2_000
"""Values of one statement: engines take some tens of thousands."""


def insert_new(model: Any, rows: Iterable[dict[str, Any]], unique: Sequence[str]) -> set[tuple[Any, ...]]:
    """Insert the rows that do not stand there yet; return the values of ``unique`` of those inserted.

    Of two writers at once, one gets each row. Rows are put in one order, so that the two do not block each other.
    """
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in unique))
    make: Any = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    columns = [getattr(model, name) for name in unique]
    step = AT_ONCE // len(ordered[0]) if ordered else 1
    found: set[tuple[Any, ...]] = set()
    for start in range(0, len(ordered), step):
        statement = make(model).values(ordered[start : start + step])
        statement = statement.on_conflict_do_nothing(index_elements=list(unique)).returning(*columns)
        found |= {tuple(row) for row in db.session.execute(statement)}
    return found


def made_before(model: type[Row], request_key: str, **belonging: Any) -> Row | None:
    """Return the row that the same form made before, or None: a form sent twice counts once.

    ``belonging``: what that row must say of whose it is. Raises NotFound where it is somebody else's.
    """
    columns: Any = model
    known = db.session.scalar(select(model).where(columns.request_key == request_key))
    if known is not None and any(getattr(known, name) != value for name, value in belonging.items()):
        raise NotFound()
    return known


def in_unit() -> bool:
    """Return whether a unit of work is open here and now."""
    return _open.get()


def _explain(refused: IntegrityError) -> Exception:
    words = str(refused.orig)
    for name, (field, message) in CONSTRAINTS.items():
        if name in words:
            return DomainError("constraint", message, field=field)
    if "unique" in words.lower():
        return Conflict()
    return refused
