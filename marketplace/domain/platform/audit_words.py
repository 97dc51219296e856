"""What the keys of audit details are called on pages and in tables; values stay as they were written."""

from collections.abc import Mapping

from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.text import N_

KEY_WORDS: Mapping[str, str] = {
    "reasons": N_("理由"), "listing": N_("成果或需求"), "ordinal": N_("第几版"), "kind": N_("类型"),
    "organisation": N_("单位"), "person": N_("人员"), "position": N_("身份"), "role": N_("角色"),
    "scope": N_("范围"), "how": N_("方式"), "fields": N_("字段"), "document": N_("文件"), "version": N_("版本"),
    "revision": N_("版本"), "field": N_("字段"), "file": N_("文件"), "purpose": N_("用途"), "level": N_("可见范围"),
    "contract": N_("合同"), "case": N_("补助申请"), "cases": N_("补助申请"), "year": N_("年度"), "part": N_("部分"),
    "key": N_("参数"), "topic": N_("类别"), "count": N_("数量"), "late": N_("超期"), "rows": N_("行数"),
    "table": N_("台账"), "first": N_("从"), "last": N_("到"), "working": N_("上班"), "amount_fen": N_("金额（分）"),
    "digest": N_("摘要"), "name_digest": N_("登录名摘要"), "inquiry": N_("询问"), "negotiation": N_("洽谈"),
    "demand": N_("需求"), "achievement": N_("成果"), "verdict": N_("评价"), "what": N_("内容"), "source": N_("来源"),
}  # fmt: skip
"""Key → word; a key without one stays as it is."""

_REASON_WORDS = {code: label for labels in REASONS.values() for code, label in labels.items()}


def key_words(key: str) -> str:
    """Return what a key of audit details is called."""
    return KEY_WORDS.get(key, key)


def reason_words(code: str) -> str:
    """Return the label of a coded reason; what has none stays a code."""
    return _REASON_WORDS.get(code, code)
