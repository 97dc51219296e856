"""运行状况: the outbox, the mails, long jobs, and what an administrator can set going again."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.identifiers import mask_email
from marketplace.domain.platform.jobs import JOB_KINDS
from marketplace.domain.states import JOB
from marketplace.domain.text import N_
from marketplace.models.platform import Job
from marketplace.services import operations
from marketplace.services.deals.ledger.filters import clean
from marketplace.services.paging import paged
from marketplace.services.people import actors
from marketplace.services.platform import files, longjobs
from marketplace.services.platform.watching import backlog, health
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires, signed_in
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("operations", __name__, url_prefix="/admin/operations")

STARTED_HERE = ("reindex", "match_refresh", "audit_verify")
"""Kinds of jobs that need nothing but a button."""


@blueprint.app_template_global("job_label")
def job_label(kind: str) -> str:
    """What a kind of job is called."""
    return str(_(JOB_KINDS[kind].label)) if kind in JOB_KINDS else kind


@blueprint.app_template_global("job_state")
def job_state(job: Job) -> Any:
    """The state of a job with its label and tone."""
    return JOB.states[job.state]


@blueprint.app_template_global("job_fault")
def job_fault(job: Job) -> str:
    """Why a job failed: a rule's words for everybody, a fault of the program (``Name: text``) for operators only."""
    if re.match(r"[A-Za-z_]\w*: ", job.error) and not may(actor(), Permission.READ_OPERATIONS):
        return str(
            _("系统出错，没有完成的部分可以重新办理。仍不成功时，请把任务编号 %(id)s 告诉管理员", id=job.id)
        )
    return str(_(job.error))


MAILS: Mapping[str, str] = {
    "notice": N_("通知"),
    "digest": N_("通知汇总"),
    "inquiry": N_("询问"),
    "contract_link": N_("合同确认链接"),
    "invitation": N_("邀请加入"),
    "welcome": N_("入驻欢迎"),
    "reset": N_("重设密码"),
}
"""Mails by the folder of their words, templates/mail/<message>."""


@blueprint.app_template_global("masked_email")
def masked_email(address: str) -> str:
    """An address that tells an operator enough and a bystander little."""
    return mask_email(address)


@blueprint.get("")
@requires(Permission.READ_OPERATIONS)
def index() -> str:
    """Show how every part of the site is doing, in words, and what to do about it."""
    last = operations.last_reindex()
    return render_template(
        "operations/index.html", checks=health.checks(), jobs=longjobs.latest(5), last_reindex=last
    )


@blueprint.get("/outbox")
@requires(Permission.READ_OPERATIONS)
def outbox() -> str:
    """Show what the outbox holds: by topic, over the last day, and message by message, those given up first."""
    filters = clean(request.args, {"state": backlog.STATES, "topic": {}, "q": {}})
    filters.setdefault("state", "failed")
    return render_template(
        "operations/outbox.html",
        topics=backlog.topics(),
        hours=backlog.hours(),
        filters=filters,
        page=paged(backlog.messages(filters), page_number()),
        page_url=page_urls(),
        words=backlog.TOPICS,
        states=backlog.STATES,
    )


@blueprint.route("/outbox/topics/<topic>/retry", methods=["GET", "POST"])
@requires(Permission.RUN_JOBS)
def retry_topic(topic: str) -> Any:
    """Try everything of a topic again that was given up, after a last look."""
    if request.method == "POST":
        with unit_of_work():
            count = backlog.retry_topic(actor(), topic)
        flash(_("已把 %(count)s 项重新排队，几秒后再看结果", count=count), "ok")
        return redirect(url_for(".outbox"))
    count = backlog.failed_of(topic)
    if not count:
        flash(_("这一类没有失败的事项"), "info")
        return redirect(url_for(".outbox"))
    shown = {"count": count, "samples": backlog.samples(topic), "words": backlog.TOPICS}
    return render_template("operations/retry_topic.html", topic=topic, **shown)


@blueprint.post("/outbox/<int:message_id>/retry")
@requires(Permission.RUN_JOBS)
def retry_message(message_id: int) -> Response:
    """Try a promise again that was given up."""
    with unit_of_work():
        operations.retry_message(actor(), message_id)
    flash(_("已重新排队，几秒后再看结果"), "ok")
    return redirect(url_for(".outbox", state="failed"))


@blueprint.get("/mails")
@requires(Permission.READ_OPERATIONS)
def mails() -> str:
    """Show mails and whether they went out; addresses are masked."""
    page = paged(operations.mails(), page_number())
    return render_template("operations/mails.html", page=page, page_url=page_urls(), kinds=MAILS)


@blueprint.get("/jobs")
@requires(Permission.READ_OPERATIONS)
def jobs() -> str:
    """Show the long jobs that fit the filters."""
    filters = clean(request.args, backlog.JOB_FILTERS)
    page = paged(backlog.jobs(filters), page_number())
    return render_template(
        "operations/jobs.html",
        page=page,
        page_url=page_urls(),
        names=actors.names_of({job.started_by for job in page.items if job.started_by}),
        filters=filters,
        offered=backlog.JOB_FILTERS,
    )


@blueprint.post("/jobs")
@requires(Permission.RUN_JOBS, Permission.READ_AUDIT)
def start() -> Response:
    """Start one of the jobs that need nothing else: rebuild the index, verify the audit trail."""
    kind = request.form.get("kind")
    if kind not in STARTED_HERE:
        abort(404)
    with unit_of_work():
        job_id = longjobs.start(actor(), kind).id
    return redirect(url_for(".job", job_id=job_id))


@blueprint.get("/jobs/<int:job_id>")
@signed_in
def job(job_id: int) -> str:
    """Show how far a job is; the page renews itself while it runs."""
    found = longjobs.get_for(actor(), job_id)
    return render_template("operations/job.html", job=found, files=files.links_of("job", job_id))


@blueprint.post("/jobs/<int:job_id>/retry")
@requires(Permission.RUN_JOBS)
def retry_job(job_id: int) -> Response:
    """Start a failed job again."""
    with unit_of_work():
        longjobs.retry(actor(), job_id)
    return redirect(url_for(".job", job_id=job_id))
