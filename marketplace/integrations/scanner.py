"""What uploaded bytes really are, whatever their name claims; and the place where a virus scanner fits in."""

import re
import zipfile
from io import BytesIO
from typing import Protocol

from marketplace.domain.platform.files import CSV, DOCX, JPEG, PDF, PNG, PPTX, TEXT, WEBP, XLSX

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ZIP_ENTRIES = 5000

_OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
# Macros, embedded programs and links to remote templates: nothing a reader should be asked to open.
_ACTIVE_PART = re.compile(r"(vbaproject\.bin|/activex/|/macrosheets/|\.exe$|\.dll$|\.js$)", re.IGNORECASE)
_MARKUP = re.compile(r"^\s*<(?:\?xml|!doctype|!--|svg|html|script|\w+:svg)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Plain text under such a name is a program, or wants to be taken for a document.
_NO_TEXT = re.compile(
    r"\.(?:bat|cmd|docx?|hta|html?|jar|jpe?g|jse?|mjs|pdf|php|png|pptx?|ps1|py|sh|svg|vbs?|webp|wsf|xlsx?|xml)$",
    re.IGNORECASE,
)
_MACRO_TYPE = b"macroEnabled"


def sniff(content: bytes, name: str = "") -> str | None:
    """Return the media type of ``content`` from its bytes, or None for whatever is not on the list.

    The name only tells comma-separated values and programs from other text. Archives are opened: an Office document
    with macros, an encrypted one or one that unpacks to far more than a document is not on the list.
    """
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    return _text_type(content, name)


def _office_type(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MAX_ZIP_ENTRIES or "[Content_Types].xml" not in names:
                return None
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                return None
            if any(entry.flag_bits & 1 or _ACTIVE_PART.search(entry.filename) for entry in entries):
                return None
            with archive.open("[Content_Types].xml") as types:
                if _MACRO_TYPE in types.read(1024 * 1024):
                    return None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return None
    found = [media_type for part, media_type in _OFFICE_PARTS.items() if part in names]
    return found[0] if len(found) == 1 else None


def _text_type(content: bytes, name: str) -> str | None:
    if _NO_TEXT.search(name.strip()):
        return None
    table = name.lower().endswith(".csv")
    text = _decoded(content, "utf-8-sig")
    if text is None and table:
        # What Excel writes as CSV on a Chinese computer.
        text = _decoded(content, "gb18030")
    if text is None or not text.strip() or _CONTROL.search(text) or _MARKUP.match(text):
        return None
    return CSV if table else TEXT


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


class Scanner(Protocol):
    """Anything that looks for malicious contents. ``active`` tells administrators whether one is connected."""

    active: bool

    def find(self, content: bytes) -> str | None:
        """Return the name of what was found in ``content``, or None; raises OSError when it cannot look."""


class NoScanner:
    """No virus scanner is connected; the operations page says so. Types are still sniffed and images re-encoded."""

    active = False

    def find(self, content: bytes) -> str | None:
        """Find nothing: nobody looks."""
        return None
