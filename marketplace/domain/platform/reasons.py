"""Coded reasons for returning what was submitted. The code is audited and counted, the label is shown."""

from collections.abc import Mapping

from marketplace.domain.deals.terms import REFUSAL_GROUNDS
from marketplace.domain.errors import DomainError
from marketplace.domain.subsidy.grounds import GROUNDS
from marketplace.domain.text import N_

REASONS: Mapping[str, Mapping[str, str]] = {
    "organisation": {
        "name_differs": N_("单位名称与证照不一致"),
        "uscc_differs": N_("统一社会信用代码与证照不一致"),
        "licence_unclear": N_("证照看不清、不完整或已失效"),
        "licence_missing": N_("未上传证照"),
        "representative_differs": N_("法定代表人与证照不一致"),
        "division_wrong": N_("住所所在地与证照住所不一致"),
        "address_differs": N_("地址不完整或与证照不一致"),
        "kind_wrong": N_("单位类型选择有误"),
        "contact_unreachable": N_("联系方式无法核实"),
        "introduction_unfit": N_("单位简介或网址内容不适合公开"),
        "other": N_("其他（见审核意见）"),
    },
    "achievement": {
        "title_vague": N_("名称笼统，看不出是什么技术"),
        "summary_vague": N_("简介不清楚，缺少效果或指标"),
        "field_wrong": N_("技术领域或产业方向选择有误"),
        "maturity_unproven": N_("成熟度缺少依据或与描述不符"),
        "rights_unclear": N_("知识产权的编号、状态或权利人有误"),
        "ownership_disputed": N_("权属不清或需要其他权利人同意"),
        "price_unclear": N_("价格或定价方式不明确"),
        "secret_content": N_("可能涉及国家秘密或不宜公开的内容"),
        "personal_content": N_("含有不应公开的个人信息"),
        "duplicate": N_("与已发布的成果重复"),
        "attachment_unfit": N_("附件或图片看不清、与内容不符"),
        "other": N_("其他（见审核意见）"),
    },
    "demand": {
        "title_vague": N_("名称笼统，看不出要解决什么问题"),
        "problem_unclear": N_("现状与难题没有说清楚"),
        "metrics_missing": N_("缺少可衡量的量化指标"),
        "budget_unclear": N_("拟投入资金不明确或与要求不相称"),
        "deadline_unfit": N_("期望完成时间不合理"),
        "ownership_unclear": N_("知识产权归属没有说清楚"),
        "not_technical": N_("不属于技术需求"),
        "secret_content": N_("可能涉及国家秘密或不宜公开的内容"),
        "identity_revealed": N_("匿名公开的内容中透露了单位身份"),
        "personal_content": N_("含有不应公开的个人信息"),
        "duplicate": N_("与已发布的需求重复"),
        "other": N_("其他（见审核意见）"),
    },
    "contract": {code: label for code, (label, _mendable) in REFUSAL_GROUNDS.items()},
    "contract_change": {
        "not_signed": N_("变更文件未经各方签章"),
        "proof_missing": N_("证明文件不出具或与变更内容不符"),
        "amount_wrong": N_("变更后的金额与文件不符"),
        "unclear": N_("变更事项约定不明确"),
        "other": N_("其他（见审核意见）"),
    },
    "payment": {
        "voucher_unclear": N_("凭证看不清、不完整"),
        "amount_differs": N_("金额与凭证不一致"),
        "date_differs": N_("付款日期与凭证不一致"),
        "serial_differs": N_("银行或流水号与凭证不一致"),
        "payer_differs": N_("付款人与凭证不一致，或不是合同买方"),
        "payee_differs": N_("收款人与凭证不一致，或不是合同卖方"),
        "allocation_wrong": N_("分配到合同或成果的金额有误"),
        "used_before": N_("同一凭证已经登记过"),
        "not_this_contract": N_("款项用途与合同无关"),
        "other": N_("其他（见审核意见）"),
    },
    "payment_evidence": {
        "voucher_unclear": N_("凭证看不清、不完整"),
        "differs": N_("凭证与原款项的金额、日期或当事人不一致"),
        "used_before": N_("同一凭证已经登记过"),
        "other": N_("其他（见审核意见）"),
    },
    "subsidy_first_review": {code: ground.label for code, ground in GROUNDS.items()},
    "subsidy_review": {code: ground.label for code, ground in GROUNDS.items()},
    "subsidy_appeal": {
        "facts_stand": N_("申辩的事实不成立"),
        "no_new_facts": N_("没有提出新的事实或证据"),
        "rule_stands": N_("原决定适用条款正确"),
        "facts_changed": N_("新的事实或证据成立"),
        "rule_misapplied": N_("原决定适用条款不当"),
        "other": N_("其他（见审核意见）"),
    },
}
"""Kind of review task → code → label, in the order of the page."""

OTHER = "other"
"""The reason that says nothing by itself: words must stand beside it."""


def check_reasons(kind: str, codes: list[str], note: str) -> list[str]:
    """Return ``codes`` without repetition, in the order of the list.

    Raises DomainError with field ``reasons`` where none or an unknown one is given, ``note`` where 其他 stands
    alone without words.
    """
    known = REASONS[kind]
    if not codes:
        raise DomainError("reason_missing", N_("请至少选择一条退回理由"), field="reasons")
    if set(codes) - set(known):
        raise DomainError("reason_unknown", N_("请从列表中选择退回理由"), field="reasons")
    if set(codes) == {OTHER} and not note.strip():
        raise DomainError("reason_note_missing", N_("选择“其他”时请写明具体意见"), field="note")
    return [code for code in known if code in codes]
