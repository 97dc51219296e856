"""What administrators did to a person's account, and what they wrote to people."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import Code, Created, LongText, Model, PrimaryKey, reference


class PersonDecision(Created, Model):
    """That an administrator suspended or restored an account, and why."""

    __tablename__ = "person_decisions"
    __table_args__ = (
        CheckConstraint("action IN ('suspend','restore')", name="action_known"),
        CheckConstraint("decided_by IS NULL OR decided_by <> person_id", name="decided_by_another"),
        CheckConstraint("note <> ''", name="reason_given"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id")
    action: Mapped[Code]
    note: Mapped[LongText]
    decided_by: Mapped[int | None] = reference("persons.id")


class Letter(Created, Model):
    """What an administrator wrote to chosen people; who got it is told by their notices.

    ``key`` is made with the form, so that pressing twice writes one letter.
    """

    __tablename__ = "letters"
    __table_args__ = (CheckConstraint("title <> '' AND body <> ''", name="says_something"),)

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[LongText]
    sent_by: Mapped[int | None] = reference("persons.id")
