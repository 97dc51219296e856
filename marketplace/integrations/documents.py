"""Pages turned into PDF: a Protocol, WeasyPrint where its libraries are, and nothing where they are not."""

import logging
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

logger = logging.getLogger("marketplace.documents")

FONT = Path(__file__).parent / "fonts" / "paper-sans.otf"
# RFC 2606 keeps ".invalid" free for ever: an address that leads nowhere, should one ever leave this module.
_BASE = "https://paper.invalid"
_FONT_URL = f"{_BASE}/font"
_LETTERS = f"""
@font-face {{ font-family: "Suzhou Paper Sans"; src: url("{_FONT_URL}"); }}
html, body, .sheet {{ font-family: "Suzhou Paper Sans", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; }}
"""
_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


class Documents(Protocol):
    """Makes PDF files."""

    def to_pdf(self, html: str) -> bytes:
        """Return the pages of a complete HTML document, set for print, as a PDF."""


class WeasyPrintDocuments:
    """Set by WeasyPrint in our own letters. It reads the site's own static files and nothing else."""

    def __init__(self, static: Path) -> None:
        """Take the folder that pages call ``/static``. Raises OSError where Debian's libraries are missing."""
        import weasyprint
        from PIL import ImageFile
        from weasyprint.text import ffi
        from weasyprint.text.fonts import FontConfiguration

        # It tells Pillow to take cut-off images for whole ones, for everybody: what people upload must not pass so.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        if ffi.harfbuzz_subset is None:
            # Without it a whole Chinese font goes through Python for every file: 12 s instead of 0.5.
            raise OSError("libharfbuzz-subset0 is missing")
        # What print.css asks of browsers alone is not worth a line for every page.
        logging.getLogger("weasyprint").setLevel(logging.ERROR)
        self._weasyprint, self._fonts = weasyprint, FontConfiguration
        self._fetcher = _fetcher(static)

    def to_pdf(self, html: str) -> bytes:
        """Return ``html`` as a PDF. Raises OSError when the page asks for anything but a file of the site."""
        fonts = self._fonts()
        letters = self._weasyprint.CSS(string=_LETTERS, font_config=fonts, url_fetcher=self._fetcher)
        page = self._weasyprint.HTML(
            string=html, base_url=f"{_BASE}/", media_type="print", url_fetcher=self._fetcher
        )
        made: bytes = page.write_pdf(stylesheets=[letters], font_config=fonts)
        return made


def open_documents(static: Path) -> Documents | None:
    """Return what makes PDF files on this machine; None where a library is missing, which is logged once."""
    try:
        return WeasyPrintDocuments(static)
    except (ImportError, OSError) as missing:
        logger.warning("no PDF files, only print pages: %s (docs/operations.md names the packages)", missing)
        return None


def _fetcher(static: Path) -> Any:
    """Return a fetcher of the font, of the site's static files and of ``data:`` addresses; it opens no network."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    root = static.resolve()

    class OwnFiles(URLFetcher):
        """Refuses every address that is not ours, and every path that leads out of the static folder."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url == _FONT_URL:
                return URLFetcherResponse(url, FONT.read_bytes(), {"Content-Type": "font/otf"})
            return URLFetcherResponse(url, *_read(root, url))

    return OwnFiles(allowed_protocols={"data", "https"})


def _read(root: Path, url: str) -> tuple[bytes, dict[str, str]]:
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != _BASE:
        raise ValueError(f"a paper may not load {url}")
    names = PurePosixPath(unquote(parts.path)).parts
    if names[1:2] != ("static",):
        raise ValueError(f"a paper may load static files only, not {url}")
    # Addresses of static files carry a version: /static/v-0123456789ab/css/print.css.
    inside = names[3:] if len(names) > 2 and names[2].startswith("v-") else names[2:]
    path = root.joinpath(*inside).resolve()
    if not path.is_relative_to(root) or path.suffix not in _TYPES:
        raise ValueError(f"a paper may not load {url}")
    return path.read_bytes(), {"Content-Type": _TYPES[path.suffix]}
