"""等谁 · 还差什么 · 最迟哪天 of contracts, for the workbench and the contract's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.domain.access import Actor
from marketplace.domain.text import Words
from marketplace.models.deals import Contract


@dataclass(frozen=True)
class NextStep:
    """``waits_for`` whom, what is ``missing``, and by when (``due``). ``mine``: it waits for the reader's side."""

    waits_for: Words
    missing: Sequence[Words]
    due: date | None
    mine: bool


def next_step(contract: Contract, actor: Actor) -> NextStep | None:
    """Return what comes next for a contract as ``actor`` sees it; None where nothing is left to do."""
    raise NotImplementedError
