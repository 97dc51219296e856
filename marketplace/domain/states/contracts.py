"""A technology contract from draft to its end, and what may happen to it after registration."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

COMPLETE = Guard("complete", N_("合同内容还没有填完整，请先补齐标出的各项"))
SIGNED = Guard("signed", N_("请先上传双方签章的合同文本，并填写签订日期"))
REACHABLE = Guard(
    "reachable", N_("对方不是本站用户，也没有填写邮箱；请填写对方邮箱，或以签章文本代替对方确认")
)
AWAITS_YOU = Guard("awaits_you", N_("贵单位不需要确认这份合同，或已经确认过了"))
PRICED_IN_PUBLIC = Guard(
    "priced_in_public", N_("卖方是协议定价的高校院所或其他事业单位，须先完成协议定价公示，再签订和申请登记")
)
HAS_CERTIFICATE = Guard(
    "has_certificate", N_("卖方在市外，请先填写登记证明的编号、登记机构、日期和金额，并上传登记证明")
)
IS_LOCAL = Guard("is_local", N_("卖方在市外，合同由卖方所在地登记；这里只核验登记证明"))
IS_OUTSIDE = Guard("is_outside", N_("此合同由本市登记机构登记，没有外地登记证明可核验"))
PAID_IN_FULL = Guard("paid_in_full", N_("还有未付清或未核验的款项，或金额尚未补正，暂不能标记为履行完毕"))

RUNNING = ("registered", "completed")
"""States in which a registered contract is alive."""

CONTRACT = Machine(
    "contract",
    N_("技术合同"),
    [
        State("draft", N_("草稿"), Tone.DRAFT),
        State("offered", N_("待对方确认"), Tone.WAITING),
        State("confirmed", N_("待申请登记"), Tone.INFO),
        State("submitted", N_("待登记"), Tone.WAITING),
        State("examined", N_("待复核"), Tone.WAITING),
        State("returned", N_("退回补正"), Tone.WARN),
        State("registered", N_("已登记"), Tone.OK),
        State("completed", N_("履行完毕"), Tone.OK),
        State("voided", N_("已作废"), Tone.BAD, final=True),
        State("refused", N_("不予登记"), Tone.BAD, final=True),
        State("rescinded", N_("已解除"), Tone.BAD),
        State("deregistered", N_("已注销"), Tone.BAD, final=True),
        State("revoked", N_("已撤销"), Tone.BAD, final=True),
    ],
    [
        Transition(
            "draft", "offer", "offered", N_("提请对方确认"), Permission.EDIT_CONTRACT,
            guards=(COMPLETE, REACHABLE), notice="contract_offered",
        ),
        # One side's word; the last one needed moves the contract on by ``settle``.
        Transition(
            "offered", "agree", "offered", N_("确认合同内容"), Permission.HANDLE_CONTRACT, guards=(AWAITS_YOU,)
        ),
        Transition(
            "offered", "settle", "confirmed", N_("各方已确认"), Permission.RUN_BY_ITSELF,
            notice="contract_confirmed",
        ),
        Transition(
            "offered", "decline", "draft", N_("不同意，退回修改"), Permission.HANDLE_CONTRACT,
            guards=(AWAITS_YOU,), reason=True, notice="contract_declined",
        ),
        # Said through the mailed link, by somebody who has no account here.
        Transition(
            "offered", "decline_by_link", "draft", N_("对方不同意"), Permission.RUN_BY_ITSELF, reason=True,
            notice="contract_declined",
        ),
        Transition(
            "offered", "recall", "draft", N_("收回修改"), Permission.EDIT_CONTRACT, notice="contract_recalled"
        ),
        *several(
            ("draft", "offered"),
            Transition(
                "", "adopt_signed", "confirmed", N_("以签章文本代替对方确认"), Permission.EDIT_CONTRACT,
                guards=(COMPLETE, SIGNED), notice="contract_confirmed",
            ),
        ),
        *several(
            ("confirmed", "returned"),
            Transition(
                "", "revise", "draft", N_("修改合同内容"), Permission.EDIT_CONTRACT, notice="contract_recalled"
            ),
        ),
        *several(
            ("confirmed", "returned"),
            Transition(
                "", "submit", "submitted", N_("申请登记"), Permission.HANDLE_CONTRACT,
                guards=(COMPLETE, SIGNED, PRICED_IN_PUBLIC, HAS_CERTIFICATE), notice="contract_moved",
            ),
        ),
        Transition(
            "submitted", "withdraw", "confirmed", N_("撤回登记申请"), Permission.HANDLE_CONTRACT,
            notice="contract_moved",
        ),
        *several(
            ("draft", "offered", "confirmed", "returned"),
            Transition(
                "", "void", "voided", N_("作废"), Permission.EDIT_CONTRACT, reason=True,
                notice="contract_ended",
            ),
        ),
        Transition(
            "submitted", "examine", "examined", N_("核定并送复核"), Permission.REVIEW, guards=(IS_LOCAL,)
        ),
        Transition(
            "submitted", "accept_certificate", "registered", N_("核验登记证明"), Permission.REVIEW,
            guards=(IS_OUTSIDE,), notice="contract_registered",
        ),
        Transition(
            "submitted", "return", "returned", N_("退回补正"), Permission.REVIEW, reason=True,
            notice="contract_returned",
        ),
        Transition(
            "submitted", "refuse", "refused", N_("不予登记"), Permission.REVIEW, reason=True, dangerous=True,
            notice="contract_refused",
        ),
        Transition(
            "examined", "register", "registered", N_("复核通过并登记"), Permission.CHECK_REGISTRATION,
            notice="contract_registered",
        ),
        Transition(
            "examined", "send_back", "submitted", N_("退回登记人员"), Permission.CHECK_REGISTRATION, reason=True
        ),
        Transition("draft", "import", "registered", N_("导入历史合同"), Permission.IMPORT_CONTRACTS),
        # A signed, dated change that the registrar approved (CONTRACT_CHANGE); registration stays.
        *several(RUNNING, Transition("", "amend", "registered", N_("变更"), Permission.RUN_BY_ITSELF)),
        Transition(
            "registered", "complete", "completed", N_("标记为履行完毕"), Permission.HANDLE_CONTRACT,
            guards=(PAID_IN_FULL,), notice="contract_moved",
        ),
        # Money went back, so that something is owed again.
        Transition(
            "completed", "resume", "registered", N_("恢复履行"), Permission.RUN_BY_ITSELF, notice="contract_moved"
        ),
        *several(
            RUNNING,
            Transition(
                "", "rescind", "rescinded", N_("解除"), Permission.RUN_BY_ITSELF, notice="contract_ended"
            ),
        ),
        *several(
            (*RUNNING, "rescinded"),
            Transition(
                "", "deregister", "deregistered", N_("注销登记"), Permission.RUN_BY_ITSELF,
                notice="contract_ended",
            ),
        ),
        *several(
            (*RUNNING, "rescinded"),
            Transition(
                "", "revoke", "revoked", N_("撤销登记"), Permission.REVIEW, reason=True, dangerous=True,
                notice="contract_ended",
            ),
        ),
    ],
    initial="draft",
)  # fmt: skip

REGISTERED_STATES = frozenset({"registered", "completed", "rescinded", "deregistered", "revoked"})
"""States of a contract that has been registered; such a contract is never removed."""

CONTRACT_CHANGE = Machine(
    "contract_change",
    N_("合同变更"),
    [
        State("draft", N_("草稿"), Tone.DRAFT),
        State("submitted", N_("待审核"), Tone.WAITING),
        State("returned", N_("退回补正"), Tone.WARN),
        State("approved", N_("已生效"), Tone.OK, final=True),
        State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
    ],
    [
        *several(
            ("draft", "returned"),
            Transition(
                "", "submit", "submitted", N_("提交变更"), Permission.HANDLE_CONTRACT, guards=(COMPLETE, SIGNED)
            ),
        ),
        Transition(
            "submitted", "approve", "approved", N_("同意变更"), Permission.REVIEW,
            notice="contract_change_approved",
        ),
        Transition(
            "submitted", "return", "returned", N_("退回补正"), Permission.REVIEW, reason=True,
            notice="contract_change_returned",
        ),
        *several(
            ("draft", "submitted", "returned"),
            Transition("", "withdraw", "withdrawn", N_("撤回"), Permission.HANDLE_CONTRACT),
        ),
        # The registration was revoked: there is nothing left to change.
        *several(
            ("draft", "submitted", "returned"),
            Transition("", "lapse", "withdrawn", N_("因登记撤销而失效"), Permission.RUN_BY_ITSELF),
        ),
    ],
    initial="draft",
)  # fmt: skip

PRICE_PUBLICATION = Machine(
    "price_publication",
    N_("协议定价公示"),
    [
        State("open", N_("公示中"), Tone.INFO),
        State("finished", N_("公示期满"), Tone.OK, final=True),
        State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
        State("halted", N_("异议成立"), Tone.BAD, final=True),
    ],
    [
        Transition(
            "open",
            "finish",
            "finished",
            N_("公示期满"),
            Permission.RUN_BY_ITSELF,
            notice="price_publication_finished",
        ),
        Transition("open", "withdraw", "withdrawn", N_("撤回公示"), Permission.HANDLE_CONTRACT, reason=True),
        Transition("open", "halt", "halted", N_("异议成立"), Permission.RUN_BY_ITSELF),
    ],
    initial="open",
)

PRICE_OBJECTION = Machine(
    "price_objection",
    N_("协议定价异议"),
    [
        State("open", N_("待处理"), Tone.WAITING),
        State("dismissed", N_("不成立"), Tone.INFO, final=True),
        State("upheld", N_("成立"), Tone.BAD, final=True),
    ],
    [
        Transition(
            "open", "dismiss", "dismissed", N_("异议不成立"), Permission.REVIEW, reason=True,
            notice="price_objection_dismissed",
        ),
        Transition(
            "open", "uphold", "upheld", N_("异议成立"), Permission.REVIEW, reason=True,
            notice="price_objection_upheld",
        ),
    ],
    initial="open",
)  # fmt: skip
