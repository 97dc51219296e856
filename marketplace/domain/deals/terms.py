"""Coded lists of technology contracts: codes are stored, labels are shown.

Sources: 民法典 843–887 (categories), 技术合同认定登记管理办法 and the fields of the national registration form.
"""

from collections.abc import Mapping
from types import MappingProxyType

from marketplace.domain.taxonomy import Taxonomy, Term
from marketplace.domain.text import N_


def _list(key: str, label: str, *terms: tuple[str, str]) -> Taxonomy:
    return Taxonomy(key, label, tuple(Term(code, text) for code, text in terms))


CATEGORIES = _list(
    "contract_category", N_("合同类别"),
    ("development", N_("技术开发")), ("transfer", N_("技术转让")), ("licence", N_("技术许可")),
    ("consulting", N_("技术咨询")), ("service", N_("技术服务")),
)  # fmt: skip

_D, _T, _L, _C, _S = (CATEGORIES.label_of(code) for code in CATEGORIES.codes)
KINDS = Taxonomy(
    "contract_kind", N_("合同类别"),
    (
        Term("development.commissioned", N_("委托开发"), _D),
        Term("development.joint", N_("合作开发"), _D),
        Term("transfer.patent", N_("专利权转让"), _T),
        Term("transfer.application", N_("专利申请权转让"), _T),
        Term("transfer.secret", N_("技术秘密转让"), _T),
        Term("transfer.software", N_("软件著作权转让"), _T),
        Term("transfer.layout", N_("集成电路布图设计专有权转让"), _T),
        Term("transfer.plant", N_("植物新品种权转让"), _T),
        Term("transfer.biomedical", N_("生物医药新品种权转让"), _T),
        Term("licence.patent", N_("专利实施许可"), _L),
        Term("licence.secret", N_("技术秘密使用许可"), _L),
        Term("licence.other", N_("其他知识产权许可"), _L),
        Term("consulting.general", N_("技术咨询"), _C),
        Term("service.general", N_("一般性技术服务"), _S),
        Term("service.training", N_("技术培训"), _S),
        Term("service.brokerage", N_("技术中介"), _S),
    ),
)  # fmt: skip
"""What a contract is registered as; the code begins with its category."""

ABOUT_RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "transfer.patent": frozenset({"invention", "utility", "design", "foreign"}),
        "transfer.application": frozenset({"invention", "utility", "design", "foreign"}),
        "transfer.software": frozenset({"software"}),
        "transfer.layout": frozenset({"layout"}),
        "transfer.plant": frozenset({"plant"}),
        "transfer.biomedical": frozenset({"medicine"}),
        "licence.patent": frozenset({"invention", "utility", "design", "foreign"}),
    }
)
"""Kinds that concern a right of these types; a lapsed right cannot be transferred or licensed (docs/domain.md §8)."""

LICENCE_SCOPES = _list(
    "licence_scope", N_("许可方式"),
    ("exclusive", N_("独占许可")), ("sole", N_("排他许可")), ("ordinary", N_("普通许可")),
)  # fmt: skip

PAYMENT_MODES = _list(
    "payment_mode", N_("支付方式"),
    ("lump", N_("一次总付")), ("instalments", N_("分期支付")), ("royalty", N_("提成支付")),
    ("entry_royalty", N_("入门费加提成")),
)  # fmt: skip

OPEN_ENDED_MODES = frozenset({"royalty", "entry_royalty"})
"""Modes under which a part of the amount may stay 金额待定 and is supplemented later."""

PLAN_SOURCES = _list(
    "plan_source", N_("项目计划来源"),
    ("national", N_("国家科技计划")), ("ministry", N_("部门计划")), ("province", N_("省、自治区、直辖市计划")),
    ("city", N_("地市县计划")), ("none", N_("计划外")),
)  # fmt: skip

RIGHTS_INVOLVED = _list(
    "rights_involved", N_("知识产权类型"),
    ("invention", N_("发明专利")), ("utility", N_("实用新型专利")), ("design", N_("外观设计专利")),
    ("secret", N_("技术秘密")), ("software", N_("计算机软件著作权")), ("layout", N_("集成电路布图设计专有权")),
    ("plant", N_("植物新品种权")), ("medicine", N_("生物、医药新品种权")), ("design_copyright", N_("设计著作权")),
    ("none", N_("未涉及知识产权")),
)  # fmt: skip

OBJECTIVES = _list(
    "objective", N_("社会经济目标"),
    ("agriculture", N_("农业、林业和渔业的发展")), ("industry", N_("促进工商业发展")),
    ("energy", N_("能源的生产、分配和合理利用")), ("transport", N_("基础设施以及城市和农村规划")),
    ("environment", N_("环境保护、生态建设及污染防治")), ("health", N_("卫生事业发展")),
    ("education", N_("教育事业发展")), ("society", N_("社会发展和社会服务")),
    ("earth", N_("地球和大气层的探索与利用")), ("space", N_("民用空间探测及开发")),
    ("knowledge", N_("非定向研究")), ("defence", N_("国防")), ("other", N_("其他民用目标")),
)  # fmt: skip

NATURES = _list(
    "nature", N_("单位性质"),
    ("university", N_("高等院校")), ("institute", N_("科研机构")), ("public", N_("其他事业单位")),
    ("state_company", N_("国有企业")), ("private_company", N_("民营企业")), ("foreign_company", N_("外资企业")),
    ("government", N_("机关法人")), ("society", N_("社团法人")), ("person", N_("自然人")), ("other", N_("其他")),
)  # fmt: skip

PUBLIC_NATURES = frozenset({"university", "institute", "public"})
"""Sellers who price in public (促进科技成果转化法, 第十八条)."""

DEAL_DISCLOSURES = _list(
    "deal_disclosure", N_("成交信息公开程度"),
    ("none", N_("不公开")), ("fact", N_("只公开已成交")), ("parties", N_("公开成交双方")),
    ("amount", N_("公开成交双方和金额")),
)  # fmt: skip
"""How much of a deal a party lets the achievement's page tell, from nothing to all; the least of all parties holds."""

EVIDENCE = _list(
    "payment_evidence", N_("凭证种类"),
    ("bank_transfer", N_("银行转账")), ("stripe", N_("在线支付")), ("cash", N_("现金")),
    ("acceptance_bill", N_("承兑汇票")), ("offset", N_("抵扣、冲抵")), ("equity", N_("股权出资")),
)  # fmt: skip
"""Kinds of evidence of a payment; the subsidy arithmetic reads the very same codes."""

BANKS = _list(
    "bank", N_("付款银行"),
    ("ICBC", N_("中国工商银行")), ("ABC", N_("中国农业银行")), ("BOC", N_("中国银行")), ("CCB", N_("中国建设银行")),
    ("BOCOM", N_("交通银行")), ("PSBC", N_("中国邮政储蓄银行")), ("CMB", N_("招商银行")), ("SPDB", N_("浦发银行")),
    ("CIB", N_("兴业银行")), ("CITIC", N_("中信银行")), ("CEB", N_("中国光大银行")), ("CMBC", N_("中国民生银行")),
    ("HXB", N_("华夏银行")), ("PAB", N_("平安银行")), ("GDB", N_("广发银行")), ("CZB", N_("浙商银行")),
    ("CBHB", N_("渤海银行")), ("HFB", N_("恒丰银行")), ("HSB", N_("徽商银行")), ("AHRC", N_("安徽农村商业银行系统")),
    ("CDB", N_("国家开发银行")), ("EXIM", N_("中国进出口银行")), ("ADBC", N_("中国农业发展银行")),
    ("CITY", N_("其他城市商业银行")), ("RURAL", N_("其他农村金融机构")), ("FOREIGN", N_("外资或境外银行")),
    ("TREASURY", N_("国库集中支付")), ("STRIPE", N_("在线支付平台")), ("OTHER", N_("其他")),
)  # fmt: skip
"""A coded list, so that one voucher entered twice meets itself."""

CURRENCIES = _list(
    "currency", N_("币种"),
    ("CNY", N_("人民币")), ("USD", N_("美元")), ("EUR", N_("欧元")), ("JPY", N_("日元")), ("GBP", N_("英镑")),
    ("HKD", N_("港元")), ("CHF", N_("瑞士法郎")), ("KRW", N_("韩元")), ("SGD", N_("新加坡元")),
    ("AUD", N_("澳大利亚元")), ("CAD", N_("加拿大元")), ("RUB", N_("俄罗斯卢布")),
)  # fmt: skip

COUNTRIES = _list(
    "country", N_("国别（地区）"),
    ("CN", N_("中国")), ("HK", N_("中国香港")), ("MO", N_("中国澳门")), ("TW", N_("中国台湾")), ("US", N_("美国")),
    ("JP", N_("日本")), ("KR", N_("韩国")), ("DE", N_("德国")), ("FR", N_("法国")), ("GB", N_("英国")),
    ("IT", N_("意大利")), ("CH", N_("瑞士")), ("NL", N_("荷兰")), ("SE", N_("瑞典")), ("IL", N_("以色列")),
    ("RU", N_("俄罗斯")), ("SG", N_("新加坡")), ("CA", N_("加拿大")), ("AU", N_("澳大利亚")), ("AT", N_("奥地利")),
    ("BE", N_("比利时")), ("DK", N_("丹麦")), ("FI", N_("芬兰")), ("NO", N_("挪威")), ("ES", N_("西班牙")),
    ("UA", N_("乌克兰")), ("BY", N_("白俄罗斯")), ("IN", N_("印度")), ("ZZ", N_("其他国家")),
)  # fmt: skip


def category_of(kind: str) -> str:
    """Return the category a kind of contract belongs to: ``licence`` for ``licence.patent``; '' for ''."""
    return kind.partition(".")[0]


def is_exclusive(kind: str, licence_scope: str) -> bool:
    """Return whether nobody else can buy what such a contract sells: a transfer, or an exclusive licence."""
    category = category_of(kind)
    return category == "transfer" or (category == "licence" and licence_scope == "exclusive")


TYPE_WORDS: Mapping[str, str] = MappingProxyType(
    {"development": "开发", "transfer": "转让", "licence": "许可", "consulting": "咨询", "service": "服务"}
)
"""Category → the word that policies and the subsidy arithmetic use for it."""

REFUSAL_GROUNDS: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "not_effective": (N_("合同未生效或无效"), False),
        "not_technical": (N_("不属于技术合同"), False),
        "terms_unclear": (N_("主体、标的、价款约定不明确"), True),
        "approval_missing": (N_("依法须经审批而未审批"), True),
        "name_differs": (N_("合同名称与权利义务不符"), True),
        "hinders_progress": (N_("含有妨碍技术进步、非法垄断技术的条款"), False),
        "proof_missing": (N_("证明文件不出具或与合同不符"), True),
        "seal_missing": (N_("印章不齐全或与当事人名称不一致"), True),
        "registered_before": (N_("重复申请登记"), False),
        "other": (N_("其他（见审核意见）"), True),
    }
)
"""The registrar's checklist (技术合同认定登记管理办法): code → (ground, whether it can be mended by 补正)."""

REVOCATION_GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "false_contract": N_("以虚假合同骗取登记"),
        "registered_before": N_("重复登记"),
        "void": N_("合同被依法确认无效或撤销"),
        "proof_false": N_("申请材料或登记证明不实"),
        "other": N_("其他（见说明）"),
    }
)
"""Why the authority revokes a registration (docs/domain.md §8)."""

CHANGE_KINDS = _list(
    "change_kind", N_("变更事项"),
    ("amend", N_("变更")), ("supplement", N_("金额补正")), ("rescind", N_("解除")), ("deregister", N_("注销登记")),
)  # fmt: skip
