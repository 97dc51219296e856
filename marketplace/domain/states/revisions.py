"""One version of what a listing says, from draft to decision."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

OWNER_VERIFIED = Guard("owner_verified", N_("单位通过认证后才能提交审核，草稿会一直保留"))
DECLARED = Guard("declared", N_("请先确认不涉密声明和权属声明"))

REVISION = Machine(
    "revision",
    N_("版本"),
    [
        State("draft", N_("草稿"), Tone.DRAFT),
        State("submitted", N_("待审核"), Tone.WAITING),
        State("returned", N_("退回修改"), Tone.WARN),
        State("approved", N_("审核通过"), Tone.OK, final=True),
        State("withdrawn", N_("已撤回"), Tone.DRAFT),
        State("discarded", N_("已放弃"), Tone.DRAFT, final=True),
    ],
    [
        *several(
            ("draft", "returned", "withdrawn"),
            Transition(
                "", "submit", "submitted", N_("提交审核"), Permission.EDIT_LISTING,
                guards=(OWNER_VERIFIED, DECLARED),
            ),
        ),
        Transition("submitted", "withdraw", "withdrawn", N_("撤回"), Permission.EDIT_LISTING),
        Transition(
            "submitted", "approve", "approved", N_("通过并发布"), Permission.REVIEW,
            notice="listing_approved",
        ),
        Transition(
            "submitted", "return", "returned", N_("退回修改"), Permission.REVIEW,
            reason=True, notice="listing_returned",
        ),
        *several(
            ("draft", "returned", "withdrawn"),
            Transition("", "discard", "discarded", N_("放弃此版本"), Permission.EDIT_LISTING),
        ),
    ],
    initial="draft",
)  # fmt: skip

EDITABLE_STATES = frozenset({"draft", "returned", "withdrawn"})
