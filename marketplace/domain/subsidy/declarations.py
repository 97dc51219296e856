"""What an applicant signs: no related parties, other aid received, the truth of the papers."""

from collections.abc import Mapping

from marketplace.domain.text import N_

LONGEST_NAME = 60
LONGEST_DETAILS = 1000

WORDS: Mapping[str, str] = {
    "unrelated": N_(
        "本单位与技术合同的卖方之间不存在控股、参股、同一实际控制人、同一法定代表人或者其他可能影响公平交易的关联关系。"
    ),
    "other_aid": N_("本单位已如实说明就同一技术合同、同一成果取得或者申请的其他财政补助。"),
    "truth": N_("本单位提交的申请材料真实、完整、有效，如有虚假，愿意退回补助资金并承担相应责任。"),
}
"""Kind → the words that are signed; they are kept with the signature as they stood."""

AID: Mapping[str, str] = {
    "none": N_("没有取得或申请其他补助"),
    "other": N_("取得或申请过其他补助，但不是针对同一合同"),
    "provincial": N_("同一合同已取得或申请省级补助"),
}
"""What may be said of other aid; a provincial subsidy for the same contract is a stop (DOMAIN §3, 15)."""

LONGEST_APPEAL = 2000
LONGEST_REPORT = 2000
LONGEST_WAIVER = 500
"""Longest texts of 陈述申辩, a yearly report, and why a paper is not needed."""
