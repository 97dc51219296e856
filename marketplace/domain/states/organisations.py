"""Organisations, their profiles and the people who sign in: what may be done to each as a whole."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

ORGANISATION = Machine(
    "organisation",
    N_("单位"),
    [
        State("unverified", N_("未认证"), Tone.DRAFT),
        State("verified", N_("已认证"), Tone.OK),
        State("suspended", N_("已暂停"), Tone.BAD),
        State("closed", N_("已注销"), Tone.BAD, final=True),
    ],
    [
        Transition("unverified", "verify", "verified", N_("认证"), Permission.RUN_BY_ITSELF),
        Transition("verified", "verify", "verified", N_("更新认证"), Permission.RUN_BY_ITSELF),
        Transition(
            "verified", "suspend", "suspended", N_("暂停单位"), Permission.VERIFY_ORGANISATION,
            reason=True, dangerous=True, notice="organisation_suspended",
        ),
        Transition(
            "suspended", "restore", "verified", N_("恢复单位"), Permission.VERIFY_ORGANISATION,
            reason=True, notice="organisation_restored",
        ),
        Transition(
            "unverified", "close", "closed", N_("注销单位"), Permission.VERIFY_ORGANISATION,
            reason=True, dangerous=True, notice="organisation_closed",
        ),
        Transition(
            "suspended", "close", "closed", N_("注销单位"), Permission.VERIFY_ORGANISATION,
            reason=True, dangerous=True, notice="organisation_closed",
        ),
    ],
    initial="unverified",
)  # fmt: skip

PROFILE = Machine(
    "profile",
    N_("单位资料"),
    [
        State("pending", N_("待认证"), Tone.WAITING),
        State("approved", N_("认证通过"), Tone.OK, final=True),
        State("returned", N_("退回补正"), Tone.WARN),
        State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
    ],
    [
        Transition(
            "pending", "approve", "approved", N_("通过"), Permission.VERIFY_ORGANISATION,
            notice="organisation_verified",
        ),
        Transition(
            "pending", "return", "returned", N_("退回补正"), Permission.VERIFY_ORGANISATION,
            reason=True, notice="organisation_returned",
        ),
        # Contact data is not verified: a change of nothing else is in force at once.
        Transition("pending", "adopt", "approved", N_("直接生效"), Permission.RUN_BY_ITSELF),
        *several(
            ("pending", "returned"),
            Transition("", "withdraw", "withdrawn", N_("撤回"), Permission.EDIT_ORGANISATION),
        ),
        *several(
            ("pending", "returned"),
            Transition("", "lapse", "withdrawn", N_("随单位注销失效"), Permission.RUN_BY_ITSELF),
        ),
        Transition("returned", "resubmit", "pending", N_("补正后重新提交"), Permission.EDIT_ORGANISATION),
    ],
    initial="pending",
)  # fmt: skip

PERSON = Machine(
    "person",
    N_("人员"),
    [State("active", N_("可登录"), Tone.OK), State("suspended", N_("已暂停"), Tone.BAD)],
    [
        Transition(
            "active", "suspend", "suspended", N_("暂停账号"), Permission.MANAGE_PEOPLE,
            reason=True, dangerous=True, notice="account_suspended",
        ),
        Transition(
            "suspended", "restore", "active", N_("恢复账号"), Permission.MANAGE_PEOPLE,
            reason=True, notice="account_restored",
        ),
    ],
    initial="active",
)  # fmt: skip
