"""How values look on a page: the one module of formatting."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from marketplace.domain import clock, money, regions
from marketplace.domain.catalogue.quality import likeness
from marketplace.domain.text import Words


def install(app: Flask) -> None:
    """Register the filters for templates."""
    formats: dict[str, Callable[..., Any]] = {
        "yuan": yuan,
        "wan": wan,
        "capital": capital,
        "day": day,
        "minute": minute,
        "month": month,
        "region": region,
        "thousands": thousands,
        "say": say,
        "translated": translated,
        "spell": spell,
        "shared_with": likeness.marked,
    }
    for name, function in formats.items():
        app.add_template_filter(function, name)


def yuan(fen: int | None) -> str:
    """``104000000`` → ``1,040,000.00``; nothing for None."""
    return "" if fen is None else money.format_yuan(fen)


def wan(fen: int | None) -> str:
    """``104000000`` → ``104`` (万元); nothing for None."""
    return "" if fen is None else money.format_wan(fen)


def capital(fen: int | None) -> str:
    """Amount in capital characters."""
    return "" if fen is None else money.capital(fen)


def day(value: date | datetime | None) -> str:
    """``2026-11-08``, in Beijing."""
    if value is None:
        return ""
    return (clock.beijing(value).date() if isinstance(value, datetime) else value).isoformat()


def minute(value: datetime | None) -> str:
    """``2026-11-08 09:30``, in Beijing."""
    return "" if value is None else clock.beijing(value).strftime("%Y-%m-%d %H:%M")


def minute_after(value: datetime) -> str:
    """The first full minute at or after a moment, as ``09:31``, in Beijing."""
    return clock.beijing(value + timedelta(seconds=59, microseconds=999999)).strftime("%H:%M")


def month(value: date | None) -> str:
    """``2024-06``."""
    return "" if value is None else value.strftime("%Y-%m")


def region(code: str | None) -> str:
    """Full name of a division; a word for none."""
    return regions.full_name(code) if code and regions.exists(code) else _("未填写")


def translated(message: str) -> str:
    """A label of a rule (a msgid) in the reader's language; nothing for nothing."""
    return str(_(message)) if message else ""


def say(words: Words) -> str:
    """The words of a rule in the reader's language."""
    return str(_(words.message, **words.params))


def spell(elements: Sequence[Sequence[str]]) -> str:
    """Elements of words, one a line, their words translated and parted by a middle dot."""
    return "\n".join(" · ".join(str(_(word)) for word in element if word) for element in elements)


def thousands(number: int) -> str:
    """``1286`` → ``1,286``."""
    return f"{number:,}"
