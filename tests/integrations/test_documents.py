"""Papers as PDF: our letters, no network, nothing but the site's own files."""

import logging
import sys

import pytest

from marketplace.integrations.documents import open_documents

PAGE = "<!doctype html><html lang='zh-CN'><title>样张</title><body class='sheet'>%s</body></html>"


@pytest.fixture
def static(tmp_path):
    """A static folder with one style sheet, and a secret beside it."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "plain.css").write_text("p { page-break-before: always }")
    (tmp_path / "secret.css").write_text("p { page-break-before: always }")
    return tmp_path / "static"


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ("/static/plain.css", True),
        ("/static/v-0123456789ab/plain.css", True),
        ("/static/../secret.css", False),
        ("/static/%2e%2e/secret.css", False),
        ("/secret.css", False),
        ("https://example.com/plain.css", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_static_files_are_read(static, link, read, caplog):
    documents = open_documents(static)
    with caplog.at_level(logging.ERROR, "weasyprint"):
        made = documents.to_pdf(PAGE % f"<link rel=stylesheet href='{link}'>x<p>壹佰万元整</p>")
    assert made.startswith(b"%PDF-")
    assert bool(caplog.records) is not read


def test_rare_characters_of_the_city_are_in_the_letters(static):
    from fontTools.ttLib import TTFont

    from marketplace.integrations.documents import FONT

    with TTFont(FONT) as font:
        assert {ord(one) for one in "埇桥灵璧喆堃零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整"} <= set(
            font.getBestCmap()
        )


def test_a_missing_library_is_said_once_and_no_error(static, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert open_documents(static) is None
    assert "operations.md" in caplog.text
