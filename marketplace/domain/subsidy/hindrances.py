"""What a guard of the case's table asks for: how it is mended, where, and on which words of the clause it rests."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.text import N_


@dataclass(frozen=True)
class Remedy:
    """``words``: what somebody can do about it. ``cites``: words of the clause, "" where the whole version speaks.

    ``field``: the part of a form that it concerns, "" for the whole step. ``path``: the desk's page where it is
    mended, with the id of the case.
    """

    words: str
    cites: str = ""
    field: str = ""
    path: str = ""


REMEDIES: Mapping[str, Remedy] = {
    "ready": Remedy(N_("请按申请页“还差什么”逐项补齐后再提交"), "依据转账凭证"),
    "in_force": Remedy(N_("草稿会保留，有效的政策版本发布后再提交")),
    "batch_open": Remedy(N_("草稿会保留，批次开放后再提交")),
    "trustworthy": Remedy(
        N_("须由补助批准人员作出书面决定，或由名单发布单位移出后再办理"), path="/admin/dishonest-decisions/%d"
    ),
    "from_office": Remedy(N_("请提交到退回它的单位")),
    "from_city": Remedy(N_("请提交到退回它的单位")),
    "converted": Remedy(
        N_("请退回补正，由申请单位提供专利、产品、生产线照片或销售合同，至少一项"),
        "在宿转化应用",
        "papers",
        "/admin/subsidies/%d#materials",
    ),
    "examined": Remedy(
        N_("请在“评审与核查”中请人提出意见，或催办已请的人"), path="/admin/subsidies/%d#examinations"
    ),
    "in_appeal_time": Remedy(N_("如有新的事实和材料，可以在以后的批次重新申报")),
    "no_objection": Remedy(N_("请由没有审核过此申请的补助审核人员先处理异议"), path="/admin/reviews"),
    "account_confirmed": Remedy(N_("请申请单位在申请页填写并确认收款账户"), path="/admin/subsidies/%d"),
    "unburdened": Remedy(
        N_("待追回款退清，或由补助批准人员决定核销后再拨付"), "单项成果补助金额最高", path="/admin/recoveries"
    ),
    "reported": Remedy(
        N_("请先验收；还没有提交的，等申请单位提交"), "在宿转化应用", path="/admin/follow-ups/%d"
    ),
}
"""Fact of a guard → its remedy; the button's hint, the refusal and the lists of batches all read it."""
