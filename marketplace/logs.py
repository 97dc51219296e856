"""Structured logs: one JSON object a line, without names, numbers or addresses of people."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from flask import Flask

_KEPT = ("request", "method", "endpoint", "status", "milliseconds", "actor", "topic", "job")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?![\w.])")


class JsonFormatter(logging.Formatter):
    """Formats a record with the fields we chose, and nothing a caller slipped in."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: getattr(record, key) for key in _KEPT if hasattr(record, key)})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, ensure_ascii=False, default=str))


def redact(text: str) -> str:
    """Return ``text`` without e-mail addresses and telephone numbers: a database's error may quote a value."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", text))


def configure(app: Flask) -> None:
    """Send the application's log to standard error as JSON lines."""
    logger = logging.getLogger("marketplace")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        logger.propagate = False
    logger.setLevel(logging.WARNING if app.testing else logging.INFO)
