"""Numbers of organisations, rights, achievements and people: checked form, one canonical writing.

Every refusal names what is wrong and the remedy. A correct form proves nothing about ownership.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from marketplace.domain import regions
from marketplace.domain.clock import today
from marketplace.domain.errors import DomainError
from marketplace.domain.taxonomy import IP_TYPES
from marketplace.domain.text import FULL_WIDTH, N_, compact, first_match, shown, upper_ascii

# --- 统一社会信用代码 (GB 32100-2015) -------------------------------------------------------------------

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH = 18


def uscc_check_character(body: str) -> str:
    """Return the 18th character for the first 17, all from USCC_ALPHABET (GB 32100-2015, annex A)."""
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return USCC_ALPHABET[-total % 31]


def parse_uscc(text: str | None) -> str:
    """Return the unified social credit code in 18 upper-case characters; white space is dropped.

    Raises DomainError: empty, full-width, wrong length (an old 9 or 15 digit number is recognised), a letter
    never used, another foreign character, wrong check character.
    """
    value = upper_ascii("".join((text or "").split()))
    if not value:
        raise DomainError("uscc_empty", N_("请填写统一社会信用代码"))
    full = first_match("[\uff01-\uff5e]", value)
    if full:
        raise DomainError(
            "uscc_full_width",
            N_("第%(position)d位“%(char)s”是全角字符，请切换到半角（英文）输入后重新填写"),
            position=full[0],
            char=full[1],
        )
    if len(value) != _USCC_LENGTH:
        raise _uscc_length_error(value)
    unused = first_match("[IOSVZ]", value)
    if unused:
        raise DomainError(
            "uscc_letter",
            N_("第%(position)d位是字母%(char)s，代码中不使用I、O、S、V、Z，请核对是否为数字1、0、5、2等"),
            position=unused[0],
            char=unused[1],
        )
    foreign = first_match(f"[^{USCC_ALPHABET}]", value)
    if foreign:
        raise DomainError(
            "uscc_character",
            N_("第%(position)d位“%(char)s”不是数字或大写英文字母，请对照营业执照核对"),
            position=foreign[0],
            char=shown(foreign[1]),
        )
    expected = uscc_check_character(value[:-1])
    if value[-1] != expected:
        raise DomainError(
            "uscc_check",
            N_("校验未通过：按前17位推算第18位应为%(expected)s，您填的是%(actual)s，请对照营业执照逐位核对"),
            expected=expected,
            actual=value[-1],
        )
    return value


def _uscc_length_error(value: str) -> DomainError:
    if re.fullmatch(r"[0-9]{15}", value):
        return DomainError(
            "uscc_old_number", N_("这是15位的旧工商注册号，请填写营业执照上18位的统一社会信用代码")
        )
    if re.fullmatch(r"[0-9A-Z]{8}-?[0-9X]", value):
        return DomainError("uscc_old_number", N_("这是9位的组织机构代码，请填写证照上18位的统一社会信用代码"))
    return DomainError(
        "uscc_length", N_("统一社会信用代码应为18位，您填了%(length)d位，请核对"), length=len(value)
    )


def uscc_division_hint(uscc: str) -> str | None:
    """Return the nearest known division of digits 3–8, the registering authority's area, or None.

    Only a hint: it never decides where an organisation is domiciled.
    """
    code = uscc[2:8]
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    return next((c for c in (code, code[:4] + "00", code[:2] + "0000") if regions.exists(c)), None)


# --- Chinese patents (ZC 0006-2003) --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PatentNumber:
    """``canonical`` like 200310102344.5 or 95115608.X; ``kind`` is a code of IP_TYPES."""

    canonical: str
    kind: str


_PATENT_KINDS = {"1": "invention", "2": "utility", "3": "design", "8": "invention", "9": "utility"}
_PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_FIRST_PATENT_YEAR = 1985
_LONG_NUMBERS_SINCE = 2003


def patent_check_character(body: str) -> str:
    """Return the check character for the 12 (or, before October 2003, 8) digits before the dot."""
    remainder = sum(int(d) * w for d, w in zip(body, _PATENT_WEIGHTS, strict=False)) % 11
    return "X" if remainder == 10 else str(remainder)


def parse_patent_number(text: str | None) -> PatentNumber:
    """Return a Chinese application or patent number; ZL/CN, spaces, full-width, no dot are accepted.

    Raises DomainError: empty, a publication number, foreign character, misplaced dot, wrong length, missing
    check character, impossible year, unknown kind, wrong check character.
    """
    value = re.sub(r"^(ZL|CN)+[.:]?", "", compact(text))
    if not value:
        raise DomainError("patent_empty", N_("请填写专利号或申请号"))
    if re.fullmatch(r"[0-9]{7,9}[ABCUYS][0-9]?", value):
        raise DomainError(
            "patent_publication", N_("这是公开（公告）号，请填写申请号或专利号，例如ZL201310699744.2")
        )
    digits = _patent_digits(value)
    body, check = digits[:-1], digits[-1]
    _check_patent_year(body)
    position = 5 if len(body) == 12 else 3
    kind = _PATENT_KINDS.get(body[position - 1])
    if kind is None:
        raise DomainError(
            "patent_kind",
            N_("第%(position)d位表示专利类型，应为1、2、3、8或9，您填的是%(char)s"),
            position=position,
            char=body[position - 1],
        )
    expected = patent_check_character(body)
    if check != expected:
        raise DomainError(
            "patent_check",
            N_("校验未通过：按前面的数字推算校验位应为%(expected)s，您填的是%(actual)s，请对照证书核对"),
            expected=expected,
            actual=check,
        )
    return PatentNumber(f"{body}.{check}", kind)


def _patent_digits(value: str) -> str:
    """Return the 13 or 9 characters without the dot, or refuse their form."""
    foreign = first_match(r"[^0-9.]", value[:-1]) or (
        None if re.fullmatch(r"[0-9X.]", value[-1]) else (len(value), value[-1])
    )
    if foreign:
        raise DomainError(
            "patent_character",
            N_("专利号中有不能识别的字符“%(char)s”，请只填写数字、小数点和校验位"),
            char=shown(foreign[1]),
        )
    digits = value.replace(".", "")
    if len(digits) in (8, 12) and "X" not in digits:
        raise DomainError(
            "patent_check_missing",
            N_("缺少校验位：请补上小数点后的一位，按您填的数字推算应为%(expected)s"),
            expected=patent_check_character(digits),
        )
    if len(digits) not in (9, 13):
        raise DomainError(
            "patent_length",
            N_("专利号应为13位（2003年10月以前申请的为9位），您填了%(length)d位，请核对"),
            length=len(digits),
        )
    if "." in value and not re.fullmatch(r"[^.]+\.[0-9X]", value):
        raise DomainError("patent_dot", N_("小数点只能有一个，并应在最后一位校验位之前"))
    return digits


def _check_patent_year(body: str) -> None:
    if len(body) == 12:
        year, since, until = int(body[:4]), _LONG_NUMBERS_SINCE, today().year
    else:
        short = int(body[:2])
        year = short + (1900 if short >= _FIRST_PATENT_YEAR % 100 else 2000)
        since, until = _FIRST_PATENT_YEAR, _LONG_NUMBERS_SINCE
    if not since <= year <= until:
        raise DomainError(
            "patent_year",
            N_("专利号开头的年份%(year)d不对，应在%(since)d年至%(until)d年之间"),
            year=year,
            since=since,
            until=until,
        )


# --- Other rights --------------------------------------------------------------------------------------

_MAX_FREE_NUMBER = 60


def parse_ip_number(ip_type: str, text: str | None) -> str:
    """Return the canonical number of a right of ``ip_type`` (a code of IP_TYPES).

    A technical secret has no number and gives "", as an empty one of 其他 does. Raises DomainError as the
    parsers do, and when a patent number is of another kind than ``ip_type``; KeyError for an unknown type.
    """
    label = IP_TYPES.label_of(ip_type)
    if ip_type in _PATENT_KINDS.values():
        number = parse_patent_number(text)
        if number.kind != ip_type:
            raise DomainError(
                "ip_kind",
                N_("这个号码属于%(actual)s，与所选的%(expected)s不一致，请改选类型或核对号码"),
                actual=IP_TYPES.label_of(number.kind),
                expected=label,
            )
        return number.canonical
    if ip_type == "secret":
        if (text or "").strip():
            raise DomainError("ip_secret", N_("技术秘密没有登记号，请将编号留空"))
        return ""
    if not (text or "").strip():
        if ip_type == "other":
            return ""
        raise DomainError("ip_empty", N_("请填写%(label)s的登记号或证书号"), label=label)
    return _OTHER_RIGHTS.get(ip_type, _free_number)(text)


def _free_number(text: str | None) -> str:
    value = " ".join((text or "").translate(FULL_WIDTH).split())
    hidden = first_match(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]", value)
    if hidden:
        raise DomainError(
            "ip_character", N_("编号中有看不见的字符（%(char)s），请重新手工填写"), char=shown(hidden[1])
        )
    if len(value) > _MAX_FREE_NUMBER:
        raise DomainError(
            "ip_length",
            N_("编号最多%(limit)d个字符，您填了%(length)d个"),
            limit=_MAX_FREE_NUMBER,
            length=len(value),
        )
    return value


def _software_number(text: str | None) -> str:
    value = compact(text)
    if value.startswith("软著登字"):
        raise DomainError("software_certificate", N_("这是证书号，请填写证书上的登记号，例如2023SR0123456"))
    found = re.fullmatch(r"([0-9]{4})SR[0-9]{5,7}", value)
    if not found:
        raise DomainError(
            "software_form", N_("软件著作权登记号应为4位年份加SR加5至7位数字，例如2023SR0123456")
        )
    _check_year(found.group(1), 1992)
    return value


def _plant_number(text: str | None) -> str:
    value = compact(text)
    if not re.fullmatch(r"CNA[0-9]{6,11}(\.[0-9X])?|[0-9]{8}", value):
        raise DomainError(
            "plant_form", N_("植物新品种权号应以CNA开头加数字（农业），例如CNA20191006012；林草品种为8位数字")
        )
    return value


def _layout_number(text: str | None) -> str:
    found = re.fullmatch(r"BS\.?([0-9]{8,10})", compact(text))
    if not found:
        raise DomainError(
            "layout_form", N_("集成电路布图设计登记号应以BS.开头加8至10位数字，例如BS.205001234")
        )
    return f"BS.{found.group(1)}"


_OTHER_RIGHTS: dict[str, Callable[[str | None], str]] = {
    "software": _software_number,
    "plant": _plant_number,
    "layout": _layout_number,
}


def _check_year(digits: str, since: int) -> None:
    if not since <= int(digits) <= today().year:
        raise DomainError(
            "number_year",
            N_("编号中的年份%(year)s不对，应在%(since)d年至%(until)d年之间"),
            year=digits,
            since=since,
            until=today().year,
        )


# --- 科技成果登记号 ---------------------------------------------------------------------------------------


def parse_achievement_registration(text: str | None) -> str:
    """Return an achievement's registration number: authority 3, year 4, class letter, serial 4.

    Raises DomainError: empty, wrong length, a character of the wrong sort at a named place, impossible year.
    """
    value = compact(text)
    if not value:
        raise DomainError("registration_empty", N_("请填写成果登记号"))
    if len(value) != 12:
        raise DomainError(
            "registration_length",
            N_("成果登记号应为12位，您填了%(length)d位，例如9342023Y0123"),
            length=len(value),
        )
    wrong = first_match(r"[^0-9]", value[:7] + value[8:])
    if not re.fullmatch(r"[A-Z]", value[7]):
        raise DomainError(
            "registration_letter",
            N_("成果登记号第8位应为类别字母（应用技术为Y），您填的是“%(char)s”"),
            char=shown(value[7]),
        )
    if wrong:
        raise DomainError(
            "registration_digit",
            N_("成果登记号除第8位外应全为数字，“%(char)s”不是数字"),
            char=shown(wrong[1]),
        )
    _check_year(value[3:7], 1978)
    return value


# --- Telephone and mail -----------------------------------------------------------------------------------

_MAIL_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MAIL_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")


def parse_phone(text: str | None) -> str:
    """Return a mobile number as 13800138000 or a landline as 0557-3024567, with extension 0557-3024567-801.

    Spaces, brackets, hyphens, full-width forms and +86 are accepted. Raises DomainError: empty, foreign
    character, missing area code, wrong length, unknown number range.
    """
    value = re.sub(r"[()-]+", "-", compact(text).replace("转", "-")).strip("-")
    value = re.sub(r"^(\+|00)86-?|^86-?(?=1[0-9]{10}$)", "", value)
    if not value:
        raise DomainError("phone_empty", N_("请填写联系电话"))
    foreign = first_match(r"[^0-9-]", value)
    if foreign:
        raise DomainError(
            "phone_character",
            N_("电话号码中有不能识别的字符“%(char)s”，请只填写数字和短横线"),
            char=shown(foreign[1]),
        )
    return _landline(value) if value.startswith("0") else _mobile(value)


def _mobile(value: str) -> str:
    digits = value.replace("-", "")
    if len(digits) in (7, 8) and not digits.startswith("1"):
        raise DomainError("phone_area", N_("固定电话请在号码前加区号，例如0557-3024567"))
    if len(digits) != 11:
        raise DomainError(
            "phone_length",
            N_("手机号应为11位，您填了%(length)d位；固定电话请加区号，例如0557-3024567"),
            length=len(digits),
        )
    if not re.match(r"1[3-9]", digits):
        raise DomainError("phone_range", N_("手机号应以13至19开头，固定电话应以区号开头，请核对"))
    return digits


def _landline(value: str) -> str:
    # Two-figure areas are 010 and 02x only, so the boundary is certain even without a hyphen.
    size = 3 if re.match(r"0(10|2)", value) else 4
    local, _, extension = value[size:].removeprefix("-").partition("-")
    if not re.fullmatch(r"0[1-9][0-9]{1,2}", value[:size]) or not re.fullmatch(r"[2-9][0-9]{6,7}", local):
        raise DomainError(
            "phone_landline",
            N_("固定电话应为区号加7或8位号码，例如0557-3024567，分机写在最后，例如0557-3024567-801"),
        )
    if not re.fullmatch(r"[0-9]{0,6}", extension):
        raise DomainError("phone_extension", N_("分机号应为1至6位数字，请核对"))
    return "-".join(filter(None, (value[:size], local, extension)))


def parse_email(text: str | None) -> str:
    """Return the mail address in lower case, half-width.

    Raises DomainError: empty, too long (RFC 5321: 64 before the @, 254 in all), white space, no or several @,
    foreign character, malformed part before or after the @.
    """
    value = (text or "").translate(FULL_WIDTH).strip()
    if not value:
        raise DomainError("email_empty", N_("请填写电子邮箱"))
    foreign = first_match(r"[^\x21-\x7e]", value)
    if foreign:
        raise DomainError(
            "email_character",
            N_("邮箱第%(position)d位“%(char)s”不能用在邮箱地址中，请删去"),
            position=foreign[0],
            char=shown(foreign[1]),
        )
    value = value.lower()
    if value.count("@") != 1:
        raise DomainError("email_at", N_("邮箱地址中应有且只有一个@，例如name@example.com"))
    local, _, domain = value.partition("@")
    if len(value) > 254 or len(local) > 64:
        raise DomainError("email_length", N_("邮箱地址过长：@前最多64个字符，全长最多254个字符"))
    if not _MAIL_LOCAL.fullmatch(local):
        raise DomainError("email_local", N_("邮箱@前的部分“%(part)s”写法不对，请核对"), part=local)
    if not _MAIL_DOMAIN.fullmatch(domain):
        raise DomainError(
            "email_domain", N_("邮箱@后的部分“%(part)s”不是完整的域名，例如example.com"), part=domain
        )
    return value


def mask_phone(phone: str) -> str:
    """Return ``phone`` with only its start and last two digits: 138******00, 0557-*****67.

    The last four are a secret of their own (they open the progress query), so they are not all shown.
    """
    head = phone.find("-") + 1 or 3
    return phone[:head] + "*" * max(len(phone) - head - 2, 0) + phone[max(head, len(phone) - 2) :]


def mask_email(email: str) -> str:
    """Return ``email`` with only the first character before the @: n***@example.com."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}"
