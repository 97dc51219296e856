"""Files of a thread: who may open which, and the log of who did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.matching.threads import ASKER, AUTHORITY, OWNER
from marketplace.domain.states.inquiries import OPEN_STATES
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.matching import FileOpening, Inquiry, InquiryMessage
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import FileLink, StoredFile
from marketplace.services.catalogue.pages import FileLine
from marketplace.services.matching.inquiries import secrecy, threads
from marketplace.services.matching.inquiries.writing import KIND
from marketplace.services.platform import audit, files

LOG_SHOWN = 50


@dataclass(frozen=True)
class Opening:
    """A line of the log."""

    row: FileOpening
    file: str
    person: str
    organisation: str


@dataclass(frozen=True)
class Reader:
    """What decides over the files of a thread, asked once a page."""

    inquiry: Inquiry
    side: str
    organisation_id: int | None
    accepted: bool


def reader_of(actor: Actor, inquiry: Inquiry) -> Reader:
    """Return the actor as a reader of this thread's files."""
    accepted = secrecy.accepted_by(inquiry, actor.organisation_id) is not None
    return Reader(inquiry, threads.side_of(actor, inquiry), actor.organisation_id, accepted)


def lock_of_sent(reader: Reader, message: InquiryMessage, link: FileLink) -> str:
    """Return why ``reader`` cannot open a file of a message; '' where they can.

    What was given in the thread stays given, also when it has ended.
    """
    if message.organisation_id == reader.organisation_id:
        return ""
    if reader.side == AUTHORITY:
        return N_("只供询问双方") if link.level == "parties" else ""
    if link.level == "parties" and not reader.accepted:
        return N_("签署保密承诺后可以打开")
    return ""


def lock_of_offered(reader: Reader) -> str:
    """Return why ``reader`` cannot open the listing's files for both sides through this thread; '' where they can."""
    inquiry = reader.inquiry
    if reader.side == OWNER:
        return ""
    if reader.side != ASKER or inquiry.nda_asked_at is None:
        return N_("由发布单位在询问中提供")
    if not reader.accepted:
        return N_("签署保密承诺后可以打开")
    if inquiry.state not in OPEN_STATES:
        return N_("询问已结束，不再开放")
    return "" if threads.both_verified(inquiry) else N_("双方单位都通过认证时开放")


def lines_of(reader: Reader, messages: Sequence[InquiryMessage]) -> Mapping[int, list[FileLine]]:
    """Return the files of messages by message, in one query."""
    found = files.links_of_many(KIND, [message.id for message in messages])
    by_id = {message.id: message for message in messages}
    return {
        key: [_line(link, lock_of_sent(reader, by_id[key], link)) for link in links]
        for key, links in found.items()
    }


def offered(reader: Reader) -> list[FileLine]:
    """Return the files of the listing that are for both sides only."""
    listing = reader.inquiry.listing
    if listing.published_id is None:
        return []
    links = files.links_of("revision", listing.published_id)
    lock = lock_of_offered(reader)
    return [_line(link, lock) for link in links if link.level == "parties"]


def _line(link: FileLink, lock: str) -> FileLine:
    return FileLine(link.id, link.caption or link.file.name, link.file.size, link.level, lock)


def open_file(actor: Actor, inquiry_id: int, link_id: int) -> files.ReadableFile:
    """Return a file of the thread, or of its listing, and write who opened it; NotFound for whom it is not meant."""
    inquiry = threads.get(actor, inquiry_id)
    link = db.session.get(FileLink, link_id)
    if link is None or not threads.reads_messages(actor, inquiry) or _locked(actor, inquiry, link):
        raise NotFound()
    found = files.ReadableFile(link, link.file.key, link.file.sha256)
    if actor.organisation_id != link.file.organisation_id:
        db.session.add(
            FileOpening(
                inquiry_id=inquiry.id,
                file_id=link.file_id,
                person_id=actor.person_id,
                organisation_id=actor.organisation_id,
            )
        )
        db.session.flush()
        audit.record(actor, "inquiry.file_opened", "inquiry", inquiry.id, file=link.file_id)
    return found


def _locked(actor: Actor, inquiry: Inquiry, link: FileLink) -> bool:
    reader = reader_of(actor, inquiry)
    if link.subject_kind == KIND:
        message = db.session.get(InquiryMessage, link.subject_id)
        if message is None or message.inquiry_id != inquiry.id:
            return True
        return lock_of_sent(reader, message, link) != ""
    is_offered = (link.subject_kind, link.subject_id, link.level) == (
        "revision",
        inquiry.listing.published_id,
        "parties",
    )
    return not is_offered or lock_of_offered(reader) != ""


def log_of(actor: Actor, inquiry: Inquiry) -> list[Opening]:
    """Return who opened the files that the actor's own organisation gave, newest first."""
    query = (
        select(FileOpening, StoredFile.name, Person.name, FileOpening.organisation_id)
        .join(StoredFile, StoredFile.id == FileOpening.file_id)
        .join(Person, Person.id == FileOpening.person_id)
        .where(FileOpening.inquiry_id == inquiry.id, StoredFile.organisation_id == actor.organisation_id)
        .order_by(FileOpening.id.desc())
        .limit(LOG_SHOWN)
    )
    rows = db.session.execute(query).all()
    query_names = select(Organisation).where(Organisation.id.in_({row[3] for row in rows}))
    names = {one.id: one.name for one in db.session.scalars(query_names)} if rows else {}
    return [Opening(row[0], row[1], row[2], names.get(row[3], "")) for row in rows]
