"""Column types and mixins that every table shares."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from marketplace.domain import clock
from marketplace.extensions import Base, db

if TYPE_CHECKING:
    Model = Base  # the type checker cannot see the class that Flask-SQLAlchemy makes at run time
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC: SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime given to an UtcDateTime column")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# BIGINT on PostgreSQL; SQLite needs plain INTEGER to number rows by itself.
Key = BigInteger().with_variant(Integer(), "sqlite")

PrimaryKey = Annotated[int, mapped_column(Key, primary_key=True)]
Fen = Annotated[int, mapped_column(BigInteger)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Code = Annotated[str, mapped_column(String(40))]
Line = Annotated[str, mapped_column(String(200))]
LongText = Annotated[str, mapped_column(Text)]
Digest = Annotated[str, mapped_column(String(64))]


def reference(target: str, **options: Any) -> Any:
    """Return a foreign key column to ``table.column`` that never cascades: nothing vanishes by accident."""
    index, unique = options.pop("index", True), options.pop("unique", None)
    return mapped_column(Key, ForeignKey(target, ondelete="RESTRICT", **options), index=index, unique=unique)


class Created:
    """When the row was made."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Versioned:
    """A counter that a concurrent writer would find changed: SQLAlchemy then raises StaleDataError."""

    version: Mapped[int] = mapped_column(Integer)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}
