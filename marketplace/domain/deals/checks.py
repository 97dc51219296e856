"""What a registrar should look at twice, and what a certificate from outside may say: rules on plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.domain import regions
from marketplace.domain.deals.numbers import FIRST_YEAR, ContractNumber, parse_contract_number
from marketplace.domain.errors import DomainError, FieldError
from marketplace.domain.identifiers import uscc_division_hint
from marketplace.domain.money import format_yuan
from marketplace.domain.text import FULL_WIDTH, N_, Words, compact

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Their registries stand for the whole municipality, whatever the last two digits of the area say."""

_FILLERS = str.maketrans("", "", "-－—–·・.,，。、()（）[]【】#＃ ")


@dataclass(frozen=True)
class Flag:
    """Something to look at twice; ``tone`` is bad (most likely wrong), warn or info."""

    code: str
    words: Words
    tone: str = "warn"


@dataclass(frozen=True)
class Side:
    """A party as the checks see it."""

    role: str
    name: str
    uscc: str = ""
    country: str = "CN"
    division: str | None = None
    legal_representative: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Certificate:
    """What a certificate from outside says; amounts in 分."""

    number: str
    registry_name: str
    registered_on: date | None
    turnover_fen: int | None
    technical_fen: int | None


@dataclass(frozen=True)
class Frame:
    """What of the contract a certificate is held against; amounts in 分."""

    signed_on: date | None
    amount_fen: int
    technical_fen: int
    is_import: bool = False


def normal_phone(text: str) -> str:
    """Return the digits of a telephone number without the country's code."""
    digits = "".join(char for char in text.translate(FULL_WIDTH) if char.isascii() and char.isdigit())
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits


def normal_address(text: str) -> str:
    """Return an address without blanks and punctuation, half-width, so that two spellings meet."""
    return compact(text).translate(_FILLERS)


def shared_by_both_sides(sides: Sequence[Side]) -> list[Flag]:
    """Return what buyer and a seller have in common: signs of related parties (docs/domain.md §8)."""
    found = []
    for buyer in (side for side in sides if side.role == "buyer"):
        for seller in (side for side in sides if side.role == "seller"):
            found += _shared(buyer, seller)
    return found


def _shared(buyer: Side, seller: Side) -> list[Flag]:
    pairs = (
        ("same_uscc", N_("买方与卖方%(seller)s的统一社会信用代码相同"), compact(buyer.uscc), compact(seller.uscc)),
        (
            "same_representative", N_("买方与卖方%(seller)s的法定代表人同名：%(value)s"),
            compact(buyer.legal_representative), compact(seller.legal_representative),
        ),
        (
            "same_address", N_("买方与卖方%(seller)s的地址相同：%(value)s"),
            normal_address(buyer.address), normal_address(seller.address),
        ),
        (
            "same_phone", N_("买方与卖方%(seller)s的联系电话相同"),
            normal_phone(buyer.phone), normal_phone(seller.phone),
        ),
    )  # fmt: skip
    return [
        Flag(code, Words(message, {"seller": seller.name, "value": one}), "bad")
        for code, message, one, other in pairs
        if one and one == other
    ]


def registering_area(side: Side) -> Flag | None:
    """Return a hint where the USCC was issued in another city than the domicile; it never decides anything."""
    hint = uscc_division_hint(side.uscc) if side.country == "CN" and len(side.uscc) == 18 else None
    if hint is None or not side.division or hint.endswith("0000") or hint[:4] == side.division[:4]:
        return None
    return Flag(
        "uscc_area",
        Words(
            N_(
                "%(name)s的统一社会信用代码由%(area)s登记机关赋予，住所却填在%(domicile)s，请核对证照上的住所"
            ),
            {"name": side.name, "area": _area_name(hint), "domicile": _area_name(side.division)},
        ),
        "info",
    )


def area_flag(number: ContractNumber, seller: Side | None, is_import: bool) -> Flag | None:
    """Compare the registry's area in a number with the first seller's domicile, as far as they can be compared.

    Imports are registered by the domestic buyer and carry the city's own area. Registries of a province and of a
    municipality stand for the whole of it: there only the first two digits tell anything.
    """
    area = number.area
    if is_import:
        if area == regions.CITY_PREFIX:
            return None
        return Flag("certificate_area", Words(N_("技术进口合同由买方在本市登记，编号第5—8位应为3413")), "bad")
    if seller is None or not seller.division:
        return Flag(
            "certificate_area",
            Words(N_("第一卖方没有国内住所，登记证明的地区无法比对，请核对证明原件")),
            "warn",
        )
    told = {"area": _area_name(area + "00"), "domicile": _area_name(seller.division)}
    if area[:2] != seller.division[:2]:
        words = N_("登记证明编号表示由%(area)s的登记机构登记，第一卖方的住所却在%(domicile)s")
        return Flag("certificate_area", Words(words, told), "bad")
    if area[:2] in MUNICIPALITIES or area[:4] == seller.division[:4]:
        return None
    if area.endswith("00") or not regions.exists(area + "00"):
        words = N_("登记证明由省级或其他登记机构（%(area)s）出具，只能核对到省，请核对证明原件")
        return Flag("certificate_area", Words(words, told), "info")
    words = N_("登记证明编号表示由%(area)s登记，与第一卖方的住所%(domicile)s不在同一市")
    return Flag("certificate_area", Words(words, told), "warn")


def _area_name(code: str) -> str:
    if not regions.exists(code):
        code = code[:4] + "00" if regions.exists(code[:4] + "00") else code[:2] + "0000"
    return regions.full_name(code) if regions.exists(code) else code


def price_gap(name: str, amount_fen: int, price_fen: int | None, percent: int) -> Flag | None:
    """Return a flag where an amount lies more than ``percent`` away from the price shown for the achievement."""
    if not price_fen or amount_fen <= 0:
        return None
    if abs(amount_fen - price_fen) * 100 <= price_fen * percent:
        return None
    return Flag(
        "price_gap",
        Words(
            N_("“%(name)s”的合同额%(amount)s元，与其标价%(price)s元相差超过%(percent)d%%"),
            {"name": name, "amount": format_yuan(amount_fen), "price": format_yuan(price_fen), "percent": percent},
        ),
    )  # fmt: skip


def certificate_flags(certificate: Certificate, number: ContractNumber | None, frame: Frame) -> list[Flag]:
    """Return where a certificate differs from the contract without contradicting it."""
    found = []
    if number is not None and certificate.registered_on and number.year != certificate.registered_on.year:
        found.append(
            Flag(
                "certificate_year",
                Words(
                    N_("登记证明编号的年份是%(year)d年，登记日期却在%(day)s"),
                    {"year": number.year, "day": certificate.registered_on.isoformat()},
                ),
            )
        )
    for code, mine, theirs, message in (
        (
            "certificate_turnover", frame.amount_fen, certificate.turnover_fen,
            N_("登记证明上的成交额%(theirs)s元，合同成交额%(mine)s元"),
        ),
        (
            "certificate_technical", frame.technical_fen, certificate.technical_fen,
            N_("登记证明上的技术交易额%(theirs)s元，合同填报的技术交易额%(mine)s元"),
        ),
    ):  # fmt: skip
        if theirs is not None and theirs != mine:
            told = {"theirs": format_yuan(theirs), "mine": format_yuan(mine)}
            found.append(Flag(code, Words(message, told)))
    return found


def certificate_faults(certificate: Certificate, frame: Frame, today: date) -> list[FieldError]:
    """Return what cannot be: fields number, registry_name, registered_on, turnover, technical."""
    found = [*_number_faults(certificate, frame, today)]
    if not certificate.registry_name:
        found.append(FieldError("registry_name", "missing", N_("请填写出具登记证明的机构名称")))
    found += _day_faults(certificate.registered_on, frame.signed_on, today)
    found += _amount_faults(certificate, frame)
    return found


def _number_faults(certificate: Certificate, frame: Frame, today: date) -> Iterable[FieldError]:
    try:
        number = parse_contract_number(certificate.number, today)
    except DomainError as fault:
        return [FieldError("number", fault.code, fault.message, fault.params)]
    if frame.is_import and number.area != regions.CITY_PREFIX:
        return [FieldError("number", "area", N_("技术进口合同的登记编号第5—8位应为3413，请核对"))]
    return []


def _day_faults(day: date | None, signed_on: date | None, today: date) -> list[FieldError]:
    if day is None:
        return [FieldError("registered_on", "missing", N_("请填写登记日期"))]
    if day > today:
        return [FieldError("registered_on", "future", N_("登记日期不能晚于今天"))]
    if day.year < FIRST_YEAR:
        return [FieldError("registered_on", "early", N_("登记日期不能早于1991年，请核对"))]
    if signed_on is not None and day < signed_on:
        told = {"day": signed_on.isoformat()}
        message = N_("登记日期不能早于合同签订日期%(day)s，请核对两个日期")
        return [FieldError("registered_on", "before_signing", message, told)]
    return []


def _amount_faults(certificate: Certificate, frame: Frame) -> list[FieldError]:
    turnover, technical = certificate.turnover_fen, certificate.technical_fen
    found = []
    if turnover is None:
        found.append(FieldError("turnover", "missing", N_("请填写登记证明上的成交额")))
    elif turnover > frame.amount_fen:
        message = N_("登记证明上的成交额不能大于合同成交额%(amount)s元，请核对单位，或先更正合同金额")
        found.append(FieldError("turnover", "beyond", message, {"amount": format_yuan(frame.amount_fen)}))
    if technical is None:
        found.append(FieldError("technical", "missing", N_("请填写登记证明上的技术交易额")))
    elif turnover is not None and technical > turnover:
        found.append(FieldError("technical", "beyond", N_("技术交易额不能大于成交额")))
    return found
