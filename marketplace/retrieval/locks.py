"""One owner at a time, over processes: the system lets go of the lock when a process dies."""

import fcntl
import time
from typing import IO

PAUSE = 0.05


def take(handle: IO[str], patience: float, busy: Exception) -> None:
    """Lock an open file until it is closed; raise ``busy`` after ``patience`` seconds in other hands."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if time.monotonic() >= deadline:
                raise busy from error
            time.sleep(PAUSE)
