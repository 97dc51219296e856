"""Saved searches at size: one item that 1,000 of 10,000 searches are hit by, and the digest of 1,000 people.

``python -m tests.benchmarks.bench_kept`` prints one JSON object. The people have ten searches each: nine speak of other
things, one of the new items. Told at once and by digest are measured apart, the digest with five items for everybody.
"""

import json
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from marketplace import create_app
from marketplace.demo import scale
from marketplace.domain import clock
from marketplace.domain.catalogue.saved import KINDS
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Listing, SavedSearch
from marketplace.models.people import Membership, Person
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.catalogue import search
from marketplace.services.catalogue.saved import news, searches
from marketplace.services.platform import mailing
from marketplace.services.unit import unit_of_work
from tests import factories as make

PEOPLE = 1_000
OTHERS = 9
ITEMS = 5
TOGETHER = 10
"""People of an organisation."""
LIMITS = {"one_item_daily_seconds": 10.0, "one_item_at_once_seconds": 10.0, "digest_seconds": 30.0}


def run() -> dict[str, Any]:
    """Fill a database, publish, tell, send the digest; ``missed`` names the limits that were not kept."""
    with tempfile.TemporaryDirectory(prefix="bench-kept-") as made:
        root = Path(made)
        app = create_app(
            "testing",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{root / 'bench.db'}",
            INSTANCE=root,
            SEARCH_DIR=root / "search",
            FILES_DIR=root / "files",
            MAIL_DIR=root / "mail",
        )
        for command in (["db", "upgrade"], ["reference", "load"]):
            app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        with app.app_context():
            scale.add(200, 20, lambda _more: None, 20)
            figures = _measured()
            db.session.remove()
            db.engine.dispose()
    return {**figures, "missed": [name for name, most in LIMITS.items() if figures[name] > most]}


def _measured() -> dict[str, Any]:
    _fill()
    with unit_of_work():
        items = list(
            db.session.scalars(
                select(Listing.id).where(Listing.kind == "achievement").order_by(Listing.id).limit(ITEMS + 1)
            )
        )
        for key in items:
            _announce(key)
    figures: dict[str, Any] = {"searches": db.session.scalar(select(func.count()).select_from(SavedSearch))}
    figures["one_item_daily_seconds"] = _timed(lambda: _follow(items[:1]))
    figures["told"] = db.session.scalar(select(func.count()).select_from(Notice))
    _follow(items[1:ITEMS])
    with clock.frozen(clock.now() + timedelta(days=8)):
        figures["digest_seconds"] = _timed(mailing.send_digests)
    figures["digests"] = _mails("digest")
    with unit_of_work():
        for row in db.session.scalars(select(SavedSearch).where(SavedSearch.frequency == "daily")):
            row.frequency = "immediate"
    figures["one_item_at_once_seconds"] = _timed(lambda: _follow(items[ITEMS:]))
    figures["mails_at_once"] = _mails("notice")
    assert figures["digests"] == figures["mails_at_once"] == figures["told"] == PEOPLE, figures
    return figures


def _mails(template: str) -> int:
    query = select(func.count()).select_from(MailMessage).where(MailMessage.template == template)
    return db.session.scalar(query) or 0


def _timed(do: Any) -> float:
    db.session.remove()
    began = time.perf_counter()
    do()
    return round(time.perf_counter() - began, 2)


def _follow(ids: list[int]) -> None:
    news.follow([{"kind": "achievement", "id": key} for key in ids])


def _announce(key: int) -> None:
    """Let an item be first published after the searches were saved, in words that everybody has a search for."""
    listing = db.session.get_one(Listing, key)
    assert isinstance(listing.published, AchievementRevision)
    listing.published.title = f"石墨烯气凝胶隔热板{key}"
    listing.published_at = clock.now() + timedelta(minutes=1)


def _fill() -> None:
    """Make the people, as rows, and their searches: words of titles, filters here and there."""
    pick = random.Random(7)
    titles = list(db.session.scalars(select(AchievementRevision.title).order_by(AchievementRevision.id)))
    # Nobody hears of what their own organisation publishes.
    organisations = [make.make_organisation().id for _ in range(PEOPLE // TOGETHER)]
    with unit_of_work():
        people = [
            Person(email=f"bench{at}@example.com", name=f"某{at}", phone="13000000000", password_hash="x")
            for at in range(PEOPLE)
        ]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(
            Membership(
                person_id=person.id,
                organisation_id=organisations[at // TOGETHER],
                position="agent",
            )
            for at, person in enumerate(people)
        )
    with unit_of_work():
        for person in db.session.scalars(
            select(Person).where(Person.email.like("bench%")).order_by(Person.id)
        ):
            for number in range(OTHERS):
                title = pick.choice(titles)
                start = pick.randrange(max(1, len(title) - 4))
                _keep(
                    person.id,
                    f"{title[start : start + 4]} 其他{number}",
                    {"field": [f"{pick.randint(1, 9):02}"]},
                )
            _keep(person.id, "石墨烯 隔热", {})


def _keep(person_id: int, text: str, filters: dict[str, list[str]]) -> None:
    row = searches.draft(search.question(next(iter(KINDS)), text, filters))  # type: ignore[arg-type]
    row.person_id, row.name, row.frequency = person_id, text, "daily"
    row.since = clock.now()
    db.session.add(row)


if __name__ == "__main__":
    print(json.dumps(run()))
