"""Money on a contract: recorded payments and refunds, later evidence, and online checkouts."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition
from marketplace.domain.text import N_

IS_RECORDER = Guard("is_recorder", N_("只有登记这笔款项的单位可以撤回"))

_STATES = [
    State("submitted", N_("待核验"), Tone.WAITING),
    State("verified", N_("已核验"), Tone.OK, final=True),
    State("returned", N_("已退回"), Tone.BAD, final=True),
    State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
]
# Nothing is overwritten: what was returned is recorded anew, naming the row it replaces.

_DECIDED = [
    Transition(
        "submitted", "verify", "verified", N_("核验通过"), Permission.REVIEW, notice="payment_verified"
    ),
    Transition(
        "submitted",
        "return",
        "returned",
        N_("退回"),
        Permission.REVIEW,
        reason=True,
        notice="payment_returned",
    ),
    Transition(
        "submitted", "withdraw", "withdrawn", N_("撤回"), Permission.HANDLE_CONTRACT, guards=(IS_RECORDER,)
    ),
]

PAYMENT = Machine(
    "payment",
    N_("支付凭证"),
    _STATES,
    [
        *_DECIDED,
        # What the payment provider told, read again from it: nobody needs to look at a voucher.
        Transition("submitted", "receive", "verified", N_("平台到账"), Permission.RUN_BY_ITSELF),
    ],
    initial="submitted",
)

PAYMENT_EVIDENCE = Machine("payment_evidence", N_("补充凭证"), _STATES, _DECIDED, initial="submitted")

CHECKOUT = Machine(
    "checkout",
    N_("在线支付"),
    [
        State("new", N_("准备中"), Tone.DRAFT),
        State("open", N_("待支付"), Tone.WAITING),
        State("paid", N_("已支付"), Tone.OK, final=True),
        State("expired", N_("已失效"), Tone.DRAFT),
        State("failed", N_("未成功"), Tone.BAD),
    ],
    [
        Transition("new", "open", "open", N_("打开支付页"), Permission.RUN_BY_ITSELF),
        # Events arrive in any order: what the provider says was paid is paid, whatever was heard before.
        *[
            Transition(source, "pay", "paid", N_("支付成功"), Permission.RUN_BY_ITSELF)
            for source in ("new", "open", "expired", "failed")
        ],
        *[
            Transition(source, "expire", "expired", N_("支付页失效"), Permission.RUN_BY_ITSELF)
            for source in ("new", "open", "failed")
        ],
        *[
            Transition(source, "fail", "failed", N_("支付失败"), Permission.RUN_BY_ITSELF)
            for source in ("new", "open")
        ],
    ],
    initial="new",
)
