"""合同登记编号: what a number of a registered technology contract says, and whether it can be one."""

import re
from dataclasses import dataclass
from datetime import date

from marketplace.domain import regions
from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_, compact

_DIGITS = re.compile(r"[0-9]*")
FIRST_YEAR = 1991
"""Registration began with 技术合同认定登记管理办法 of 1990."""


@dataclass(frozen=True, slots=True)
class ContractNumber:
    """16 digits (year 4, area 4, registry point 2, serial 6), or 14 in the legacy form (year 2)."""

    digits: str

    @property
    def year(self) -> int:
        """Year of registration; two digits mean 1991 to 2090."""
        if len(self.digits) == 16:
            return int(self.digits[:4])
        short = int(self.digits[:2])
        return 1900 + short if short >= FIRST_YEAR % 100 else 2000 + short

    @property
    def area(self) -> str:
        """Four digits of province and city of the registry."""
        return self.digits[-12:-8]

    @property
    def grouped(self) -> str:
        """The number as people read it: ``2025 3413 01 000123``."""
        return f"{self.digits[:-12]} {self.area} {self.digits[-8:-6]} {self.digits[-6:]}"


def parse_contract_number(text: str | None, today: date) -> ContractNumber:
    """Return the number typed, spaces and hyphens left out.

    Raises DomainError naming the place that is wrong: characters, length, year, area. docs/domain.md §8.
    """
    value = compact(text).replace("-", "")
    if not value:
        raise DomainError("contract_number_empty", N_("请填写合同登记编号"))
    if not _DIGITS.fullmatch(value):
        raise DomainError("contract_number_character", N_("合同登记编号只由数字组成，请核对证明"))
    if len(value) not in (14, 16):
        raise DomainError(
            "contract_number_length",
            N_("合同登记编号应为16位数字（早年的为14位），您填了%(length)d位"),
            length=len(value),
        )
    number = ContractNumber(value)
    if not FIRST_YEAR <= number.year <= today.year:
        raise DomainError(
            "contract_number_year",
            N_("编号开头表示登记年份%(year)d年，应在1991年至今年之间，请核对"),
            year=number.year,
        )
    if not regions.exists(number.area + "00") and not regions.exists(number.area[:2] + "0000"):
        raise DomainError(
            "contract_number_area", N_("编号中的地区代码%(area)s不存在，请核对"), area=number.area
        )
    return number


def mint(year: int, point: int, serial: int) -> ContractNumber:
    """Return the number the city's own registry point gives; ``point`` 1–99, ``serial`` from 1."""
    return ContractNumber(f"{year:04d}{regions.CITY_PREFIX}{point:02d}{serial:06d}")
