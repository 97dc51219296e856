"""What a technology contract says, as plain values: the steps of its form, their fields and their names.

Forms make these values, services keep them, ``completeness`` judges them and ``differences`` compares them.
Amounts are 分; None stands for what has not been filled in. Fields are named as in the forms: ``title``,
``buyer.uscc``, ``sellers.0.uscc``, ``lines.1.amount_fen``, ``lines.0.rights.1.number``, ``instalments.2.due_on``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from types import MappingProxyType

from marketplace.domain.text import N_

MOST_SELLERS = 10
MOST_LINES = 30
MOST_RIGHTS = 20
MOST_INSTALMENTS = 60


@dataclass(frozen=True)
class PartyData:
    """A party as it is at signing. ``country`` other than CN: identified by ``foreign_number``, without division."""

    name: str = ""
    uscc: str = ""
    country: str = "CN"
    foreign_number: str = ""
    division: str = ""
    nature: str = ""
    is_transfer_institution: bool = False
    is_research_institution: bool = False
    in_high_tech_zone: bool = False
    is_listed_company: bool = False
    size: str = ""
    sector: str = ""
    address: str = ""
    legal_representative: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    postcode: str = ""


@dataclass(frozen=True)
class PartiesData:
    """Step ``parties``: one buyer and up to MOST_SELLERS sellers, the first named first."""

    buyer: PartyData = PartyData()
    sellers: tuple[PartyData, ...] = ()


@dataclass(frozen=True)
class RightData:
    """An intellectual property right: codes of IP_TYPES and IP_STATUSES, and its number as typed or canonical."""

    ip_type: str = ""
    number: str = ""
    status: str = "valid"


@dataclass(frozen=True)
class LineData:
    """One achievement's share. Named by ``listing_number`` (SZ-A-…) or, where nobody listed it, by its own words.

    ``traded_id``: the achievement is one already recorded; the words of an unlisted one then correct that record.
    ``explanation``: why it is another achievement although a record with the same right exists.
    """

    listing_number: str = ""
    traded_id: int | None = None
    name: str = ""
    owner_name: str = ""
    owner_uscc: str = ""
    rights: tuple[RightData, ...] = ()
    explanation: str = ""
    amount_fen: int | None = None
    technical_fen: int | None = None


@dataclass(frozen=True)
class SubjectData:
    """Step ``subject``: what is sold, in lines whose sums are 成交额 and 技术交易额."""

    title: str = ""
    kind: str = ""
    licence_scope: str = ""
    content: str = ""
    is_import: bool = False
    lines: tuple[LineData, ...] = ()


@dataclass(frozen=True)
class InstalmentData:
    """A part of the plan: ``kind`` fixed or royalty; only a royalty may stay without an amount (金额待定)."""

    name: str = ""
    kind: str = "fixed"
    due_on: date | None = None
    condition: str = ""
    amount_fen: int | None = None


@dataclass(frozen=True)
class MoneyData:
    """Step ``money``: how and when is paid, and how long the contract holds."""

    payment_mode: str = ""
    instalments: tuple[InstalmentData, ...] = ()
    open_ended: bool = False
    royalty_terms: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class ParticularsData:
    """Step ``particulars``: the coded fields of the national form. ``disclosure`` is the writer's own side's."""

    field: str = ""
    tags: tuple[str, ...] = ()
    objective: str = ""
    plan_source: str = ""
    rights_involved: tuple[str, ...] = ()
    pricing: str = ""
    related_party: bool | None = None
    related_note: str = ""
    disclosure: str = ""


@dataclass(frozen=True)
class Text:
    """All that a contract says."""

    parties: PartiesData = dataclass_field(default_factory=PartiesData)
    subject: SubjectData = dataclass_field(default_factory=SubjectData)
    money: MoneyData = dataclass_field(default_factory=MoneyData)
    particulars: ParticularsData = dataclass_field(default_factory=ParticularsData)

    @property
    def amount_fen(self) -> int:
        """成交额: the sum over the lines."""
        return sum(line.amount_fen or 0 for line in self.subject.lines)

    @property
    def technical_fen(self) -> int:
        """技术交易额: the sum over the lines."""
        return sum(line.technical_fen or 0 for line in self.subject.lines)


STEPS: Mapping[str, str] = MappingProxyType(
    {
        "parties": N_("合同各方"),
        "subject": N_("标的与金额"),
        "money": N_("付款与期限"),
        "particulars": N_("登记事项"),
        "papers": N_("签订与文件"),
    }
)
"""Steps of the form, in order. The last holds the day of signing and the files, which are no part of the text."""

PARTY_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": N_("名称"),
        "uscc": N_("统一社会信用代码"),
        "country": N_("国别（地区）"),
        "foreign_number": N_("境外登记号码"),
        "division": N_("住所所在地"),
        "nature": N_("单位性质"),
        "is_transfer_institution": N_("是否技术转移机构"),
        "is_research_institution": N_("是否研发机构"),
        "in_high_tech_zone": N_("是否高新区内企业"),
        "is_listed_company": N_("是否上市公司"),
        "size": N_("企业规模"),
        "sector": N_("所属行业"),
        "address": N_("地址"),
        "legal_representative": N_("法定代表人"),
        "contact_name": N_("联系人"),
        "contact_phone": N_("联系电话"),
        "contact_email": N_("电子邮箱"),
        "postcode": N_("邮政编码"),
    }
)
LINE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "listing_number": N_("成果编号"),
        "name": N_("成果名称"),
        "owner_name": N_("权利人"),
        "owner_uscc": N_("权利人统一社会信用代码"),
        "rights": N_("知识产权"),
        "explanation": N_("与已有记录不是同一成果的说明"),
        "amount_fen": N_("成交额"),
        "technical_fen": N_("技术交易额"),
    }
)
INSTALMENT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": N_("期次"),
        "kind": N_("款项类型"),
        "due_on": N_("应付日期"),
        "condition": N_("付款条件"),
        "amount_fen": N_("金额"),
    }
)
LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "parties": {"buyer": N_("买方"), "sellers": N_("卖方")},
        "subject": {
            "title": N_("合同名称"),
            "kind": N_("合同类别"),
            "licence_scope": N_("许可方式"),
            "content": N_("合同内容"),
            "is_import": N_("是否技术进口"),
            "lines": N_("标的成果"),
        },
        "money": {
            "payment_mode": N_("支付方式"),
            "instalments": N_("付款计划"),
            "open_ended": N_("部分金额待定"),
            "royalty_terms": N_("提成办法"),
            "valid_from": N_("有效期起"),
            "valid_to": N_("有效期止"),
        },
        "particulars": {
            "field": N_("技术领域"),
            "tags": N_("产业方向"),
            "objective": N_("社会经济目标"),
            "plan_source": N_("项目计划来源"),
            "rights_involved": N_("知识产权类型"),
            "pricing": N_("定价方式"),
            "related_party": N_("是否关联交易"),
            "related_note": N_("关联关系说明"),
            "disclosure": N_("成交信息公开程度"),
        },
        "papers": {"signed_on": N_("签订日期"), "file": N_("文件")},
    }
)
"""Step → its fields → their names."""

_STEP_OF = {name: step for step, names in LABELS.items() for name in names}
_ROWS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"buyer": PARTY_LABELS, "sellers": PARTY_LABELS, "lines": LINE_LABELS, "instalments": INSTALMENT_LABELS}
)


def step_of(field: str) -> str:
    """Return the step where ``field`` is filled in; KeyError for what is no field of a contract."""
    return _STEP_OF[field.partition(".")[0]]


@dataclass(frozen=True)
class Place:
    """Where a field stands, in words (msgids): its name, the row (from 1; 0 for none) and the column."""

    step: str
    label: str
    row: int = 0
    column: str = ""


def place_of(field: str) -> Place:
    """Return where ``field`` stands: ``sellers.0.uscc`` is in step parties, 卖方, row 1, 统一社会信用代码."""
    name, *rest = field.split(".")
    step = step_of(field)
    row = int(rest[0]) + 1 if rest and rest[0].isdigit() else 0
    column = next((_ROWS[name][part] for part in rest if part in _ROWS.get(name, ())), "")
    return Place(step, LABELS[step][name], row, column)
