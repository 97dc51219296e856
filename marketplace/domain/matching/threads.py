"""Words and measures of inquiry threads: sides, outcomes, lengths."""

from collections.abc import Mapping

from marketplace.domain.text import N_

ASKER, OWNER, BROKER, AUTHORITY = "asker", "owner", "broker", "authority"
SIDES: Mapping[str, str] = {
    ASKER: N_("询问单位"),
    OWNER: N_("发布单位"),
    BROKER: N_("技术经理人"),
    AUTHORITY: N_("管理部门"),
}
"""Who may write in a thread."""

OUTCOMES: Mapping[str, str] = {
    "provided": N_("已提供资料"),
    "meeting": N_("已约面谈"),
    "negotiating": N_("进入洽谈"),
    "price": N_("价格不合"),
    "technology": N_("技术不符"),
    "not_now": N_("暂不考虑"),
    "silent": N_("对方未再回应"),
    "other": N_("其他"),
}
"""How a side may say that an inquiry ended."""

BY_ITSELF: Mapping[str, str] = {"signed": N_("已谈妥"), "gone": N_("发布内容已撤下或到期")}
"""Outcomes that follow from elsewhere: an agreement, or the end of what was asked about."""

OUTCOME_LABELS: Mapping[str, str] = {**OUTCOMES, **BY_ITSELF}

FILE_LEVELS: Mapping[str, str] = {
    "verified": N_("双方马上可以打开"),
    "parties": N_("对方签署保密承诺后可以打开"),
}
"""Levels of the files of a message (access.FILE_AUDIENCES), as their sender chooses."""

QUESTION_SHORTEST = 10
MESSAGE_SHORTEST, MESSAGE_LONGEST = 2, 2000
NOTE_LONGEST = 500
MOST_FILES = 5
SAME_TEXT_MOST = 3
"""The same question goes to at most so many listings a day."""

LEAST_ANSWERED = 5
"""Below so many answered inquiries an answer time says nothing about an organisation."""
