"""Forms of the turnover: what to look at, and a new target."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import Optional

from marketplace.domain.deals.turnover import BREAKDOWNS, MEASURES, PERIODS, VIEWS
from marketplace.domain.text import N_
from marketplace.forms.base import AtMost, CodeField, DayField, LineField, Needed, SiteForm, TextField

STEPS = (("month", N_("按月")), ("quarter", N_("按季")), ("year", N_("按年")))


class TurnoverFilter(SiteForm):
    """What of the turnover is shown; read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    view = CodeField(_l("口径"), VIEWS.choices, blank=None)
    measure = CodeField(_l("金额"), MEASURES.choices, blank=None)
    year = CodeField(_l("年份"), [], blank=None)
    by = CodeField(_l("分组"), BREAKDOWNS.choices, blank=None)
    step = CodeField(_l("期间"), STEPS, blank=None)
    on = DayField(_l("截至"), validators=[Optional()])

    def picked(self, name: str, default: str) -> str:
        """Return what was picked if the page offers it, else the default."""
        field = self[name]
        return field.data if field.data in dict(field.codes) else default


class TargetForm(SiteForm):
    """A target of the turnover."""

    year = IntegerField(_l("年份"), validators=[Optional()])
    period = CodeField(_l("目标期间"), PERIODS.choices, blank=None)
    view = CodeField(_l("统计口径"), VIEWS.choices, blank=None)
    measure = CodeField(_l("金额"), MEASURES.choices, blank=None)
    amount = LineField(_l("目标金额"), validators=[Needed()])
    source = LineField(
        _l("来源"), validators=[Needed(), AtMost(200)], description=_l("文件全称，例如某规划或年度工作要点")
    )
    note = TextField(
        _l("说明"), validators=[AtMost(1000)], description=_l("原文措辞、基数等，照原文记录，不参与计算")
    )
