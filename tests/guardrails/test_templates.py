"""Templates: every word translatable, nothing inline, nothing from elsewhere."""

import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment
from jinja2.lexer import (
    TOKEN_BLOCK_BEGIN,
    TOKEN_BLOCK_END,
    TOKEN_DATA,
    TOKEN_NAME,
    TOKEN_OPERATOR,
    TOKEN_STRING,
    TOKEN_WHITESPACE,
)

from tests.support.tree import TEMPLATES, template_files

HAN = re.compile(r"[\u3400-\u9fff]")
INLINE = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
FOREIGN = re.compile(r"(?:src|action)\s*=\s*[\"'](?:https?:)?//|<link[^>]+href\s*=\s*[\"'](?:https?:)?//")
TRANSLATING = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
# The domain's own codes for the two units of money (domain/money.py) happen to be Chinese.
UNIT_CODES = {"元", "万元"}
LEXER = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701


def markup(source: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line of markup, without the template's own comments."""
    bare = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment.group().count("\n"), source, flags=re.DOTALL)
    return iter(enumerate(bare.splitlines(), 1))


def untranslated(source: str) -> Iterator[tuple[int, str]]:
    """Line and words of Chinese that does not pass through gettext or a trans block."""
    in_trans = False
    block_name_next = False
    calls: list[str] = []
    last_name = ""
    for line, kind, value in LEXER.lex(source):
        if kind == TOKEN_WHITESPACE:
            continue
        if kind == TOKEN_BLOCK_BEGIN:
            block_name_next = True
        elif kind == TOKEN_NAME and block_name_next:
            block_name_next = False
            if value in ("trans", "endtrans"):
                in_trans = value == "trans"
        elif kind == TOKEN_DATA and not in_trans and HAN.search(value):
            offset = value[: HAN.search(value).start()].count("\n")  # type: ignore[union-attr]
            yield line + offset, " ".join(value.split())[:60]
        elif kind == TOKEN_OPERATOR and value == "(":
            calls.append(last_name)
        elif kind == TOKEN_OPERATOR and value == ")" and calls:
            calls.pop()
        elif kind == TOKEN_STRING and HAN.search(value) and not (calls and calls[-1] in TRANSLATING):
            yield from () if value.strip("\"'") in UNIT_CODES else [(line, value[:60])]
        last_name = value if kind == TOKEN_NAME else ""
        if kind == TOKEN_BLOCK_END:
            block_name_next, calls = False, []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>成果</p>", 1),
        ("<p>{{ _('成果') }}</p>", 0),
        ("{% trans %}成果{% endtrans %}", 0),
        ("{{ field('成果') }}", 1),
        ("{{ field(_('成果'), hint=_('%(n)s 项', n=count(1))) }}", 0),
        ("{% if state == '通过' %}{% endif %}", 1),
        ("{# 注释 #}{{ title }}", 0),
        ("{% trans %}成果{% endtrans %}需求", 1),
    ],
)
def test_the_checker_knows_translated_words(source: str, found: int) -> None:
    """The checker itself is right."""
    assert len(list(untranslated(source))) == found


def test_every_chinese_word_is_translatable() -> None:
    """Chinese stands in _() or {% trans %} only."""
    bare = [
        f"{one.relative_to(TEMPLATES)}:{line}: {words}"
        for one in template_files()
        for line, words in untranslated(one.read_text("utf-8"))
    ]
    assert bare == []


def test_nothing_is_styled_or_handled_inline() -> None:
    """The content security policy would ignore it in silence."""
    inline = [
        f"{one.relative_to(TEMPLATES)}:{number}: {line.strip()[:80]}"
        for one in template_files()
        if one.suffix == ".html" and "mail" not in one.relative_to(TEMPLATES).parts
        for number, line in markup(one.read_text("utf-8"))
        if INLINE.search(line)
    ]
    assert inline == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    """Every part of a page comes from our own host."""
    foreign = [
        f"{one.relative_to(TEMPLATES)}:{number}: {line.strip()[:80]}"
        for one in template_files()
        for number, line in markup(one.read_text("utf-8"))
        if FOREIGN.search(line)
    ]
    assert foreign == []
