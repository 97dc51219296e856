"""The state of every part of the site in plain words: what is well, what is not, and what to do about it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from marketplace.domain import clock
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.platform import Job, MailMessage, OutboxMessage, ReviewTask
from marketplace.services import operations
from marketplace.services.catalogue import indexing
from marketplace.services.matching.ranking import meaning, tending
from marketplace.services.outside import outside
from marketplace.services.platform import deadlines, settings

STALE_MAIL = timedelta(minutes=10)
STALE_JOB = timedelta(minutes=5)
LOOKED_BACK = timedelta(days=7)
PROPOSED_FOR = timedelta(days=7)
GIB = 1024**3
LITTLE_PERCENT, SCARCE_PERCENT = 15, 5
"""Free space of a disk, in percent, from which it is worth a word, and from which it is urgent."""


@dataclass(frozen=True)
class Check:
    """One part of the site. ``tone`` ok, info, warn or bad; ``state`` says how it is, ``remedy`` what to do.

    ``where``: the name of the page where one looks further, '' for none.
    """

    key: str
    label: str
    tone: str
    state: Words
    remedy: str = ""
    where: str = ""


def checks() -> list[Check]:
    """Return the state of every part as of now, what is worst first."""
    found = [one for one in (check() for check in _CHECKS) if one is not None]
    order = {"bad": 0, "warn": 1, "info": 2, "ok": 3}
    return sorted(found, key=lambda one: order[one.tone])


def _worker() -> Check:
    seen, label = operations.worker_seen(), N_("后台工作进程")
    if seen is None:
        state = Words(N_("尚未响应过"))
    else:
        state = Words(N_("最近响应 %(at)s"), {"at": clock.beijing(seen).strftime("%Y-%m-%d %H:%M")})
    if operations.worker_is_alive():
        return Check("worker", label, "ok", state)
    remedy = N_("邮件、索引和到期处理都在等它：请启动或重新启动 flask --app wsgi worker")
    return Check("worker", label, "bad", state, remedy)


def _outbox() -> Check:
    health = operations.outbox_health()
    oldest = db.session.scalar(
        select(func.min(OutboxMessage.created_at)).where(OutboxMessage.state == "waiting")
    )
    numbers = {"waiting": health.waiting, "overdue": health.overdue, "failed": health.failed}
    state = Words(N_("%(waiting)s 项等待，其中 %(overdue)s 项超过一分钟；%(failed)s 项失败"), numbers)
    if oldest is not None and health.overdue:
        numbers["minutes"] = int((clock.now() - oldest).total_seconds() // 60)
        state = Words(N_("%(waiting)s 项等待，最久的已 %(minutes)s 分钟；%(failed)s 项失败"), numbers)
    tone = "bad" if health.failed else "warn" if health.overdue else "ok"
    remedy = N_("看失败的原因，排除后整类重试") if health.failed else ""
    return Check("outbox", N_("待发事项"), tone, state, remedy, "outbox")


def _mail() -> Check:
    late = clock.now() - STALE_MAIL
    query = select(func.count(), func.min(MailMessage.created_at)).where(
        MailMessage.sent_at.is_(None), MailMessage.created_at < late
    )
    count, oldest = db.session.execute(query).one()
    if not count:
        return Check("mail", N_("邮件"), "ok", Words(N_("没有积压")), where="mails")
    since = clock.beijing(oldest).strftime("%Y-%m-%d %H:%M")
    state = Words(N_("%(count)s 封十分钟以上未发出，最早的写于 %(since)s"), {"count": count, "since": since})
    return Check("mail", N_("邮件"), "warn", state, N_("请检查邮件服务器的地址、账号和网络"), "mails")


def _jobs() -> Check:
    stale = clock.now() - STALE_JOB
    query = select(
        func.count().filter(Job.state == "running"),
        func.count().filter(Job.state == "queued", Job.created_at < stale),
        func.count().filter(Job.state == "failed", Job.finished_at > clock.now() - LOOKED_BACK),
    )
    running, waiting, failed = db.session.execute(query).one()
    words = N_("%(running)s 个进行中，%(waiting)s 个排队超过五分钟，近七天 %(failed)s 个失败")
    tone = "warn" if waiting or failed else "ok"
    remedy = N_("打开失败的任务看原因，可以重试") if failed else ""
    numbers = {"running": running, "waiting": waiting, "failed": failed}
    return Check("jobs", N_("后台任务"), tone, Words(words, numbers), remedy, "jobs")


def _database() -> Check:
    engine = db.engine.dialect.name
    if engine == "postgresql":
        size = db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    else:
        pages = db.session.scalar(text("PRAGMA page_count")) or 0
        size = pages * (db.session.scalar(text("PRAGMA page_size")) or 0)
    name = "PostgreSQL" if engine == "postgresql" else "SQLite"
    state = Words(N_("%(name)s，%(size)s MB"), {"name": name, "size": round(size / 1024**2, 1)})
    return Check("database", N_("数据库"), "ok", state)


def _index() -> Check:
    index = outside().index
    if index.needs_rebuild():
        remedy = N_("请按“重建索引”；重建期间搜索照常可用")
        return Check("index", N_("搜索索引"), "bad", Words(N_("缺失，或版本与程序不符")), remedy)
    state = Words(N_("正常，应有 %(count)s 份文档"), {"count": indexing.count_documents()})
    return Check("index", N_("搜索索引"), "ok", state)


MATCHER_WORDS = {
    "missing": N_("还没有学习过"),
    "outdated": N_("词表或分析方法已变，须重新学习"),
    "changed": N_("内容变动较多，等待重新学习"),
    "nightly": N_("等待夜间学习"),
    "": N_("正常"),
}


def _matcher() -> Check:
    facts, due = outside().matcher.facts(), tending.why_learn()
    learnt, texts = tending.learnt_at(facts), int(facts.get("texts", 0))
    state = Words(MATCHER_WORDS[due])
    if learnt is not None and not due:
        at = clock.beijing(learnt).strftime("%Y-%m-%d %H:%M")
        state = Words(N_("正常，%(at)s 学习过 %(count)s 条成果和需求"), {"at": at, "count": texts})
    urgent = due in ("missing", "outdated")
    remedy = N_("工作进程会自动重新学习；也可以按“重新计算匹配”") if urgent else ""
    return Check("matcher", N_("匹配"), "bad" if urgent else "info" if due else "ok", state, remedy)


def _meaning() -> Check | None:
    """The service of meaning vectors, where one is configured."""
    if outside().embeddings is None:
        return None
    label, last = N_("语义向量服务"), meaning.last_fetch()
    missing = last.result.get("missing") if last is not None else None
    if last is None or not missing:
        return Check("meaning", label, "ok", Words(N_("正常")))
    at = clock.beijing(last.created_at).strftime("%Y-%m-%d %H:%M")
    words = Words(N_("%(at)s 有 %(count)s 条未取到，匹配暂以文字为准"), {"at": at, "count": missing})
    return Check("meaning", label, "warn", words, N_("一小时后自动重试；请看服务是否可用"), "jobs")


def _disk() -> Check:
    usages = {shutil.disk_usage(_existing(folder)) for folder in _folders()}
    worst = min(usages, key=lambda usage: usage.free / usage.total)
    percent = round(100 * worst.free / worst.total)
    state = Words(
        N_("最满的一块盘剩余 %(free)s GB（%(percent)s%%）"),
        {"free": round(worst.free / GIB, 1), "percent": percent},
    )
    scarce = percent < SCARCE_PERCENT or worst.free < GIB
    tone = "bad" if scarce else "warn" if percent < LITTLE_PERCENT else "ok"
    remedy = N_("磁盘写满后不能上传和保存：请清理或扩容") if tone != "ok" else ""
    return Check("disk", N_("磁盘空间"), tone, state, remedy)


def _folders() -> list[Path]:
    here = outside()
    found = [here.search_dir, Path(getattr(here.storage, "folder", here.search_dir))]
    database = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and database and database != ":memory:":
        found.append(Path(database).parent)
    return found


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _audit() -> Check:
    health = operations.audit_health()
    last = db.session.scalar(
        select(Job).where(Job.kind == "audit_verify", Job.state == "done").order_by(Job.id.desc()).limit(1)
    )
    label = N_("留痕链")
    if last is not None and last.result.get("fault"):
        words = Words(N_("核验不符：%(fault)s"), {"fault": last.result["fault"]})
        return Check("audit", label, "bad", words, N_("请保留现场并联系运维核查"), "audit")
    sealed = health.head.sequence if health.head else 0
    state = Words(N_("已封 %(sealed)s 条，%(open)s 条尚未封存"), {"sealed": sealed, "open": health.unsealed})
    slow = health.unsealed > 1000
    remedy = N_("封存由工作进程完成，请看它是否在运行") if slow else ""
    return Check("audit", label, "warn" if slow else "ok", state, remedy, "audit")


def _reviews() -> Check:
    query = select(
        func.count(), func.count().filter(ReviewTask.due_on < clock.today()), func.min(ReviewTask.due_on)
    ).where(ReviewTask.state == "open")
    count, late, oldest = db.session.execute(query).one()
    if not late:
        words = Words(N_("%(count)s 件待办，均在期限内"), {"count": count})
        return Check("reviews", N_("审核事项"), "ok", words, where="reviews")
    words = Words(
        N_("%(count)s 件待办，%(late)s 件超期，最早的应在 %(oldest)s 前办结"),
        {"count": count, "late": late, "oldest": oldest.isoformat()},
    )
    return Check("reviews", N_("审核事项"), "warn", words, N_("请督促或改派"), "reviews")


def _calendar() -> Check:
    missing = deadlines.missing_years()
    if not missing:
        return Check(
            "calendar", N_("工作日历"), "ok", Words(N_("今年和明年的放假安排齐全")), where="calendar"
        )
    words = Words(
        N_("缺少 %(years)s 年的放假安排，暂按周一至周五计算"), {"years": "、".join(map(str, missing))}
    )
    # The notice for a year appears in the autumn before it; only a year that has begun is urgent.
    tone = "bad" if clock.today().year in missing else "warn"
    remedy = N_("国务院办公厅通知公布后请在工作日历中补充")
    return Check("calendar", N_("工作日历"), tone, words, remedy, "calendar")


def _settings() -> Check:
    since = clock.now() - PROPOSED_FOR
    old = [row for each in settings.overview() for row in each.proposed if row.created_at < since]
    if not old:
        words = Words(N_("没有等待过久的变更"))
        return Check("settings", N_("参数变更"), "ok", words, where="settings")
    words = Words(N_("%(count)s 项变更等第二人确认已超过七天"), {"count": len(old)})
    return Check("settings", N_("参数变更"), "warn", words, N_("请另一位有权人员办理"), "settings")


def _scanner() -> Check:
    label = N_("病毒扫描")
    if outside().scanner.active:
        return Check("scanner", label, "ok", Words(N_("已接入")))
    return Check(
        "scanner", label, "info", Words(N_("未接入；文件按内容识别类型，图片重新编码，宏和加密文档不收"))
    )


_CHECKS: tuple[Callable[[], Check | None], ...] = (
    _worker, _outbox, _mail, _jobs, _database, _index, _matcher, _meaning, _disk, _audit, _reviews, _calendar,
    _settings, _scanner,
)  # fmt: skip
