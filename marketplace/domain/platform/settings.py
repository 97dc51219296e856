"""Settings that a rule or an office may change: what they are, not what they are today.

Values in force are dated rows; the initial value holds until the first row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.domain.calendar import Limit
from marketplace.domain.deals.turnover import MEASURES, VIEWS
from marketplace.domain.errors import DomainError
from marketplace.domain.platform import city_lists
from marketplace.domain.text import N_


@dataclass(frozen=True)
class Definition:
    """One setting: ``kind`` is ``int``, ``limit`` ({number, unit: 日|工作日}), ``choice`` (a code of ``options``),
    or one of city_lists.KINDS (domain/platform/city_lists.py).

    ``second_person``: a change waits until somebody else confirms it.
    """

    key: str
    label: str
    kind: str
    initial: Any
    minimum: int = 0
    maximum: int = 0
    unit: str = ""
    second_person: bool = False
    basis: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


_ALL = (
    Definition("review.limit.organisation", N_("单位认证时限"), "limit", {"number": 3, "unit": "工作日"}, 1, 60),
    Definition("review.limit.achievement", N_("成果审核时限"), "limit", {"number": 5, "unit": "工作日"}, 1, 60),
    Definition("review.limit.demand", N_("需求审核时限"), "limit", {"number": 5, "unit": "工作日"}, 1, 60),
    Definition(
        "review.limit.contract", N_("合同登记时限"), "limit", {"number": 30, "unit": "日"}, 1, 90,
        basis=N_("《技术合同认定登记管理办法》：自受理之日起三十日内"),
    ),
    *(
        Definition(f"review.limit.{kind}", label, "limit", {"number": days, "unit": "工作日"}, 1, 60)
        for kind, label, days in (
            ("achievement_correction", N_("成果纠错核实时限"), 5), ("demand_correction", N_("需求纠错核实时限"), 5),
            ("contract_check", N_("合同复核时限"), 5), ("contract_change", N_("合同变更审核时限"), 15),
            ("price_objection", N_("定价异议处理时限"), 10), ("payment", N_("支付凭证核验时限"), 5),
            ("payment_evidence", N_("补充凭证核验时限"), 5),
            ("subsidy_first_review", N_("补助初审时限"), 10), ("subsidy_review", N_("补助审核时限"), 15),
            ("subsidy_appeal", N_("补助陈述申辩处理时限"), 10), ("grant_objection", N_("补助公示异议处理时限"), 10),
        )
    ),
    Definition(
        "contract.price_days", N_("协议定价公示期"), "limit", {"number": 15, "unit": "日"}, 1, 60, second_person=True,
        basis=N_("《实施〈促进科技成果转化法〉若干规定》：公示时间不少于15日"),
    ),
    Definition("contract.link_days", N_("合同确认链接有效期"), "int", 14, 1, 60, N_("日")),
    Definition(
        "contract.price_gap_percent", N_("合同额与成果标价相差多少时提示登记人员"), "int", 50, 1, 1000, "%",
    ),
    Definition(
        "registry.point", N_("本市登记机构的登记点代码（0 表示未配置，由登记人员填写全国系统编号）"), "int", 0, 0, 99,
        second_person=True,
    ),
    Definition(
        "billing.largest_yuan", N_("单笔在线支付上限"), "int", 999_999, 1, 999_999, N_("元"), second_person=True
    ),
    Definition(
        "turnover.view", N_("技术合同成交额的统计口径"), "choice", "total", second_person=True,
        basis=N_("安徽省公布的成交总额为吸纳与输出之和"), options=dict(VIEWS.choices),
    ),
    Definition(
        "turnover.measure", N_("技术合同成交额按哪项金额统计"), "choice", "amount", second_person=True,
        options=dict(MEASURES.choices),
    ),
    Definition(
        "subsidy.recovery_limit", N_("补助追回的退回期限"), "limit", {"number": 30, "unit": "日"}, 1, 365,
        second_person=True,
    ),
    Definition(
        "subsidy.supplement_limit", N_("绩效报告退回后补充的期限"), "limit", {"number": 10, "unit": "工作日"}, 1, 60
    ),
    Definition(
        "subsidy.applicant_limit", N_("申请单位补正、确认收款账户的期限"), "limit",
        {"number": 10, "unit": "工作日"}, 1, 60,
    ),
    Definition(
        "subsidy.office_limit", N_("定额、安排公示、批准、拨付各步的办理时限"), "limit",
        {"number": 10, "unit": "工作日"}, 1, 60,
    ),
    Definition("subsidy.report_years", N_("补助拨付后须提交几个年度的绩效报告"), "int", 3, 1, 10, N_("年")),
    Definition("inquiry.answer_limit", N_("询问答复时限"), "limit", {"number": 3, "unit": "工作日"}, 1, 30),
    Definition(
        "inquiry.raise_limit", N_("技术经理人跟进多久仍无答复转管理部门"), "limit",
        {"number": 2, "unit": "工作日"}, 1, 30,
    ),
    Definition("inquiry.new_daily", N_("一个单位每天最多发起多少条询问"), "int", 20, 1, 500, N_("条")),
    Definition("inquiry.messages_hourly", N_("一个人在一条询问里每小时最多留言"), "int", 30, 5, 500, N_("条")),
    Definition(
        "match.told_strength", N_("达到何种强度才主动通知"), "choice", "fair",
        options={"strong": N_("强"), "fair": N_("较强"), "weak": N_("弱")},
    ),
    *(
        Definition(f"match.{code}_from", label, "int", percent, 1, 99, "%", second_person=True)
        for code, label, percent in (
            ("strong", N_("匹配强度“强”：文字相近程度不低于"), 25),
            ("fair", N_("匹配强度“较强”：文字相近程度不低于"), 12),
            ("weak", N_("匹配强度“弱”：文字相近程度不低于"), 5),
        )
    ),
    Definition(
        "match.embedding_percent", N_("语义向量在匹配得分中的占比（未配置服务时不起作用）"), "int", 30, 0, 90, "%"
    ),
    Definition(
        "correction.limit", N_("纠错属实后发布单位更正的时限"), "limit", {"number": 10, "unit": "工作日"}, 1, 60
    ),
    Definition("listing.months_valid", N_("发布后多久须重新确认"), "int", 12, 1, 60, N_("个月")),
    Definition("listing.first_reminder_days", N_("到期前多久第一次提醒确认"), "int", 30, 1, 180, N_("日")),
    Definition("listing.last_reminder_days", N_("到期前多久最后一次提醒确认"), "int", 7, 1, 180, N_("日")),
    Definition(
        "session.staff_idle_minutes", N_("管理人员闲置多久自动退出"), "int", 30, 5, 480, N_("分钟"),
        second_person=True,
    ),
    Definition(
        "login.failures_allowed", N_("同一账号十五分钟内可登录失败次数（同一地址为五倍）"), "int", 8, 3, 50,
        N_("次"), second_person=True,
    ),
    Definition(
        "progress.failures_allowed", N_("同一受理编号十二小时内可查错的次数（同一地址为五倍）"), "int", 10, 3, 50,
        N_("次"), second_person=True,
    ),
    Definition("files.max_megabytes", N_("单个文件大小上限"), "int", 20, 1, 50, "MB"),
)  # fmt: skip

_LISTS = tuple(
    Definition(one.key, one.label, one.kind, one.initial, unit=one.unit, second_person=True, basis=one.basis)
    for one in city_lists.ALL
)

SETTINGS: Mapping[str, Definition] = {definition.key: definition for definition in (*_ALL, *_LISTS)}

SECTIONS: Mapping[str, tuple[str, ...]] = {
    N_("审核时限"): ("review",),
    N_("技术合同与成交额"): ("contract", "registry", "billing", "turnover"),
    N_("补助"): ("subsidy",),
    N_("成果、需求与询问"): ("listing", "correction", "quality", "inquiry"),
    N_("匹配"): ("match",),
    N_("账号与安全"): ("session", "login", "progress", "files"),
}
"""Heading of the page of settings → first words of the keys under it; the rest stands under 其他."""


def section_of(key: str) -> str:
    """Return the heading under which a setting stands."""
    first = key.partition(".")[0]
    return next((title for title, words in SECTIONS.items() if first in words), N_("其他"))


def check_value(key: str, value: Any) -> Any:
    """Return ``value`` as it is stored; raise DomainError (field ``value``) where it is out of bounds."""
    definition = SETTINGS[key]
    if definition.kind in city_lists.KINDS:
        return city_lists.check_value(key, definition.kind, value)
    if definition.kind == "choice":
        if value not in definition.options:
            raise DomainError("setting_no_option", N_("请从列表中选择"), field="value")
        return value
    number = value.get("number") if definition.kind == "limit" and isinstance(value, dict) else value
    whole = definition.kind != "limit" or isinstance(value, dict)
    if isinstance(number, bool) or not isinstance(number, int) or not whole:
        raise DomainError("setting_not_integer", N_("请填写整数"), field="value")
    if not definition.minimum <= number <= definition.maximum:
        raise DomainError(
            "setting_out_of_bounds",
            N_("请填写 %(minimum)s 到 %(maximum)s 之间的整数"),
            field="value",
            minimum=definition.minimum,
            maximum=definition.maximum,
        )
    if definition.kind == "limit":
        Limit(number, value["unit"])
        return {"number": number, "unit": value["unit"]}
    return number
