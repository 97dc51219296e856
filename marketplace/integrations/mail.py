"""Mail: rendered from ``templates/mail/<name>/``, then left in a folder (default) or given to an SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from flask import render_template

TIMEOUT_SECONDS = 15


class MailServerDown(OSError):
    """The server is out of reach, silent or lets nobody in: no other mail would fare better now."""


@dataclass(frozen=True)
class Mail:
    """A mail ready to go."""

    recipient: str
    subject: str
    body: str


class Mailer(Protocol):
    """Anything that takes a mail, or raises OSError so that the outbox tries again."""

    def send(self, mail: Mail) -> None:
        """Deliver ``mail``."""


class FolderMailer:
    """Writes each mail as an .eml file: what runs by default, and what tests read."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    def send(self, mail: Mail) -> None:
        """Write ``mail`` to the folder under a fresh name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{uuid4().hex}.eml"
        draft = target.with_suffix(".part")
        draft.write_bytes(bytes(_message(mail, self.sender)))
        draft.rename(target)


class SmtpMailer:
    """Gives each mail to an SMTP server: ``smtp://user:password@host:port`` or ``smtps://…``."""

    def __init__(self, url: str, sender: str) -> None:
        self.url = urlsplit(url)
        self.sender = sender

    def send(self, mail: Mail) -> None:
        """Send ``mail``.

        Raises MailServerDown when the server cannot be talked to, SMTPException (an OSError) when it refuses this mail.
        """
        with self._server() as server:
            try:
                server.send_message(_message(mail, self.sender))
            except (smtplib.SMTPServerDisconnected, TimeoutError) as fault:
                raise _down(fault) from fault

    def _server(self) -> smtplib.SMTP:
        """Return a server that lets us in: encrypted where it offers that, before it is told a password."""
        secure = self.url.scheme == "smtps"
        host, port = self.url.hostname or "localhost", self.url.port or (465 if secure else 25)
        context = ssl.create_default_context()
        server: smtplib.SMTP | None = None
        try:
            if secure:
                server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
            else:
                server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
            server.ehlo_or_helo_if_needed()  # before, it is not known what the server offers
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
        except OSError as fault:
            if server is not None:
                server.close()
            raise _down(fault) from fault
        return server


def _down(fault: OSError) -> MailServerDown:
    return MailServerDown(f"{type(fault).__name__}: {fault}")


def open_mailer(smtp_url: str, folder: Path, sender: str) -> Mailer:
    """Return the SMTP mailer when an address is configured, else the folder."""
    return SmtpMailer(smtp_url, sender) if smtp_url else FolderMailer(folder, sender)


def compose(recipient: str, template: str, params: dict[str, Any]) -> Mail:
    """Render ``templates/mail/<template>/subject.txt`` and ``body.txt`` with ``params``."""
    subject = render_template(f"mail/{template}/subject.txt", **params)
    body = render_template(f"mail/{template}/body.txt", **params)
    return Mail(recipient, " ".join(subject.split()), body.strip() + "\n")


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.recipient, mail.subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="marketplace.example")
    message.set_content(mail.body)
    return message
