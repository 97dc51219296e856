"""How often mail is wanted, for each group of notices."""

from collections.abc import Mapping

from flask_babel import gettext as _
from wtforms import RadioField
from wtforms.fields import SelectChoice

from marketplace.domain.platform.notices import FREQUENCIES, GROUPS
from marketplace.forms.base import SiteForm


def preferences_form(present: Mapping[str, str]) -> SiteForm:
    """Return the form with one choice a group; ``present`` is what holds now."""
    choices = [SelectChoice(code, _(label)) for code, label in FREQUENCIES.items()]
    fields = {group: RadioField(_(label), choices=choices) for group, label in GROUPS.items()}
    form: SiteForm = type("PreferencesForm", (SiteForm,), fields)(data=dict(present))
    return form
