"""Asking once more before a decision that cannot be taken back: the same form, sent again with ``confirmed``."""

from flask import request

from marketplace.web.numbers import row_number


def is_confirmed() -> bool:
    """Return whether the reader has seen the confirmation and pressed its button."""
    return request.form.get("confirmed") == "yes"


def kept_fields() -> list[tuple[str, str]]:
    """Return (name, value) of everything that was sent, for hidden fields of the confirmation."""
    left_out = {"csrf_token", "confirmed"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in left_out]


def task_number(text: str | None) -> int | None:
    """Return the id of the task that a form was made from; None for anything that is none."""
    try:
        return row_number(text or "")
    except ValueError:
        return None
