"""Forms of the contract ledger: its filters, and a table to import."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, DayField, LineField, Needed, SiteForm


class ContractFilter(SiteForm):
    """Which contracts the ledger shows; read from the address, so no token is asked for."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("编号、名称或单位"))
    state = CodeField(_l("状态"), [], blank=N_("全部"))
    category = CodeField(_l("合同类别"), [], blank=N_("全部"))
    field = CodeField(_l("技术领域"), [], blank=N_("全部"))
    direction = CodeField(_l("主要产业方向"), [], blank=N_("全部"))
    district = CodeField(_l("区县（任一方）"), [], blank=N_("全部"))
    side = CodeField(_l("流向"), [], blank=N_("全部"))
    route = CodeField(_l("登记方式"), [], blank=N_("全部"))
    registered_from = DayField(_l("登记日期从"))
    registered_to = DayField(_l("登记日期到"))
    counted_from = DayField(_l("计入成交额从"))
    counted_to = DayField(_l("计入成交额到"))
    related = CodeField(_l("是否关联交易"), [], blank=N_("全部"))
    overdue = CodeField(_l("付款"), [], blank=N_("全部"))
    subsidy = CodeField(_l("购买补助"), [], blank=N_("全部"))
    sort = CodeField(_l("排序"), [], blank=None)


class ImportForm(SiteForm):
    """A table of contracts registered before."""

    file = FileField(_l("要导入的表格"), validators=[Needed()])
