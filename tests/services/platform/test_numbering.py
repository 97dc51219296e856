"""Numbers without gaps, whoever asks at the same time, on both engines."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.errors import Conflict
from marketplace.extensions import db
from marketplace.models.platform import NumberSeries
from marketplace.services.platform import numbering
from marketplace.services.unit import unit_of_work

THREADS = 20


def take_and_fail() -> None:
    """Take a number in a transaction that comes to nothing."""
    with unit_of_work():
        raise RuntimeError(f"took {numbering.take('test')}")


@pytest.mark.usefixtures("session")
def test_a_rollback_gives_its_number_back() -> None:
    """A number that was not used is given to the next."""
    with unit_of_work():
        assert numbering.take("test") == 1
    with pytest.raises(RuntimeError, match="took 2"):
        take_and_fail()
    with unit_of_work():
        assert numbering.take("test") == 2
        assert numbering.listing_number("achievement") == "SZ-A-00001"
        assert numbering.listing_number("demand") == "SZ-D-00001"


@pytest.mark.parametrize("warm", [True, False], ids=["series exists", "first number"])
def test_twenty_at_once_get_twenty_numbers(app: Flask, warm: bool) -> None:
    """Twenty threads, one number each, every third rolls back: what remains is 1 … n without a gap."""
    if warm:
        with app.app_context(), unit_of_work():
            db.session.add(NumberSeries(key="race", last=0))
    taken: list[int] = []
    faults: list[BaseException] = []
    start = threading.Barrier(THREADS)

    def take(index: int) -> None:
        start.wait()
        for _ in range(50):
            try:
                with app.app_context(), unit_of_work():
                    number = numbering.take("race")
                    if index % 3 == 2:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                return
            except Conflict:
                continue  # the very first number: two found the series missing, one tries again
            except BaseException as fault:
                faults.append(fault)
                return
            taken.append(number)
            return

    threads = [threading.Thread(target=take, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    kept = sum(1 for index in range(THREADS) if index % 3 != 2)
    assert sorted(taken) == list(range(1, kept + 1))
    with app.app_context():
        assert db.session.scalar(select(NumberSeries.last).where(NumberSeries.key == "race")) == kept
