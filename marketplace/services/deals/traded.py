"""Achievements as contracts know them: of a listing, or recorded because nobody listed them; and parties as members."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from marketplace.domain.access import Actor
from marketplace.domain.deals.texts import RightData
from marketplace.models.catalogue import Listing
from marketplace.models.deals import ContractParty, TradedAchievement


@dataclass(frozen=True)
class Match:
    """Something that names the same right: a listing, or an unlisted achievement recorded with a contract."""

    number: str
    name: str
    listing: Listing | None
    traded: TradedAchievement | None


def for_listing(listing: Listing) -> TradedAchievement:
    """Return the row of a listed achievement, made on first use."""
    raise NotImplementedError


def record(
    actor: Actor, name: str, owner_name: str = "", owner_uscc: str = "", rights: Sequence[RightData] = ()
) -> TradedAchievement:
    """Record an achievement that nobody listed. ``rights`` with canonical numbers; the caller has checked all."""
    raise NotImplementedError


def find_by_rights(numbers: Collection[str], but: int | None = None) -> list[Match]:
    """Return listings in public and recorded achievements that name one of the canonical ``numbers``.

    ``but``: id of a traded achievement to leave out.
    """
    raise NotImplementedError


def claimable(actor: Actor) -> list[TradedAchievement]:
    """Return recorded achievements whose owner is the actor's verified organisation, by its USCC."""
    raise NotImplementedError


def claim(actor: Actor, traded_id: int) -> Listing:
    """Make a pre-filled draft listing of a recorded achievement of the actor's organisation; NotFound otherwise."""
    raise NotImplementedError


def unlinked_parties(actor: Actor) -> list[ContractParty]:
    """Return parties of contracts that carry the USCC of the actor's verified organisation and are not linked yet."""
    raise NotImplementedError


def link_parties(actor: Actor) -> int:
    """Link those parties to the actor's organisation, which then sees the contracts; return how many contracts."""
    raise NotImplementedError
