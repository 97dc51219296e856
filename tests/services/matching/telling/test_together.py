"""Two workers look for news at the same moment: each pair is news to one of them."""

import threading

from flask import Flask

from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.services.matching.telling import found
from tests.rankings import rank
from tests.services.matching.telling.world import kept, told, world

WORKERS = 4


def test_simultaneous_telling_tells_each_pair_once(app: Flask) -> None:
    """Four at once over the same listings, in different orders: as many pairs as there are, no fault, no deadlock."""
    with app.app_context():
        here = world(offers=4)
        here.rank(0.3, 0.3, 0.3, 0.3)
        for offer in here.offers:
            rank(offer, (here.demand, 0.3))
        buyer, seller = here.buyer.id, here.seller.id
        ids = [here.demand.id, *(one.id for one in here.offers)]
    faults: list[BaseException] = []
    start = threading.Barrier(WORKERS)

    def work(turned: bool) -> None:
        try:
            with app.app_context():
                start.wait()
                found.consider(ids[::-1] if turned else ids)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(index % 2 == 1,)) for index in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with app.app_context():
        assert len(kept()) == 8
        assert sum(one.params["number"] for one in told(db.session.get_one(Person, buyer))) == 4
        assert len(told(db.session.get_one(Person, seller))) == 4
