"""The steps of an achievement's form: shape and wording."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from marketplace.domain import taxonomy
from marketplace.domain.catalogue.content import ITEMS
from marketplace.forms.base import LineField, TextField
from marketplace.forms.catalogue.steps import (
    AmountField,
    DayField,
    MaturityField,
    Row,
    StepForm,
    TermField,
    TermsField,
    UnitField,
    about,
    rows_of,
)

_ITEMS = ITEMS["achievement"]
_METRIC = {column.name: column for column in _ITEMS["metrics"].columns}
_RIGHT = {column.name: column for column in _ITEMS["ip_rights"].columns}


class BasicsForm(StepForm):
    """1 基本信息."""

    title = LineField(**about(_ITEMS["title"], _l("写明是什么技术、用在哪里，例如“低温快速腐熟秸秆菌剂”")))
    benefit = LineField(
        **about(_ITEMS["benefit"], _l("列表上最先看到的一句话，最好有数字，例如“10℃下40天秸秆降解55%”"))
    )
    summary = TextField(**about(_ITEMS["summary"], _l("做什么、怎么做、做到什么程度；不要写联系方式")))
    keywords = LineField(**about(_ITEMS["keywords"], _l("用顿号或逗号分开，最多10个")))
    field = TermField(
        taxonomy.NATIONAL_FIELDS, **about(_ITEMS["field"], _l("技术合同认定登记用的11个领域，选最主要的一个"))
    )
    tags = TermsField(taxonomy.CITY_TAGS, **about(_ITEMS["tags"], _l("市里的产业目录，可不选，最多8个")))
    sectors = TermsField(
        taxonomy.APPLICATION_SECTORS, **about(_ITEMS["sectors"], _l("国民经济行业门类，最多5个"))
    )
    completed_by = TextField(
        **about(_ITEMS["completed_by"], _l("每行一个，第一行是第一完成单位，其后是合作完成单位"))
    )
    registration_number = LineField(
        **about(_ITEMS["registration_number"], _l("已办理科技成果登记的填写，12位，例如9342023Y0123"))
    )
    research_from = DayField(**about(_ITEMS["research_from"]))
    research_to = DayField(**about(_ITEMS["research_to"]))


class MetricRow(Row):
    """A number against present practice."""

    indicator = LineField(**about(_METRIC["indicator"]))
    current = LineField(**about(_METRIC["current"]))
    achieved = LineField(**about(_METRIC["achieved"]))
    evidence = LineField(**about(_METRIC["evidence"]))


class TechnologyForm(StepForm):
    """2 技术与数据."""

    problem = TextField(**about(_ITEMS["problem"], _l("现在的做法有什么不足，谁为此付出什么代价")))
    advantages = TextField(**about(_ITEMS["advantages"], _l("与现行做法和同类技术相比，好在哪里")))
    metrics = rows_of(
        MetricRow,
        _ITEMS["metrics"],
        _l("至少一项，用数字与现行水平对比，写上单位；依据可填检测报告、试验记录等"),
    )
    maturity = MaturityField(
        **about(_ITEMS["maturity"], _l("一般选通用九级；新材料可用GB/T 37264，已完成评价的可用GB/T 22900"))
    )
    maturity_proof = TextField(
        **about(_ITEMS["maturity_proof"], _l("凭什么认定为这一级，例如在何处运行多久、由谁检测"))
    )
    stage = TermField(taxonomy.STAGES, **about(_ITEMS["stage"]))
    attribute = TermField(taxonomy.ACHIEVEMENT_ATTRIBUTES, **about(_ITEMS["attribute"]))
    forms = TermsField(taxonomy.ACHIEVEMENT_FORMS, **about(_ITEMS["forms"], _l("最多5个")))
    level = TermField(
        taxonomy.ACHIEVEMENT_LEVELS,
        **about(_ITEMS["level"], _l("按评价报告的结论选，没有评价过的选“未评价”")),
    )
    evaluation = TermField(taxonomy.EVALUATION_METHODS, **about(_ITEMS["evaluation"]))
    cases = TextField(**about(_ITEMS["cases"], _l("已在何处应用、规模和效果；没有可不填")))


class RightRow(Row):
    """An intellectual property right."""

    ip_type = TermField(taxonomy.IP_TYPES, **about(_RIGHT["ip_type"]))
    number = LineField(**about(_RIGHT["number"], _l("专利填专利号或申请号，技术秘密留空")))
    status = TermField(taxonomy.IP_STATUSES, **about(_RIGHT["status"]))
    owner = LineField(**about(_RIGHT["owner"]))


class RightsForm(StepForm):
    """3 知识产权与团队."""

    ip_rights = rows_of(
        RightRow,
        _ITEMS["ip_rights"],
        _l("编号会核对校验位；未申请保护的专有技术选“技术秘密”。核对格式不等于确认权属"),
    )
    team = TextField(**about(_ITEMS["team"], _l("每行一人或用顿号分开，按贡献排序")))


class TermsForm(StepForm):
    """4 合作与价格."""

    ways = TermsField(taxonomy.COOPERATION_WAYS, **about(_ITEMS["ways"]))
    pricing = TermField(
        taxonomy.PRICING_METHODS,
        **about(
            _ITEMS["pricing"],
            _l(
                "国家设立的高校院所转让、许可或作价投资，须通过协议定价、挂牌或拍卖确定价格，"
                "协议定价的还须公示名称和拟交易价格（《促进科技成果转化法》第十八条）"
            ),
        ),
    )
    price_fen = AmountField(**about(_ITEMS["price_fen"], _l("挂牌和拍卖必填；留空显示为“面议”")))
    price_unit = UnitField(label=_l("价格的单位"))
    valid_until = DayField(**about(_ITEMS["valid_until"], _l("过了这一天不再展示；留空则到期前会请您确认")))
    contact_name = LineField(**about(_ITEMS["contact_name"], _l("联系人信息只给已认证单位看")))
    contact_phone = LineField(**about(_ITEMS["contact_phone"], _l("手机或带区号的固定电话")))
    contact_email = LineField(**about(_ITEMS["contact_email"]))


FORMS: Mapping[str, type[StepForm]] = {
    "basics": BasicsForm,
    "technology": TechnologyForm,
    "rights": RightsForm,
    "terms": TermsForm,
}
"""The form of each step; the last step, files and declarations, is in submission.py."""
