"""Kinds of notices: their wording, and which preference a person sets for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.text import N_


@dataclass(frozen=True)
class NoticeKind:
    """``title`` is a msgid filled with the notice's params; ``group`` is what a preference is set for."""

    title: str
    group: str


GROUPS: Mapping[str, str] = {
    "organisation": N_("单位认证与成员"),
    "review": N_("我提交的成果和需求的审核结果"),
    "task": N_("待我审核的事项"),
    "inquiry": N_("询问与答复"),
    "match": N_("新的匹配"),
    "search": N_("已保存的搜索"),
    "negotiation": N_("洽谈与技术经理人"),
    "listing": N_("我方成果和需求的到期与状态变化"),
    "correction": N_("我提出的纠错的答复"),
    "contract": N_("我方技术合同的确认、登记与变更"),
    "payment": N_("我方技术合同的付款、凭证与退款"),
    "subsidy": N_("我方补助申请的进度"),
    "job": N_("我启动的导入、导出等耗时任务"),
    "platform": N_("平台管理人员的来信与提醒"),
}

CHOSEN_ONE_BY_ONE = frozenset({"search"})
"""Groups in which each subject has its own frequency and none holds for all: nothing to choose for the group."""

USUAL: Mapping[str, str] = {"match": "daily"}
"""How often mail goes out for a group that a person has said nothing about; at once for all others."""

FREQUENCIES: Mapping[str, str] = {
    "immediate": N_("立即"),
    "daily": N_("每日汇总"),
    "weekly": N_("每周汇总"),
    "off": N_("不发邮件"),
}

KINDS: Mapping[str, NoticeKind] = {
    "organisation_verified": NoticeKind(N_("“%(title)s”已通过认证"), "organisation"),
    "organisation_returned": NoticeKind(N_("“%(title)s”的认证材料被退回，请补正"), "organisation"),
    "organisation_suspended": NoticeKind(N_("“%(title)s”已被暂停"), "organisation"),
    "organisation_closed": NoticeKind(N_("“%(title)s”已注销，您可以加入其他单位"), "organisation"),
    "organisation_restored": NoticeKind(N_("“%(title)s”已恢复"), "organisation"),
    "account_suspended": NoticeKind(N_("您的账号已被暂停，暂时不能登录"), "platform"),
    "account_restored": NoticeKind(N_("您的账号已恢复，可以登录"), "platform"),
    "letter": NoticeKind(N_("平台来信：%(title)s"), "platform"),
    "person_reminded": NoticeKind(N_("您有 %(count)s 件事项待办，其中 %(late)s 件已超期"), "platform"),
    "organisation_reminded": NoticeKind(N_("“%(title)s”有 %(count)s 项被退回，等待补正"), "platform"),
    "member_joined": NoticeKind(N_("%(name)s 已加入“%(title)s”"), "organisation"),
    "member_removed": NoticeKind(N_("您已被移出“%(title)s”"), "organisation"),
    "join_requested": NoticeKind(
        N_("%(name)s（%(email)s）请求加入“%(title)s”，如属实请发出邀请"), "organisation"
    ),
    "role_granted": NoticeKind(N_("您已获得“%(role)s”角色"), "organisation"),
    "role_revoked": NoticeKind(N_("您的“%(role)s”角色已被收回"), "organisation"),
    "manager_handed_over": NoticeKind(N_("您已成为“%(title)s”的负责人"), "organisation"),
    "listing_approved": NoticeKind(N_("“%(title)s”已审核通过并发布"), "review"),
    "listing_returned": NoticeKind(N_("“%(title)s”被退回修改"), "review"),
    "review_assigned": NoticeKind(N_("“%(title)s”已分派给您审核"), "task"),
    "correction_received": NoticeKind(N_("有人指出“%(title)s”有误：%(message)s"), "task"),
    "correction_accepted": NoticeKind(
        N_("您对“%(title)s”的纠错属实，已请发布单位更正：%(answer)s"), "correction"
    ),
    "correction_rejected": NoticeKind(N_("您对“%(title)s”的纠错未采纳：%(answer)s"), "correction"),
    "correction_mended": NoticeKind(N_("“%(title)s”已按您的纠错更正"), "correction"),
    "correction_settled": NoticeKind(N_("您对“%(title)s”的纠错已了结：%(answer)s"), "correction"),
    "correction_asked": NoticeKind(N_("请在 %(due)s 前更正“%(title)s”：%(request)s"), "listing"),
    "inquiry_received": NoticeKind(N_("收到对“%(title)s”的询问"), "inquiry"),
    "inquiry_answered": NoticeKind(N_("对方答复了您对“%(title)s”的询问"), "inquiry"),
    "inquiry_reminder": NoticeKind(N_("“%(title)s”的询问还没有答复，最迟 %(due)s"), "inquiry"),
    "inquiry_raised": NoticeKind(N_("“%(title)s”的询问超时未答复，请跟进"), "inquiry"),
    "inquiry_message": NoticeKind(N_("“%(title)s”的询问有新留言"), "inquiry"),
    "inquiry_nda_asked": NoticeKind(N_("对方请贵单位签署“%(title)s”的保密承诺，之后可打开文件"), "inquiry"),
    "inquiry_nda": NoticeKind(N_("%(organisation)s 已签署“%(title)s”的保密承诺"), "inquiry"),
    "inquiry_closed": NoticeKind(N_("“%(title)s”的询问已结束：%(outcome)s"), "inquiry"),
    "match_found": NoticeKind(N_("“%(title)s”有 %(number)s 个新的匹配"), "match"),
    "search_found": NoticeKind(N_("“%(title)s”有 %(number)s 项新结果"), "search"),
    "gaps_opened": NoticeKind(N_("贵单位的领域有 %(number)s 项新的需求缺口"), "match"),
    "pair_introduced": NoticeKind(N_("技术经理人 %(broker)s 建议：“%(demand)s”与“%(achievement)s”"), "match"),
    "pair_moved": NoticeKind(N_("您关注的“%(title)s”：%(what)s"), "match"),
    "negotiation_opened": NoticeKind(N_("对方希望就“%(title)s”开始洽谈"), "negotiation"),
    "offer_made": NoticeKind(N_("“%(title)s”收到第 %(number)s 份方案"), "negotiation"),
    "offer_ending": NoticeKind(
        N_("“%(title)s”第 %(number)s 份方案的有效期到 %(day)s，请在此之前答复"), "negotiation"
    ),
    "offer_accepted": NoticeKind(N_("“%(title)s”的方案已被接受"), "negotiation"),
    "offer_declined": NoticeKind(N_("“%(title)s”的方案未被接受"), "negotiation"),
    "offer_withdrawn": NoticeKind(N_("“%(title)s”的方案已被对方撤回"), "negotiation"),
    "offer_lapsed": NoticeKind(
        N_("“%(title)s”的第 %(number)s 份方案过了有效期，可以重新提出"), "negotiation"
    ),
    "negotiation_drafted": NoticeKind(N_("“%(title)s”已按谈妥的方案生成合同草稿"), "negotiation"),
    "negotiation_undone": NoticeKind(
        N_("“%(title)s”的合同已作废，可以按谈妥的方案重新拟订，或终止洽谈"), "negotiation"
    ),
    "negotiation_ended": NoticeKind(N_("“%(title)s”的洽谈已终止"), "negotiation"),
    "broker_invited": NoticeKind(
        N_("对方希望请技术经理人 %(broker)s 参加“%(title)s”的洽谈，请答复"), "negotiation"
    ),
    "broker_joined": NoticeKind(N_("双方已请贵机构参加“%(title)s”的洽谈"), "negotiation"),
    "meeting_noted": NoticeKind(N_("请核对“%(title)s”的会谈记录"), "negotiation"),
    "contribution_claimed": NoticeKind(N_("请确认技术经理人在“%(title)s”中的贡献"), "negotiation"),
    "contribution_confirmed": NoticeKind(N_("您在“%(title)s”中的贡献已由双方确认"), "negotiation"),
    "listing_expiring": NoticeKind(N_("“%(title)s”将于 %(day)s 到期，请确认是否仍然有效"), "listing"),
    "listing_expired": NoticeKind(N_("“%(title)s”已到期，请确认是否仍然有效"), "listing"),
    "listing_taken_down": NoticeKind(N_("“%(title)s”已被撤下"), "listing"),
    "listing_dealt": NoticeKind(N_("“%(title)s”已成交"), "listing"),
    "contract_offered": NoticeKind(N_("请确认技术合同“%(title)s”"), "contract"),
    "contract_confirmed": NoticeKind(N_("技术合同“%(title)s”已经各方确认，可以申请登记"), "contract"),
    "contract_declined": NoticeKind(N_("对方不同意技术合同“%(title)s”：%(note)s"), "contract"),
    "contract_recalled": NoticeKind(
        N_("起草方正在修改技术合同“%(title)s”，改好后会再请各方确认"), "contract"
    ),
    "contract_moved": NoticeKind(N_("技术合同“%(title)s”：%(state)s"), "contract"),
    "contract_returned": NoticeKind(N_("技术合同“%(title)s”被退回补正"), "contract"),
    "contract_refused": NoticeKind(N_("技术合同“%(title)s”不予登记"), "contract"),
    "contract_registered": NoticeKind(N_("技术合同“%(title)s”已登记"), "contract"),
    "contract_ended": NoticeKind(N_("技术合同“%(title)s”%(state)s"), "contract"),
    "contract_change_approved": NoticeKind(N_("技术合同“%(title)s”的变更已生效"), "contract"),
    "contract_change_returned": NoticeKind(N_("技术合同“%(title)s”的变更被退回补正"), "contract"),
    "price_objection_received": NoticeKind(N_("“%(title)s”的协议定价公示收到异议"), "contract"),
    "price_objection_upheld": NoticeKind(N_("“%(title)s”的协议定价异议成立，公示中止"), "contract"),
    "price_objection_dismissed": NoticeKind(N_("“%(title)s”的协议定价异议不成立"), "contract"),
    "price_publication_finished": NoticeKind(N_("“%(title)s”的协议定价公示期满，没有未决的异议"), "contract"),
    "payment_verified": NoticeKind(N_("“%(title)s”的凭证已核验：%(amount)s 元"), "payment"),
    "payment_returned": NoticeKind(N_("“%(title)s”的凭证被退回：%(amount)s 元"), "payment"),
    "refund_verified": NoticeKind(N_("“%(title)s”的退款已核验：%(amount)s 元"), "payment"),
    "refund_returned": NoticeKind(N_("“%(title)s”的退款凭证被退回：%(amount)s 元"), "payment"),
    "online_paid": NoticeKind(N_("“%(title)s”在线支付到账：%(amount)s 元"), "payment"),
    "online_refunded": NoticeKind(N_("“%(title)s”在线退款：%(amount)s 元"), "payment"),
    "case_opened": NoticeKind(N_("“%(title)s”可以申请补助，草稿已自动建立"), "subsidy"),
    "case_submitted": NoticeKind(N_("“%(title)s”的补助申请已提交：%(number)s"), "subsidy"),
    "case_moved": NoticeKind(N_("“%(title)s”的补助申请：%(state)s"), "subsidy"),
    "case_returned": NoticeKind(N_("“%(title)s”的补助申请被退回补正"), "subsidy"),
    "case_refused": NoticeKind(N_("“%(title)s”的补助申请不予通过"), "subsidy"),
    "case_fixed": NoticeKind(N_("“%(title)s”拟补助 %(amount)s 元"), "subsidy"),
    "case_reduced": NoticeKind(N_("“%(title)s”的拟补助额调减为 %(amount)s 元"), "subsidy"),
    "case_approved": NoticeKind(N_("“%(title)s”的补助已批准：%(amount)s 元，请确认收款账户"), "subsidy"),
    "case_paid": NoticeKind(N_("“%(title)s”的补助已拨付：%(amount)s 元"), "subsidy"),
    "recovery_opened": NoticeKind(N_("“%(title)s”的补助须在 %(due)s 前退回 %(amount)s 元"), "subsidy"),
    "recovery_overdue": NoticeKind(N_("“%(title)s”的补助应在 %(due)s 前退回，还差 %(amount)s 元"), "subsidy"),
    "recovery_unpaid": NoticeKind(N_("“%(title)s”的补助追回已超期：还差 %(amount)s 元"), "task"),
    "recovery_settled": NoticeKind(N_("“%(title)s”的补助追回已结清"), "subsidy"),
    "recovery_written_off": NoticeKind(N_("“%(title)s”未退回的补助已按决定核销"), "subsidy"),
    "recovery_lapsed": NoticeKind(N_("“%(title)s”的补助不再需要退回"), "subsidy"),
    "examination_assigned": NoticeKind(N_("请对“%(title)s”的补助申请提出意见：%(what)s"), "task"),
    "examination_declined": NoticeKind(
        N_("“%(title)s”的%(what)s须另请他人：%(name)s 申报了利害关系"), "task"
    ),
    "follow_up_due": NoticeKind(N_("请提交“%(title)s”的年度绩效报告"), "subsidy"),
    "follow_up_accepted": NoticeKind(N_("“%(title)s”的%(year)s年度绩效报告已通过"), "subsidy"),
    "follow_up_returned": NoticeKind(
        N_("“%(title)s”的 %(year)s 年度绩效报告须补充，最迟 %(due)s"), "subsidy"
    ),
    "setting_confirmed": NoticeKind(N_("您提出的参数“%(title)s”已由他人确认"), "task"),
    "setting_rejected": NoticeKind(N_("您提出的参数“%(title)s”未获同意：%(note)s"), "task"),
    "policy_confirmed": NoticeKind(N_("您提出的政策版本“%(title)s”已由他人确认"), "task"),
    "policy_rejected": NoticeKind(N_("您提出的政策版本“%(title)s”未获同意：%(note)s"), "task"),
    "job_done": NoticeKind(N_("%(title)s：已完成"), "job"),
    "job_failed": NoticeKind(N_("%(title)s：没有完成，请打开查看原因"), "job"),
    "review_overdue": NoticeKind(N_("“%(title)s”已过办理期限（%(due)s），请尽快办理或督促办理"), "task"),
    "review_deputised": NoticeKind(N_("%(name)s 外出，“%(title)s”由您代办"), "task"),
    "online_disputed": NoticeKind(N_("“%(title)s”的在线支付被付款人提出争议：%(amount)s 元"), "payment"),
}

MUTABLE: frozenset[str] = frozenset(
    {
        "match_found", "search_found", "gaps_opened", "pair_introduced", "pair_moved", "listing_dealt",
        "listing_approved", "inquiry_closed", "inquiry_nda", "offer_withdrawn", "offer_lapsed", "negotiation_drafted",
        "contribution_confirmed", "member_joined", "review_deputised",
    }
)  # fmt: skip
"""Kinds that a person may switch off altogether: they ask for nothing, and no deadline or money hangs on them."""
