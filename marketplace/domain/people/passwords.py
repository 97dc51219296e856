"""What a password must be: long and not guessable. No rule about kinds of characters (NIST SP 800-63B, 5.1.1)."""

import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_

SHORTEST = 10
LONGEST = 128

_DATA = Path(__file__).parent.parent / "data" / "common_passwords.txt"


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = _DATA.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def normal_password(value: str) -> str:
    """Return ``value`` as it is compared: half-width forms and one Unicode form, whatever keyboard typed it."""
    return unicodedata.normalize("NFKC", value)


def check_password(value: str, *personal: str) -> str:
    """Return the password as it is hashed.

    ``personal`` are words it must not be made of (mail address, name). Raises DomainError with field
    ``password``: too short, too long, one character or a run, a common one, made of the personal words.
    """
    password = normal_password(value)
    if len(password) < SHORTEST:
        raise DomainError(
            "password_short",
            N_("密码至少%(shortest)d个字符，您填了%(length)d个；可以用几个词连成一句"),
            field="password",
            shortest=SHORTEST,
            length=len(password),
        )
    if len(password) > LONGEST:
        raise DomainError(
            "password_long", N_("密码最多%(longest)d个字符，请缩短"), field="password", longest=LONGEST
        )
    if "\x00" in password:
        raise DomainError("password_character", N_("密码中有不能使用的字符，请重新输入"), field="password")
    folded = password.casefold()
    if folded in _common() or _is_run(folded) or len(set(folded)) < 4:
        raise DomainError(
            "password_common", N_("这个密码太常见或过于规律，容易被猜到，请换一个"), field="password"
        )
    if _made_of(folded, personal):
        raise DomainError("password_personal", N_("密码不能由您的邮箱或姓名组成，请换一个"), field="password")
    return password


def _is_run(folded: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps in ({1}, {-1})


def _made_of(folded: str, personal: tuple[str, ...]) -> bool:
    """Tell whether a personal word makes up most of the password: what is left is shorter than eight."""
    words = {word.casefold() for text in personal for word in (text, text.partition("@")[0]) if word}
    return any(len(word) >= 4 and word in folded and len(folded) - len(word) < 8 for word in words)
