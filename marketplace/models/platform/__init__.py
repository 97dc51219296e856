"""Tables that serve every area: audit, outbox, settings, files, tasks, notices, jobs, counters."""

from marketplace.models.platform.announcements import Announcement
from marketplace.models.platform.audit import AuditEvent, AuditSeal
from marketplace.models.platform.files import FileLink, StoredFile
from marketplace.models.platform.messages import (
    MailMessage,
    Notice,
    NoticeMute,
    NoticePreference,
    OutboxMessage,
)
from marketplace.models.platform.records import (
    CalendarDay,
    DailyCount,
    Heartbeat,
    Job,
    NumberSeries,
    SettingValue,
)
from marketplace.models.platform.reviews import ReviewerAbsence, ReviewRemark, ReviewTask

__all__ = [
    "Announcement", "AuditEvent", "AuditSeal", "CalendarDay", "DailyCount", "FileLink", "Heartbeat", "Job",
    "MailMessage", "Notice", "NoticeMute", "NoticePreference", "NumberSeries", "OutboxMessage", "ReviewRemark",
    "ReviewTask", "ReviewerAbsence", "SettingValue", "StoredFile",
]  # fmt: skip
