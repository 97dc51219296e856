"""Structured logs: one JSON object a line, without names, numbers or addresses of people."""

import json
import logging
import sys
from datetime import UTC, datetime

from flask import Flask

_KEPT = ("request", "method", "endpoint", "status", "milliseconds", "actor", "topic", "job")


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
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(app: Flask) -> None:
    """Send the application's log to standard error as JSON lines."""
    logger = logging.getLogger("marketplace")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        logger.propagate = False
    logger.setLevel(logging.WARNING if app.testing else logging.INFO)
