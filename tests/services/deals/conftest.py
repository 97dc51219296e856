"""Contracts on their way, as several tests need them."""

import pytest

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract
from marketplace.services.deals import confirming
from tests.services.deals.helpers import did, people, side, written


@pytest.fixture
def two(session: object) -> tuple[Contract, Actor, Actor]:
    """A contract offered to a member, its drafter, and the member asked."""
    own, actor = people("买方")
    other, partner = people("卖方", kind="university")
    contract = written(actor, side(own), side(other, nature="university"))
    did(confirming.offer, actor, contract.id)
    return contract, actor, partner


@pytest.fixture
def linked(session: object) -> tuple[Contract, Actor]:
    """A contract offered by a link to somebody who is no member, and its drafter."""
    own, actor = people("买方")
    contract = written(actor, side(own))
    did(confirming.offer, actor, contract.id)
    return contract, actor
