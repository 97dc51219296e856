"""Which row of whose table a listing came from, so that the same table never makes it twice."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Code, Created, Digest, Key, Model, reference
from marketplace.models.catalogue.listings import Listing


class ImportedListing(Created, Model):
    """A listing written from a table: the number it has in its owner's own system, and the row as it last was.

    ``digest`` is the SHA-256 of what the row says. Organisation and kind repeat those of the listing, so that the
    database itself keeps two listings of one owner from claiming the same row or the same number.
    """

    __tablename__ = "imported_listings"
    __table_args__ = (
        CheckConstraint("kind IN ('achievement','demand')", name="kind_known"),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
        UniqueConstraint("organisation_id", "kind", "digest", name="uq_imported_listings_digest"),
        Index(
            "uq_imported_listings_external_key", "organisation_id", "kind", "external_key", unique=True,
            sqlite_where=text("external_key <> ''"), postgresql_where=text("external_key <> ''"),
        ),
    )  # fmt: skip

    listing_id: Mapped[int] = mapped_column(
        Key, ForeignKey("listings.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    organisation_id: Mapped[int] = reference("organisations.id", index=False)
    kind: Mapped[Code]
    external_key: Mapped[str] = mapped_column(String(60), default="")
    digest: Mapped[Digest]
    job_id: Mapped[int | None] = reference("jobs.id")
    listing: Mapped[Listing] = relationship()
