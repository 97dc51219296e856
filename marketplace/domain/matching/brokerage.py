"""The broker's desk: coded lists of what a 技术经理人 does, and the words of an introduction."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from marketplace.domain.taxonomy import Taxonomy, Term
from marketplace.domain.text import N_

LONGEST_NOTE = 2000
LONGEST_INTRODUCTION = 500


def _list(key: str, label: str, *terms: tuple[str, str]) -> Taxonomy:
    return Taxonomy(key, label, tuple(Term(code, text) for code, text in terms))


CONTRIBUTIONS = _list(
    "broker_contribution", N_("服务内容"),
    ("demand", N_("需求挖掘")), ("valuation", N_("成果评价")), ("introduction", N_("引荐对接")),
    ("negotiation", N_("商务谈判")), ("funding", N_("融资")), ("contract", N_("合同与登记")), ("other", N_("其他")),
)  # fmt: skip

CONTACT_WAYS = _list(
    "contact_way", N_("方式"),
    ("phone", N_("电话")), ("visit", N_("走访")), ("meeting", N_("会谈")), ("mail", N_("邮件")), ("other", N_("其他")),
)  # fmt: skip

CONTACT_SIDES = _list(
    "contact_side", N_("联系对象"),
    ("buyer", N_("需求方")), ("seller", N_("成果方")), ("both", N_("双方")),
)  # fmt: skip

LOST_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "not_needed": N_("需求方不再需要"),
        "sold": N_("成果已经转让或许可"),
        "no_fit": N_("双方不匹配"),
        "price": N_("价格谈不拢"),
        "no_answer": N_("联系不上"),
        "other": N_("其他（见说明）"),
    }
)

INTRODUCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "fit": N_("看过双方的资料，我们认为这项成果可以解决这项需求，建议双方谈一谈。"),
        "part": N_("这项成果能解决需求中的主要部分，其余部分需要双方商量，建议先了解一下。"),
        "visit": N_("建议双方先通一次电话，再安排到现场看一看。我们可以陪同。"),
    }
)
"""Wordings to begin an introduction with; the broker may change every word."""

TABS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "open": ("new", "contacted", "introduced", "negotiating"),
        "new": ("new",),
        "contacted": ("contacted",),
        "introduced": ("introduced",),
        "negotiating": ("negotiating",),
        "won": ("won",),
        "lost": ("lost",),
    }
)
"""Tab of the desk → states of the leads it shows."""
