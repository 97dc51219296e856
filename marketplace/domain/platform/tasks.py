"""Kinds of review tasks: what they are called, and whom they wait for while nobody has taken them."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.text import N_


@dataclass(frozen=True)
class TaskKind:
    """``own_page``: decided on a page of its own, as more than 通过 or 退回 is asked for."""

    label: str
    waits_for: str
    own_page: bool = False


TASK_KINDS: Mapping[str, TaskKind] = {
    "organisation": TaskKind(N_("单位认证"), N_("管理部门认证人员")),
    "achievement": TaskKind(N_("科技成果"), N_("管理部门成果审核人员")),
    "demand": TaskKind(N_("技术需求"), N_("管理部门需求审核人员")),
    "achievement_correction": TaskKind(N_("成果纠错"), N_("管理部门成果审核人员"), own_page=True),
    "demand_correction": TaskKind(N_("需求纠错"), N_("管理部门需求审核人员"), own_page=True),
    "contract": TaskKind(N_("合同登记"), N_("合同登记人员"), own_page=True),
    "contract_check": TaskKind(N_("合同复核"), N_("合同复核人员"), own_page=True),
    "contract_change": TaskKind(N_("合同变更"), N_("合同登记人员"), own_page=True),
    "price_objection": TaskKind(N_("协议定价异议"), N_("合同登记人员"), own_page=True),
    "payment": TaskKind(N_("支付凭证"), N_("财务或合同登记人员")),
    "payment_evidence": TaskKind(N_("补充凭证"), N_("财务或合同登记人员")),
    "subsidy_first_review": TaskKind(N_("补助初审"), N_("初审单位"), own_page=True),
    "subsidy_review": TaskKind(N_("补助审核"), N_("市科技局补助审核人员"), own_page=True),
    "subsidy_appeal": TaskKind(N_("补助陈述申辩"), N_("市科技局补助批准人员"), own_page=True),
    "grant_objection": TaskKind(N_("补助公示异议"), N_("市科技局补助审核人员"), own_page=True),
}
"""Every kind is a key of access.REVIEWERS, which says who decides it."""
