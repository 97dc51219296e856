"""Mail to a server that is silent, refuses or offers encryption: a real socket on this machine answers."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from marketplace.integrations import mail
from marketplace.integrations.mail import Mail, MailServerDown, SmtpMailer

LETTER = Mail("he@example.com", "新结果", "您好")
USUAL = {
    "EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 come in", "MAIL": "250 ok", "RCPT": "250 ok",
    "DATA": "354 go on", ".": "250 taken", "QUIT": "221 bye",
}  # fmt: skip

Open = Callable[[], tuple[SmtpMailer, list[str]]]


@contextmanager
def served(answers: Mapping[str, str]) -> Iterator[tuple[SmtpMailer, list[str]]]:
    """A mailer for a server with these answers, and the commands that reach it; without any it is silent."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            with line, line.makefile("rb") as typed:
                if answers:
                    line.sendall(b"220 here\r\n")
                for raw in typed:
                    command = raw.decode("utf-8", "replace").strip().partition(" ")[0].upper()
                    if command in answers:
                        heard.append(command)
                        line.sendall(answers[command].encode() + b"\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        yield SmtpMailer(f"smtp://me:secret@127.0.0.1:{port}", "noreply@example.com"), heard
        thread.join(5)


def test_a_mail_is_given_to_the_server() -> None:
    with served(USUAL) as (mailer, heard):
        mailer.send(LETTER)
    assert heard == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"]


def test_a_password_is_told_only_under_the_encryption_that_is_offered() -> None:
    """The server offers STARTTLS and then cannot: it does not hear the password."""
    answers = {**USUAL, "EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN", "STARTTLS": "454 not now"}
    with served(answers) as (mailer, heard), pytest.raises(MailServerDown, match="454"):
        mailer.send(LETTER)
    assert heard == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize("answers", [{}, {"EHLO": "421 too busy"}, {**USUAL, "AUTH": "535 who are you"}])
def test_a_server_that_lets_nobody_in_is_down(
    answers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent, too busy, or of another opinion about the password: the next mail need not be tried."""
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.3)
    with served(answers) as (mailer, _), pytest.raises(MailServerDown):
        mailer.send(LETTER)


def test_nobody_at_home_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(MailServerDown, match="ConnectionRefused"):
        SmtpMailer(f"smtp://127.0.0.1:{port}", "noreply@example.com").send(LETTER)


def test_one_refused_reader_is_not_a_server_that_is_down() -> None:
    answers = {**USUAL, "RCPT": "550 nobody here", "RSET": "250 ok"}
    with served(answers) as (mailer, _), pytest.raises(OSError, match="550") as refused:
        mailer.send(LETTER)
    assert not isinstance(refused.value, MailServerDown)
