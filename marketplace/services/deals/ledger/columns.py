"""Columns of the contract ledger: every field of the national registration form, the same on the way out and in.

What a table cannot take in (平台备案号, 登记方式, 状态, 已付) stands in both as well and is ignored on reading.
Several achievements or joint sellers stand in one cell, parted by ；, in the same order in every such column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.domain import money, regions
from marketplace.domain.coded import Labels
from marketplace.domain.deals import terms
from marketplace.domain.identifiers import parse_uscc
from marketplace.domain.states import CONTRACT
from marketplace.domain.taxonomy import (
    APPLICATION_SECTORS,
    CITY_TAGS,
    NATIONAL_FIELDS,
    ORGANISATION_SIZES,
    Taxonomy,
)
from marketplace.domain.text import N_, compact
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
)
from marketplace.services.platform.tables import Column

PARTED_BY = "；"
YES_NO = {"1": N_("是"), "0": N_("否")}
ROUTES = {"local": N_("本市登记"), "external": N_("外地登记证明")}


@dataclass(frozen=True)
class Row:
    """A contract as a row of its ledger; ``paid_fen`` is what was verified, net.

    ``listing_numbers``: id of a listing → its public number, for the achievements of the row.
    """

    contract: Contract
    paid_fen: int
    listing_numbers: Mapping[int, str]

    @property
    def version(self) -> ContractVersion:
        """The text in force."""
        version = self.contract.current
        assert version is not None  # noqa: S101
        return version

    @property
    def registration(self) -> ContractRegistration | None:
        """The registration, once there is one."""
        return self.contract.registration

    @property
    def buyer(self) -> ContractParty | None:
        """The buyer."""
        return next((party for party in self.version.parties if party.role == "buyer"), None)

    @property
    def sellers(self) -> Sequence[ContractParty]:
        """The sellers, the first named first."""
        return [party for party in self.version.parties if party.role == "seller"]

    @property
    def technical_fen(self) -> int:
        """技术交易额 as registered, else as declared."""
        row = self.registration
        return row.technical_fen if row is not None and row.decided_at else self.version.technical_fen


def _options(taxonomy: Taxonomy) -> dict[str, str]:
    return dict(taxonomy.choices)


TAG_OPTIONS: Mapping[str, str] = Labels(CITY_TAGS, grouped=True)
"""The same word stands in two lists of the city, so a direction is written with its list."""
STATES: Mapping[str, str] = {state.code: state.label for state in CONTRACT.states.values()}


def _flag(value: bool | None) -> str | None:
    return None if value is None else "1" if value else "0"


def _parse_division(text: str) -> str:
    return regions.get(compact(text)).code


def _of_version(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.version, name)


def _of_registration(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.registration, name, None)


_PARTY: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("name", N_("名称"), "text", {"required": True}),
    ("uscc", N_("统一社会信用代码"), "code", {"parse": parse_uscc}),
    ("country", N_("国别"), "choice", {"options": _options(terms.COUNTRIES), "example": "中国"}),
    ("foreign_number", N_("境外登记号"), "code", {}),
    ("division", N_("行政区划代码"), "code", {"parse": _parse_division}),
    ("nature", N_("单位性质"), "choice", {"options": _options(terms.NATURES)}),
    ("is_transfer_institution", N_("是否技术转移机构"), "choice", {"options": YES_NO, "example": "否"}),
    ("is_research_institution", N_("是否研发机构"), "choice", {"options": YES_NO, "example": "否"}),
    ("in_high_tech_zone", N_("是否高新区内企业"), "choice", {"options": YES_NO, "example": "否"}),
    ("is_listed_company", N_("是否上市"), "choice", {"options": YES_NO, "example": "否"}),
    ("size", N_("企业规模"), "choice", {"options": _options(ORGANISATION_SIZES)}),
    ("sector", N_("行业"), "choice", {"options": _options(APPLICATION_SECTORS)}),
    ("address", N_("地址"), "text", {}),
    ("legal_representative", N_("法定代表人"), "text", {}),
    ("contact_name", N_("联系人"), "text", {}),
    ("contact_phone", N_("联系电话"), "code", {}),
    ("postcode", N_("邮编"), "code", {}),
)
PARTY_FIELDS = tuple(name for name, *_rest in _PARTY)
FLAGS = tuple(name for name, _label, _kind, more in _PARTY if more.get("options") is YES_NO)

_EXAMPLES = {
    "buyer": {"name": "宿州某某科技有限公司", "uscc": "914403001922038216", "division": "341302",
              "nature": "民营企业", "size": "小型", "sector": "制造业"},
    "seller": {"name": "合肥某某大学", "uscc": "91340000711771143J", "division": "340111", "nature": "高等院校"},
}  # fmt: skip


def _party_columns(role: str, word: str) -> tuple[Column, ...]:
    def get(name: str) -> Callable[[Row], Any]:
        def value(row: Row) -> Any:
            party = row.buyer if role == "buyer" else next(iter(row.sellers), None)
            found = getattr(party, name, None)
            return _flag(found) if name in FLAGS else found

        return value

    return tuple(
        Column(f"{role}_{name}", f"{word}{label}", kind, get(name),  # type: ignore[arg-type]
               **{**more, "example": _EXAMPLES[role].get(name, more.get("example", ""))})
        for name, label, kind, more in _PARTY
    )  # fmt: skip


def _joined(parts: Sequence[str]) -> str:
    """Several values in a cell; nothing where none of them says anything."""
    return PARTED_BY.join(part.replace(PARTED_BY, "，") for part in parts) if any(parts) else ""


def _other_sellers(row: Row) -> str:
    return _joined(["，".join((each.name, each.uscc, each.division or "")) for each in row.sellers[1:]])


def _of_lines(value: Callable[[ContractLine], str]) -> Callable[[Row], str]:
    return lambda row: _joined([value(line) for line in row.version.lines])


def _listing_numbers(row: Row) -> str:
    return _joined([row.listing_numbers.get(line.traded.listing_id or 0, "") for line in row.version.lines])


def _rights(line: ContractLine) -> str:
    return "、".join(right.number for right in line.traded.rights if right.number)


CONTRACT_COLUMNS: tuple[Column, ...] = (
    Column("number", N_("合同登记编号"), "code", _of_registration("number"), required=True, example="2025340101000123"),
    Column("filing_number", N_("平台备案号"), "code", lambda row: row.contract.filing_number),
    Column("title", N_("合同名称"), "text", _of_version("title"), required=True, example="某某专利实施许可合同"),
    Column("state", N_("状态"), "choice", lambda row: row.contract.state, options=STATES),
    Column("kind", N_("合同类别"), "choice", _of_version("kind"), options=_options(terms.KINDS), required=True,
           example="专利实施许可"),
    Column("licence_scope", N_("许可方式"), "choice", _of_version("licence_scope"),
           options=_options(terms.LICENCE_SCOPES), example="普通许可"),
    Column("signed_on", N_("签订日期"), "date", lambda row: row.contract.signed_on, required=True,
           example="2025-03-01"),
    Column("valid_from", N_("有效期起"), "date", _of_version("valid_from"), example="2025-03-01"),
    Column("valid_to", N_("有效期止"), "date", _of_version("valid_to"), example="2028-02-28"),
    Column("amount", N_("成交额"), "fen", _of_version("amount_fen"), required=True, total=True, example="3000000"),
    Column("technical", N_("技术交易额"), "fen", lambda row: row.technical_fen, required=True, total=True,
           example="2800000"),
    Column("open_ended", N_("是否有金额待定"), "choice", lambda row: _flag(row.version.open_ended), options=YES_NO,
           example="否"),
    Column("paid", N_("已付金额"), "fen", lambda row: row.paid_fen, total=True),
    Column("payment_mode", N_("支付方式"), "choice", _of_version("payment_mode"),
           options=_options(terms.PAYMENT_MODES), required=True, example="一次总付"),
    Column("related_party", N_("是否关联交易"), "choice", lambda row: _flag(row.version.related_party),
           options=YES_NO, required=True, example="否"),
    Column("is_import", N_("是否技术进口"), "choice", lambda row: _flag(row.version.is_import), options=YES_NO,
           example="否"),
    Column("plan_source", N_("项目计划来源"), "choice", _of_version("plan_source"),
           options=_options(terms.PLAN_SOURCES), example="计划外"),
    Column("rights_involved", N_("知识产权类型"), "choices", _of_version("rights_involved"),
           options=_options(terms.RIGHTS_INVOLVED), example="发明专利"),
    Column("field", N_("技术领域"), "choice", _of_version("field"), options=_options(NATIONAL_FIELDS), required=True,
           example="新材料及其应用"),
    Column("tags", N_("产业方向"), "choices", _of_version("tags"), options=TAG_OPTIONS, example="主导产业·新材料"),
    Column("objective", N_("社会经济目标"), "choice", _of_version("objective"), options=_options(terms.OBJECTIVES),
           example="促进工商业发展"),
    Column("content", N_("合同主要内容"), "text", _of_version("content")),
    Column("route", N_("登记方式"), "choice", _of_registration("route"), options=ROUTES),
    Column("registry_name", N_("登记机构"), "text", _of_registration("registry_name"), required=True,
           example="合肥市技术合同登记处"),
    Column("registered_on", N_("登记日期"), "date", _of_registration("registered_on"), required=True,
           example="2025-03-18"),
    *_party_columns("buyer", N_("买方")),
    *_party_columns("seller", N_("卖方")),
    Column("other_sellers", N_("其他卖方"), "text", _other_sellers),
    Column("achievement_numbers", N_("成果编号"), "text", _listing_numbers),
    Column("achievement_names", N_("成果名称"), "text", _of_lines(lambda line: line.traded.name), example="某某成果"),
    Column("achievement_rights", N_("知识产权号"), "text", _of_lines(_rights), example="201310699744.2"),
    Column("achievement_amounts", N_("各成果成交额（元）"), "text",
           _of_lines(lambda line: money.format_yuan(line.amount_fen))),
    Column("achievement_technical", N_("各成果技术交易额（元）"), "text", _of_lines(
        lambda line: money.format_yuan(
            line.technical_fen if line.approved_technical_fen is None else line.approved_technical_fen
        )
    )),
)  # fmt: skip

IGNORED = frozenset({"filing_number", "state", "paid", "route"})
"""Written only: what the site gives or computes itself."""
