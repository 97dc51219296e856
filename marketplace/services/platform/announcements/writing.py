"""Writing announcements: drafts of the authority's people, with attachments."""

from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm.attributes import flag_modified

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.platform.announcements import BODY_LENGTHS, KINDS, TITLE_LENGTHS
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.platform import Announcement, FileLink
from marketplace.services.platform import audit, files

SUBJECT = "announcement"
PURPOSE = "announcement"


@dataclass(frozen=True)
class Wording:
    """What an announcement says. ``body`` in the plain writing of domain/platform/announcements.py."""

    kind: str
    title: str
    body: str
    issuer: str = ""
    document_number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def create(actor: Actor, wording: Wording) -> Announcement:
    """Begin a draft. Raises ValidationFailed naming each field, NotAllowed."""
    require(actor, Permission.WRITE_ANNOUNCEMENT)
    said = _checked(wording)
    row = Announcement(**_values(said), created_by=actor.person_id, edited_by=actor.person_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "announcement.create", SUBJECT, row.id, kind=row.kind)
    return row


def write(actor: Actor, announcement_id: int, wording: Wording, expected: int | None) -> Announcement:
    """Change a draft. Raises ValidationFailed, Conflict once it is no draft or somebody else wrote it meanwhile."""
    require(actor, Permission.WRITE_ANNOUNCEMENT)
    row = get_draft(announcement_id)
    if expected is not None and row.version != expected:
        raise Conflict()
    values = _values(_checked(wording))
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.edited_by = actor.person_id
    db.session.flush()
    audit.record(actor, "announcement.write", SUBJECT, row.id, fields=changed)
    return row


def copy(actor: Actor, announcement_id: int) -> Announcement:
    """Begin a draft with the words and files of another announcement: how a published one is corrected."""
    source = get(announcement_id)
    row = create(actor, wording_of(source))
    files.copy_links((SUBJECT, source.id), (SUBJECT, row.id))
    return row


def add_file(actor: Actor, announcement_id: int, name: str, content: bytes) -> FileLink:
    """Put an attachment on a draft; everybody will be able to open it. Raises DomainError (field ``file``)."""
    require(actor, Permission.WRITE_ANNOUNCEMENT)
    row = get_draft(announcement_id)
    _edited(row, actor)
    stored = files.store(actor, name, content, PURPOSE)
    return files.attach(actor, stored, SUBJECT, row.id, PURPOSE, "public")


def remove_file(actor: Actor, announcement_id: int, link_id: int) -> None:
    """Take an attachment off a draft; a second press finds nothing to do."""
    require(actor, Permission.WRITE_ANNOUNCEMENT)
    row = get_draft(announcement_id)
    link = next((one for one in files.links_of(SUBJECT, row.id) if one.id == link_id), None)
    if link is not None:
        _edited(row, actor)
        files.detach(actor, link)


def _edited(row: Announcement, actor: Actor) -> None:
    """Let other files count as another version, the same writer's too: who read the old ones publishes them unread."""
    row.edited_by = actor.person_id
    flag_modified(row, "edited_by")


def get(announcement_id: int, lock: bool = False) -> Announcement:
    """Return an announcement in any state, for those who write them; NotFound where there is none."""
    if lock:
        query = select(Announcement.id).where(Announcement.id == announcement_id)
        db.session.execute(query.with_for_update())
    row = db.session.get(Announcement, announcement_id, populate_existing=lock)
    if row is None:
        raise NotFound()
    return row


def get_draft(announcement_id: int) -> Announcement:
    """Return a draft, locked for the present transaction; Conflict where it is none any more."""
    row = get(announcement_id, lock=True)
    if row.state != "draft":
        raise Conflict(N_("这篇公告已经发布或放弃，不能再修改；要更正请“以此为底稿新建”"), code="wrong_state")
    return row


def wording_of(row: Announcement) -> Wording:
    """Return what an announcement says."""
    return Wording(**{one.name: getattr(row, one.name) for one in fields(Wording)})


def all_of(state: str = "", kind: str = "") -> Select[Announcement]:
    """Return the query of announcements for those who write them, the newest work first."""
    query = select(Announcement)
    if state:
        query = query.where(Announcement.state == state)
    if kind:
        query = query.where(Announcement.kind == kind)
    return query.order_by(Announcement.id.desc())


def _checked(wording: Wording) -> Wording:
    """Return the wording cleaned. Raises ValidationFailed."""
    said = Wording(
        kind=wording.kind,
        title=clean_line(wording.title),
        body=clean_text(wording.body),
        issuer=clean_line(wording.issuer)[:200],
        document_number=clean_line(wording.document_number)[:80],
        valid_from=wording.valid_from,
        valid_to=wording.valid_to,
    )
    faults = []
    if said.kind not in KINDS:
        faults.append(FieldError("kind", "missing", N_("请选择公告类型")))
    for name, label, (least, most) in (
        ("title", N_("标题"), TITLE_LENGTHS),
        ("body", N_("正文"), BODY_LENGTHS),
    ):
        length = len(getattr(said, name))
        if not least <= length <= most:
            words = N_("%(label)s应为%(least)d到%(most)d个字，现在是%(length)d个")
            values = {"label": label, "least": least, "most": most, "length": length}
            faults.append(FieldError(name, "length", words, values))
    if not any(sign.isalnum() for sign in said.title):
        faults.append(FieldError("title", "only_signs", N_("标题里应有文字，不能只有标点")))
    if said.valid_from is not None and said.valid_to is not None and said.valid_to < said.valid_from:
        faults.append(FieldError("valid_to", "ends_before_start", N_("结束日期不能早于开始日期")))
    if faults:
        raise ValidationFailed(faults)
    return said


def _values(wording: Wording) -> dict[str, object]:
    return {one.name: getattr(wording, one.name) for one in fields(Wording)}


def missing_file() -> DomainError:
    """Return the refusal of an upload without a file."""
    return DomainError("file_missing", N_("请先选择文件"), field="file")
