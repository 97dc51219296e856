"""Who may enter a view. Default deny: a view that declares nothing is not served.

Guards stand right under the route: ``@public``, ``@signed_in``, ``@requires(Permission.X)``; ``@reauthenticated``
asks for the password again and stands beneath one of them.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Actor, Permission, may
from marketplace.services.people import actors
from marketplace.web.rescue import typed_text

View = TypeVar("View", bound=Callable[..., Any])

REAUTHENTICATION_LASTS = timedelta(minutes=10)


def actor() -> Actor:
    """Return who makes this request, read once a request."""
    if "actor" not in g:
        g.actor = actors.actor_of(current_user.person_id) if current_user.is_authenticated else VISITOR
    found: Actor = g.actor
    return found


def forget_actor() -> None:
    """Have the actor read again: after signing in or out within a request."""
    g.pop("actor", None)


def public(view: View) -> View:
    """Open a view to everybody."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open a view to everybody who is signed in."""
    view.guard = "signed_in"  # type: ignore[attr-defined]
    return view


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Open a view to people who hold one of ``permissions``; the service decides on the subject."""

    def mark(view: View) -> View:
        view.guard = frozenset(permissions)  # type: ignore[attr-defined]
        return view

    return mark


def reauthenticated(view: View) -> View:
    """Ask for the password again unless it was typed within the last ten minutes."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if recently_confirmed():
            return view(*args, **kwargs)
        target = request.full_path if request.method == "GET" else (request.referrer or "/")
        return redirect(url_for("sessions.reauthenticate", next=target))

    return wrapper  # type: ignore[return-value]


def recently_confirmed() -> bool:
    """Return whether the password was typed within the last ten minutes."""
    at = session.get("password_at", 0)
    return bool(at) and clock.now().timestamp() - at < REAUTHENTICATION_LASTS.total_seconds()


def install(app: Flask) -> None:
    """Check every request against the guard of its view."""
    app.before_request(_check)


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    guard = getattr(current_app.view_functions[request.endpoint], "guard", None)
    if guard == "public":
        return None
    if guard is None:
        abort(403)
    if not actor().signed_in:
        typed = typed_text()
        if typed:
            return _signed_out(typed)
        flash(_("请先登录，登录后会回到您要去的页面"), "info")
        # What was sent cannot be sent again after signing in, but the page it was typed into can be opened.
        target = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
        return redirect(url_for("sessions.login", next=target))
    if guard != "signed_in" and not any(may(actor(), permission) for permission in guard):
        abort(403)
    return None


def _signed_out(typed: list[str]) -> Response:
    """Give back what was typed while the session ended, with the way to sign in and open the page again."""
    page = render_template(
        "errors/401.html", typed=typed, login=url_for("sessions.login", next=request.referrer)
    )
    return make_response(page, 401)
