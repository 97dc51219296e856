"""Grounds for 退回补正 and 不予补助: each cites the words of the clause it rests on, and names the part it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.errors import DomainError
from marketplace.domain.subsidy.clauses import CLAUSES, Clause
from marketplace.domain.text import N_


@dataclass(frozen=True)
class Ground:
    """``cites``: words of the clause, or "" where the ground rests on the papers of the application.

    ``mendable``: 补正 can remove it. ``clauses``: for which clauses it can be used; none means every one.
    """

    label: str
    cites: str = ""
    mendable: bool = False
    clauses: tuple[str, ...] = ()


_PURCHASE = ("purchase",)

GROUNDS: Mapping[str, Ground] = {
    "paper_missing": Ground(N_("缺少材料"), mendable=True),
    "paper_unclear": Ground(N_("材料看不清、不完整或已失效"), mendable=True),
    "seal_missing": Ground(N_("印章或签字不齐"), mendable=True),
    "form_differs": Ground(N_("申请表所填与材料不一致"), mendable=True),
    "voucher_differs": Ground(
        N_("转账凭证与合同、发票或申请表不一致"), "实际支付额（依据转账凭证）", True, _PURCHASE
    ),
    "invoice_differs": Ground(
        N_("发票与转账不一致，又没有书面说明"), "实际支付额（依据转账凭证）", True, _PURCHASE
    ),
    "conversion_missing": Ground(N_("缺少在宿转化应用的佐证"), "在宿转化应用", True, _PURCHASE),
    "buyer_not_of_city": Ground(N_("申请单位不是市内企业"), "市内企业", clauses=_PURCHASE),
    "seller_of_city": Ground(N_("购买的不是市外成果"), "购买市外先进技术成果", clauses=_PURCHASE),
    "type_unfit": Ground(N_("合同不是购买技术成果"), "购买市外先进技术成果", clauses=_PURCHASE),
    "not_advanced": Ground(N_("成果不属于先进技术成果"), "先进技术成果", clauses=_PURCHASE),
    "not_converted": Ground(N_("没有在宿转化应用"), "在宿转化应用", clauses=_PURCHASE),
    "no_contract": Ground(N_("技术合同未登记、已注销或被撤销"), "技术合同成交", clauses=_PURCHASE),
    "not_paid": Ground(N_("没有可认可的实际支付"), "实际支付额（依据转账凭证）", clauses=_PURCHASE),
    "related_party": Ground(N_("买卖双方存在关联关系"), "技术合同成交", clauses=_PURCHASE),
    "double_aid": Ground(N_("同一合同已取得省级补助"), clauses=_PURCHASE),
    "not_certified": Ground(N_("证书无效或与申报的认定不符"), "认定的高新技术企业", clauses=("high_tech",)),
    "dishonest": Ground(N_("申请单位在失信名单上")),
    "false_papers": Ground(N_("申请材料不真实")),
    "other": Ground(N_("其他（见审核意见）"), mendable=True),
}
"""Code → ground, in the order of the page."""


REPORT_GROUNDS: Mapping[str, Ground] = {
    "report_vague": Ground(N_("转化应用情况写得不具体"), "在宿转化应用"),
    "report_elsewhere": Ground(N_("看不出在宿州转化应用"), "在宿转化应用"),
    "report_output": Ground(N_("产值没有依据或前后不一致")),
    "report_jobs": Ground(N_("带动就业人数没有依据或前后不一致")),
    "report_papers": Ground(N_("缺少照片、销售合同等佐证材料")),
    "report_other": Ground(N_("其他（见说明）")),
}
"""Code → why a yearly report has to be supplemented, in the order of the page."""


def check_report_grounds(codes: list[str]) -> list[str]:
    """Return ``codes`` in the order of the list. Raises DomainError (``reasons``) for none or unknown ones."""
    if not codes:
        raise DomainError("reason_missing", N_("请至少选择一条理由"), field="reasons")
    if set(codes) - set(REPORT_GROUNDS):
        raise DomainError("reason_unknown", N_("请从列表中选择理由"), field="reasons")
    return [code for code in REPORT_GROUNDS if code in codes]


def grounds_of(clause: str, mendable: bool | None = None) -> dict[str, Ground]:
    """Return the grounds of a clause; only those that can, or cannot, be mended where asked. 其他 fits both."""
    return {
        code: ground
        for code, ground in GROUNDS.items()
        if (not ground.clauses or clause in ground.clauses)
        and (mendable is None or ground.mendable is mendable or code == "other")
    }


def check_grounds(clause: str, codes: list[str], refuses: bool) -> list[str]:
    """Return ``codes`` in the order of the list. Raises DomainError (``reasons``) for none, unknown or unfit ones.

    What can be mended is returned, never refused for: ``refuses`` asks for a ground that cannot be mended, or 其他.
    """
    known = grounds_of(clause)
    if not codes:
        raise DomainError("reason_missing", N_("请至少选择一条理由"), field="reasons")
    if set(codes) - set(known):
        raise DomainError("reason_unknown", N_("请从列表中选择理由"), field="reasons")
    if refuses and not set(codes) & set(grounds_of(clause, mendable=False)):
        words = N_("所选理由都可以补正，请退回补正；不予补助须有不能补正的理由")
        raise DomainError("reason_mendable", words, field="reasons")
    return [code for code in known if code in codes]


def parts_of(clause: Clause) -> dict[str, str]:
    """Return the parts of a case that a remark may stand beside; a paper is named by its code. Part → label."""
    subject = (
        {"sum": N_("实际支付额的计算")} if clause.about == "achievement" else {"particulars": N_("认定情况")}
    )
    parts = {"conditions": N_("申请单位和条件"), **subject, "declarations": N_("承诺和其他补助")}
    return parts | {one.code: one.label for one in clause.materials}


PARTS: Mapping[str, Mapping[str, str]] = {code: parts_of(clause) for code, clause in CLAUSES.items()}
"""Clause → part → label."""
