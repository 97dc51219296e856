"""留痕: who did what, when, to what; and whether the chain holds."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from marketplace.domain.access import Permission
from marketplace.domain.platform.audit import SUBJECT_KINDS, TAGS, move_words, subject_words, tag_words
from marketplace.domain.platform.audit_words import key_words, reason_words
from marketplace.forms.platform.audit import AuditFilter
from marketplace.services import operations
from marketplace.services.paging import paged
from marketplace.services.platform import longjobs
from marketplace.services.platform.watching import trail
from marketplace.web.guards import requires
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")


@blueprint.app_template_global("audit_words")
def audit_words(tag: str) -> str:
    """An audit tag in words: subject and action."""
    return "：".join(_(word) for word in tag_words(tag))


@blueprint.app_template_global("audit_subject")
def audit_subject(kind: str) -> str:
    """What a kind of subject is called."""
    return str(_(subject_words(kind)))


@blueprint.app_template_global("audit_details")
def audit_details(tag: str, details: dict[str, Any]) -> list[str]:
    """What an event tells, in short pieces: the move in words, the rest as it was written."""
    moved = move_words(tag, details)
    pieces = [" → ".join(_(label) for label in moved)] if moved else []
    for key, value in details.items():
        if value in (None, "", []) or (moved and key in ("from", "to")):
            continue
        told = value if isinstance(value, list) else [value]
        words = [_(reason_words(code)) if key == "reasons" else str(code) for code in told]
        pieces.append(_("%(key)s：%(value)s", key=_(key_words(key)), value="、".join(words)))
    return pieces


@blueprint.get("")
@requires(Permission.READ_AUDIT)
def index() -> str:
    """Show the trail, newest first, with filters."""
    form = AuditFilter(request.args)
    form.offer(
        [(tag, audit_words(tag)) for tag in sorted(TAGS)],
        [(kind, audit_subject(kind)) for kind in SUBJECT_KINDS],
    )
    wanted = form.wanted() if form.validate() else {}
    page = paged(trail.query_of(wanted), page_number(), size=50)
    return render_template(
        "audit/index.html",
        form=form,
        page=page,
        page_url=page_urls(),
        lines=trail.lines_of(page.items),
        kept=form.kept() if not form.errors else {},
        health=operations.audit_health(),
        verified=next(iter(longjobs.latest(1, kind="audit_verify")), None),
    )
