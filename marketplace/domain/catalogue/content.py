"""The fields of achievements and demands (docs/domain.md §2, §3), by step of the form, as data.

The same table drives the form's steps, the parsing of typed text, the differences between revisions and
the names beside which reviewers write. ``content`` everywhere means a mapping of these names to values:

- line, text, phone, email, registration: str, "" when empty;   code: str, "" when empty
- codes, words: list[str];   day: date or None;   fen: int (分) or None
- maturity: (scale, level) or None;   rows: list of dicts with one value per column
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from marketplace.domain import taxonomy
from marketplace.domain.taxonomy import Taxonomy
from marketplace.domain.text import N_


@dataclass(frozen=True)
class Item:
    """One field. ``limit``: longest text, or most entries of a list; ``each``: longest entry of ``words``."""

    name: str
    label: str
    kind: str
    limit: int = 0
    terms: Taxonomy | None = None
    each: int = 0
    needed: bool = False
    columns: tuple["Item", ...] = ()


@dataclass(frozen=True)
class Step:
    """One page of the guided form."""

    key: str
    label: str
    items: tuple[Item, ...] = ()


_CONTACT = (
    Item("contact_name", N_("联系人"), "line", 60, needed=True),
    Item("contact_phone", N_("联系电话"), "phone", 30, needed=True),
    Item("contact_email", N_("电子邮箱"), "email", 254),
)

SUBMIT = "submit"
"""Key of the last step: files, declarations, preview and submission."""

ACHIEVEMENT_STEPS = (
    Step(
        "basics",
        N_("基本信息"),
        (
            Item("title", N_("成果名称"), "line", 100, needed=True),
            Item("benefit", N_("一句话效益"), "line", 80, needed=True),
            Item("summary", N_("成果简介"), "text", 3000, needed=True),
            Item("keywords", N_("关键词"), "words", 10, each=20, needed=True),
            Item("field", N_("技术领域"), "code", terms=taxonomy.NATIONAL_FIELDS, needed=True),
            Item("tags", N_("产业方向"), "codes", 8, terms=taxonomy.CITY_TAGS),
            Item("sectors", N_("应用行业"), "codes", 5, terms=taxonomy.APPLICATION_SECTORS),
            Item("completed_by", N_("完成单位"), "words", 20, each=100, needed=True),
            Item("registration_number", N_("成果登记号"), "registration", 20),
            Item("research_from", N_("研究开始日期"), "day"),
            Item("research_to", N_("研究结束日期"), "day"),
        ),
    ),
    Step(
        "technology",
        N_("技术与数据"),
        (
            Item("problem", N_("解决的问题"), "text", 2000, needed=True),
            Item("advantages", N_("技术优势"), "text", 2000, needed=True),
            Item(
                "metrics",
                N_("关键指标"),
                "rows",
                12,
                needed=True,
                columns=(
                    Item("indicator", N_("指标"), "line", 60, needed=True),
                    Item("current", N_("现行水平"), "line", 80, needed=True),
                    Item("achieved", N_("本成果"), "line", 80, needed=True),
                    Item("evidence", N_("依据"), "line", 120),
                ),
            ),
            Item("maturity", N_("成熟度"), "maturity", needed=True),
            Item("maturity_proof", N_("成熟度证明"), "text", 1000, needed=True),
            Item("stage", N_("所处阶段"), "code", terms=taxonomy.STAGES, needed=True),
            Item("attribute", N_("成果属性"), "code", terms=taxonomy.ACHIEVEMENT_ATTRIBUTES, needed=True),
            Item("forms", N_("成果体现形式"), "codes", 5, terms=taxonomy.ACHIEVEMENT_FORMS, needed=True),
            Item("level", N_("成果水平"), "code", terms=taxonomy.ACHIEVEMENT_LEVELS, needed=True),
            Item("evaluation", N_("评价方式"), "code", terms=taxonomy.EVALUATION_METHODS, needed=True),
            Item("cases", N_("转化案例"), "text", 3000),
        ),
    ),
    Step(
        "rights",
        N_("知识产权与团队"),
        (
            Item(
                "ip_rights",
                N_("知识产权"),
                "rows",
                30,
                columns=(
                    Item("ip_type", N_("类型"), "code", terms=taxonomy.IP_TYPES, needed=True),
                    Item("number", N_("编号"), "ip_number", 60),
                    Item("status", N_("状态"), "code", terms=taxonomy.IP_STATUSES, needed=True),
                    Item("owner", N_("权利人"), "line", 200, needed=True),
                ),
            ),
            Item("team", N_("完成人"), "words", 50, each=40, needed=True),
        ),
    ),
    Step(
        "terms",
        N_("合作与价格"),
        (
            Item("ways", N_("合作方式"), "codes", 7, terms=taxonomy.COOPERATION_WAYS, needed=True),
            Item("pricing", N_("定价方式"), "code", terms=taxonomy.PRICING_METHODS, needed=True),
            Item("price_fen", N_("价格"), "fen"),
            Item("valid_until", N_("有效期至"), "day"),
            *_CONTACT,
        ),
    ),
    Step(SUBMIT, N_("附件、声明与提交")),
)

DEMAND_STEPS = (
    Step(
        "need",
        N_("需求"),
        (
            Item("title", N_("需求名称"), "line", 100, needed=True),
            Item("demand_type", N_("需求类型"), "code", terms=taxonomy.DEMAND_TYPES, needed=True),
            Item("field", N_("技术领域"), "code", terms=taxonomy.NATIONAL_FIELDS, needed=True),
            Item("tags", N_("产业方向"), "codes", 8, terms=taxonomy.CITY_TAGS),
            Item("keywords", N_("关键词"), "words", 10, each=20, needed=True),
            Item("situation", N_("现状与难题"), "text", 3000, needed=True),
        ),
    ),
    Step(
        "targets",
        N_("指标与条件"),
        (
            Item(
                "metrics",
                N_("量化指标"),
                "rows",
                12,
                needed=True,
                columns=(
                    Item("indicator", N_("指标"), "line", 60, needed=True),
                    Item("present", N_("目前水平"), "line", 80),
                    Item("target", N_("目标要求"), "line", 80, needed=True),
                ),
            ),
            Item("due_on", N_("期望完成时间"), "day", needed=True),
            Item("budget_fen", N_("拟投入资金"), "fen"),
            Item("ways", N_("合作方式"), "codes", 8, terms=taxonomy.DEMAND_COOPERATION_WAYS, needed=True),
            Item("ip_ownership", N_("知识产权归属"), "code", terms=taxonomy.IP_OWNERSHIPS, needed=True),
            Item("requirements", N_("对承接方要求"), "text", 2000),
            *_CONTACT,
        ),
    ),
    Step(
        "disclosure",
        N_("公开方式与文本"),
        (
            Item("disclosure", N_("公开范围"), "code", terms=taxonomy.DISCLOSURES, needed=True),
            Item("summary", N_("公开文本"), "text", 1500, needed=True),
        ),
    ),
    Step(SUBMIT, N_("附件、声明与提交")),
)

STEPS: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {"achievement": ACHIEVEMENT_STEPS, "demand": DEMAND_STEPS}
)

ITEMS: Mapping[str, Mapping[str, Item]] = MappingProxyType(
    {kind: {item.name: item for step in steps for item in step.items} for kind, steps in STEPS.items()}
)
"""All fields of a kind by name, in the order of the form."""

_STEP_OF = {
    kind: {item.name: step.key for step in steps for item in step.items} for kind, steps in STEPS.items()
}

EMPTY: Mapping[str, object] = MappingProxyType({"day": None, "fen": None, "maturity": None})


def blank(item: Item) -> object:
    """Return the value of an empty field."""
    return [] if item.kind in ("codes", "words", "rows") else EMPTY.get(item.kind, "")


def step_of(kind: str, field: str) -> str:
    """Return the key of the step where ``field`` (also ``metrics-0-target``) is filled in."""
    return _STEP_OF[kind].get(field.partition("-")[0], SUBMIT)


@dataclass(frozen=True)
class Place:
    """Where a field stands, in words: a label (msgid) and, for a cell, its row (from 1) and column (msgid)."""

    label: str
    row: int = 0
    column: str = ""


def place_of(kind: str, field: str) -> Place:
    """Return where ``field`` stands; ``metrics-0-target`` is a cell. Unknown names stand for themselves."""
    name, *cell = field.split("-")
    item = ITEMS[kind].get(name)
    if item is None:
        return Place(OTHER_LABELS.get(name, name))
    column = next((each for each in item.columns if cell[1:] == [each.name]), None)
    return Place(item.label, int(cell[0]) + 1, column.label) if column else Place(item.label)


OTHER_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "files": N_("图片与附件"),
        "no_secret": N_("不涉密声明"),
        "rights_owned": N_("权属声明"),
        "change_note": N_("修改说明"),
    }
)
"""Names of what stands on the last step."""


def step(kind: str, key: str) -> Step | None:
    """Return a step by its key, or None."""
    return next((each for each in STEPS[kind] if each.key == key), None)


def neighbour(kind: str, key: str, direction: int) -> str:
    """Return the key of the step before (−1) or after (1) ``key``; the ends stay where they are."""
    keys = [each.key for each in STEPS[kind]]
    return keys[min(max(keys.index(key) + direction, 0), len(keys) - 1)]
