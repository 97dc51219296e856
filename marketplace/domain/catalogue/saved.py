"""What may be kept of the market, and how often somebody hears of it."""

from collections.abc import Mapping

from marketplace.domain.text import N_

FREQUENCIES: Mapping[str, str] = {
    "immediate": N_("立即发邮件"),
    "daily": N_("每日汇总"),
    "weekly": N_("每周汇总"),
    "off": N_("不通知"),
}
"""How often news of a saved search are wanted; "off" is silence on the site too, the search stays."""

KINDS: Mapping[str, str] = {
    "achievement": N_("科技成果"),
    "demand": N_("技术需求"),
    "organisation": N_("认证单位"),
}
"""What a search may look for."""

USUAL = "daily"
MOST_SEARCHES = 50
"""Searches of a person: more would be a list that nobody reads."""
NAME_LENGTH = 60
MOST_FAVOURITES = 300
NOTE_LENGTH = 500
MOST_COMPARED = 4
"""Achievements side by side: as many as fit a page."""
