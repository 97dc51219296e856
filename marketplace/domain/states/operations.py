"""Machines of the site's own work: review tasks, settings, invitations, long jobs, announcements."""

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Guard, Machine, State, Tone, Transition, several
from marketplace.domain.text import N_

IS_PROPOSER = Guard("is_proposer", N_("只有提出人本人可以撤回"))

REVIEW_TASK = Machine(
    "review_task",
    N_("审核任务"),
    [
        State("open", N_("待办"), Tone.WAITING),
        State("done", N_("已办"), Tone.OK, final=True),
        State("cancelled", N_("已取消"), Tone.DRAFT, final=True),
    ],
    [
        Transition("open", "assign", "open", N_("分派"), Permission.ASSIGN_REVIEW, notice="review_assigned"),
        Transition("open", "finish", "done", N_("办结"), Permission.REVIEW),
        Transition("open", "cancel", "cancelled", N_("取消"), Permission.RUN_BY_ITSELF),
    ],
    initial="open",
)

SETTING = Machine(
    "setting",
    N_("参数"),
    [
        State("proposed", N_("待他人确认"), Tone.WAITING),
        State("effective", N_("生效"), Tone.OK, final=True),
        State("rejected", N_("未同意"), Tone.BAD, final=True),
        State("withdrawn", N_("已撤回"), Tone.DRAFT, final=True),
    ],
    [
        Transition(
            "proposed",
            "confirm",
            "effective",
            N_("确认生效"),
            Permission.CONFIRM_SETTINGS,
            dangerous=True,
            notice="setting_confirmed",
        ),
        Transition(
            "proposed",
            "reject",
            "rejected",
            N_("不同意"),
            Permission.CONFIRM_SETTINGS,
            reason=True,
            notice="setting_rejected",
        ),
        Transition(
            "proposed", "withdraw", "withdrawn", N_("撤回"), Permission.CHANGE_SETTINGS, guards=(IS_PROPOSER,)
        ),
    ],
    initial="proposed",
)

INVITATION = Machine(
    "invitation",
    N_("邀请"),
    [
        State("open", N_("待接受"), Tone.WAITING),
        State("accepted", N_("已接受"), Tone.OK, final=True),
        State("revoked", N_("已取消"), Tone.DRAFT, final=True),
    ],
    [
        Transition("open", "accept", "accepted", N_("接受"), Permission.RUN_BY_ITSELF),
        Transition("open", "revoke", "revoked", N_("取消邀请"), Permission.MANAGE_MEMBERS),
        Transition("open", "lapse", "revoked", N_("失效"), Permission.RUN_BY_ITSELF),
    ],
    initial="open",
)

JOB = Machine(
    "job",
    N_("后台任务"),
    [
        State("queued", N_("排队中"), Tone.WAITING),
        State("running", N_("进行中"), Tone.INFO),
        State("done", N_("已完成"), Tone.OK, final=True),
        State("failed", N_("失败"), Tone.BAD),
    ],
    [
        *several(
            ("queued", "running"), Transition("", "start", "running", N_("开始"), Permission.RUN_BY_ITSELF)
        ),
        Transition("running", "finish", "done", N_("完成"), Permission.RUN_BY_ITSELF, notice="job_done"),
        Transition("running", "fail", "failed", N_("出错"), Permission.RUN_BY_ITSELF, notice="job_failed"),
        Transition("failed", "retry", "queued", N_("重试"), Permission.RUN_JOBS),
    ],
    initial="queued",
)

ANNOUNCEMENT = Machine(
    "announcement",
    N_("公告"),
    [
        State("draft", N_("草稿"), Tone.DRAFT),
        State("published", N_("已发布"), Tone.OK),
        State("withdrawn", N_("已撤回"), Tone.WARN, final=True),
        State("discarded", N_("已放弃"), Tone.DRAFT, final=True),
    ],
    [
        Transition(
            "draft",
            "publish",
            "published",
            N_("发布"),
            Permission.PUBLISH_ANNOUNCEMENT,
            guards=(Guard("complete", N_("请先填写标题和正文")),),
        ),
        Transition("draft", "discard", "discarded", N_("放弃"), Permission.WRITE_ANNOUNCEMENT),
        Transition(
            "published",
            "withdraw",
            "withdrawn",
            N_("撤回"),
            Permission.PUBLISH_ANNOUNCEMENT,
            reason=True,
            dangerous=True,
        ),
    ],
    initial="draft",
)
