"""The columns of the tables of achievements, demands and organisations: the one definition for in and out.

A row is a mapping of column keys to values. The columns of listings follow the fields of their forms
(domain/catalogue/content.py); a list of lines (指标, 知识产权) is one cell with one line for each.
"""

from collections.abc import Mapping
from typing import Any

from marketplace.domain import regions
from marketplace.domain.catalogue.content import ITEMS, Item
from marketplace.domain.coded import Labels, LivingTaxonomy
from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import parse_uscc
from marketplace.domain.people.profiles import LABELS, SIGN_UP_KINDS
from marketplace.domain.taxonomy import (
    APPLICATION_SECTORS,
    MATURITY_SCALE_NAMES,
    ORGANISATION_KINDS,
    ORGANISATION_SIZES,
    Taxonomy,
)
from marketplace.domain.text import N_, clean_line
from marketplace.services.platform.tables import Column
from marketplace.services.platform.tables.columns import Kind

TABLES = ("achievement", "demand", "organisation")

IGNORED = frozenset({"owner", "state_words", "region"})
"""Written only: what the site knows itself."""

KEY_LENGTH = 60
"""Characters of 外部编号."""

_CELL_KINDS: Mapping[str, Kind] = {
    "code": "choice",
    "codes": "choices",
    "day": "date",
    "fen": "wan",
    "phone": "code",
    "registration": "code",
}


def options_of(terms: Taxonomy) -> Mapping[str, str]:
    """Return code → word of a list; where parts of a list share words, the part stands before the word.

    Of a list that the site edits, the words are those of the moment at which they are read.
    """
    if isinstance(terms, LivingTaxonomy):
        return Labels(terms, grouped=True)
    labels = [term.label for term in terms]
    shared = len(set(labels)) < len(labels)
    return {term.code: f"{term.group}·{term.label}" if shared else term.label for term in terms}


def _column(key: str, label: str, kind: Kind = "text", **more: Any) -> Column:
    return Column(key, label, kind, lambda row: row.get(key), **more)


def _of_item(item: Item, example: str) -> list[Column]:
    if item.kind == "maturity":
        scale, level = example.split("/")
        names = options_of(MATURITY_SCALE_NAMES)
        return [
            _column("maturity_scale", N_("成熟度标准"), "choice", options=names, example=scale),
            _column("maturity_level", N_("成熟度级别"), "int", example=level),
        ]
    options = options_of(item.terms) if item.terms is not None else {}
    kind = _CELL_KINDS.get(item.kind, "text")
    return [
        _column(item.name, item.label, kind, options=options, example=example, required=item.name == "title")
    ]


_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "achievement": {
        "external_key": "CG-2026-001",
        "title": "示例：秸秆纤维增强无醛板材",
        "benefit": "静曲强度 28 MPa，甲醛未检出，每立方米成本降 180 元",
        "summary": "以小麦秸秆纤维和大豆胶热压成板，可在现有中密度纤维板线上生产，已在两家工厂试产 600 立方米。",
        "keywords": "秸秆、无醛板材",
        "field": "新材料及其应用",
        "tags": "主导产业·绿色家居建材",
        "sectors": "制造业、农、林、牧、渔业",
        "completed_by": "某某大学、某某研究院",
        "registration_number": "",
        "research_from": "2022-03-01",
        "research_to": "2025-06-30",
        "problem": "脲醛胶板材持续释放甲醛，秸秆表面的蜡质又使普通胶粘不牢，现有秸秆板强度达不到家具用板的要求。",
        "advantages": "蒸汽爆破去蜡与大豆胶配合，不改热压线即可投产，强度高于国家标准，原料为本地小麦秸秆，供应稳定。",
        "metrics": "静曲强度 | 18 MPa | 28 MPa | 第三方检测报告\n甲醛释放量 | 0.8 mg/L | 未检出 | 第三方检测报告",
        "maturity": "通用九级/7",
        "maturity_proof": "两家工厂各试产三批，共 600 立方米，合格率 98%。",
        "stage": "中期",
        "attribute": "原始性创新",
        "forms": "新材料、新工艺",
        "level": "国内领先",
        "evaluation": "机构评价",
        "cases": "",
        "ip_rights": "发明专利 | 201310699744.2 | 有效 | 某某大学",
        "team": "张某、李某",
        "ways": "普通许可、技术服务",
        "pricing": "协议定价",
        "price_fen": "60",
        "valid_until": "2030-12-31",
        "contact_name": "成果转化办公室",
        "contact_phone": "0557-3000001",
        "contact_email": "transfer@example.com",
    },
    "demand": {
        "external_key": "XQ-2026-001",
        "title": "示例：板材热压线无醛胶替代",
        "demand_type": "成果引进",
        "field": "新材料及其应用",
        "tags": "主导产业·绿色家居建材",
        "keywords": "无醛胶、热压",
        "situation": "年产板材 6 万立方米，使用脲醛胶，甲醛释放量 0.8 mg/L，出口订单流失；试过两种无醛胶，强度不足。",
        "metrics": "甲醛释放量 | 0.8 mg/L | 0.05 mg/L 以下\n胶合强度 | 0.62 MPa | 0.7 MPa 以上",
        "due_on": "2027-06-30",
        "budget_fen": "80",
        "ways": "技术许可、技术服务",
        "ip_ownership": "归需求方所有",
        "requirements": "能提供中试样品，并到厂指导试产。",
        "contact_name": "技术部",
        "contact_phone": "0557-3000002",
        "contact_email": "tech@example.com",
        "disclosure": "匿名公开",
        "summary": "某板材企业寻找不改产线即可使用的无醛胶，胶合强度不低于 0.7 MPa，每立方米增加成本不超过两成。",
    },
}

_NUMBER = _column("number", N_("编号"), "code")
_OWNER = _column("owner", N_("单位名称"))
_STATE = _column("state_words", N_("状态"))


def _listing_columns(kind: str) -> tuple[Column, ...]:
    examples = _EXAMPLES[kind]
    key = _column("external_key", N_("外部编号"), "code", example=examples["external_key"])
    fields = [
        column for item in ITEMS[kind].values() for column in _of_item(item, examples.get(item.name, ""))
    ]
    return (_NUMBER, key, *fields, _OWNER, _STATE)


def _division(text: str) -> str:
    """Return the code of a place with nothing below it, typed as a code or as its full name."""
    typed = clean_line(text).replace(" ", "")
    code = typed if regions.exists(typed) else regions.leaves_by_name().get(typed, "")
    if not regions.is_leaf(code):
        raise DomainError(
            "division_unknown",
            N_("请填写到区、县一级的六位行政区划代码（例如 341302），或全称（例如 安徽省宿州市埇桥区）"),
        )
    return code


ORGANISATION_COLUMNS: tuple[Column, ...] = (
    _column("uscc", N_("统一社会信用代码"), "code", parse=parse_uscc, required=True, example="91341302MA00000004"),
    _column("name", LABELS["name"], required=True, example="示例：某某新材料有限公司"),
    _column("kind", LABELS["kind"], "choice", options=options_of(ORGANISATION_KINDS), required=True, example="企业"),
    _column("division", N_("行政区划代码"), "code", parse=_division, required=True, example="341302"),
    _column("region", LABELS["division"]),
    _column("address", LABELS["address"], required=True, example="汴河西路 1 号"),
    _column("legal_representative", LABELS["legal_representative"], required=True, example="王某"),
    _column("contact_name", LABELS["contact_name"], required=True, example="技术部"),
    _column("contact_phone", LABELS["contact_phone"], "code", required=True, example="0557-3000003"),
    _column("contact_email", LABELS["contact_email"], required=True, example="office@example.com"),
    _column("website", LABELS["website"], example="https://www.example.com"),
    _column("size", LABELS["size"], "choice", options=options_of(ORGANISATION_SIZES), example="中型"),
    _column("sector", LABELS["sector"], "choice", options=options_of(APPLICATION_SECTORS), example="制造业"),
    _column("introduction", LABELS["introduction"], example="生产秸秆板材，年产 6 万立方米。"),
    _STATE,
)  # fmt: skip

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "achievement": _listing_columns("achievement"),
    "demand": _listing_columns("demand"),
    "organisation": ORGANISATION_COLUMNS,
}

HEADINGS: Mapping[str, Mapping[str, str]] = {
    table: {column.key: column.heading for column in columns} for table, columns in COLUMNS.items()
}

EXAMPLE_NAMES = {
    table: next(column.example for column in columns if column.key in ("title", "name"))
    for table, columns in COLUMNS.items()
}
"""What the first name in a template says: whoever leaves it in is told."""

IMPORTED_KINDS = frozenset(SIGN_UP_KINDS)
"""Kinds of organisations that a table may bring; a 管理部门 is set up by hand."""
