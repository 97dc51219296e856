"""Which conditions of the purchase clause hold for a buyer and a seller, and why one does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.domain import clock, regions
from marketplace.domain.deals.terms import CATEGORIES, TYPE_WORDS, category_of
from marketplace.domain.money import format_wan
from marketplace.domain.text import N_, Words, compact
from marketplace.models.people import Organisation
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.subsidy.registers import dishonest

CITES = {
    "buyer": N_("市内企业"),
    "seller": N_("购买市外先进技术成果"),
    "conversion": N_("在宿转化应用"),
    "contract": N_("技术合同成交"),
    "paid": N_("实际支付额（依据转账凭证）"),
}
"""The words of the clause that a condition rests on."""


@dataclass(frozen=True)
class Condition:
    """A condition. ``tone``: ok holds, bad does not, warn is doubtful, info is assumed or still to be done.

    ``cites``: the words of the clause it rests on, or '' where it is a setting of the version.
    """

    code: str
    tone: str
    words: Words
    cites: str = ""


def conditions_of(
    version: PolicyVersion, buyer: Organisation | None, seller: Organisation | None, kind: str
) -> list[Condition]:
    """Return the conditions of a version of the purchase clause, in the order of its sentence.

    ``buyer`` None: nobody is judged, what is assumed of a buyer is said. ``seller`` None: somebody outside the city.
    Of a buyer that is no enterprise nothing else is said: the clause is not for it.
    ``kind``: a code of terms.KINDS or its category.
    """
    return [
        *_buyer(buyer),
        _seller(seller),
        _type(version, kind),
        *_relation(buyer, seller),
        Condition(
            "contract",
            "info",
            Words(N_("合同签订后由卖方在其所在地登记（进口由买方登记），并取得登记证明")),
            CITES["contract"],
        ),
        _paid(version),
        *_limits(version),
        Condition(
            "conversion", "info", Words(N_("在本市转化应用，申请时提供至少一项佐证")), CITES["conversion"]
        ),
    ]


def is_meant(buyer: Organisation) -> bool:
    """Return whether the clause is for this buyer at all: an enterprise that has its domicile in the city."""
    division = buyer.profile.division if buyer.profile else ""
    return buyer.kind == "enterprise" and division.startswith(regions.CITY_PREFIX)


def _buyer(buyer: Organisation | None) -> Iterator[Condition]:
    if buyer is None:
        yield Condition("buyer", "info", Words(N_("按买方是本市的企业、未列入失信名单测算")), CITES["buyer"])
        return
    if buyer.kind != "enterprise":
        yield Condition("buyer", "bad", Words(N_("贵单位不是企业，不能申请这项补助")), CITES["buyer"])
        return
    division = buyer.profile.division if buyer.profile else ""
    if division.startswith(regions.CITY_PREFIX):
        words = Words(N_("贵单位住所在%(place)s"), {"place": regions.full_name(division)})
        yield Condition("buyer", "ok", words, CITES["buyer"])
    else:
        yield Condition("buyer", "bad", Words(N_("贵单位住所不在本市")), CITES["buyer"])
    if buyer.state != "verified":
        yield Condition("verified", "warn", Words(N_("贵单位尚未通过认证，认证后才能提交申请")))
    if dishonest.listed(buyer.uscc, clock.today()):
        yield Condition("dishonest", "bad", Words(N_("贵单位在失信名单上，不能提交申请和领取补助")))


def _seller(seller: Organisation | None) -> Condition:
    if seller is None:
        return Condition("seller", "info", Words(N_("按卖方在市外测算")), CITES["seller"])
    division = seller.profile.division if seller.profile else ""
    if not division:
        return Condition("seller", "warn", Words(N_("卖方没有填写住所，以合同登记时为准")), CITES["seller"])
    if division.startswith(regions.CITY_PREFIX):
        return Condition("seller", "bad", Words(N_("卖方在市内，不是购买市外成果")), CITES["seller"])
    return Condition(
        "seller",
        "ok",
        Words(N_("卖方在市外（%(place)s）"), {"place": regions.full_name(division)}),
        CITES["seller"],
    )


def _type(version: PolicyVersion, kind: str) -> Condition:
    category = category_of(kind)
    label = {"type": CATEGORIES.label_of(category) if category in CATEGORIES.codes else kind}
    if TYPE_WORDS.get(category, "") in version.parameters["eligible_types"]:
        return Condition("type", "ok", Words(N_("合同类型“%(type)s”适用"), label))
    return Condition("type", "bad", Words(N_("合同类型“%(type)s”不在适用范围内"), label))


def _relation(buyer: Organisation | None, seller: Organisation | None) -> Iterator[Condition]:
    if buyer is not None and seller is not None and _alike(buyer, seller):
        words = N_("买卖双方的法定代表人、地址或电话相同，须说明是否关联；关联交易不予补助")
        yield Condition("related", "warn", Words(words))
    else:
        yield Condition("related", "info", Words(N_("买卖双方没有关联关系，申请时签署承诺")))


def _alike(one: Organisation, other: Organisation) -> bool:
    if one.id == other.id or one.uscc == other.uscc:
        return True
    if one.profile is None or other.profile is None:
        return False
    names = ("legal_representative", "address", "contact_phone")
    pairs = [(compact(getattr(one.profile, name)), compact(getattr(other.profile, name))) for name in names]
    return any(mine and mine == theirs for mine, theirs in pairs)


def _paid(version: PolicyVersion) -> Condition:
    if version.parameters["accepted_evidence"] == ["bank_transfer"]:
        words = N_("由买方银行账户转账给卖方，保留银行回单；现金、汇票、抵扣、他人代付不计入")
    else:
        words = N_("由买方付给卖方，保留版本认可的付款凭证；他人代付不计入")
    return Condition("paid", "info", Words(words), CITES["paid"])


def _limits(version: PolicyVersion) -> Iterator[Condition]:
    """What only some versions ask for."""
    parameters = version.parameters
    said = {
        "min_paid_per_contract_fen": N_("每份合同实际支付不少于%(wan)s万元"),
        "enterprise_year_cap_fen": N_("每家企业每年最高%(wan)s万元"),
        "annual_budget_fen": N_("全市年度预算%(wan)s万元，用完须待预算"),
        "min_grant_fen": N_("可补助金额低于%(wan)s万元的不予补助"),
    }
    for key, message in said.items():
        if parameters.get(key) is not None:
            yield Condition(key, "info", Words(message, {"wan": format_wan(parameters[key])}))
    if parameters["invoice_required"]:
        yield Condition("invoice", "info", Words(N_("须提交与付款一致的发票")))
