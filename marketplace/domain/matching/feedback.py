"""What people may say of a match."""

from collections.abc import Mapping

from marketplace.domain.text import N_

OTHER = "other"

MISFITS: Mapping[str, str] = {
    "field": N_("领域不符"),
    "approach": N_("技术路线不同"),
    "maturity": N_("成熟度不够"),
    "price": N_("价格太高"),
    "region": N_("地区太远"),
    "ways": N_("合作方式不合"),
    "solved": N_("已有方案"),
    OTHER: N_("其他"),
}
"""Why a pair does not fit, by code; the worker learns from some of them which field counts."""

LONGEST_NOTE = 300
"""Characters of the words beside a reason."""
