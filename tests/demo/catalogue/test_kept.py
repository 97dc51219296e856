"""What the demonstration's people keep: searches with news, favourites of both kinds of standing."""

from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.catalogue import Favourite, SavedHit, SavedSearch
from marketplace.models.platform import Notice


def test_searches_have_news_and_favourites_notes(loaded: Flask) -> None:
    """Some reported something, a silent one did not; shared and private ones, with and without a note."""
    with loaded.app_context():
        kept = {row.id: row.frequency for row in db.session.scalars(select(SavedSearch))}
        reported = set(db.session.scalars(select(SavedHit.search_id)))
        assert {"daily", "weekly", "off"} <= set(kept.values())
        assert len(reported) >= 3
        assert not [key for key in reported if kept[key] == "off"]
        told = set(db.session.scalars(select(Notice.subject_id).where(Notice.kind == "search_found")))
        assert told == reported
        stars = list(db.session.scalars(select(Favourite)))
        assert {row.shared for row in stars} == {True, False}
        assert {bool(row.note) for row in stars} == {True, False}
