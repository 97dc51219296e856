"""Files: what they are, not what they claim; stored once; handed out by a guard only."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from marketplace.domain.access import VISITOR, Actor
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform.files import CSV, DOCX, JPEG, PDF, TEXT, XLSX, clean_name
from marketplace.extensions import db
from marketplace.integrations import images, scanner
from marketplace.integrations.scanner import sniff
from marketplace.models.platform import AuditEvent, FileLink
from marketplace.services.outside import outside
from marketplace.services.platform import files, settings
from marketplace.services.unit import unit_of_work
from tests import factories

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def office(part: str = "word/document.xml", *more: tuple[str, bytes]) -> bytes:
    """An Office document with as little as makes one."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("[Content_Types].xml", b"<Types/>"), (part, b"<x/>"), *more]:
            archive.writestr(name, content)
    return target.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A plain red image."""
    target = BytesIO()
    Image.new("RGB", size, "red").save(target, form, **options)
    return target.getvalue()


def stored(key: str) -> bytes:
    """What the store holds under a key."""
    with outside().storage.open(key) as stream:
        return stream.read()


@pytest.fixture
def owner(session: object) -> Actor:
    """Somebody of an enterprise."""
    return factories.actor(factories.make_person(factories.make_organisation()))


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (PDF_BYTES, "a.pdf", PDF),
        (PDF_BYTES, "a.exe", PDF),
        (office(), "a.docx", DOCX),
        (office("xl/workbook.xml"), "a.docx", XLSX),
        (picture(), "a.png", JPEG),
        ("名称,数量\n甲,1\n".encode(), "a.csv", CSV),
        ("名称,数量\n甲,1\n".encode("gb18030"), "a.csv", CSV),
        ("说明".encode("gb18030"), "a.txt", None),
        (b"MZ\x90\x00", "a.csv", None),
        ("说明".encode(), "a.txt", TEXT),
        (b"alert(1)", "a.js", None),
        (b"MZ or not", "a.docx", None),
        (SVG, "a.svg", None),
        (b"\xef\xbb\xbf" + SVG, "a.txt", None),
        (b'<?xml version="1.0"?>' + SVG, "a.txt", None),
        (b"<html><script>1</script></html>", "a.txt", None),
        (b"MZ\x90\x00", "a.pdf", None),
        (b"text with \x00 inside", "a.txt", None),
        ("说明".encode("utf-16"), "a.txt", None),
        (b"PK\x03\x04broken", "a.docx", None),
        (office("readme.txt"), "a.docx", None),
        (office("word/document.xml", ("word/vbaProject.bin", b"macro")), "a.docx", None),
        (office("word/document.xml", ("xl/workbook.xml", b"<x/>")), "a.docx", None),
        (b"   ", "a.txt", None),
    ],
)
def test_a_type_is_what_the_bytes_are(content: bytes, name: str, found: str | None) -> None:
    """Names deceive; so do archives that hold something else, macros, and markup that calls itself text."""
    assert sniff(content, name) == found


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip bomb is recognised by what it says it unpacks to, before anything is unpacked."""
    monkeypatch.setattr(scanner, "MAX_UNPACKED_BYTES", 1024 * 1024)
    bomb = office("word/document.xml", ("word/media/a.bin", b"\x00" * (2 * 1024 * 1024)))
    assert len(bomb) < 10 * 1024
    assert sniff(bomb, "a.docx") is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\合同 一.PDF", "合同 一.pdf"),
        ("检测报告.docx", "检测报告.docx.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("\x00\r\n", "file.pdf"),
        ('a"; filename=b.html', "a; filename=b.html.pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_names_are_cleaned(name: str, kept: str) -> None:
    """No folders, no control or direction characters, an extension that tells the truth, a bounded length."""
    assert clean_name(name, PDF) == kept


def test_images_lose_everything_but_the_picture(owner: Actor) -> None:
    """EXIF (where the photo was taken) is gone, size is bounded, the picture stands upright, a small copy exists."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "camera of somebody", 6
    content = picture("JPEG", (3000, 1000), exif=exif.tobytes(), comment=b"secret")
    with unit_of_work():
        file = files.store(owner, "photo.jpg", content, "image")
    kept = stored(file.key)
    assert b"camera of somebody" not in kept
    assert b"secret" not in kept
    with Image.open(BytesIO(kept)) as image:
        assert image.size == (667, 2000)
        assert not image.getexif()
    assert file.thumbnail_key is not None
    with Image.open(BytesIO(stored(file.thumbnail_key))) as small:
        assert max(small.size) == 480


def test_a_decompression_bomb_is_refused_before_it_unpacks(owner: Actor) -> None:
    """The header's size decides: 30,000 × 30,000 pixels never reach memory."""
    bomb = bytearray(picture("PNG", (10, 10)))
    bomb[16:24] = (30_000).to_bytes(4, "big") * 2
    with pytest.raises(DomainError) as refused, unit_of_work():
        files.store(owner, "bomb.png", bytes(bomb), "image")
    assert refused.value.code in ("image_too_large", "image_broken")


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_broken_images_are_refused_in_words(owner: Actor, form: str) -> None:
    """A cut-off image is no image."""
    with pytest.raises(DomainError) as refused, unit_of_work():
        files.store(owner, "x", picture(form, (200, 200))[:60], "image")
    assert refused.value.code == "image_broken"
    assert refused.value.field == "file"


def test_size_purpose_and_emptiness_are_checked(owner: Actor) -> None:
    """Each refusal has a code of its own and names the field."""
    limit = settings.get("files.max_megabytes")
    for name, content, purpose, code in [
        ("a.pdf", b"", "licence", "file_empty"),
        ("a.pdf", PDF_BYTES + b" " * (limit * 1024 * 1024), "licence", "file_too_large"),
        ("a.pdf", PDF_BYTES, "image", "file_type"),
        ("a.svg", SVG, "attachment", "file_type"),
    ]:
        with pytest.raises(DomainError) as refused, unit_of_work():
            files.store(owner, name, content, purpose)
        assert (refused.value.code, refused.value.field) == (code, "file")


def test_a_scanner_is_asked(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects a scanner is asked about every file; none is connected by default, and that shows."""

    class Finds:
        active = True

        def find(self, content: bytes) -> str | None:
            return "Eicar" if b"EICAR" in content else None

    assert outside().scanner.active is False
    monkeypatch.setattr(outside(), "scanner", Finds())
    with pytest.raises(DomainError) as refused, unit_of_work():
        files.store(owner, "a.pdf", PDF_BYTES + b"EICAR", "attachment")
    assert refused.value.code == "file_infected"


def test_the_same_bytes_are_one_file_inside_an_organisation(owner: Actor) -> None:
    """Reused at home, kept apart and flagged across organisations."""
    other = factories.actor(factories.make_person(factories.make_organisation()))
    with unit_of_work():
        first = files.store(owner, "合同.pdf", PDF_BYTES, "attachment")
        again = files.store(owner, "合同.pdf", PDF_BYTES, "attachment")
        foreign = files.store(other, "合同.pdf", PDF_BYTES, "attachment")
    assert first.id == again.id
    assert foreign.id != first.id
    assert files.seen_elsewhere(foreign) == 1


def test_links_are_attached_counted_copied_and_taken_off(owner: Actor) -> None:
    """Order, the most a purpose allows, no file twice, and an audit event for each step."""
    with unit_of_work():
        links = []
        for index in range(8):
            file = files.store(owner, f"{index}.png", picture("PNG", (20 + index, 20)), "image")
            links.append(files.attach(owner, file, "revision", 7, "image", "public", f"图{index}"))
    assert [link.caption for link in files.links_of("revision", 7)] == [f"图{n}" for n in range(8)]
    with unit_of_work():
        extra = files.store(owner, "more.png", picture("PNG", (99, 20)), "image")
    for file, code in [(extra, "file_count"), (links[0].file, "file_twice")]:
        with pytest.raises(DomainError) as refused, unit_of_work():
            files.attach(owner, file, "revision", 7, "image", "public")
        assert refused.value.code == code
    with unit_of_work():
        files.copy_links(("revision", 7), ("revision", 8))
        files.detach(owner, files.get_link("revision", 7, links[3].id))
    assert len(files.links_of("revision", 7, "image")) == 7
    assert [link.caption for link in files.links_of("revision", 8)] == [f"图{n}" for n in range(8)]
    tags = list(
        db.session.scalars(
            select(AuditEvent.tag).where(AuditEvent.subject_kind == "revision").order_by(AuditEvent.id)
        )
    )
    assert (tags.count("file.add"), tags.count("file.remove")) == (8, 1)
    with pytest.raises(NotFound):
        files.get_link("revision", 8, links[0].id)


def test_only_the_owning_service_opens_a_file(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown subject kind is read by nobody; a known one by whom its judge admits; lost bytes are said so."""
    with unit_of_work():
        file = files.store(owner, "a.pdf", PDF_BYTES, "attachment")
        link_id = files.attach(owner, file, "nothing_known", 1, "attachment").id
    with pytest.raises(NotFound):
        files.open_for(owner, link_id)
    monkeypatch.setitem(
        files.READERS, "nothing_known", lambda actor, link: actor.signed_in and link.subject_id == 1
    )
    with files.open_for(owner, link_id).open() as stream:
        assert stream.read() == PDF_BYTES
    for actor, wanted in [(VISITOR, link_id), (owner, link_id + 1)]:
        with pytest.raises(NotFound):
            files.open_for(actor, wanted)
    monkeypatch.setattr(outside().storage, "folder", outside().storage.folder / "gone")  # type: ignore[attr-defined]
    with pytest.raises(NotFound, match="存储"):
        files.open_for(owner, link_id).open()


def test_every_subject_with_files_has_a_judge() -> None:
    """What this issue attaches files to is guarded by the service that owns it."""
    assert {"revision", "profile", "job"} <= set(files.READERS)


def test_a_level_outside_the_list_is_refused(owner: Actor) -> None:
    """A level that no rule knows would be open or shut by accident."""
    with unit_of_work():
        file = files.store(owner, "a.pdf", PDF_BYTES, "attachment")
    with pytest.raises(DomainError) as refused, unit_of_work():
        files.attach(owner, file, "revision", 1, "attachment", "everybody")
    assert refused.value.code == "file_level"


def test_the_bounds_are_sane() -> None:
    """The pixel bound stays below what Pillow itself warns about, so that the warning never comes first."""
    assert Image.MAX_IMAGE_PIXELS is not None
    assert images.MAX_PIXELS < Image.MAX_IMAGE_PIXELS
    assert FileLink.__table__.c.level.nullable is False
