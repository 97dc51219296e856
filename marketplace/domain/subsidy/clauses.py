"""Clauses of the plan that the site carries: definition → parameters → compute function → materials → steps."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.subsidy import parameters
from marketplace.domain.subsidy.parameters import Parameter
from marketplace.domain.text import N_

PLAN = N_("《宿州市科学技术局以科技创新推进未来产业创新发展实施方案》")


@dataclass(frozen=True)
class Material:
    """A paper of an application. ``source``: where the site takes it from when it holds it already."""

    code: str
    label: str
    hint: str
    source: str = ""
    imports_only: bool = False


@dataclass(frozen=True)
class Clause:
    """One instrument. ``about``: whether a case is about an achievement bought, or about an organisation."""

    code: str
    label: str
    document: str
    item: str
    words: str
    about: str
    parameters: tuple[Parameter, ...]
    materials: tuple[Material, ...]


_LICENCE = Material("licence", N_("营业执照"), N_("复印件，加盖公章"), "organisation")
_FORM = Material("form", N_("补助申请表"), N_("在线生成，打印签章后上传"), "printed")

PURCHASE = Clause(
    "purchase",
    N_("购买市外先进技术成果补助"),
    PLAN,
    N_("第8条"),
    N_("支持市内企业购买市外先进技术成果在宿转化应用，并按其技术合同成交并实际支付额（依据转账凭证），给予10%的补助，"
       "单项成果补助金额最高50万元。"),
    "achievement",
    parameters.PURCHASE,
    (
        _FORM,
        Material("sheet", N_("单项成果信息表"), N_("在线生成，随申请表一并签章"), "printed"),
        Material("contract", N_("技术合同"), N_("双方签章的全文"), "contract"),
        Material("certificate", N_("技术合同登记证明"), N_("卖方所在地登记机构出具"), "contract"),
        Material("voucher", N_("转账凭证"), N_("银行盖章的回单，逐笔"), "payment"),
        Material("invoice", N_("发票"), N_("与转账一致；不一致的附书面说明"), "invoice"),
        Material("conversion", N_("在宿转化应用佐证"), N_("专利、产品、生产线照片或销售合同，至少一项")),
        _LICENCE,
        Material("unrelated", N_("无关联关系承诺"), N_("在线签署"), "declaration"),
        Material("import_certificate", N_("《技术进口合同登记证书》"), N_("技术进口合同提供"), imports_only=True),
        Material("translation", N_("合同中文译本"), N_("技术进口合同提供"), imports_only=True),
    ),
)  # fmt: skip

HIGH_TECH = Clause(
    "high_tech",
    N_("高新技术企业认定补助"),
    PLAN,
    N_("第10条"),
    N_("对首次认定的高新技术企业给予20万元补助，对再次认定的给予10万元补助。"),
    "organisation",
    parameters.CERTIFICATE,
    (_FORM, Material("certificate", N_("高新技术企业证书"), N_("在有效期内，复印件加盖公章")), _LICENCE),
)

CLAUSES: Mapping[str, Clause] = {clause.code: clause for clause in (PURCHASE, HIGH_TECH)}
