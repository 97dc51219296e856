"""纠错: what a reader finds wrong with a listing, until it is answered and, where they are right, mended."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Machine, State, Tone, Transition
from marketplace.domain.text import N_

CORRECTION = Machine(
    "correction",
    N_("纠错"),
    [
        State("open", N_("核实中"), Tone.WAITING),
        State("accepted", N_("属实，等待更正"), Tone.WARN),
        State("mended", N_("已更正"), Tone.OK, final=True),
        State("settled", N_("属实，已了结"), Tone.INFO, final=True),
        State("rejected", N_("未采纳"), Tone.DRAFT, final=True),
    ],
    [
        Transition(
            "open", "accept", "accepted", N_("属实，请发布单位更正"), Permission.REVIEW, reason=True,
            notice="correction_accepted",
        ),
        Transition(
            "open", "reject", "rejected", N_("不采纳"), Permission.REVIEW, reason=True,
            notice="correction_rejected",
        ),
        # A version that was submitted after its owner was asked, and that a reviewer has passed, mends it.
        Transition(
            "accepted", "mend", "mended", N_("新版本已发布"), Permission.RUN_BY_ITSELF,
            notice="correction_mended",
        ),
        # What is dealt or solved is not changed any more, so that nobody is asked for a new version.
        Transition(
            "accepted", "lapse", "settled", N_("内容已结束"), Permission.RUN_BY_ITSELF,
            notice="correction_settled",
        ),
        Transition(
            "accepted", "settle", "settled", N_("了结"), Permission.REVIEW, reason=True,
            notice="correction_settled",
        ),
    ],
    initial="open",
)  # fmt: skip
