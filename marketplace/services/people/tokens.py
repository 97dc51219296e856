"""Secrets that travel by mail, and digests that tell nothing: only digests are kept."""

import hashlib
import hmac
import secrets

from marketplace.domain.errors import NotFound
from marketplace.services.outside import outside

SIGNATURE = 32


def new_token() -> str:
    """Return a fresh secret for a link: 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Return what the database keeps of a token. It is random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def salted_digest(purpose: str, value: str) -> str:
    """Return a digest of a guessable value (a name, an address), salted with the site's secret."""
    message = f"{purpose}:{value}".encode("utf-8", "replace")
    return hmac.new(outside().secret.encode(), message, hashlib.sha256).hexdigest()


def signed(purpose: str, *numbers: int) -> str:
    """Return a token that says some numbers, and that this site wrote them for this purpose: for links in mails."""
    words = "-".join(map(str, numbers))
    return f"{words}-{salted_digest(purpose, words)[:SIGNATURE]}"


def read_signed(purpose: str, token: str, count: int) -> tuple[int, ...]:
    """Return the ``count`` numbers of a token. Raises NotFound for anything this site did not sign for the purpose."""
    *parts, signature = token.split("-", count)
    if len(parts) != count or not all(one.isascii() and one.isdigit() and len(one) <= 18 for one in parts):
        raise NotFound()
    expected = salted_digest(purpose, "-".join(parts))[:SIGNATURE]
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
        raise NotFound()
    return tuple(map(int, parts))
