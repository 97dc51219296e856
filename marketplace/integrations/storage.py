"""Where uploaded bytes live: a folder, under random keys that tell nothing."""

from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

_KEY_LENGTH = 32


class Storage(Protocol):
    """Anything that keeps bytes under a key it chooses."""

    def put(self, content: bytes) -> str:
        """Keep ``content``; return its key."""

    def open(self, key: str) -> BinaryIO:
        """Return the bytes under ``key``; raises FileNotFoundError."""


class FolderStorage:
    """Files in a folder, spread over 256 subfolders; a key can never lead outside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Write ``content`` whole or not at all; return its random key."""
        key = uuid4().hex
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".part")
        draft.write_bytes(content)
        draft.rename(target)
        return key

    def open(self, key: str) -> BinaryIO:
        """Open the file of ``key`` for reading."""
        return self._path(key).open("rb")

    def _path(self, key: str) -> Path:
        if len(key) != _KEY_LENGTH or not set(key) <= set("0123456789abcdef"):
            raise FileNotFoundError(key)
        return self.folder / key[:2] / key
