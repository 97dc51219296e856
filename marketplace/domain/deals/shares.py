"""Dividing an amount over the lines of a contract, to the 分."""

from collections.abc import Sequence


def split(amount_fen: int, room: Sequence[int]) -> list[int]:
    """Return ``amount_fen`` divided in proportion to ``room`` (分 each place can take), summing to it exactly.

    The 分 that proportion leaves over go to the first places that have room for them. Raises ValueError where the
    amount is negative or all room together is too small.
    """
    total = sum(room)
    if amount_fen < 0 or min(room, default=0) < 0 or amount_fen > total:
        raise ValueError(f"{amount_fen} does not fit into {list(room)}")
    if not total:
        return [0] * len(room)
    shares = [amount_fen * each // total for each in room]
    rest = amount_fen - sum(shares)
    for place, each in enumerate(room):
        extra = min(rest, each - shares[place])
        shares[place] += extra
        rest -= extra
    return shares
