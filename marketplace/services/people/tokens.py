"""Secrets that travel by mail, and digests that tell nothing: only digests are kept."""

import hashlib
import hmac
import secrets

from marketplace.services.outside import outside


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
