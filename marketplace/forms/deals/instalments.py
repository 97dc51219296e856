"""A part of the plan of payments, as contracts and offers ask for it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.domain.deals.texts import INSTALMENT_LABELS, InstalmentData
from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, DayField, FenField, LineField, Marked
from marketplace.forms.rows import Row


def instalment_row(amount_hint: Any, condition_hint: Any) -> type[Row]:
    """Return the row of a plan, with what the form that asks says beside the amount and the condition."""

    class InstalmentRow(Row):
        """A part of the plan of payments."""

        name = LineField(_l(INSTALMENT_LABELS["name"]), [Marked(60, needed=False)])
        kind = CodeField(
            _l(INSTALMENT_LABELS["kind"]),
            [("fixed", N_("定额")), ("royalty", N_("提成"))],
            blank=None,
            default="fixed",
        )
        amount_fen = FenField(_l(INSTALMENT_LABELS["amount_fen"]), description=amount_hint)
        due_on = DayField(_l(INSTALMENT_LABELS["due_on"]))
        condition = LineField(
            _l(INSTALMENT_LABELS["condition"]), [Marked(200, needed=False)], description=condition_hint
        )

    return InstalmentRow


def instalment_of(typed: dict[str, Any]) -> InstalmentData:
    """Return what was typed in a row, as plain values."""
    return InstalmentData(
        name=typed["name"] or "",
        kind=typed["kind"] or "fixed",
        due_on=typed["due_on"],
        condition=typed["condition"] or "",
        amount_fen=typed["amount_fen"],
    )
