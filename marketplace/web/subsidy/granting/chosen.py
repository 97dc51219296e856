"""What was ticked in a list, and whether the confirmation has been seen."""

from flask import request

from marketplace.web.numbers import row_number


def case_ids() -> list[int]:
    """Return the ids of the cases ticked; what is no number of a row is left out."""
    return request.form.getlist("cases", type=row_number)


def is_confirmed() -> bool:
    """Return whether the reader has seen the confirmation and pressed its button."""
    return request.form.get("confirmed") == "yes"
