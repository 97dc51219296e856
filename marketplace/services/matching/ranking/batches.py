"""Work cut into pieces: statements stay short, transactions too."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")


def batched(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Give the things in lists of ``size``; the last may be shorter."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
