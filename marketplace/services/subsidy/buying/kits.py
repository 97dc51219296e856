"""卖方材料清单: which papers the buyer will need from the seller outside the city, and what must stand on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import N_
from marketplace.integrations import qr
from marketplace.models.catalogue import Listing
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.outside import outside
from marketplace.services.subsidy import policies

PURCHASE = "purchase"

_WHAT: Mapping[str, tuple[str, ...]] = {
    "contract": (
        N_("写明各项成果的名称和金额；一份合同含多项成果的，逐项写明金额"),
        N_("写明成交额和其中的技术交易额、支付方式和各期金额"),
        N_("类型是技术开发、技术转让或技术许可之一，名称与内容一致"),
        N_("双方盖章，写明签订日期"),
    ),
    "certificate": (
        N_("由卖方向所在地的技术合同登记机构申请登记；几个卖方的，由第一卖方申请"),
        N_("登记编号（16位，或旧式14位）、登记机构、登记日期、成交额、技术交易额清楚可读"),
        N_("买方付款以后合同变更、补正或注销的，请把新的证明也交给买方"),
    ),
    "invoice": (
        N_("抬头为买方全称，金额与收到的款项一致；分期收款的逐笔开具"),
        N_("由合同上的卖方开具；不一致的须附书面说明"),
    ),
    "import_certificate": (N_("技术进口合同由买方登记，请提供登记所需的资料"),),
    "translation": (N_("合同是外文的，与买方商定中文译本"),),
}
"""Material of the clause → what must stand on it."""

_HANDED_OVER = ("contract", "certificate", "invoice")
_ONLY_IMPORTS = ("import_certificate", "translation")

ALSO = (
    N_("收款账户：必须是合同上卖方自己的银行账户，请买方从单位账户直接转账，并注明合同名称或登记编号"),
    N_("身份：统一社会信用代码和住所（省、市、区县）；卖方住所须在宿州市以外，几个卖方的每一方都是"),
    N_("关联关系：买卖双方没有投资、控股、同一法定代表人等关联关系，买方会签署承诺"),
    N_("知识产权：成果的专利号、软件著作权登记号等，转让或许可的权利须在有效期内"),
)
"""What the seller gives besides papers."""


@dataclass(frozen=True)
class Paper:
    """A paper that comes from the seller: its name, the clause's hint, and what must stand on it."""

    code: str
    label: str
    hint: str
    what: Sequence[str]


@dataclass(frozen=True)
class Kit:
    """Everything one link tells a seller. ``listing`` None: for any achievement. ``code``: the link as a QR image."""

    version: PolicyVersion | None
    listing: Listing | None
    title: str
    papers: Sequence[Paper]
    imports: Sequence[Paper]
    also: Sequence[str]
    address: str
    code: str


def kit(path: str, listing: Listing | None = None) -> Kit:
    """Return the kit whose page stands at ``path`` of this site."""
    version = policies.for_estimates(PURCHASE)
    invoices = version is None or version.parameters["invoice_required"]
    handed = [code for code in _HANDED_OVER if code != "invoice" or invoices]
    address = outside().public_url + path
    return Kit(
        version=version,
        listing=listing,
        title=listing.published.title if listing is not None and listing.published is not None else "",
        papers=_papers(handed),
        imports=_papers(_ONLY_IMPORTS),
        also=ALSO,
        address=address,
        code=qr.data_uri(address),
    )


def _papers(codes: Sequence[str]) -> list[Paper]:
    known = {one.code: one for one in CLAUSES[PURCHASE].materials}
    return [Paper(code, known[code].label, known[code].hint, _WHAT[code]) for code in codes]
