"""Reasons of a pair: over the shown texts alone, switched off one by one, and fresh when the weights are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from marketplace.domain.access import VISITOR
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.matching.reading import explaining, matches
from tests import factories as make
from tests.rankings import learn, rank

pytestmark = pytest.mark.usefixtures("session")

SHARED = "四辊涂胶线"


@pytest.fixture(autouse=True)
def state(session: object) -> Iterator[None]:
    """No weights at first, and none left behind."""
    folder = explaining.folder()
    shutil.rmtree(folder, ignore_errors=True)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def buyer() -> Person:
    """A person of an enterprise."""
    return make.make_person(make.make_organisation("enterprise", "砀山板材公司"))


@pytest.fixture
def demand(buyer: Person) -> Listing:
    """An anonymous demand whose situation, not its public text, names the line."""
    return make.make_published(
        buyer,
        "demand",
        disclosure="anonymous",
        situation=f"车间有两条{SHARED}。{SHARED}年产板材六万立方米，换胶不能改{SHARED}，{SHARED}停机一天损失很大。",
    )


@pytest.fixture
def offers() -> list[Listing]:
    """Two achievements; the first names the same line."""
    owner = make.make_person(make.make_organisation("university", "星河研究院"))
    return [
        make.make_published(owner, cases=f"在两条{SHARED}上试用，{SHARED}不用改，{SHARED}的节拍不变。"),
        make.make_published(
            owner,
            title="冷链蓄冷剂配方",
            summary="用于生鲜运输的蓄冷剂，二十四小时保持零下五度，已在三条线路上试用。",
        ),
    ]


def test_nothing_is_explained_before_anything_was_learnt(demand: Listing, offers: list[Listing]) -> None:
    """The page says so; standings do without."""
    pair = matches.pair(VISITOR, demand.id, offers[0].id)
    assert explaining.of(VISITOR, pair) is None
    assert explaining.share_left(None, [("text", "胶")]) == 1.0


def test_reasons_speak_only_of_what_the_reader_sees(
    buyer: Person, demand: Listing, offers: list[Listing]
) -> None:
    """The owner reads that both name the line; the public, who does not see it in the demand, gets no such reason."""
    learn(explaining.folder(), demand, *offers)
    pair = matches.pair(VISITOR, demand.id, offers[0].id)
    whole = explaining.of(make.actor(buyer), pair)
    public = explaining.of(VISITOR, pair)
    assert whole is not None
    assert public is not None
    assert any(SHARED in one.label for one in whole.explanation.reasons)
    assert not any(SHARED in one.label for one in public.explanation.reasons)
    assert SHARED not in public.demand.content
    assert (whole.partly, public.partly) == (False, True)
    named = public.explanation
    assert sum(one.weight for one in named.reasons) + named.rest == pytest.approx(named.score)


def test_reasons_follow_the_weights_the_worker_writes(demand: Listing, offers: list[Listing]) -> None:
    """A new state is read; the same one is not read again."""
    learn(explaining.folder(), demand, *offers)
    pair = matches.pair(VISITOR, demand.id, offers[0].id)
    first = explaining.of(VISITOR, pair)
    again = explaining.of(VISITOR, pair)
    assert first is not None
    assert again is not None
    assert again.explanation is first.explanation
    learn(explaining.folder(), demand, offers[0])
    fresh = explaining.of(VISITOR, pair)
    assert fresh is not None
    assert fresh.explanation.score != first.explanation.score


def test_switching_off_moves_the_pair_down_its_list(
    buyer: Person, demand: Listing, offers: list[Listing]
) -> None:
    """All reasons off: it is no match any more. One condition off for all: the order of all is made anew."""
    learn(explaining.folder(), demand, *offers)
    rank(demand, (offers[0], 0.3), (offers[1], 0.28))
    actor = make.actor(buyer)
    pair = matches.pair(actor, demand.id, offers[0].id)
    explained = explaining.of(actor, pair)
    assert explained is not None
    every = [(one.kind, one.label) for one in explained.explanation.reasons]
    before, after = explaining.standings(actor, demand, pair, explained, [], every[:1])
    assert (before.place, before.total) == (1, 2)
    assert after.place == 2
    _, gone = explaining.standings(actor, demand, pair, explained, [], every)
    assert (gone.strength, gone.place, gone.total) == ("none", None, 1)
    _, free = explaining.standings(actor, demand, pair, explained, ["price"], [])
    assert (free.place, free.total) == (1, 2)
