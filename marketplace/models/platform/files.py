"""Uploaded files and what they are attached to."""

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Code, Created, Digest, Key, Model, PrimaryKey, reference


class StoredFile(Created, Model):
    """Bytes in the store under a random key; the type is what was sniffed, not what was claimed."""

    __tablename__ = "stored_files"
    __table_args__ = (CheckConstraint("size > 0", name="size_positive"),)

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[Digest] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    # A small copy of an image, for cards and galleries; None for everything else.
    thumbnail_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    uploaded_by: Mapped[int | None] = reference("persons.id")
    organisation_id: Mapped[int | None] = reference("organisations.id")


class FileLink(Created, Model):
    """A file on a subject: what for, for whose eyes, in which order."""

    __tablename__ = "file_links"
    __table_args__ = (
        CheckConstraint("level IN ('public','verified','parties')", name="level_known"),
        Index("ix_file_links_subject", "subject_kind", "subject_id", "purpose"),
    )

    id: Mapped[PrimaryKey]
    file_id: Mapped[int] = reference("stored_files.id")
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(Key)
    purpose: Mapped[Code]
    level: Mapped[Code]
    caption: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    file: Mapped[StoredFile] = relationship(lazy="joined")
