"""Many varied achievements and demands, written quickly: for measuring, past the services but with the same rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from marketplace.demo import varied
from marketplace.demo.marks import is_done, mark_done
from marketplace.demo.plan import dice
from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.domain.calendar import add_months
from marketplace.domain.people.profiles import ProfileData
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, IpRight, Listing, Revision
from marketplace.models.people import Organisation
from marketplace.services.catalogue import indexing
from marketplace.services.people import organisations
from marketplace.services.platform import numbering
from marketplace.services.unit import unit_of_work

CHUNK = 200
_PER_OWNER = 250
_DEMANDS = 5
"""One demand to so many achievements."""

_TABLES: Mapping[str, type[AchievementRevision] | type[DemandRevision]] = {
    "achievement": AchievementRevision,
    "demand": DemandRevision,
}


def rows_to_add(count: int) -> int:
    """Return how many listings ``add`` goes through for ``count`` achievements."""
    return count + count // _DEMANDS


def add(count: int, seed: int, advance: Callable[[int], None], demands: int | None = None) -> None:
    """Publish ``count`` achievements and ``demands`` (a fifth as many, if not said) of the series of ``seed``.

    Each chunk is a transaction that marks itself done: a fault resumes behind it, a repetition adds nothing,
    a greater ``count`` adds the rest. ``advance`` is told how many more are there.
    """
    _add_owners(max(1, count // _PER_OWNER), seed)
    owners = _owners()
    for kind, total in (
        ("achievement", count),
        ("demand", count // _DEMANDS if demands is None else demands),
    ):
        for start in range(0, total, CHUNK):
            places = range(start, min(start + CHUNK, total))
            mark = f"scale/{seed}/{kind}/{start}-{places.stop}"
            if not is_done(mark):
                _add_chunk(kind, seed, places, owners, mark)
            advance(len(places))


def documents() -> int:
    """Return how many documents the index will have."""
    return indexing.count_documents()


def index(advance: Callable[[int], None]) -> None:
    """Build the index anew with all cores; ``advance`` is told how many more are done."""
    before = 0

    def tell(done: int) -> None:
        nonlocal before
        advance(done - before)
        before = done

    indexing.rebuild(tell)


def _add_owners(count: int, seed: int) -> None:
    with unit_of_work():
        for place in range(count):
            found = varied.owner(seed, place)
            if organisations.by_uscc(found.uscc) is None:
                data = ProfileData(
                    name=found.name,
                    division=found.division,
                    address="演示路1号",
                    legal_representative="演示人",
                    contact_name="演示人",
                    contact_phone="0557-3000999",
                    contact_email="scale@scale.example",
                )
                organisations.create(SYSTEM, found.uscc, found.kind, data, state="approved", is_demo=True)


def _owners() -> list[tuple[int, str]]:
    query = select(Organisation).where(
        Organisation.is_demo, Organisation.state == "verified", Organisation.kind != "authority"
    )
    found = [(row.id, row.name) for row in db.session.scalars(query.order_by(Organisation.id))]
    db.session.rollback()
    return found


def _add_chunk(kind: str, seed: int, places: Sequence[int], owners: list[tuple[int, str]], mark: str) -> None:
    contents, lives = [], []
    today = clock.today()
    for place in places:
        organisation_id, name = dice("choice", kind, seed, place).choice(owners)
        content = (
            varied.achievement(seed, place, today, name)
            if kind == "achievement"
            else varied.demand(seed, place, today)
        )
        contents.append(content)
        lives.append(_life(kind, seed, place, organisation_id, content.get("valid_until"), today))
    with unit_of_work():
        numbers = numbering.listing_numbers(kind, len(places))
        _write(
            kind, contents, [{**life, "number": number} for life, number in zip(lives, numbers, strict=True)]
        )
        mark_done(mark)


def _life(
    kind: str, seed: int, place: int, organisation_id: int, until: date | None, today: date
) -> dict[str, Any]:
    chance = dice("life", kind, seed, place)
    day = today - timedelta(days=chance.randint(1, 330))
    at = datetime.combine(day, time(chance.randint(9, 16), chance.randrange(60)), clock.BEIJING)
    last = add_months(day, 12)
    return {
        "organisation_id": organisation_id,
        "published_at": at,
        "confirmed_at": at,
        "expires_on": min(last, until) if until else last,
        "created_at": at - timedelta(days=9),
    }


def _write(kind: str, contents: list[dict[str, Any]], lives: list[dict[str, Any]]) -> None:
    """Insert listings as drafts, their revisions, then publish them: neither table can name the other first."""
    listing_ids = _insert(
        Listing,
        [{"kind": kind, "state": "draft", "version": 1, **_without(life, _PUBLIC)} for life in lives],
    )
    revisions = [
        {
            **{name: content[name] for name in _names(Revision) if name in content},
            "listing_id": listing_id, "kind": kind, "ordinal": 1, "version": 1, "state": "approved",
            "created_at": life["created_at"], "updated_at": life["published_at"],
            "submitted_at": life["published_at"] - timedelta(days=3), "decided_at": life["published_at"],
            "declared_at": life["published_at"] - timedelta(days=3),
        }
        for content, listing_id, life in zip(contents, listing_ids, lives, strict=True)
    ]  # fmt: skip
    ids = _insert(Revision, revisions)
    own = _names(_TABLES[kind]) - {"id"}
    rows = [
        {"id": key, **{name: value for name, value in content.items() if name in own}}
        for key, content in zip(ids, contents, strict=True)
    ]
    db.session.execute(insert(_table(_TABLES[kind])), rows)
    rights = list(_rights(ids, contents))
    if rights:
        db.session.execute(insert(_table(IpRight)), rights)
    table = _table(Listing)
    publish = update(table).where(table.c.id == bindparam("listing"))
    publish = publish.values(state="published", published_id=bindparam("revision"), **_FROM_LIFE)
    db.session.connection().execute(
        publish,
        [
            {
                "listing": listing_id,
                "revision": revision_id,
                **{f"life_{name}": life[name] for name in _PUBLIC},
            }
            for listing_id, revision_id, life in zip(listing_ids, ids, lives, strict=True)
        ],
    )


_PUBLIC = ("published_at", "confirmed_at", "expires_on")
_FROM_LIFE: Mapping[str, Any] = {name: bindparam(f"life_{name}") for name in _PUBLIC}


def _without(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _rights(ids: list[int], contents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for revision_id, content in zip(ids, contents, strict=True):
        for position, right in enumerate(content.get("ip_rights", ())):
            yield {"revision_id": revision_id, "position": position, **right}


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _names(model: Any) -> set[str]:
    return set(_table(model).columns.keys())


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their ids in the same order."""
    table = _table(model)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))
