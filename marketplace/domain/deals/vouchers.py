"""What a payment or a refund has to say, and what a reviewer should look at twice (docs/domain.md §3 and §8)."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.domain.deals.terms import BANKS, CURRENCIES, EVIDENCE
from marketplace.domain.errors import DomainError, FieldError
from marketplace.domain.identifiers import parse_uscc
from marketplace.domain.money import MAX_FEN, format_yuan
from marketplace.domain.text import N_, Words, clean_line, compact, first_match, shown

EARLIEST = date(1991, 1, 1)
"""No registered contract is older (domain/deals/numbers.py)."""
SERIAL_LENGTH = 60
NOTE_LENGTH = 500
TYPED_BY_HAND = tuple(code for code in EVIDENCE.codes if code != "stripe")
"""Kinds of evidence that people may enter; what the payment provider says comes from it alone."""
TYPED_BANKS = tuple(code for code in BANKS.codes if code != "STRIPE")
RATE_GAP = Decimal("0.03")
"""How far the RMB debit may lie from amount × rate before a reviewer is told: banks add fees and their own spread."""

_FOREIGN_TO_A_SERIAL = r"[^0-9A-Z._/*#-]"
_RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payment belongs to one achievement of one contract, in 分."""

    contract_id: int
    traded_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Side:
    """A party as vouchers can be compared with it."""

    name: str
    uscc: str = ""


@dataclass(frozen=True, slots=True)
class Voucher:
    """What somebody says about money that moved. ``amount_fen`` is the RMB debit; foreign money is in hundredths."""

    paid_on: date | None = None
    amount_fen: int | None = None
    evidence: str = "bank_transfer"
    bank: str = ""
    serial: str = ""
    payer: Side = Side("")
    payee: Side = Side("")
    note: str = ""
    currency: str = "CNY"
    foreign_amount: int | None = None
    rate: str = ""
    rate_on: date | None = None


def normalise_serial(text: str | None) -> str:
    """Return a 流水号 as it is compared: half-width, upper case, no white space, no invisible characters.

    Raises DomainError for characters that no bank prints, and beyond SERIAL_LENGTH.
    """
    value = compact(clean_line(text))
    foreign = first_match(_FOREIGN_TO_A_SERIAL, value)
    if foreign:
        raise DomainError(
            "serial_character",
            N_("流水号中第%(place)d个字符“%(char)s”不像流水号，请照凭证填写字母和数字"),
            field="serial",
            place=foreign[0],
            char=shown(foreign[1]),
        )
    if len(value) > SERIAL_LENGTH:
        raise DomainError("serial_long", N_("流水号太长，请核对是否多填了内容"), field="serial")
    return value


def normalise_uscc(text: str | None) -> str:
    """Return a USCC that passes its check; another number of an identity (of somebody abroad) compacted; '' for ''.

    Raises DomainError (what is wrong) for eighteen characters that fail the check.
    """
    value = compact(text)
    return parse_uscc(value) if len(value) == 18 else foreign_number(value)


def foreign_number(text: str | None) -> str:
    """Return a number of somebody abroad as vouchers keep it: compacted, and too short to be taken for a USCC."""
    return compact(text)[:17]


def check(voucher: Voucher, today: date) -> list[FieldError]:
    """Return what is missing or wrong in a payment or refund, in the order of the form."""
    return [
        fault
        for part in (_check_day, _check_amount, _check_foreign, _check_evidence, _check_sides)
        for fault in part(voucher, today)
    ]


def _check_day(voucher: Voucher, today: date) -> Iterable[FieldError]:
    if voucher.paid_on is None:
        yield FieldError("paid_on", "day_missing", N_("请填写凭证上的付款日期"))
    elif voucher.paid_on > today:
        yield FieldError(
            "paid_on", "day_future", N_("付款日期晚于今天：只登记已经付出的款项，请核对凭证上的日期")
        )
    elif voucher.paid_on < EARLIEST:
        yield FieldError("paid_on", "day_early", N_("付款日期早于1991年，请核对年份"))


def _check_amount(voucher: Voucher, _today: date) -> Iterable[FieldError]:
    if voucher.amount_fen is None:
        yield FieldError("amount", "amount_missing", N_("请填写凭证上的人民币金额"))
    elif voucher.amount_fen <= 0:
        yield FieldError("amount", "amount_zero", N_("金额应大于0"))
    elif voucher.amount_fen > MAX_FEN:
        yield FieldError("amount", "amount_too_large", N_("金额超过上限100亿元，请核对"))


def _check_foreign(voucher: Voucher, today: date) -> Iterable[FieldError]:
    if voucher.currency not in CURRENCIES.codes:
        yield FieldError("currency", "currency_unknown", N_("请从列表中选择币种"))
        return
    if voucher.currency == "CNY":
        if voucher.foreign_amount is not None or voucher.rate or voucher.rate_on:
            yield FieldError(
                "currency", "currency_cny", N_("填写了外币金额或汇率，请选择外币币种，或清空这几项")
            )
        return
    if not voucher.foreign_amount or voucher.foreign_amount < 0:
        yield FieldError("foreign_amount", "foreign_missing", N_("请填写凭证上的外币金额"))
    if not _RATE.fullmatch(voucher.rate) or not Decimal(voucher.rate):
        yield FieldError("rate", "rate_wrong", N_("请填写1个单位外币折合人民币的汇率，例如7.1234"))
    if voucher.rate_on is None:
        yield FieldError("rate_on", "rate_day_missing", N_("请填写汇率的日期"))
    elif voucher.rate_on > today:
        yield FieldError("rate_on", "rate_day_future", N_("汇率的日期不能晚于今天"))


def _check_evidence(voucher: Voucher, _today: date) -> Iterable[FieldError]:
    if voucher.evidence not in TYPED_BY_HAND:
        yield FieldError("evidence", "evidence_unknown", N_("请选择凭证种类"))
    if voucher.bank and voucher.bank not in TYPED_BANKS:
        yield FieldError("bank", "bank_unknown", N_("请从列表中选择银行"))
    by_bank = voucher.evidence == "bank_transfer"
    if not voucher.bank and (by_bank or voucher.serial):
        yield FieldError("bank", "bank_missing", N_("请选择出具凭证的银行"))
    if by_bank and not voucher.serial:
        yield FieldError("serial", "serial_missing", N_("请填写银行凭证上的流水号"))


def _check_sides(voucher: Voucher, _today: date) -> Iterable[FieldError]:
    if not voucher.payer.name:
        yield FieldError("payer_name", "payer_missing", N_("请照凭证填写付款人"))
    if not voucher.payee.name:
        yield FieldError("payee_name", "payee_missing", N_("请照凭证填写收款人"))
    if len(voucher.note) > NOTE_LENGTH:
        yield FieldError("note", "note_long", N_("说明最多%(limit)d字，请删减"), {"limit": NOTE_LENGTH})


def check_shares(shares: Sequence[Share], amount_fen: int) -> FieldError | None:
    """Return what is wrong with how an amount is shared out, or None: every 分 belongs to a line, none twice."""
    if not shares:
        return FieldError("shares", "shares_missing", N_("请把金额分到各项成果"))
    if any(share.amount_fen <= 0 for share in shares):
        return FieldError("shares", "share_zero", N_("分到各项成果的金额应大于0，没有分到的请留空"))
    if len({(share.contract_id, share.traded_id) for share in shares}) < len(shares):
        return FieldError("shares", "share_twice", N_("同一合同的同一成果只填一个金额"))
    rest = amount_fen - sum(share.amount_fen for share in shares)
    if rest > 0:
        return FieldError(
            "shares",
            "shares_short",
            N_("还有%(rest)s元没有分到成果，请补足；如果其中一部分付的是其他合同，请在下面选上那份合同"),
            {"rest": format_yuan(rest)},
        )
    if rest < 0:
        return FieldError(
            "shares",
            "shares_over",
            N_("分到各项成果的金额比凭证金额多%(over)s元，请减少"),
            {"over": format_yuan(-rest)},
        )
    return None


def is_same(side: Side, party: Side) -> bool:
    """Return whether a voucher's side is this party: by number where both have one, by name otherwise."""
    if side.uscc and party.uscc:
        return side.uscc == party.uscc
    return _plain(side.name) == _plain(party.name)


def _plain(name: str) -> str:
    return compact(name)


def is_among(side: Side, parties: Collection[Side]) -> bool:
    """Return whether a voucher's side is one of these parties."""
    return any(is_same(side, party) for party in parties)


def numbered_otherwise(side: Side, parties: Collection[Side]) -> Side | None:
    """Return the party whose name a voucher's side bears with another number, unless it is a party by its number."""
    if not side.uscc or any(party.uscc == side.uscc for party in parties):
        return None
    return next((each for each in parties if each.uscc and _plain(each.name) == _plain(side.name)), None)


def rate_gap(voucher: Voucher) -> Decimal | None:
    """Return by which share the RMB debit differs from foreign amount × rate; None for RMB."""
    if voucher.foreign_amount is None or not voucher.rate or not voucher.amount_fen:
        return None
    expected = Decimal(voucher.foreign_amount) * Decimal(voucher.rate)
    return abs(Decimal(voucher.amount_fen) - expected) / expected if expected else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a voucher is held against: the contract and what else is known."""

    buyer: Side | None
    sellers: tuple[Side, ...]
    signed_on: date | None
    open_instalments: tuple[int, ...] = ()
    overpaid_fen: int = 0
    beyond_paid_fen: int = 0
    """By how much more went back than is known to have been paid."""


def remarks(voucher: Voucher, kind: str, around: Surroundings) -> list[Words]:
    """Return what makes a payment or refund unusual, for whoever records it and whoever verifies it."""
    found = []
    if around.signed_on and voucher.paid_on and voucher.paid_on < around.signed_on and kind == "payment":
        found.append(
            Words(
                N_("付款日期早于合同签订日期 %(signed)s，能否计入补助须另行决定"),
                {"signed": around.signed_on.isoformat()},
            )
        )
    found += _about_sides(voucher, kind, around)
    if voucher.evidence != "bank_transfer":
        found.append(Words(N_("不是银行转账：计入已付金额，不计入补助")))
    if around.overpaid_fen > 0:
        found.append(
            Words(
                N_("连同这一笔，已付金额比合同金额多 %(over)s 元"), {"over": format_yuan(around.overpaid_fen)}
            )
        )
    if around.beyond_paid_fen > 0:
        found.append(
            Words(
                N_("连同这一笔，退回的金额比本站登记的付款多 %(over)s 元，请核对原付款是否都已登记"),
                {"over": format_yuan(around.beyond_paid_fen)},
            )
        )
    gap = rate_gap(voucher)
    if gap is not None and gap > RATE_GAP:
        found.append(
            Words(
                N_("人民币金额与外币金额乘以汇率相差 %(percent)s%%，请核对"), {"percent": round(gap * 100, 1)}
            )
        )
    if voucher.rate_on and voucher.paid_on and abs(voucher.rate_on - voucher.paid_on) > timedelta(days=7):
        found.append(Words(N_("汇率日期与付款日期相差超过7天，请核对")))
    if kind == "payment" and around.open_instalments and voucher.amount_fen not in around.open_instalments:
        found.append(Words(N_("金额与付款计划中未付的各期都不相同，请核对")))
    return found


def _about_sides(voucher: Voucher, kind: str, around: Surroundings) -> Iterable[Words]:
    if kind == "payment":
        if around.buyer is not None and not is_same(voucher.payer, around.buyer):
            yield Words(
                N_("付款人“%(name)s”不是合同买方：如实登记为已付，不计入补助"), {"name": voucher.payer.name}
            )
        if not is_among(voucher.payee, around.sellers):
            yield Words(
                N_("收款人“%(name)s”不是合同卖方：如实登记为已付，不计入补助"), {"name": voucher.payee.name}
            )
        return
    if around.buyer is not None and not is_same(voucher.payee, around.buyer):
        yield Words(N_("退款的收款人“%(name)s”不是合同买方，请核对"), {"name": voucher.payee.name})
    if not is_among(voucher.payer, around.sellers):
        yield Words(N_("退款的付款人“%(name)s”不是合同卖方，请核对"), {"name": voucher.payer.name})
