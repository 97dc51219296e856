"""First contact: a question of one organisation about another's listing."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Created, LongText, Model, PrimaryKey, reference
from marketplace.models.catalogue.listings import Listing
from marketplace.models.people import Organisation, Person


class Inquiry(Created, Model):
    """What was asked about which revision, by whom, and how to answer."""

    __tablename__ = "inquiries"

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = reference("listings.id")
    revision_id: Mapped[int] = reference("revisions.id")
    sender_id: Mapped[int] = reference("persons.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    message: Mapped[LongText]
    reply_to: Mapped[str] = mapped_column(String(254))
    # One press of the button makes one inquiry: the form carries a key of its own.
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    listing: Mapped[Listing] = relationship(lazy="joined")
    sender: Mapped[Person] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
