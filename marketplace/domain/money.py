"""Money: integer 分 (fen) everywhere, typed and shown as 元 or 万元.

Nothing here rounds: typed text is exact or refused, shown text is exact.
"""

import re
from typing import Literal

from marketplace.domain.errors import DomainError
from marketplace.domain.text import FULL_WIDTH, N_, shown

Unit = Literal["元", "万元"]

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
MAX_FEN = 10**12
"""100亿元: the largest amount that may be typed."""

_FEN_PER_UNIT: dict[str, int] = {"元": FEN_PER_YUAN, "万元": FEN_PER_WAN}
_DECIMALS: dict[str, int] = {"元": 2, "万元": 6}
_UNIT_WORD = re.compile(r"\s*(亿元|万元|元|亿|万)$")
_FOREIGN = re.compile(r"[^0-9., ]")
_GROUPED = re.compile(r"[0-9]+|[0-9]{1,3}(?:[ ,][0-9]{3})+")
_MINUS = ("-", "\u2212", "\u2013", "\u2014", "负", "(")
_MAX_WHOLE_DIGITS = 15


def parse_amount(text: str | None, unit: Unit = "元") -> int:
    """Return the amount typed in ``unit`` as 分.

    Thousands separators, full-width digits, a leading ¥ and a trailing word equal to ``unit`` are accepted.
    Raises DomainError naming what is wrong: empty, another unit, negative, a foreign character, misplaced
    separator, malformed decimal point, more decimals than one 分 has, more than 100亿元.
    """
    value = (text or "").translate(FULL_WIDTH).strip()
    word = _UNIT_WORD.search(value)
    if word:
        if word.group(1).removesuffix("元") != unit.removesuffix("元"):
            raise DomainError(
                "amount_unit",
                N_("此处金额的单位是%(unit)s，您写的是“%(typed)s”，请换算成%(unit)s后只填数字"),
                unit=unit,
                typed=word.group(1),
            )
        value = value[: word.start()]
    value = value.lstrip("¥￥").strip()
    if not value:
        raise DomainError("amount_empty", N_("请填写金额"))
    if value.startswith(_MINUS):
        raise DomainError("amount_negative", N_("金额不能为负数，请填写大于或等于0的数字"))
    foreign = _FOREIGN.search(value)
    if foreign:
        raise DomainError(
            "amount_character",
            N_("金额中有不能识别的字符“%(char)s”，请只填写数字和小数点"),
            char=shown(foreign.group()),
        )
    whole, point, decimals = value.partition(".")
    if "." in decimals:
        raise DomainError("amount_point", N_("金额中有多个小数点，请核对"))
    if not whole or (point and not decimals):
        raise DomainError("amount_point", N_("小数点前后都应有数字，例如0.50"))
    if not _GROUPED.fullmatch(whole) or (decimals and not decimals.isdigit()):
        raise DomainError("amount_separator", N_("千位分隔符的位置不对，应每三位一个，例如1,040,000.00"))
    places = _DECIMALS[unit]
    if len(decimals) > places:
        raise DomainError(
            "amount_decimals",
            N_("以%(unit)s为单位最多填写%(places)d位小数，您填了%(typed)d位"),
            unit=unit,
            places=places,
            typed=len(decimals),
        )
    digits = re.sub(r"[ ,]", "", whole).lstrip("0") or "0"
    if len(digits) <= _MAX_WHOLE_DIGITS:
        fen = int(digits) * _FEN_PER_UNIT[unit] + int(decimals.ljust(places, "0"))
        if fen <= MAX_FEN:
            return fen
    raise DomainError("amount_too_large", N_("金额超过上限100亿元，请核对单位是否为%(unit)s"), unit=unit)


def format_yuan(fen: int) -> str:
    """Return ``fen`` in 元 with thousands separators and two decimals: ``1,040,000.00``."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def format_wan(fen: int) -> str:
    """Return ``fen`` in 万元, exact, grouped, without trailing zeros: ``260``, ``7.5``, ``1,200``."""
    wan, rest = divmod(abs(fen), FEN_PER_WAN)
    decimals = f".{rest:06d}".rstrip("0").rstrip(".")
    return f"{'-' if fen < 0 else ''}{wan:,}{decimals}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def capital(fen: int) -> str:
    """Return ``fen`` in banker's capitals: ``贰拾叁万肆仟元整`` (支付结算办法 1997, annex 1, 一 to 五).

    Raises ValueError beyond 9999亿元.
    """
    if fen < 0:
        return "负" + capital(-fen)
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    if yuan >= 10 ** (4 * len(_GROUPS)):
        raise ValueError("amount too large for capitals")
    jiao, cents = divmod(rest, 10)
    text = _capital_whole(yuan) + "元" if yuan else ""
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif text:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "整")


def _capital_whole(number: int) -> str:
    """Return a positive whole number in capitals; runs of zeros inside it become one 零."""
    parts: list[str] = []
    for index in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * index) % 10**4
        if not group:
            continue
        if parts and group < 1000:
            parts.append("零")
        parts.append(_capital_group(group) + _GROUPS[index])
    return "".join(parts)


def _capital_group(group: int) -> str:
    """Return 1–9999 in capitals."""
    text = ""
    pending_zero = False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            pending_zero = bool(text)
            continue
        text += ("零" if pending_zero else "") + _DIGITS[digit] + _PLACES[place]
        pending_zero = False
    return text
