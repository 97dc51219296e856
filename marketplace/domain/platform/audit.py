"""What each audit tag tells: the exact keys of its details. Ids, codes and digests only, never personal data."""

from collections.abc import Mapping
from typing import Any

from marketplace.domain.states import MACHINES
from marketplace.domain.text import N_

_MOVED = frozenset({"from", "to", "reasons"})

_EXTRA: Mapping[str, frozenset[str]] = {
    "revision.submit": frozenset({"listing", "ordinal"}),
    "revision.approve": frozenset({"listing", "ordinal"}),
    "revision.return": frozenset({"listing", "ordinal"}),
    "policy_version.close": frozenset({"window_to"}),
    "follow_up.give": frozenset({"case", "year"}),
    "follow_up.return": frozenset({"case", "year"}),
    "follow_up.accept": frozenset({"case", "year"}),
}
"""Keys that some transitions tell beyond from, to and reasons."""

TAGS: dict[str, frozenset[str]] = {
    machine.audit_tag(action): _MOVED | _EXTRA.get(machine.audit_tag(action), frozenset())
    for machine in MACHINES.values()
    for action in machine.actions
} | {
    "organisation.create": frozenset({"kind"}),
    "profile.create": frozenset({"organisation", "ordinal"}),
    "person.create": frozenset({"how"}),
    "person.login": frozenset(),
    "person.login_failed": frozenset({"name_digest"}),
    "person.password_changed": frozenset({"how"}),
    "person.changed": frozenset({"fields"}),
    "person.reset_asked": frozenset(),
    "person.closed": frozenset(),
    "consent.give": frozenset({"document", "version"}),
    "membership.start": frozenset({"organisation", "person", "position"}),
    "membership.end": frozenset({"organisation", "person"}),
    "membership.handover": frozenset({"organisation", "from_person", "to_person"}),
    "invitation.create": frozenset({"organisation", "position"}),
    "grant.create": frozenset({"person", "role", "scope"}),
    "grant.revoke": frozenset({"person", "role", "scope"}),
    "listing.create": frozenset({"kind"}),
    # Written until corrections became rows of their own; trails of sites in use still hold it.
    "listing.correction": frozenset({"revision"}),
    "correction.create": frozenset({"listing", "revision"}),
    "revision.create": frozenset({"listing", "ordinal"}),
    "review_task.remark": frozenset({"field"}),
    "inquiry.create": frozenset({"listing", "revision"}),
    "inquiry.message": frozenset({"side"}),
    "inquiry.nda": frozenset({"organisation", "digest"}),
    "inquiry.nda_asked": frozenset(),
    "inquiry.file_opened": frozenset({"file"}),
    "inquiry.broker": frozenset({"organisation"}),
    "negotiation.create": frozenset({"inquiry"}),
    "negotiation.invite_broker": frozenset({"organisation"}),
    "negotiation.refuse_broker": frozenset({"organisation"}),
    "negotiation.note": frozenset({"note"}),
    "negotiation.note_confirmed": frozenset({"note"}),
    "negotiation.contribution": frozenset({"organisation"}),
    "negotiation.contribution_confirmed": frozenset({"organisation", "side"}),
    "offer.create": frozenset({"negotiation", "ordinal"}),
    "lead.create": frozenset({"demand", "achievement"}),
    "lead.write": frozenset({"part"}),
    "match.feedback": frozenset({"demand", "achievement", "verdict", "reason"}),
    "field_concept.create": frozenset({"key"}),
    "field_concept.write": frozenset({"key"}),
    "field_concept.retire": frozenset({"key"}),
    "search_word.write": frozenset({"kind"}),
    "search_word.retire": frozenset({"kind"}),
    "contract.create": frozenset({"source"}),
    "contract.write": frozenset({"version", "part"}),
    "contract.sign": frozenset({"signed_on"}),
    "contract.link": frozenset({"position", "organisation"}),
    "contract.copy": frozenset({"from_contract"}),
    "contract.ask": frozenset({"version", "position"}),
    "contract.number": frozenset(),
    "contract_change.create": frozenset({"contract", "kind"}),
    "price_publication.create": frozenset({"contract", "ends_on"}),
    "price_objection.create": frozenset({"publication"}),
    "traded_achievement.create": frozenset(),
    "traded_achievement.claim": frozenset({"listing"}),
    "payment.create": frozenset({"contracts", "kind"}),
    "payment_evidence.create": frozenset({"payment"}),
    "payment.exclude": frozenset({"contract", "amount_fen"}),
    "invoice.create": frozenset({"contract"}),
    "invoice.cancel": frozenset({"contract"}),
    "paid_explanation.create": frozenset({"contract"}),
    "connected_account.set": frozenset({"organisation"}),
    "connected_account.remove": frozenset({"organisation"}),
    "checkout.create": frozenset({"contract"}),
    "policy_version.create": frozenset({"clause", "ordinal"}),
    "policy_version.write": frozenset({"fields"}),
    "subsidy_batch.create": frozenset({"policy"}),
    "subsidy_batch.write": frozenset({"fields"}),
    "subsidy_case.lookup_failed": frozenset({"number_digest"}),
    "subsidy_case.create": frozenset({"clause"}),
    "subsidy_case.write": frozenset({"part"}),
    "subsidy_case.declare": frozenset({"kind"}),
    "subsidy_case.account": frozenset(),
    "subsidy_case.check": frozenset({"part", "checked"}),
    "case_examination.create": frozenset({"case", "kind"}),
    "case_examination.give": frozenset({"case", "kind"}),
    "case_examination.declare": frozenset({"case", "conflict"}),
    "publicity.create": frozenset({"cases"}),
    "decision_sheet.create": frozenset({"cases"}),
    "payout.create": frozenset({"case"}),
    "repayment.create": frozenset({"recovery"}),
    "reviewer_absence.create": frozenset({"person", "deputy", "first_on", "last_on"}),
    "reviewer_absence.end": frozenset({"person"}),
    "grant_objection.create": frozenset({"publicity"}),
    "cap_group.create": frozenset({"members"}),
    "subsidy_decision.create": frozenset({"kind"}),
    "dishonest.import": frozenset({"rows"}),
    "turnover_target.set": frozenset({"year"}),
    "contracts.import": frozenset({"rows"}),
    "setting.propose": frozenset({"key"}),
    "calendar.change": frozenset({"first", "last", "working"}),
    "outbox.retry": frozenset({"topic"}),
    "outbox.retry_topic": frozenset({"topic", "count"}),
    "letter.create": frozenset({"digest"}),
    "letter.send": frozenset({"person"}),
    "person.remind": frozenset({"count", "late"}),
    "organisation.remind": frozenset({"count"}),
    "file.add": frozenset({"file", "purpose", "level"}),
    "file.remove": frozenset({"file", "purpose"}),
    "export.create": frozenset({"table", "rows"}),
    "announcement.create": frozenset({"kind"}),
    "announcement.write": frozenset({"fields"}),
    "announcement.pin": frozenset({"pinned"}),
    "demo.load": frozenset({"what"}),
}
"""Every tag and its exact keys; generated for transitions, written out for the rest."""

_SUBJECT_WORDS: Mapping[str, str] = {
    "consent": N_("协议"),
    "membership": N_("成员"),
    "grant": N_("角色"),
    "match": N_("匹配"),
    "field_concept": N_("领域词表"),
    "search_word": N_("检索词表"),
    "calendar": N_("工作日历"),
    "outbox": N_("待发事项"),
    "letter": N_("平台来信"),
    "outbox_message": N_("待发事项"),
    "ledger": N_("台账"),
    "file": N_("文件"),
    "export": N_("台账"),
    "demo": N_("演示数据"),
    "traded_achievement": N_("成交成果"),
    "invoice": N_("发票"),
    "paid_explanation": N_("差额说明"),
    "connected_account": N_("收款账户"),
    "turnover_target": N_("成交额目标"),
    "subsidy_batch": N_("申报批次"),
    "case_examination": N_("评审与核查"),
    "publicity": N_("补助公示"),
    "decision_sheet": N_("批准单"),
    "payout": N_("拨付"),
    "repayment": N_("退款"),
    "reviewer_absence": N_("审核人员外出"),
    "subsidy_decision": N_("书面决定"),
    "dishonest": N_("失信名单"),
    "contracts": N_("历史合同"),
}

_ACTION_WORDS: Mapping[str, str] = {
    "create": N_("新建"),
    "pin": N_("置顶"),
    "login": N_("登录"),
    "login_failed": N_("登录失败"),
    "password_changed": N_("更改密码"),
    "changed": N_("更改资料"),
    "reset_asked": N_("申请重设密码"),
    "closed": N_("注销账号"),
    "give": N_("同意"),
    "start": N_("加入"),
    "end": N_("离开"),
    "handover": N_("移交负责人"),
    "remark": N_("写意见"),
    "correction": N_("报告错误"),
    "propose": N_("提出变更"),
    "change": N_("更改"),
    "retry": N_("重试"),
    "retry_topic": N_("整类重试"),
    "send": N_("发送"),
    "remind": N_("提醒办理"),
    "add": N_("添加"),
    "remove": N_("移除"),
    "load": N_("装入"),
    "revoke": N_("收回"),
    "write": N_("填写"),
    "sign": N_("登记签订日期"),
    "link": N_("关联单位"),
    "ask": N_("请对方确认"),
    "copy": N_("复制"),
    "number": N_("填写登记编号"),
    "claim": N_("认领"),
    "exclude": N_("剔除"),
    "cancel": N_("作废"),
    "set": N_("设定"),
    "import": N_("导入"),
    "declare": N_("签署承诺"),
    "account": N_("确认收款账户"),
    "accept": N_("验收"),
    "check": N_("核对材料"),
    "message": N_("留言"),
    "nda": N_("接受保密承诺"),
    "nda_asked": N_("请对方签署保密承诺"),
    "file_opened": N_("打开文件"),
    "broker": N_("引入技术经理人"),
    "invite_broker": N_("提议邀请技术经理人"),
    "refuse_broker": N_("不邀请技术经理人"),
    "note": N_("记录会谈"),
    "note_confirmed": N_("确认会谈记录"),
    "contribution": N_("填写技术经理人贡献"),
    "contribution_confirmed": N_("确认技术经理人贡献"),
    "feedback": N_("评价"),
    "retire": N_("停用"),
    "lookup_failed": N_("进度查询未通过"),
}


def tag_words(tag: str) -> tuple[str, str]:
    """Return subject and action of a tag as msgids; what has no words yet stays a code."""
    subject, _, action = tag.partition(".")
    machine = MACHINES.get(subject)
    labels = {each: moved.label for (_, each), moved in machine.table.items()} if machine else {}
    word = labels.get(action) or _ACTION_WORDS.get(action, action)
    return subject_words(subject), word


def subject_words(kind: str) -> str:
    """Return what a kind of subject is called; what has no words yet stays a code."""
    return MACHINES[kind].label if kind in MACHINES else _SUBJECT_WORDS.get(kind, kind)


SUBJECT_KINDS = (*MACHINES, *(kind for kind in _SUBJECT_WORDS if kind != "outbox"))
"""Kinds of subjects that events speak of."""


def move_words(tag: str, details: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the states before and after a transition as msgids, or None for other events."""
    machine = MACHINES.get(tag.partition(".")[0])
    states = [machine.states.get(details.get(side, "")) for side in ("from", "to")] if machine else []
    labels = [state.label for state in states if state is not None]
    return (labels[0], labels[1]) if len(labels) == 2 else None


def check_details(tag: str, details: Mapping[str, Any]) -> None:
    """Raise ValueError unless ``details`` has exactly the keys of ``tag``: the trail must stay readable."""
    if tag not in TAGS:
        raise ValueError(f"unknown audit tag {tag!r}")
    if set(details) != TAGS[tag]:
        raise ValueError(f"{tag}: details are {sorted(details)}, want {sorted(TAGS[tag])}")
