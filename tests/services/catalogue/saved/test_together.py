"""Several workers, or two presses, at the same moment: each item is news once, each star stands once."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Favourite, SavedHit, SavedSearch
from marketplace.models.platform import Notice
from marketplace.services.catalogue import search
from marketplace.services.catalogue.saved import favourites, news, searches
from marketplace.services.unit import unit_of_work
from tests import factories as make

WORKERS = 4


def at_once(app: Flask, work: Callable[[int], object]) -> list[BaseException]:
    """Run ``work`` in several threads at the same moment; return what they raised."""
    faults: list[BaseException] = []
    start = threading.Barrier(WORKERS)

    def run(number: int) -> None:
        try:
            with app.app_context():
                start.wait()
                work(number)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def count(column: object) -> int:
    """Number of rows."""
    return db.session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


def test_simultaneous_workers_tell_each_item_once(app: Flask) -> None:
    """In different orders: as many hits as there are, the numbers add up, no fault, no deadlock."""
    with app.app_context():
        people = [make.make_person(make.make_organisation()) for _ in range(3)]
        with unit_of_work():
            for person in people:
                for words in ("胶粘剂", "无醛"):
                    searches.save(make.actor(person), search.question("achievement", words), words, "daily")
        items = make.make_many_published(make.make_organisation("university"), 3)
        with unit_of_work():
            for item in items:
                item.published_at = clock.now()
        payloads = [{"kind": "achievement", "id": item.id} for item in items]
    assert at_once(app, lambda number: news.follow(payloads[:: -1 if number % 2 else 1])) == []
    with app.app_context():
        assert count(SavedHit.search_id) == 18
        told = db.session.scalars(select(Notice).where(Notice.kind == "search_found"))
        assert sum(one.params["number"] for one in told) == 18


def test_simultaneous_presses_star_and_save_once(app: Flask) -> None:
    """Four at once: one favourite, one search."""
    with app.app_context():
        person = make.make_person(make.make_organisation())
        actor = make.actor(person)
        key = make.make_many_published(make.make_organisation("university"), 1)[0].id

    def press(_number: int) -> None:
        with unit_of_work():
            favourites.star(actor, "achievement", key)
        with unit_of_work():
            searches.save(actor, search.question("achievement", "胶"), "胶", "daily")

    assert at_once(app, press) == []
    with app.app_context():
        assert (count(Favourite.id), count(SavedSearch.id)) == (1, 1)
