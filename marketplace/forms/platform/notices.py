"""How often mail is wanted, for each group of notices."""

from collections.abc import Mapping

from flask_babel import gettext as _
from wtforms import RadioField
from wtforms.fields import SelectChoice

from marketplace.domain.platform.notices import CHOSEN_ONE_BY_ONE, FREQUENCIES, GROUPS
from marketplace.forms.base import SiteForm


def chosen_groups() -> list[str]:
    """Return the groups for which one frequency is chosen."""
    return [group for group in GROUPS if group not in CHOSEN_ONE_BY_ONE]


def preferences_form(present: Mapping[str, str]) -> SiteForm:
    """Return the form with one choice a group; ``present`` is what holds now."""
    choices = [SelectChoice(code, _(label)) for code, label in FREQUENCIES.items()]
    fields = {group: RadioField(_(GROUPS[group]), choices=choices) for group in chosen_groups()}
    form: SiteForm = type("PreferencesForm", (SiteForm,), fields)(data=dict(present))
    return form
