"""The coded lists of the field: codes are stored, labels are shown (translated by web and mail).

Sources: the national registration form (11 技术领域), the two plans of 宿州市, GB/T 4754-2017,
GB/T 22900-2022, GB/T 37264-2018, the national form for registering achievements.
"""

from collections.abc import Mapping
from types import MappingProxyType

from marketplace.domain.coded import LivingTaxonomy
from marketplace.domain.coded import Taxonomy as Taxonomy
from marketplace.domain.coded import Term as Term
from marketplace.domain.text import N_


def _list(key: str, label: str, *pairs: tuple[str, str], group: str = "") -> Taxonomy:
    return Taxonomy(key, label, tuple(Term(code, name, group) for code, name in pairs))


NATIONAL_FIELDS = _list(
    "national_field",
    N_("技术领域"),
    ("01", N_("电子信息")),
    ("02", N_("航空航天")),
    ("03", N_("先进制造")),
    ("04", N_("生物医药和医疗器械")),
    ("05", N_("新材料及其应用")),
    ("06", N_("新能源与高效节能")),
    ("07", N_("环境保护与资源综合利用")),
    ("08", N_("核应用")),
    ("09", N_("农业")),
    ("10", N_("现代交通")),
    ("11", N_("城市建设与社会发展")),
)

FUTURE_INDUSTRIES = _list(
    "future_industry",
    N_("未来产业"),
    ("f1", N_("通用智能")),
    ("f2", N_("空天信息")),
    ("f3", N_("低碳能源")),
    ("f4", N_("生命健康")),
    ("f5", N_("先进材料")),
    group=N_("未来产业"),
)

LEADING_INDUSTRIES = _list(
    "leading_industry",
    N_("主导产业"),
    ("l01", N_("现代物流")),
    ("l02", N_("生物医药健康")),
    ("l03", N_("数字创意和文化旅游体育")),
    ("l04", N_("高端装备暨智能制造")),
    ("l05", N_("新能源暨节能环保")),
    ("l06", N_("轻纺鞋服")),
    ("l07", N_("数字产业暨新一代信息技术")),
    ("l08", N_("新材料")),
    ("l09", N_("绿色食品")),
    ("l10", N_("绿色家居建材")),
    group=N_("主导产业"),
)

KEY_FIELDS = _list(
    "key_field",
    N_("重点研发领域"),
    ("k1", N_("高端装备智能制造")),
    ("k2", N_("现代物流")),
    ("k3", N_("数字经济及新一代信息技术")),
    ("k4", N_("生物医药健康")),
    ("k5", N_("新能源及节能环保")),
    ("k6", N_("新材料")),
    ("k7", N_("现代农业及乡村振兴")),
    ("k8", N_("绿色家居建材")),
    ("k9", N_("社会发展")),
    group=N_("重点研发领域"),
)

CITY_LISTS: Mapping[str, Taxonomy] = MappingProxyType(
    {terms.key: terms for terms in (FUTURE_INDUSTRIES, LEADING_INDUSTRIES, KEY_FIELDS)}
)
"""The parts of the city's list by key, as they began; each is edited as one (domain/platform/city_lists.py)."""

CITY_TAGS = LivingTaxonomy(
    "city_tag", N_("产业方向"), FUTURE_INDUSTRIES.terms + LEADING_INDUSTRIES.terms + KEY_FIELDS.terms
)
"""The three lists of the city in one; some labels stand in two groups: a label alone names no tag."""

APPLICATION_SECTORS = _list(
    "application_sector",
    N_("应用行业"),
    ("A", N_("农、林、牧、渔业")),
    ("B", N_("采矿业")),
    ("C", N_("制造业")),
    ("D", N_("电力、热力、燃气及水生产和供应业")),
    ("E", N_("建筑业")),
    ("F", N_("批发和零售业")),
    ("G", N_("交通运输、仓储和邮政业")),
    ("H", N_("住宿和餐饮业")),
    ("I", N_("信息传输、软件和信息技术服务业")),
    ("J", N_("金融业")),
    ("K", N_("房地产业")),
    ("L", N_("租赁和商务服务业")),
    ("M", N_("科学研究和技术服务业")),
    ("N", N_("水利、环境和公共设施管理业")),
    ("O", N_("居民服务、修理和其他服务业")),
    ("P", N_("教育")),
    ("Q", N_("卫生和社会工作")),
    ("R", N_("文化、体育和娱乐业")),
    ("S", N_("公共管理、社会保障和社会组织")),
    ("T", N_("国际组织")),
)

ACHIEVEMENT_ATTRIBUTES = _list(
    "achievement_attribute",
    N_("成果属性"),
    ("original", N_("原始性创新")),
    ("absorbed", N_("引进消化吸收再创新")),
    ("developed", N_("国内技术二次开发")),
)

ACHIEVEMENT_FORMS = _list(
    "achievement_form",
    N_("成果体现形式"),
    ("technology", N_("新技术")),
    ("process", N_("新工艺")),
    ("product", N_("新产品")),
    ("material", N_("新材料")),
    ("equipment", N_("新装备")),
    ("variety", N_("农业、生物新品种")),
    ("mineral", N_("矿产新品种")),
    ("software", N_("计算机软件")),
    ("standard", N_("标准")),
    ("other", N_("其他应用技术")),
)

ACHIEVEMENT_LEVELS = _list(
    "achievement_level",
    N_("成果水平"),
    ("world_leading", N_("国际领先")),
    ("world_advanced", N_("国际先进")),
    ("china_leading", N_("国内领先")),
    ("china_advanced", N_("国内先进")),
    ("unrated", N_("未评价")),
)

STAGES = _list(
    "stage",
    N_("所处阶段"),
    ("early", N_("初期")),
    ("middle", N_("中期")),
    ("mature", N_("成熟应用")),
)

EVALUATION_METHODS = _list(
    "evaluation_method",
    N_("评价方式"),
    ("appraisal", N_("鉴定")),
    ("acceptance", N_("验收")),
    ("review", N_("评审")),
    ("assessment", N_("评估")),
    ("institution", N_("机构评价")),
    ("access", N_("行业准入")),
    ("patent", N_("专利授权")),
    ("none", N_("未评价")),
)

IP_TYPES = _list(
    "ip_type",
    N_("知识产权类型"),
    ("invention", N_("发明专利")),
    ("utility", N_("实用新型专利")),
    ("design", N_("外观设计专利")),
    ("software", N_("软件著作权")),
    ("layout", N_("集成电路布图设计专有权")),
    ("plant", N_("植物新品种权")),
    ("medicine", N_("生物医药新品种权")),
    ("foreign", N_("境外专利")),
    ("secret", N_("技术秘密")),
    ("other", N_("其他")),
)

IP_STATUSES = _list(
    "ip_status",
    N_("知识产权状态"),
    ("pending", N_("申请中")),
    ("valid", N_("有效")),
    ("lapsed", N_("已失效")),
)

COOPERATION_WAYS = _list(
    "cooperation_way",
    N_("合作方式"),
    ("transfer", N_("转让")),
    ("exclusive", N_("独占许可")),
    ("sole", N_("排他许可")),
    ("ordinary", N_("普通许可")),
    ("equity", N_("作价入股")),
    ("joint", N_("合作开发")),
    ("service", N_("技术服务")),
)

PRICING_METHODS = _list(
    "pricing_method",
    N_("定价方式"),
    ("agreement", N_("协议定价")),
    ("listing", N_("挂牌")),
    ("auction", N_("拍卖")),
    ("negotiable", N_("面议")),
)

DEMAND_TYPES = _list(
    "demand_type",
    N_("需求类型"),
    ("research", N_("技术攻关")),
    ("adoption", N_("成果引进")),
    ("team", N_("人才团队")),
    ("project", N_("联合实施项目")),
)

DEMAND_COOPERATION_WAYS = _list(
    "demand_cooperation_way",
    N_("合作方式"),
    ("commission", N_("委托开发")),
    ("joint", N_("合作开发")),
    ("transfer", N_("技术转让")),
    ("licence", N_("技术许可")),
    ("equity", N_("技术入股")),
    ("consulting", N_("技术咨询")),
    ("service", N_("技术服务")),
    ("open", N_("面议")),
)

IP_OWNERSHIPS = _list(
    "ip_ownership",
    N_("知识产权归属"),
    ("demander", N_("归需求方所有")),
    ("provider", N_("归承接方所有")),
    ("shared", N_("双方共有")),
    ("agreed", N_("按合同约定")),
)

ORGANISATION_SIZES = _list(
    "organisation_size",
    N_("企业规模"),
    ("large", N_("大型")),
    ("medium", N_("中型")),
    ("small", N_("小型")),
    ("micro", N_("微型")),
)

ORGANISATION_KINDS = _list(
    "organisation_kind",
    N_("单位类型"),
    ("university", N_("高校院所")),
    ("enterprise", N_("企业")),
    ("broker", N_("科技服务机构")),
    ("authority", N_("管理部门")),
)

DISCLOSURES = _list(
    "disclosure",
    N_("公开范围"),
    ("public", N_("公开")),
    ("anonymous", N_("匿名公开")),
    ("verified", N_("仅认证单位")),
    ("admin", N_("仅管理员")),
)

FILE_LEVELS = _list(
    "file_level",
    N_("附件可见范围"),
    ("public", N_("公开")),
    ("verified", N_("认证单位")),
    ("parties", N_("双方")),
)

MATURITY_SCALE_NAMES = _list(
    "maturity_scale",
    N_("成熟度标准"),
    ("generic", N_("通用九级")),
    ("gbt22900", N_("GB/T 22900-2022（十三级）")),
    ("gbt37264", N_("GB/T 37264-2018 新材料（九级）")),
)

MATURITY_SCALES: Mapping[str, list[tuple[int, str]]] = MappingProxyType(
    {
        "generic": [
            (1, N_("基本原理被发现和阐述")),
            (2, N_("形成技术概念或应用方案")),
            (3, N_("关键功能实验室验证")),
            (4, N_("原理样机组件实验室验证")),
            (5, N_("完整实验室样机在相关环境验证")),
            (6, N_("模拟环境下系统演示")),
            (7, N_("真实环境下系统演示")),
            (8, N_("定型试验")),
            (9, N_("运行与评估")),
        ],
        "gbt22900": [
            (1, N_("报告级")),
            (2, N_("方案级")),
            (3, N_("仿真级")),
            (4, N_("功能级")),
            (5, N_("初样级")),
            (6, N_("正样级")),
            (7, N_("环境级")),
            (8, N_("产品级")),
            (9, N_("系统级")),
            (10, N_("销售级")),
            (11, N_("盈亏级")),
            (12, N_("利润级")),
            (13, N_("回报级")),
        ],
        "gbt37264": [
            (1, N_("实验室阶段：形成材料设计和制备的基本概念、原理")),
            (2, N_("实验室阶段：概念、原理用于制备和工艺控制并初步验证")),
            (3, N_("实验室阶段：制备工艺贯通，样品主要性能通过实验室测试")),
            (4, N_("工程化阶段：试制工艺流程贯通，试制品性能通过实验室测试")),
            (5, N_("工程化阶段：试制品通过模拟环境验证")),
            (6, N_("工程化阶段：试制品通过使用环境验证")),
            (7, N_("产业化阶段：产品通过用户测试和认定，形成技术规范")),
            (8, N_("产业化阶段：产品稳定生产，满足质量一致性要求")),
            (9, N_("产业化阶段：生产要素得到优化，成为货架产品")),
        ],
    }
)

MATURITY_BANDS = _list(
    "maturity_band",
    N_("成熟度"),
    ("7-9", N_("7级及以上：可产业化")),
    ("4-6", N_("4至6级：样机与中试")),
    ("1-3", N_("1至3级：原理与实验室")),
)


def maturity_label(scale: str, level: int) -> str:
    """Return the wording of ``level`` on ``scale``; raises KeyError when the scale has no such level."""
    return dict(MATURITY_SCALES[scale])[level]


def maturity_band(scale: str, level: int) -> str:
    """Return the band code ("7-9", "4-6", "1-3") of a level, comparable across scales.

    The first nine levels of every scale run from principle to proven system; levels 10 to 13 of GB/T 22900
    measure sales and return of a finished system and so fall in the highest band. Raises KeyError as
    ``maturity_label`` does.
    """
    maturity_label(scale, level)
    return "7-9" if level >= 7 else "4-6" if level >= 4 else "1-3"


TAXONOMIES: Mapping[str, Taxonomy] = MappingProxyType(
    {value.key: value for value in tuple(globals().values()) if isinstance(value, Taxonomy)}
)
"""Every list above by its key, for templates and table columns."""
