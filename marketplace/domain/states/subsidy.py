"""The subsidy: policy versions, cases from draft to payout and follow-up, what is asked back."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

IS_PROPOSER = Guard("is_proposer", N_("只有提出人本人可以撤回"))
WINDOW_FREE = Guard("window_free", N_("付款日期范围与同一条款的另一版本重叠，请先调整"))
SAYS_DRAFT = Guard("says_draft", N_("这一版本不是征求意见稿"))
SAYS_LAW = Guard("says_law", N_("征求意见稿只能用于测算，不能作为有效版本"))

POLICY_VERSION = Machine(
    "policy_version",
    N_("政策版本"),
    [
        State("editing", N_("编辑中"), Tone.DRAFT),
        State("proposed", N_("待他人确认"), Tone.WAITING),
        State("drafted", N_("草案"), Tone.INFO),
        State("effective", N_("有效"), Tone.OK),
        State("repealed", N_("废止"), Tone.BAD, final=True),
        State("discarded", N_("已放弃"), Tone.DRAFT, final=True),
    ],
    [
        *several(
            ("editing", "drafted"),
            Transition("", "propose", "proposed", N_("提请确认"), Permission.CHANGE_POLICY, guards=(WINDOW_FREE,)),
        ),
        Transition("proposed", "recall", "editing", N_("收回修改"), Permission.CHANGE_POLICY),
        Transition(
            "proposed", "reject", "editing", N_("不同意"), Permission.CONFIRM_POLICY, reason=True,
            notice="policy_rejected",
        ),
        # A second person; a text that is still 征求意见稿 serves estimates only.
        Transition(
            "proposed", "confirm_draft", "drafted", N_("确认为草案"), Permission.CONFIRM_POLICY,
            guards=(SAYS_DRAFT,), dangerous=True, notice="policy_confirmed",
        ),
        Transition(
            "proposed", "confirm", "effective", N_("确认生效"), Permission.CONFIRM_POLICY,
            guards=(SAYS_LAW, WINDOW_FREE), dangerous=True, notice="policy_confirmed",
        ),
        # The window ends on a day; the version stays in force for what is paid inside it.
        Transition(
            "effective", "close", "effective", N_("截止"), Permission.CONFIRM_POLICY, reason=True, dangerous=True
        ),
        Transition(
            "effective", "repeal", "repealed", N_("废止"), Permission.CONFIRM_POLICY, reason=True, dangerous=True
        ),
        Transition("editing", "discard", "discarded", N_("放弃"), Permission.CHANGE_POLICY),
    ],
    initial="editing",
)  # fmt: skip

READY = Guard("ready", N_("申请材料还不齐全，请先补齐标出的各项"))
IN_FORCE = Guard("in_force", N_("政策版本还是草案或已经失效，目前只能测算和准备草稿"))
BATCH_OPEN = Guard("batch_open", N_("现在没有开放的申报批次，草稿会保留，到下一批开放时再提交"))
TRUSTWORTHY = Guard("trustworthy", N_("申请单位在失信名单上，须先由管理部门作出书面决定"))
FROM_OFFICE = Guard("from_office", N_("此申请由市科技局退回，补正后回到市级审核"))
FROM_CITY = Guard("from_city", N_("此申请由初审单位退回，补正后回到初审"))
CONVERTED = Guard("converted", N_("还没有在宿转化应用的佐证"))
EXAMINED = Guard("examined", N_("要求的第三方审计、专家评审或现场核查还没有完成"))
IN_APPEAL_TIME = Guard("in_appeal_time", N_("陈述申辩的期限已过"))
NO_OBJECTION = Guard("no_objection", N_("还有未处理的异议"))
ACCOUNT_CONFIRMED = Guard("account_confirmed", N_("申请单位还没有确认收款账户"))
UNBURDENED = Guard("unburdened", N_("此笔补助使用了尚在追回的额度，须待追回完成或核销后拨付"))
REPORTED = Guard("reported", N_("还有未提交或未验收的绩效报告"))

SUBSIDY_CASE = Machine(
    "subsidy_case",
    N_("补助申请"),
    [
        State("draft", N_("草稿"), Tone.DRAFT),
        State("first_review", N_("待初审"), Tone.WAITING),
        State("review", N_("待审核"), Tone.WAITING),
        State("returned", N_("退回补正"), Tone.WARN),
        State("accepted", N_("审核通过，待定额"), Tone.INFO),
        State("waiting_budget", N_("待预算"), Tone.WARN),
        State("proposed", N_("拟补助"), Tone.INFO),
        State("published", N_("公示中"), Tone.INFO),
        State("objected", N_("异议处理中"), Tone.WARN),
        State("cleared", N_("公示期满，待批准"), Tone.WAITING),
        State("approved", N_("已批准，待拨付"), Tone.OK),
        State("tracking", N_("已拨付，绩效跟踪"), Tone.OK),
        State("closed", N_("办结"), Tone.OK, final=True),
        State("refused", N_("不予补助"), Tone.BAD),
        State("appealed", N_("陈述申辩中"), Tone.WAITING),
        State("dismissed", N_("维持不予补助"), Tone.BAD, final=True),
        State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
    ],
    [
        Transition(
            "draft", "submit", "first_review", N_("提交申请"), Permission.APPLY_SUBSIDY,
            guards=(IN_FORCE, BATCH_OPEN, READY, TRUSTWORTHY), notice="case_submitted",
        ),
        Transition(
            "returned", "resubmit_first", "first_review", N_("补正后提交"), Permission.APPLY_SUBSIDY,
            guards=(FROM_OFFICE, READY, TRUSTWORTHY), notice="case_submitted",
        ),
        Transition(
            "returned", "resubmit", "review", N_("补正后提交"), Permission.APPLY_SUBSIDY,
            guards=(FROM_CITY, READY, TRUSTWORTHY), notice="case_submitted",
        ),
        Transition("first_review", "pass_first", "review", N_("初审通过"), Permission.REVIEW, notice="case_moved"),
        Transition(
            "review", "pass", "accepted", N_("审核通过"), Permission.REVIEW, guards=(CONVERTED, EXAMINED),
            notice="case_moved",
        ),
        *several(
            ("first_review", "review"),
            Transition(
                "", "return", "returned", N_("退回补正"), Permission.REVIEW, reason=True, notice="case_returned"
            ),
        ),
        *several(
            ("first_review", "review"),
            Transition(
                "", "refuse", "refused", N_("不予补助"), Permission.REVIEW, reason=True, dangerous=True,
                notice="case_refused",
            ),
        ),
        # The amount is fixed and taken, or waits for a budget, or the arithmetic refuses it: one press, three ends.
        *several(
            ("accepted", "waiting_budget"),
            Transition("", "fix", "proposed", N_("定额"), Permission.FIX_GRANT, notice="case_fixed"),
        ),
        *several(
            ("accepted", "waiting_budget"),
            Transition("", "wait", "waiting_budget", N_("待预算"), Permission.FIX_GRANT, notice="case_moved"),
        ),
        *several(
            ("accepted", "waiting_budget"),
            Transition(
                "", "refuse_by_rule", "refused", N_("按规则不予补助"), Permission.FIX_GRANT, reason=True,
                notice="case_refused",
            ),
        ),
        Transition(
            "proposed", "give_up", "accepted", N_("撤销定额"), Permission.FIX_GRANT, reason=True, dangerous=True,
            notice="case_moved",
        ),
        # An objection that is still open when the amount is reduced keeps the new amount from being published.
        Transition(
            "proposed", "publish", "published", N_("公示"), Permission.PUBLISH_GRANT, guards=(NO_OBJECTION,),
            notice="case_moved",
        ),
        Transition("published", "object", "objected", N_("收到异议"), Permission.RUN_BY_ITSELF, notice="case_moved"),
        Transition(
            "objected", "resume", "published", N_("异议不成立，恢复公示"), Permission.RUN_BY_ITSELF, notice="case_moved"
        ),
        *several(
            ("objected", "proposed"),
            Transition("", "uphold", "refused", N_("异议成立"), Permission.RUN_BY_ITSELF, notice="case_refused"),
        ),
        Transition(
            "published", "clear", "cleared", N_("公示期满"), Permission.RUN_BY_ITSELF, guards=(NO_OBJECTION,),
            notice="case_moved",
        ),
        Transition("cleared", "approve", "approved", N_("批准"), Permission.APPROVE_GRANT, notice="case_approved"),
        Transition(
            "cleared", "turn_down", "refused", N_("不予批准"), Permission.APPROVE_GRANT, reason=True, dangerous=True,
            notice="case_refused",
        ),
        # 调减 before the payout: the lower amount is published again where it had been published.
        *several(
            ("proposed", "published", "objected", "cleared", "approved"),
            Transition("", "reduce", "proposed", N_("调减"), Permission.RUN_BY_ITSELF, notice="case_reduced"),
        ),
        *several(
            ("proposed", "published", "objected", "cleared", "approved"),
            Transition(
                "", "reduce_to_nothing", "refused", N_("调减为零"), Permission.RUN_BY_ITSELF, notice="case_refused"
            ),
        ),
        Transition(
            "approved", "pay", "tracking", N_("拨付"), Permission.PAY_GRANT,
            guards=(ACCOUNT_CONFIRMED, TRUSTWORTHY, UNBURDENED), dangerous=True, notice="case_paid",
        ),
        Transition(
            "tracking", "close", "closed", N_("办结"), Permission.FIX_GRANT, guards=(REPORTED,), notice="case_moved"
        ),
        Transition(
            "refused", "appeal", "appealed", N_("陈述申辩"), Permission.APPLY_SUBSIDY, guards=(IN_APPEAL_TIME,),
            reason=True,
        ),
        Transition(
            "appealed", "grant_appeal", "review", N_("申辩成立，重新审核"), Permission.REVIEW, reason=True,
            notice="case_moved",
        ),
        Transition(
            "appealed", "dismiss", "dismissed", N_("申辩不成立"), Permission.REVIEW, reason=True,
            notice="case_refused",
        ),
        *several(
            (
                "draft", "first_review", "review", "returned", "accepted", "waiting_budget", "proposed", "published",
                "objected", "cleared",
            ),
            Transition("", "withdraw", "withdrawn", N_("撤回申请"), Permission.APPLY_SUBSIDY, dangerous=True),
        ),
    ],
    initial="draft",
)  # fmt: skip

FIXED_STATES = frozenset({"proposed", "published", "objected", "cleared", "approved", "tracking", "closed"})
"""States in which a case holds an amount of cap, yearly cap and budget."""

QUEUED_STATES = frozenset({"first_review", "review", "returned", "accepted", "waiting_budget"})
"""States in which a case holds a place in the queue, and no money."""

RECOVERY = Machine(
    "recovery",
    N_("调减与追回"),
    [
        State("open", N_("待追回"), Tone.WARN),
        State("settled", N_("已结清"), Tone.OK, final=True),
        State("written_off", N_("已核销"), Tone.BAD, final=True),
        State("lapsed", N_("已撤销"), Tone.DRAFT, final=True),
    ],
    [
        Transition("open", "settle", "settled", N_("结清"), Permission.PAY_GRANT, notice="recovery_settled"),
        # A reduction before the payout is settled by itself: no money has left.
        Transition("open", "deduct", "settled", N_("调减"), Permission.RUN_BY_ITSELF),
        Transition(
            "open", "write_off", "written_off", N_("核销"), Permission.APPROVE_GRANT, reason=True, dangerous=True,
            notice="recovery_written_off",
        ),
        Transition("open", "lapse", "lapsed", N_("撤销"), Permission.RUN_BY_ITSELF, notice="recovery_lapsed"),
    ],
    initial="open",
)  # fmt: skip

FOLLOW_UP = Machine(
    "follow_up",
    N_("绩效报告"),
    [
        State("due", N_("待提交"), Tone.WARN),
        State("given", N_("待验收"), Tone.WAITING),
        State("returned", N_("退回补充"), Tone.BAD),
        State("accepted", N_("已验收"), Tone.OK, final=True),
    ],
    [
        # What was given may be corrected until somebody has decided on it.
        *several(("due", "given", "returned"), Transition("", "give", "given", N_("提交"), Permission.APPLY_SUBSIDY)),
        Transition(
            "given", "return", "returned", N_("退回补充"), Permission.FIX_GRANT, reason=True,
            notice="follow_up_returned",
        ),
        Transition("given", "accept", "accepted", N_("验收"), Permission.FIX_GRANT, notice="follow_up_accepted"),
    ],
    initial="due",
)  # fmt: skip

GRANT_OBJECTION = Machine(
    "grant_objection",
    N_("补助公示异议"),
    [
        State("open", N_("待处理"), Tone.WAITING),
        State("dismissed", N_("不成立"), Tone.INFO, final=True),
        State("upheld", N_("成立"), Tone.BAD, final=True),
    ],
    [
        Transition("open", "dismiss", "dismissed", N_("异议不成立"), Permission.REVIEW, reason=True),
        Transition("open", "uphold", "upheld", N_("异议成立"), Permission.REVIEW, reason=True, dangerous=True),
    ],
    initial="open",
)  # fmt: skip

HAS_PENDING = Guard("has_pending", N_("没有待确认的成果"))

CAP_GROUP = Machine(
    "cap_group",
    N_("上限合并组"),
    [
        State("suggested", N_("待确认"), Tone.WAITING),
        State("confirmed", N_("已确认"), Tone.OK),
        State("rejected", N_("不合并"), Tone.DRAFT),
    ],
    [
        Transition("suggested", "confirm", "confirmed", N_("确认合并"), Permission.FIX_GRANT, reason=True),
        Transition("suggested", "reject", "rejected", N_("不合并"), Permission.FIX_GRANT, reason=True),
        Transition("rejected", "confirm", "confirmed", N_("确认合并"), Permission.FIX_GRANT, reason=True),
        # An achievement with the same number was found later: it acts once it is confirmed too.
        Transition(
            "confirmed",
            "confirm_member",
            "confirmed",
            N_("确认并入新的成果"),
            Permission.FIX_GRANT,
            guards=(HAS_PENDING,),
            reason=True,
        ),
        Transition(
            "confirmed",
            "reject_member",
            "confirmed",
            N_("新的成果不并入"),
            Permission.FIX_GRANT,
            guards=(HAS_PENDING,),
            reason=True,
        ),
        Transition(
            "rejected",
            "reject_member",
            "rejected",
            N_("仍不合并"),
            Permission.FIX_GRANT,
            guards=(HAS_PENDING,),
            reason=True,
        ),
    ],
    initial="suggested",
)
