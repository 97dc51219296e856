"""Asking once more before a decision that cannot be taken back: the same form, sent again with ``confirmed``."""

from flask import request


def is_confirmed() -> bool:
    """Return whether the reader has seen the confirmation and pressed its button."""
    return request.form.get("confirmed") == "yes"


def kept_fields() -> list[tuple[str, str]]:
    """Return (name, value) of everything that was sent, for hidden fields of the confirmation."""
    left_out = {"csrf_token", "confirmed"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in left_out]
