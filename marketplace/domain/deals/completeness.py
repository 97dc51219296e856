"""What a contract must say before it is offered, signed for or submitted. Saving a draft never asks this.

Sources: 民法典 843–887 (categories, content), the fields of the national registration form, docs/domain.md §8.
"""

from collections.abc import Iterator
from itertools import pairwise

from marketplace.domain import regions
from marketplace.domain.deals import terms, texts
from marketplace.domain.deals.texts import LineData, MoneyData, ParticularsData, PartiesData, PartyData, Text
from marketplace.domain.errors import FieldError
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_

SHORTEST_CONTENT = 20
"""Characters that the content needs: a shorter one does not say who owes what."""

FILL_IN = N_("请填写")
CHOOSE = N_("请选择")

_PARTY_NEEDED = (
    ("name", FILL_IN), ("nature", CHOOSE), ("address", FILL_IN), ("contact_name", FILL_IN), ("contact_phone", FILL_IN),
)  # fmt: skip


def check(text: Text) -> list[FieldError]:
    """Return everything that is missing or contradictory, in the order of the form; empty when complete.

    Values are canonical already (``cleaning``); fields are named as ``texts`` says.
    """
    return [
        *_parties(text.parties),
        *_subject(text),
        *_money(text),
        *_particulars(text.particulars),
    ]


def _missing(field: str, message: str = FILL_IN) -> FieldError:
    return FieldError(field, "missing", message)


# --- parties ------------------------------------------------------------------------------------------------


def _parties(data: PartiesData) -> Iterator[FieldError]:
    yield from _party("buyer", data.buyer)
    if not data.sellers:
        yield _missing("sellers", N_("请至少填写一个卖方"))
    for place, seller in enumerate(data.sellers):
        yield from _party(f"sellers.{place}", seller)
    yield from _distinct(data)


def _party(at: str, party: PartyData) -> Iterator[FieldError]:
    for name, message in _PARTY_NEEDED:
        if not getattr(party, name):
            yield _missing(f"{at}.{name}", message)
    if party.country != "CN":
        if not party.foreign_number:
            yield _missing(f"{at}.foreign_number", N_("境外单位请填写当地的登记号码"))
        return
    person = party.nature == "person"
    if not party.uscc and not person:
        yield _missing(f"{at}.uscc", N_("请填写证照上18位的统一社会信用代码"))
    if not regions.is_leaf(party.division):
        yield _missing(f"{at}.division", N_("请选择住所所在的省、市和区县，直到最后一级"))
    if not party.legal_representative and not person:
        yield _missing(f"{at}.legal_representative")


def _identity(party: PartyData) -> str:
    return party.uscc or (f"{party.country}:{party.foreign_number}" if party.foreign_number else "")


def _distinct(data: PartiesData) -> Iterator[FieldError]:
    """Nobody contracts with themselves, and nobody sells twice."""
    seen = {_identity(data.buyer): N_("卖方与买方是同一单位，合同双方不能相同，请核对")}
    for place, seller in enumerate(data.sellers):
        known = _identity(seller)
        name = "uscc" if seller.country == "CN" else "foreign_number"
        if known and known in seen:
            yield FieldError(f"sellers.{place}.{name}", "same_party", seen[known])
        seen.setdefault(known, N_("此卖方已经填写过，请删去一行"))


# --- subject ------------------------------------------------------------------------------------------------


def _subject(text: Text) -> Iterator[FieldError]:
    data = text.subject
    if not data.title:
        yield _missing("title")
    if not data.kind:
        yield _missing("kind", CHOOSE)
    if terms.category_of(data.kind) == "licence" and not data.licence_scope:
        yield _missing("licence_scope", N_("许可合同请选择许可方式"))
    if len(data.content) < SHORTEST_CONTENT:
        yield FieldError(
            "content", "too_short", N_("请写明双方的权利义务，至少%(least)d个字，现在有%(length)d个字"),
            {"least": SHORTEST_CONTENT, "length": len(data.content)},
        )  # fmt: skip
    if data.is_import and all(seller.country == "CN" for seller in text.parties.sellers):
        yield FieldError(
            "is_import", "no_foreign_seller", N_("技术进口的卖方应在境外，请核对卖方的国别或取消勾选")
        )
    sellers = text.parties.sellers
    if not data.is_import and sellers and sellers[0].country != "CN" and text.parties.buyer.country == "CN":
        yield FieldError(
            "is_import",
            "import_unsaid",
            N_("第一卖方在境外、买方在境内的是技术进口合同，由买方申请登记，请勾选"),
        )
    if data.is_import and text.parties.buyer.country != "CN":
        yield FieldError("is_import", "no_domestic_buyer", N_("技术进口由境内买方登记，请核对买方的国别"))
    if not data.lines:
        yield _missing("lines", N_("请至少填写一项标的成果"))
    for place, line in enumerate(data.lines):
        yield from _line(f"lines.{place}", line, data.kind)
    if data.lines and text.amount_fen == 0 and not text.money.open_ended:
        yield FieldError(
            "lines.0.amount_fen", "amount_zero", N_("成交额为0，请填写金额；提成金额待定的请在付款一步注明")
        )


def _line(at: str, line: LineData, kind: str) -> Iterator[FieldError]:
    listed = bool(line.listing_number)
    if not listed and not line.name:
        yield _missing(f"{at}.name", N_("请填写成果编号；没有在本站发布的成果请填写名称"))
    if not listed and line.name and not line.owner_name:
        yield _missing(f"{at}.owner_name")
    for name in ("amount_fen", "technical_fen"):
        if getattr(line, name) is None:
            yield _missing(f"{at}.{name}")
    for place, right in enumerate(line.rights):
        if not listed and not right.number and right.ip_type not in ("secret", "other"):
            yield _missing(f"{at}.rights.{place}.number", N_("请填写编号，申请中的填写申请号"))
    yield from _rights(at, line, kind)


def _rights(at: str, line: LineData, kind: str) -> Iterator[FieldError]:
    """What is transferred or licensed must be there, and still in force (民法典 865 for licences of patents)."""
    wanted = terms.ABOUT_RIGHTS.get(kind)
    fitting = [right for right in line.rights if wanted is None or right.ip_type in wanted]
    if wanted is not None and not fitting:
        yield FieldError(
            f"{at}.rights", "right_missing",
            N_("“%(kind)s”的成果应有相应的知识产权，请补充编号，或改选合同类别"), {"kind": terms.KINDS.label_of(kind)},
        )  # fmt: skip
        return
    sells_rights = terms.category_of(kind) in ("transfer", "licence")
    if sells_rights and fitting and all(right.status == "lapsed" for right in fitting):
        yield FieldError(
            f"{at}.rights", "right_lapsed",
            N_("已失效的知识产权不能转让或许可，请补充有效的权利，或改为技术服务等类别"),
        )  # fmt: skip


# --- money --------------------------------------------------------------------------------------------------


def _money(text: Text) -> Iterator[FieldError]:
    data = text.money
    if not data.payment_mode:
        yield _missing("payment_mode", CHOOSE)
    may_be_open = data.payment_mode in terms.OPEN_ENDED_MODES
    if data.open_ended and data.payment_mode and not may_be_open:
        yield FieldError(
            "open_ended", "not_open", N_("只有提成支付和入门费加提成可以金额待定，请改选支付方式或取消勾选")
        )
    if may_be_open and not data.royalty_terms:
        yield _missing("royalty_terms", N_("请写明提成的计算办法和支付时间"))
    yield from _plan(text)
    if data.valid_from is None:
        yield _missing("valid_from")
    if data.valid_to is None:
        yield _missing("valid_to")


def _plan(text: Text) -> Iterator[FieldError]:
    data = text.money
    yield from _instalments(data)
    if not data.instalments:
        yield _missing("instalments", N_("请填写付款计划，一次付清的填一期"))
        return
    planned = sum(each.amount_fen or 0 for each in data.instalments)
    unknown = any(each.kind == "fixed" and each.amount_fen is None for each in data.instalments)
    if not unknown and planned != text.amount_fen:
        yield FieldError(
            "instalments", "plan_differs",
            N_("各期金额合计%(planned)s元，与成交额%(amount)s元不一致，请改正某一期或标的金额"),
            {"planned": format_yuan(planned), "amount": format_yuan(text.amount_fen)},
        )  # fmt: skip
    if data.payment_mode == "lump" and len(data.instalments) > 1:
        yield FieldError("payment_mode", "lump_once", N_("一次总付只有一期，请改选分期支付或合并各期"))
    if data.payment_mode == "instalments" and len(data.instalments) == 1:
        yield FieldError("payment_mode", "only_once", N_("只有一期付款，请改选一次总付或补充其余各期"))


def _instalments(data: MoneyData) -> Iterator[FieldError]:
    may_be_open = data.payment_mode in terms.OPEN_ENDED_MODES
    for place, each in enumerate(data.instalments):
        at = f"instalments.{place}"
        if each.kind == "royalty" and data.payment_mode and not may_be_open:
            yield FieldError(
                f"{at}.kind", "no_royalty", N_("此支付方式没有提成，请改为固定款项或改选支付方式")
            )
        if each.amount_fen is None and each.kind == "fixed":
            yield _missing(f"{at}.amount_fen")
        if each.amount_fen is None and each.kind == "royalty" and not data.open_ended:
            yield _missing(f"{at}.amount_fen", N_("请填写金额；还不能确定的请勾选“部分金额待定”"))
        if each.due_on is None and not each.condition:
            yield _missing(f"{at}.due_on", N_("请填写应付日期或付款条件"))
    dated = [(place, each.due_on) for place, each in enumerate(data.instalments) if each.due_on is not None]
    for (_, before), (place, day) in pairwise(dated):
        if day < before:
            yield FieldError(
                f"instalments.{place}.due_on", "not_in_order", N_("应付日期早于上一期，请按先后排列各期")
            )


# --- particulars --------------------------------------------------------------------------------------------


def _particulars(data: ParticularsData) -> Iterator[FieldError]:
    for name in ("field", "objective", "plan_source"):
        if not getattr(data, name):
            yield _missing(name, CHOOSE)
    if not data.rights_involved:
        yield _missing("rights_involved", N_("请选择，没有涉及的选“未涉及知识产权”"))
    elif "none" in data.rights_involved and len(data.rights_involved) > 1:
        yield FieldError("rights_involved", "none_and_some", N_("选了“未涉及知识产权”就不能再选其他项"))
    if not data.pricing:
        yield _missing("pricing", CHOOSE)
    if data.related_party is None:
        yield _missing("related_party", N_("请声明是否关联交易"))
    if data.related_party and not data.related_note:
        yield _missing("related_note", N_("关联交易请说明双方的关联关系"))


def step_is_done(step: str, faults: list[FieldError]) -> bool:
    """Return whether nothing is missing in a step of the form; for the ticks beside the steps."""
    return all(texts.step_of(fault.field) != step for fault in faults)
