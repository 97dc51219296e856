"""Inquiries: a question of one organisation to another, until it is answered, negotiated or laid down."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

IS_OWNER = Guard("is_owner", N_("等待发布单位答复，由发布单位的人员办理"))
IS_ASKER = Guard("is_asker", N_("由询问单位的人员办理"))
IS_SIDE = Guard("is_side", N_("由询问双方的人员办理"))
HAS_BROKER = Guard("has_broker", N_("这条询问没有技术经理人"))

WAITING_STATES = ("waiting", "with_broker", "with_admin")
"""The owner of the listing owes an answer."""
OPEN_STATES = (*WAITING_STATES, "answered", "negotiating")
"""Both sides may write."""

INQUIRY = Machine(
    "inquiry",
    N_("询问"),
    [
        State("waiting", N_("待答复"), Tone.WAITING),
        State("with_broker", N_("超时未答，已请技术经理人跟进"), Tone.WARN),
        State("with_admin", N_("超时未答，已转管理部门督促"), Tone.BAD),
        State("answered", N_("已答复"), Tone.INFO),
        State("negotiating", N_("洽谈中"), Tone.OK),
        State("closed", N_("已结束"), Tone.DRAFT, final=True),
    ],
    [
        *several(
            WAITING_STATES,
            Transition(
                "", "answer", "answered", N_("答复"), Permission.HANDLE_INQUIRY, guards=(IS_OWNER,),
                notice="inquiry_answered",
            ),
        ),
        Transition(
            "answered", "ask", "waiting", N_("追问"), Permission.HANDLE_INQUIRY, guards=(IS_ASKER,),
            notice="inquiry_received",
        ),
        # Silence rises by itself: to the broker who follows it, else, or later, to the authority.
        Transition(
            "waiting", "raise_broker", "with_broker", N_("请技术经理人跟进"), Permission.RUN_BY_ITSELF,
            guards=(HAS_BROKER,), notice="inquiry_raised",
        ),
        *several(
            ("waiting", "with_broker"),
            Transition(
                "", "raise_admin", "with_admin", N_("转管理部门督促"), Permission.RUN_BY_ITSELF,
                notice="inquiry_raised",
            ),
        ),
        *several(
            (*WAITING_STATES, "answered"),
            Transition(
                "", "negotiate", "negotiating", N_("开始洽谈"), Permission.HANDLE_INQUIRY,
                notice="negotiation_opened",
            ),
        ),
        # While they negotiate, the negotiation ends first: it settles the thread, or gives it back.
        *several(
            (*WAITING_STATES, "answered"),
            Transition(
                "", "close", "closed", N_("结束询问"), Permission.HANDLE_INQUIRY, guards=(IS_SIDE,), reason=True,
                notice="inquiry_closed",
            ),
        ),
        # A negotiation that ended without an agreement leaves the thread open; one that succeeded closes it.
        Transition("negotiating", "resume", "answered", N_("洽谈终止"), Permission.RUN_BY_ITSELF),
        Transition("negotiating", "settle", "closed", N_("洽谈成功"), Permission.RUN_BY_ITSELF),
        # What is withdrawn, taken down or expired is not asked about any more.
        *several(
            (*WAITING_STATES, "answered"),
            Transition(
                "", "end", "closed", N_("随发布内容结束"), Permission.RUN_BY_ITSELF, notice="inquiry_closed"
            ),
        ),
    ],
    initial="waiting",
)  # fmt: skip
