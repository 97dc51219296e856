"""The steps of a demand's form: shape and wording."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from marketplace.domain import taxonomy
from marketplace.domain.catalogue.content import ITEMS
from marketplace.forms.base import LineField, TextField
from marketplace.forms.catalogue.steps import (
    AmountField,
    DayField,
    OneField,
    Row,
    StepForm,
    TermField,
    TermsField,
    UnitField,
    about,
    rows_of,
)

_ITEMS = ITEMS["demand"]
_METRIC = {column.name: column for column in _ITEMS["metrics"].columns}


class NeedForm(StepForm):
    """1 需求."""

    title = LineField(
        **about(
            _ITEMS["title"],
            _l("写明要解决什么问题，例如“大豆种子低损伤脱粒与活力保持”；会公开，不要写单位名称"),
        )
    )
    demand_type = TermField(taxonomy.DEMAND_TYPES, **about(_ITEMS["demand_type"]))
    field = TermField(
        taxonomy.NATIONAL_FIELDS, **about(_ITEMS["field"], _l("技术合同认定登记用的11个领域，选最主要的一个"))
    )
    tags = TermsField(taxonomy.CITY_TAGS, **about(_ITEMS["tags"], _l("市里的产业目录，可不选，最多8个")))
    keywords = LineField(**about(_ITEMS["keywords"], _l("用顿号或逗号分开，最多10个")))
    situation = TextField(
        **about(
            _ITEMS["situation"],
            _l("现在怎么做、卡在哪里、试过什么、为什么没有成功；属于详细内容，谁能看由公开范围决定"),
        )
    )


class MetricRow(Row):
    """A number to reach."""

    indicator = LineField(**about(_METRIC["indicator"]))
    present = LineField(**about(_METRIC["present"]))
    target = LineField(**about(_METRIC["target"]))


class TargetsForm(StepForm):
    """2 指标与条件."""

    metrics = rows_of(MetricRow, _ITEMS["metrics"], _l("至少一项：达到什么数字算解决，写上单位"))
    due_on = DayField(**about(_ITEMS["due_on"]))
    budget_fen = AmountField(**about(_ITEMS["budget_fen"], _l("留空显示为“面议”")))
    budget_unit = UnitField(label=_l("拟投入资金的单位"))
    ways = TermsField(taxonomy.DEMAND_COOPERATION_WAYS, **about(_ITEMS["ways"]))
    ip_ownership = TermField(
        taxonomy.IP_OWNERSHIPS, **about(_ITEMS["ip_ownership"], _l("合作产生的成果归谁"))
    )
    requirements = TextField(**about(_ITEMS["requirements"], _l("资质、设备、案例、地点等；没有可不填")))
    contact_name = LineField(**about(_ITEMS["contact_name"], _l("联系人信息只给已认证单位看")))
    contact_phone = LineField(**about(_ITEMS["contact_phone"], _l("手机或带区号的固定电话")))
    contact_email = LineField(**about(_ITEMS["contact_email"]))


DISCLOSURE_WORDS = {
    "public": _l("公开：所有人都能看到全部内容和单位名称"),
    "anonymous": _l(
        "匿名公开：所有人看到名称、领域、资金、期限等条件和下面的公开文本，看不到单位；认证单位看到全部"
    ),
    "verified": _l("仅认证单位：只有已认证的单位能看到"),
    "admin": _l("仅管理员：只有管理部门能看到，由其代为对接"),
}


class DisclosureForm(StepForm):
    """3 公开方式与文本."""

    disclosure = OneField(DISCLOSURE_WORDS, **about(_ITEMS["disclosure"]))
    summary = TextField(
        **about(
            _ITEMS["summary"],
            _l("列表和公开页面上显示的文字。匿名公开时请不要写单位名称、地点门牌、联系人和独有的产品型号"),
        )
    )


FORMS: Mapping[str, type[StepForm]] = {
    "need": NeedForm,
    "targets": TargetsForm,
    "disclosure": DisclosureForm,
}
"""The form of each step; the last step, files and declarations, is in submission.py."""
