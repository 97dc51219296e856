"""What surrounds every page: headers, context, filters, errors, the log line."""

import logging
import secrets
import time
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.domain.access import Permission, may
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.services.platform import notices
from marketplace.web import filters, menu
from marketplace.web.guards import actor
from marketplace.web.platform.outward.addresses import PERSONAL, absolute, travel
from marketplace.web.rescue import typed_text

logger = logging.getLogger("marketplace.request")

_STATUS = {NotAllowed: 403, NotFound: 404, Conflict: 409}


def install(app: Flask) -> None:
    """Dress ``app``."""
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    # First of all, ahead of the extensions: a page that refuses a forged request needs the nonce as well.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_headers)
    app.after_request(_log)
    app.context_processor(_context)
    filters.install(app)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def _begin() -> None:
    g.started = time.perf_counter()
    g.nonce = secrets.token_urlsafe(16)
    g.request_id = secrets.token_hex(8)


def _headers(response: Response) -> Response:
    nonce = getattr(g, "nonce", "")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Permissions-Policy"] = "geolocation=(), microphone=(), payment=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if current_app.config["DEMO_MODE"]:
        # What is invented must not be found as if it were true.
        response.headers["X-Robots-Tag"] = "noindex"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if (current_user and current_user.is_authenticated) or request.blueprint in PERSONAL:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _log(response: Response) -> Response:
    elapsed = (time.perf_counter() - getattr(g, "started", time.perf_counter())) * 1000
    response.headers["Server-Timing"] = f"app;dur={elapsed:.1f}"
    if request.endpoint != "static":
        logger.info(
            "request",
            extra={
                "request": getattr(g, "request_id", ""),
                "method": request.method,
                "endpoint": request.endpoint,
                "status": response.status_code,
                "milliseconds": round(elapsed, 1),
                "actor": g.actor.person_id if "actor" in g else None,
            },
        )
    return response


def _context() -> dict[str, Any]:
    config = current_app.config
    if not has_request_context():
        return {"site": config["SITE"]}  # a mail: nobody reads it yet
    who = actor()
    account = None
    if who.signed_in:
        account = {
            "name": who.name,
            "organisation": who.organisation_name,
            "unread": notices.unread_count(who),
        }
    return {
        "actor": who,
        "can": lambda permission, subject=None: may(who, Permission(permission), subject),
        "csp_nonce": getattr(g, "nonce", ""),
        "demo_mode": bool(config["DEMO_MODE"]),
        "elder": request.cookies.get("elder") == "1",
        "site": config["SITE"],
        "travel": travel,
        "absolute": absolute,
        "links": menu.shell_links(),
        "menu": menu.bar(),
        # Asked for by pages of the workbench alone: it counts what waits.
        "desk_menu": lambda: menu.desk(who) if who.signed_in else [],
        "footer_links": menu.foot(),
        "account": account,
    }


def _domain_error(error: DomainError) -> tuple[str, int]:
    db.session.rollback()
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return _page(status, _(error.message, **error.params))


def _csrf_error(_error: CSRFError) -> tuple[str, int]:
    return _page(
        400,
        _("页面停留过久，或者您已在别处退出、换了账号。请重新打开原来的页面，登录后再提交。"),
        typed_text(),
    )


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    return _page(code, "")


def _page(status: int, message: str, typed: Sequence[str] = ()) -> tuple[str, int]:
    known = status if status in (400, 403, 404, 405, 409, 413, 429, 500) else 400
    name = 404 if known == 405 else known
    g.failed = True
    return render_template(f"errors/{name}.html", message=message, typed=typed), status


def _crash(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    logger.exception("crash", extra={"request": getattr(g, "request_id", ""), "endpoint": request.endpoint})
    # Rendered without the context of a page, which would ask the database that may be what is down.
    page = current_app.jinja_env.get_template("errors/500.html")
    return page.render(request_id=getattr(g, "request_id", ""), csp_nonce=getattr(g, "nonce", "")), 500
