"""Negotiations and their offers: one open offer at a time, one accepted offer at most, then a contract draft."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

OTHER_SIDE = Guard("other_side", N_("这是贵单位提出的方案，由对方决定是否接受"))
OWN_OFFER = Guard("own_offer", N_("只有提出方案的一方可以撤回"))
IS_PAIR = Guard("is_pair", N_("引荐需要一项需求和一项成果，请先为线索补上另一方"))
NOT_EXPIRED = Guard("not_expired", N_("这份方案的有效期已过，请重新提出"))

NEGOTIATION = Machine(
    "negotiation",
    N_("洽谈"),
    [
        State("open", N_("洽谈中"), Tone.WAITING),
        State("agreed", N_("已谈妥"), Tone.OK),
        State("drafted", N_("已形成合同草稿"), Tone.OK),
        State("ended", N_("已终止"), Tone.DRAFT, final=True),
    ],
    [
        Transition("open", "agree", "agreed", N_("谈妥"), Permission.RUN_BY_ITSELF, notice="offer_accepted"),
        Transition(
            "agreed", "draft", "drafted", N_("生成合同草稿"), Permission.NEGOTIATE, notice="negotiation_drafted"
        ),
        # A draft that was voided binds nobody: what was agreed may be drafted again, by either side, or ended.
        Transition(
            "drafted", "undo", "agreed", N_("合同作废"), Permission.RUN_BY_ITSELF, notice="negotiation_undone"
        ),
        *several(
            ("open", "agreed"),
            Transition(
                "", "end", "ended", N_("终止洽谈"), Permission.NEGOTIATE, reason=True, notice="negotiation_ended"
            ),
        ),
    ],
    initial="open",
)  # fmt: skip

OFFER = Machine(
    "offer",
    N_("洽谈方案"),
    [
        State("open", N_("待对方答复"), Tone.WAITING),
        State("accepted", N_("已接受"), Tone.OK, final=True),
        State("countered", N_("对方另提方案"), Tone.INFO, final=True),
        State("declined", N_("未接受"), Tone.BAD, final=True),
        State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
        State("lapsed", N_("已失效"), Tone.DRAFT, final=True),
    ],
    [
        Transition(
            "open", "accept", "accepted", N_("接受"), Permission.NEGOTIATE, guards=(OTHER_SIDE, NOT_EXPIRED)
        ),
        Transition(
            "open", "counter", "countered", N_("另提方案"), Permission.NEGOTIATE, guards=(OTHER_SIDE,),
            notice="offer_made",
        ),
        Transition(
            "open", "decline", "declined", N_("不接受"), Permission.NEGOTIATE, guards=(OTHER_SIDE,), reason=True,
            notice="offer_declined",
        ),
        Transition(
            "open", "withdraw", "withdrawn", N_("撤回方案"), Permission.NEGOTIATE, guards=(OWN_OFFER,),
            notice="offer_withdrawn",
        ),
        # The day has passed, or the negotiation has ended.
        Transition("open", "lapse", "lapsed", N_("失效"), Permission.RUN_BY_ITSELF, notice="offer_lapsed"),
    ],
    initial="open",
)  # fmt: skip

LEAD = Machine(
    "lead",
    N_("线索"),
    [
        State("new", N_("待跟进"), Tone.WAITING),
        State("contacted", N_("已联系"), Tone.INFO),
        State("introduced", N_("已引荐双方"), Tone.INFO),
        State("negotiating", N_("洽谈中"), Tone.OK),
        State("won", N_("已签约"), Tone.OK, final=True),
        State("lost", N_("未成"), Tone.DRAFT),
    ],
    [
        Transition("new", "contact", "contacted", N_("记为已联系"), Permission.WORK_AS_BROKER),
        *several(
            ("new", "contacted"),
            Transition(
                "", "introduce", "introduced", N_("引荐双方"), Permission.WORK_AS_BROKER, guards=(IS_PAIR,),
                notice="pair_introduced",
            ),
        ),
        *several(
            ("new", "contacted", "introduced", "lost"),
            Transition("", "negotiate", "negotiating", N_("进入洽谈"), Permission.RUN_BY_ITSELF),
        ),
        *several(
            ("new", "contacted", "introduced", "negotiating", "lost"),
            Transition("", "win", "won", N_("已签约"), Permission.RUN_BY_ITSELF),
        ),
        *several(
            ("new", "contacted", "introduced", "negotiating"),
            Transition("", "lose", "lost", N_("记为未成"), Permission.WORK_AS_BROKER, reason=True),
        ),
        Transition("negotiating", "fall_back", "contacted", N_("洽谈终止"), Permission.RUN_BY_ITSELF),
        Transition("lost", "reopen", "new", N_("重新跟进"), Permission.WORK_AS_BROKER),
    ],
    initial="new",
)  # fmt: skip
