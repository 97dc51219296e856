"""Kinds of notices: their wording, and which preference a person sets for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.text import N_


@dataclass(frozen=True)
class NoticeKind:
    """``title`` is a msgid filled with the notice's params; ``group`` is what a preference is set for."""

    title: str
    group: str


GROUPS: Mapping[str, str] = {
    "organisation": N_("单位认证与成员"),
    "review": N_("我提交的成果和需求的审核结果"),
    "task": N_("待我审核的事项"),
    "inquiry": N_("对我方成果和需求的询问"),
    "listing": N_("我方成果和需求的到期与状态变化"),
}

FREQUENCIES: Mapping[str, str] = {
    "immediate": N_("立即"),
    "daily": N_("每日汇总"),
    "weekly": N_("每周汇总"),
    "off": N_("不发邮件"),
}

KINDS: Mapping[str, NoticeKind] = {
    "organisation_verified": NoticeKind(N_("“%(title)s”已通过认证"), "organisation"),
    "organisation_returned": NoticeKind(N_("“%(title)s”的认证材料被退回，请补正"), "organisation"),
    "organisation_suspended": NoticeKind(N_("“%(title)s”已被暂停"), "organisation"),
    "organisation_restored": NoticeKind(N_("“%(title)s”已恢复"), "organisation"),
    "member_joined": NoticeKind(N_("%(name)s 已加入“%(title)s”"), "organisation"),
    "member_removed": NoticeKind(N_("您已被移出“%(title)s”"), "organisation"),
    "join_requested": NoticeKind(
        N_("%(name)s（%(email)s）请求加入“%(title)s”，如属实请发出邀请"), "organisation"
    ),
    "role_granted": NoticeKind(N_("您已获得“%(role)s”角色"), "organisation"),
    "role_revoked": NoticeKind(N_("您的“%(role)s”角色已被收回"), "organisation"),
    "manager_handed_over": NoticeKind(N_("您已成为“%(title)s”的负责人"), "organisation"),
    "listing_approved": NoticeKind(N_("“%(title)s”已审核通过并发布"), "review"),
    "listing_returned": NoticeKind(N_("“%(title)s”被退回修改"), "review"),
    "review_assigned": NoticeKind(N_("“%(title)s”已分派给您审核"), "task"),
    "correction_received": NoticeKind(N_("有人指出“%(title)s”有误：%(message)s"), "task"),
    "inquiry_received": NoticeKind(N_("收到对“%(title)s”的询问"), "inquiry"),
    "listing_expired": NoticeKind(N_("“%(title)s”已到期，请确认是否仍然有效"), "listing"),
    "listing_taken_down": NoticeKind(N_("“%(title)s”已被撤下"), "listing"),
}
