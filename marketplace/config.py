"""Environments, read from MARKETPLACE_* variables. Production refuses to start with unsafe values."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

ENVIRONMENTS = ("production", "demo", "testing")
_DEFAULT_KEY = "only-for-demonstration-and-tests"
STRIPE_BASE = "https://api.stripe.com"


_CHEAP_HASH = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
"""Tests hash hundreds of passwords; what makes a hash slow is the library's business, not theirs."""


class ConfigurationError(Exception):
    """A setting is missing or unsafe; the message names the variable and the remedy."""


def load(environment: str | None, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of ``environment`` (default: MARKETPLACE_ENV, else production)."""
    name = environment or os.environ.get("MARKETPLACE_ENV", "production")
    if name not in ENVIRONMENTS:
        raise ConfigurationError(f"MARKETPLACE_ENV is {name!r}: use one of {', '.join(ENVIRONMENTS)}")
    root = Path(os.environ.get("MARKETPLACE_INSTANCE", Path(__file__).parent.parent / "instance")).resolve()
    config = {**_common(root), **_by_environment(name), **overrides, "ENVIRONMENT": name}
    if name != "production" and config["STRIPE_KEY"].startswith(("sk_live_", "rk_live_")):
        raise ConfigurationError(
            "MARKETPLACE_STRIPE_KEY is a live key: it moves money, so only production takes it"
        )
    if name == "production":
        if not config["SECRET_KEY"] and click.get_current_context(silent=True) is not None:
            # A command serves nobody, so it need not know the site's secret: it gets one of its own.
            config.update(SECRET_KEY=secrets.token_hex(32), SECRET_IS_OWN=True)
        _refuse_unsafe(config)
    return config


def _common(root: Path) -> dict[str, Any]:
    env = os.environ.get
    return {
        "INSTANCE": root,
        "SECRET_KEY": env("MARKETPLACE_SECRET_KEY", ""),
        "SQLALCHEMY_DATABASE_URI": database_url(
            env("DATABASE_URL") or f"sqlite:///{root / 'marketplace.db'}"
        ),
        "SEARCH_DIR": Path(env("MARKETPLACE_SEARCH_DIR", str(root / "search"))),
        "MATCHER_DIR": Path(env("MARKETPLACE_MATCHER_DIR", str(root / "matcher"))),
        "MATCHER_ACTIVE": True,
        "FILES_DIR": Path(env("MARKETPLACE_FILES_DIR", str(root / "files"))),
        "MAIL_DIR": Path(env("MARKETPLACE_MAIL_DIR", str(root / "mail"))),
        "SMTP_URL": env("MARKETPLACE_SMTP_URL", ""),
        "MAIL_FROM": env("MARKETPLACE_MAIL_FROM", "noreply@marketplace.example"),
        "EMBEDDINGS_URL": env("MARKETPLACE_EMBEDDINGS_URL", ""),
        "EMBEDDINGS_KEY": env("MARKETPLACE_EMBEDDINGS_KEY", ""),
        "EMBEDDINGS_MODEL": env("MARKETPLACE_EMBEDDINGS_MODEL", ""),
        "STRIPE_KEY": env("MARKETPLACE_STRIPE_KEY", ""),
        "STRIPE_WEBHOOK_SECRET": env("MARKETPLACE_STRIPE_WEBHOOK_SECRET", ""),
        "STRIPE_BASE": env("MARKETPLACE_STRIPE_BASE", ""),
        "JOBS_URL": env("MARKETPLACE_JOBS_URL", f"sqlite:///{root / 'jobs.db'}"),
        "PUBLIC_URL": env("MARKETPLACE_PUBLIC_URL", "http://127.0.0.1:8000"),
        "TRUSTED_PROXIES": int(env("MARKETPLACE_TRUSTED_PROXIES", "0")),
        "RATELIMIT_STORAGE_URI": env("MARKETPLACE_RATELIMIT_URL", "memory://"),
        "RATELIMIT_HEADERS_ENABLED": False,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "marketplace",
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "COUNTS_FLUSH_SECONDS": 5.0,
        "SECRET_IS_OWN": False,
        "DEMO_MODE": False,
        "ARGON2": {},
        "SITE": {
            "name": env("MARKETPLACE_NAME", "宿州技术转移市场"),
            "subtitle": env("MARKETPLACE_SUBTITLE", "宿州市科学技术局主办"),
            "host": env("MARKETPLACE_HOST", "宿州市科学技术局"),
            "operator": env("MARKETPLACE_OPERATOR", ""),
            "phone": env("MARKETPLACE_PHONE", "12345（政务服务便民热线）"),
            "hours": env("MARKETPLACE_HOURS", "工作日 9:00–12:00 14:30–17:30"),
            "record": env("MARKETPLACE_RECORD", ""),
        },
    }


def _by_environment(name: str) -> dict[str, Any]:
    if name == "production":
        return {}
    relaxed: dict[str, Any] = {"SECRET_KEY": _DEFAULT_KEY, "SESSION_COOKIE_SECURE": False}
    if name == "demo":
        return {**relaxed, "DEMO_MODE": True}
    return {
        **relaxed,
        "COUNTS_FLUSH_SECONDS": float("inf"),
        "TESTING": True,
        "JOBS_URL": "",
        "MATCHER_ACTIVE": False,
        "EMBEDDINGS_URL": "",
        "STRIPE_KEY": "",
        "ARGON2": _CHEAP_HASH,
    }


def require_shared_secret(config: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where a long-running command has no secret in common with the web server."""
    if config["SECRET_IS_OWN"]:
        raise ConfigurationError("MARKETPLACE_SECRET_KEY must be set to the same value as for the web server")


def database_url(url: str) -> str:
    """Return ``url`` with the driver we ship: ``postgresql://`` and ``postgres://`` mean psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _refuse_unsafe(config: Mapping[str, Any]) -> None:
    if len(config["SECRET_KEY"]) < 32 or config["SECRET_KEY"] == _DEFAULT_KEY:
        raise ConfigurationError(
            "MARKETPLACE_SECRET_KEY must be set to a random value of at least 32 characters in production "
            "(for demonstration set MARKETPLACE_ENV=demo)"
        )
    if config["DEMO_MODE"]:
        raise ConfigurationError(
            "DEMO_MODE cannot be on in production: demonstration accounts have known passwords"
        )
    if not config["SESSION_COOKIE_SECURE"]:
        raise ConfigurationError("SESSION_COOKIE_SECURE must stay on in production")
    if config["STRIPE_BASE"] not in ("", STRIPE_BASE):
        raise ConfigurationError(
            "MARKETPLACE_STRIPE_BASE must not be set in production: payments would go to a stand-in"
        )
    if config["STRIPE_KEY"] and not config["STRIPE_WEBHOOK_SECRET"]:
        raise ConfigurationError(
            "MARKETPLACE_STRIPE_WEBHOOK_SECRET must be set together with MARKETPLACE_STRIPE_KEY: "
            "without it no payment would ever be recorded"
        )
