"""Files: checked, stored once, attached to subjects, and handed out through a guard.

Who may read a file is decided by the service that owns its subject: it registers a function with ``reader``.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import func, select

from marketplace.domain.access import FILE_AUDIENCES, Actor
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.files import IMAGES, PURPOSES, clean_name, type_words
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.integrations.images import clean_image
from marketplace.integrations.scanner import sniff
from marketplace.models.platform import FileLink, StoredFile
from marketplace.services.outside import outside
from marketplace.services.platform import audit, settings

MEGABYTE = 1024 * 1024
CAPTION_LENGTH = 100

Reader = Callable[[Actor, FileLink], bool]
READERS: dict[str, Reader] = {}
"""Subject kind → who may read its files. A kind that is missing here is read by nobody."""

FURTHER_READERS: dict[str, list[Reader]] = {}
"""Subject kind → further judges, of areas that cite files of others: one that lets in is enough."""


def further_reader(*subject_kinds: str) -> Callable[[Reader], Reader]:
    """Register the decorated function as one more judge over files of these kinds."""

    def register(judge: Reader) -> Reader:
        for kind in subject_kinds:
            FURTHER_READERS.setdefault(kind, []).append(judge)
        return judge

    return register


def reader(subject_kind: str) -> Callable[[Reader], Reader]:
    """Register the decorated function as the judge over files of ``subject_kind``."""

    def register(judge: Reader) -> Reader:
        READERS[subject_kind] = judge
        return judge

    return register


def store(actor: Actor, name: str, content: bytes, purpose: str) -> StoredFile:
    """Check and keep an uploaded file; the same bytes again inside an organisation are the same file.

    ``purpose`` is a key of PURPOSES and says which types fit. Images are re-encoded without metadata.
    Raises DomainError (field ``file``) for empty, oversized, disguised or unwanted files. Attach it afterwards.
    """
    media_type = _checked_type(name, content, purpose)
    if media_type not in IMAGES:
        return keep(actor, name, content, media_type)
    image = clean_image(content, media_type)
    return keep(actor, name, image.content, media_type, image.thumbnail)


def keep(
    actor: Actor, name: str, content: bytes, media_type: str, thumbnail: bytes | None = None
) -> StoredFile:
    """Keep what the site made itself, or ``store`` has checked."""
    digest = hashlib.sha256(content).hexdigest()
    known = _same_file(actor, digest, clean_name(name, media_type))
    if known is not None:
        return known
    storage = outside().storage
    row = StoredFile(
        key=storage.put(content),
        sha256=digest,
        size=len(content),
        media_type=media_type,
        name=clean_name(name, media_type),
        thumbnail_key=storage.put(thumbnail) if thumbnail else None,
        uploaded_by=actor.person_id,
        organisation_id=actor.organisation_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _checked_type(name: str, content: bytes, purpose: str) -> str:
    limit = settings.get("files.max_megabytes")
    if not content:
        raise DomainError("file_empty", N_("文件是空的，请重新选择"), field="file")
    if len(content) > limit * MEGABYTE:
        raise DomainError(
            "file_too_large", N_("文件超过 %(limit)s MB，请压缩或拆分后再上传"), field="file", limit=limit
        )
    media_type = sniff(content, name)
    if media_type not in PURPOSES[purpose].types:
        raise DomainError(
            "file_type",
            N_("文件内容不是可以上传的类型，请上传 %(types)s（含宏或加密的文档不能上传）"),
            field="file",
            types=type_words(purpose),
        )
    found = outside().scanner.find(content)
    if found is not None:
        raise DomainError(
            "file_infected", N_("文件中发现恶意内容（%(found)s），不能上传"), field="file", found=found
        )
    return media_type


def _same_file(actor: Actor, digest: str, name: str) -> StoredFile | None:
    owner = StoredFile.organisation_id == actor.organisation_id
    if actor.organisation_id is None:
        owner = StoredFile.organisation_id.is_(None) & (StoredFile.uploaded_by == actor.person_id)
    query = select(StoredFile).where(StoredFile.sha256 == digest, StoredFile.name == name, owner)
    return db.session.scalar(query.limit(1))


def attach(
    actor: Actor,
    file: StoredFile,
    subject_kind: str,
    subject_id: int,
    purpose: str,
    level: str = "parties",
    caption: str = "",
) -> FileLink:
    """Put a file on a subject, last in its order; the caller has checked that the actor may change the subject.

    ``level`` is a key of FILE_AUDIENCES. Raises DomainError (field ``file``) beyond the number the purpose allows
    and for a file that is already there.
    """
    if level not in FILE_AUDIENCES:
        raise DomainError("file_level", N_("请选择文件的公开范围"), field="level")
    present = links_of(subject_kind, subject_id, purpose)
    if any(link.file_id == file.id for link in present):
        raise DomainError("file_twice", N_("这个文件已经上传过了"), field="file")
    if len(present) >= PURPOSES[purpose].most:
        raise DomainError(
            "file_count", N_("这里最多上传 %(most)s 个文件"), field="file", most=PURPOSES[purpose].most
        )
    link = FileLink(
        file_id=file.id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        purpose=purpose,
        level=level,
        caption=clean_line(caption)[:CAPTION_LENGTH],
        position=max((each.position for each in present), default=0) + 1,
        file=file,
    )
    db.session.add(link)
    db.session.flush()
    audit.record(actor, "file.add", subject_kind, subject_id, file=file.id, purpose=purpose, level=level)
    return link


def detach(actor: Actor, link: FileLink) -> None:
    """Take a file off its subject; its bytes stay, as other subjects may cite them. The caller has checked rights."""
    audit.record(
        actor, "file.remove", link.subject_kind, link.subject_id, file=link.file_id, purpose=link.purpose
    )
    db.session.delete(link)
    db.session.flush()


def get_link(subject_kind: str, subject_id: int, link_id: int) -> FileLink:
    """Return a link of this very subject; NotFound for any other."""
    link = db.session.get(FileLink, link_id)
    if link is None or (link.subject_kind, link.subject_id) != (subject_kind, subject_id):
        raise NotFound()
    return link


def links_of(subject_kind: str, subject_id: int, purpose: str | None = None) -> list[FileLink]:
    """Return the files of a subject in their order."""
    return links_of_many(subject_kind, [subject_id], purpose).get(subject_id, [])


def links_of_many(
    subject_kind: str, subject_ids: Sequence[int], purpose: str | None = None
) -> dict[int, list[FileLink]]:
    """Return the files of several subjects by one query, for lists."""
    query = select(FileLink).where(
        FileLink.subject_kind == subject_kind, FileLink.subject_id.in_(subject_ids)
    )
    if purpose is not None:
        query = query.where(FileLink.purpose == purpose)
    found: dict[int, list[FileLink]] = {}
    for link in db.session.scalars(query.order_by(FileLink.position, FileLink.id)):
        found.setdefault(link.subject_id, []).append(link)
    return found


def copy_links(source: tuple[str, int], target: tuple[str, int]) -> None:
    """Put every file of the subject ``source`` (kind, id) on ``target`` too: a new revision begins with them."""
    for link in links_of(*source):
        db.session.add(
            FileLink(
                file_id=link.file_id,
                subject_kind=target[0],
                subject_id=target[1],
                purpose=link.purpose,
                level=link.level,
                caption=link.caption,
                position=link.position,
            )
        )
    db.session.flush()


def seen_elsewhere(file: StoredFile) -> int:
    """Return how many other organisations have stored the very same bytes: a hint for reviewers."""
    query = select(func.count(StoredFile.organisation_id.distinct())).where(
        StoredFile.sha256 == file.sha256, StoredFile.organisation_id != file.organisation_id
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class ReadableFile:
    """A file that the actor may read. ``etag`` changes with the bytes."""

    link: FileLink
    key: str
    etag: str

    def open(self) -> BinaryIO:
        """Open its bytes; NotFound when the store has lost them."""
        try:
            return outside().storage.open(self.key)
        except FileNotFoundError as lost:
            raise NotFound(N_("文件已不在存储中，请联系管理部门")) from lost


def open_for(actor: Actor, link_id: int, small: bool = False) -> ReadableFile:
    """Return a file, or the small copy of an image, for whom it is meant; NotFound for everybody else."""
    link = db.session.get(FileLink, link_id)
    judges: list[Reader] = []
    if link is not None and link.subject_kind in READERS:
        judges = [READERS[link.subject_kind], *FURTHER_READERS.get(link.subject_kind, [])]
    if link is None or not any(judge(actor, link) for judge in judges):
        raise NotFound()
    if small and link.file.thumbnail_key:
        return ReadableFile(link, link.file.thumbnail_key, f"{link.file.sha256}-small")
    return ReadableFile(link, link.file.key, link.file.sha256)
