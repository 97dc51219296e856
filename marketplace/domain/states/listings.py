"""The public life of an achievement or a demand."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

IS_DEMAND = Guard("is_demand", N_("只有技术需求可以标记为已解决"))

LISTING = Machine(
    "listing",
    N_("成果或需求"),
    [
        State("draft", N_("未发布"), Tone.DRAFT),
        State("published", N_("已发布"), Tone.OK),
        State("unlisted", N_("已下架"), Tone.DRAFT),
        State("taken_down", N_("已被撤下"), Tone.BAD),
        State("expired", N_("已过期"), Tone.WARN),
        State("solved", N_("已解决"), Tone.INFO),
        State("dealt", N_("已成交"), Tone.INFO),
    ],
    [
        # An approved revision publishes the listing, whatever it was before, unless it has been dealt.
        *several(
            ("draft", "published", "unlisted", "taken_down", "expired"),
            Transition("", "publish", "published", N_("发布"), Permission.RUN_BY_ITSELF),
        ),
        Transition("published", "unlist", "unlisted", N_("下架"), Permission.EDIT_LISTING),
        Transition("unlisted", "relist", "published", N_("重新上架"), Permission.EDIT_LISTING),
        *several(
            ("published", "expired"),
            Transition("", "reconfirm", "published", N_("确认仍然有效"), Permission.EDIT_LISTING),
        ),
        Transition(
            "published", "expire", "expired", N_("到期"), Permission.RUN_BY_ITSELF, notice="listing_expired"
        ),
        *several(
            ("published", "unlisted", "expired"),
            Transition(
                "", "solve", "solved", N_("标记为已解决"), Permission.EDIT_LISTING, guards=(IS_DEMAND,)
            ),
        ),
        Transition("solved", "reopen", "published", N_("重新征集"), Permission.EDIT_LISTING),
        Transition(
            "published", "take_down", "taken_down", N_("撤下"), Permission.REVIEW,
            reason=True, dangerous=True, notice="listing_taken_down",
        ),
        Transition("published", "deal", "dealt", N_("成交"), Permission.RUN_BY_ITSELF, notice="listing_dealt"),
    ],
    initial="draft",
)  # fmt: skip

VISIBLE_STATES = frozenset({"published", "solved", "dealt"})
"""States in which the public page stands: a solved or dealt item stays readable, out of the search."""

SEARCHABLE_STATES = frozenset({"published"})
