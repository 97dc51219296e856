"""The mails the site has sent, as their readers would find them."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Received:
    """One mail."""

    recipient: str
    subject: str
    body: str

    @property
    def links(self) -> list[str]:
        """Addresses in the text, in order."""
        return LINK.findall(self.body)


class Mailbox:
    """Reads the folder that mails are left in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Received]:
        """Every mail, oldest first."""
        files = sorted(self.folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
        parsed = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]
        return [Received(str(one["To"]), str(one["Subject"]), one.get_content()) for one in parsed]

    def to(self, address: str) -> list[Received]:
        """The mails of one reader, oldest first."""
        return [one for one in self.all() if one.recipient == address]

    def last(self, address: str) -> Received:
        """The newest mail of one reader; it must exist."""
        found = self.to(address)
        assert found, f"no mail to {address}, only to {sorted({one.recipient for one in self.all()})}"
        return found[-1]
