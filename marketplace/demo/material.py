"""Files of the demonstration, made here: drawings and documents that say they are invented."""

import zlib
from collections.abc import Iterator

from marketplace.demo import drawings
from marketplace.demo.plan import dice
from marketplace.demo.texts import ListingText, OrganisationText

_DOCUMENTS = (("成果介绍", "public", 0.4), ("检测报告", "verified", 0.6), ("技术方案", "parties", 0.4))
"""Name, level, and the share of achievements that have one."""

Upload = tuple[str, bytes, str, str, str]
"""Name, bytes, purpose, level, caption: as ``drafts.add_file`` takes them."""


def files_for(text: ListingText) -> Iterator[Upload]:
    """Yield the files of a listing, the same for the same key.

    Anybody may see the name of a file that is open to all, so names and captions tell nothing of the owner.
    """
    chance = dice("files", text.key)
    lines = [str(text.raw["title"]), "本文件为演示材料，内容均为虚构。"]
    if text.kind == "demand":
        if chance.random() < 0.5:
            level = "public" if text.raw["disclosure"] == "public" else "verified"
            name = "现场情况说明（演示）"
            yield (f"{name}.pdf", document([name, *lines]), "attachment", level, "")
        return
    picture = drawings.picture(text.key)
    if picture is not None:
        caption = f"{drawings.caption(text.key)}（演示）"
        yield (f"{caption}.png", picture, "image", "public", caption)
    for name, level, share in _DOCUMENTS:
        if chance.random() < share:
            content = document([f"{name}（演示）", *lines])
            yield (f"{name}（演示）.pdf", content, "attachment", level, "")


def licence(text: OrganisationText) -> tuple[str, bytes]:
    """Return name and bytes of the licence that an organisation uploads."""
    name = "法人证书（演示）" if text.kind in ("university", "authority") else "营业执照（演示）"
    lines = [
        name, "", f"名称  {text.name}", f"统一社会信用代码  {text.uscc}", f"法定代表人  {text.legal_representative}",
        f"住所  {text.address}", "", "本证照为演示材料，不对应任何真实主体。",
    ]  # fmt: skip
    return f"{name}.pdf", document(lines)


def document(lines: list[str]) -> bytes:
    """Return a PDF of one A4 page with ``lines``.

    Chinese is set in the reader's own STSong-Light: Adobe's font collection for simplified Chinese (PDF 32000-1,
    9.7.5.2) needs no embedded font.
    """
    page = b"BT /F1 16 Tf 26 TL 64 770 Td\n" + b"".join(
        b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj T*\n" for line in lines
    )
    packed = zlib.compress(page + b"ET", 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500]"
        b" /FontDescriptor 7 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
