"""The signed-in person, as Flask-Login sees one: how a session begins, what ends it."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import flash, request, session
from flask_babel import gettext as _
from flask_login import UserMixin, login_user

from marketplace.domain import clock
from marketplace.extensions import login
from marketplace.services.people import accounts, signin
from marketplace.web.guards import forget_actor

SEEN_EVERY = 30
"""Seconds after which the moment of the last request is written into the session again."""


class SignedIn(UserMixin):
    """A person and the session epoch they signed in under: a raised epoch ends older sessions."""

    def __init__(self, person_id: int, epoch: int) -> None:
        self.person_id = person_id
        self.epoch = epoch

    def get_id(self) -> str:
        """Return what the session keeps."""
        return f"{self.person_id}:{self.epoch}"


@login.user_loader
def load(identity: str) -> SignedIn | None:
    """Return the person of a session.

    None, and an empty session, when the account is closed, the epoch has moved on, or somebody with a staff
    role was idle for too long.
    """
    person_id, _sep, epoch = identity.partition(":")
    if not (person_id.isdigit() and epoch.isdigit()):
        return None
    if accounts.session_epoch(int(person_id)) != int(epoch):
        _end(_("登录已失效：密码已更改或账号已注销，请重新登录"))
        return None
    at = int(clock.now().timestamp())
    seen = int(session.get("seen_at", at))
    if signin.is_idle_too_long(int(person_id), timedelta(seconds=at - seen)):
        _end(_("您有一段时间没有操作，为安全起见已自动退出，请重新登录"))
        return None
    if at - seen >= SEEN_EVERY or "seen_at" not in session:
        session["seen_at"] = at
    return SignedIn(int(person_id), int(epoch))


def _end(message: str) -> None:
    session.clear()
    flash(message, "info")


def begin_session(person_id: int) -> None:
    """Begin a fresh session of a person whose password, or mailed link, has just been checked.

    Everything an earlier session held is thrown away, so that a planted session is worth nothing.
    """
    epoch = accounts.session_epoch(person_id)
    if epoch is None:
        raise ValueError("a closed account cannot sign in")
    session.clear()
    login_user(SignedIn(person_id, epoch))
    session["seen_at"] = int(clock.now().timestamp())
    confirm_session()
    forget_actor()


def confirm_session() -> None:
    """Remember that the password was typed just now."""
    session["password_at"] = int(clock.now().timestamp())


def safe_target(address: str | None) -> str | None:
    """Return ``address`` as a path of this site, or None when it leads elsewhere or is no path.

    Browsers take ``//host``, ``/\\host`` and addresses with control characters inside for other hosts.
    """
    if not address or len(address) > 2000 or "\\" in address or not address.isprintable():
        return None
    parts = urlsplit(address)
    if parts.netloc and (parts.scheme not in ("http", "https") or parts.netloc != request.host):
        return None
    if not parts.netloc and (parts.scheme or not address.startswith("/") or address.startswith("//")):
        return None
    path = parts.path or "/"
    if not path.startswith("/") or path.startswith("//"):
        return None
    return f"{path}?{parts.query}" if parts.query else path
