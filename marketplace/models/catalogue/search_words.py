"""The words the search goes by, as administrators keep them beside those that come with the program."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import (
    Code,
    Created,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)  # fmt: skip


class SearchWord(Created, Versioned, Model):
    """An alias (a spelling and the one it means), a word kept whole, or a stop word.

    ``form`` is the compared form of ``text``; a row stands in for the shipped entry of the same kind and form.
    ``retired_at``: the entry, shipped or not, no longer counts.
    """

    __tablename__ = "search_words"
    __table_args__ = (
        CheckConstraint("kind IN ('alias','word','stop')", name="kind_known"),
        CheckConstraint("(kind = 'alias') = (meaning <> '')", name="alias_means"),
        CheckConstraint("form <> ''", name="form_given"),
        UniqueConstraint("kind", "form"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[Code]
    text: Mapped[Line]
    form: Mapped[Line]
    meaning: Mapped[Line] = mapped_column(default="")
    note: Mapped[LongText] = mapped_column(default="")
    changed_by: Mapped[int | None] = reference("persons.id")
    changed_on: Mapped[date]
    retired_at: Mapped[Moment | None]
