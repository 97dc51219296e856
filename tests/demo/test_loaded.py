"""The loaded demonstration: every state, every login, nothing in the future, and nothing twice."""

import time
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from marketplace.demo import loader, texts
from marketplace.demo.deals import texts as contract_texts
from marketplace.demo.people import PASSWORD
from marketplace.domain import clock
from marketplace.domain.deals.terms import is_exclusive
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.states import INQUIRY, LISTING, REVISION
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.matching import Inquiry
from marketplace.models.people import Invitation, Organisation, OrganisationProfile, Person
from marketplace.models.platform import (
    Announcement,
    AuditEvent,
    DailyCount,
    FileLink,
    Notice,
    OutboxMessage,
    ReviewTask,
    SettingValue,
)
from marketplace.services.outside import outside
from marketplace.services.people import accounts, actors
from marketplace.services.platform import audit, files
from marketplace.services.platform.announcements import publishing
from tests.support.client import InspectingClient

SHOWN = [person for person in texts.load().people if person.show]


def counted(column: object) -> Counter[str]:
    """How many rows have each value of a column."""
    return Counter(db.session.scalars(select(column)))  # type: ignore[call-overload]


def test_every_state_is_present(demonstration: Flask) -> None:
    """But for 已放弃, which leaves nothing to look at."""
    assert set(counted(Listing.state)) == set(LISTING.states)
    assert set(counted(Revision.state)) == set(REVISION.states) - {"discarded"}
    assert set(counted(Organisation.state)) == {"verified", "unverified"}
    assert {"approved", "pending", "returned"} <= set(counted(OrganisationProfile.state))
    assert {"open", "accepted", "revoked"} == set(counted(Invitation.state))
    assert {"open", "done", "cancelled"} == set(counted(ReviewTask.state))
    waiting = set(db.session.scalars(select(ReviewTask.kind).where(ReviewTask.state == "open")))
    assert waiting == set(TASK_KINDS) - {"contract_change", "price_objection", "payment_evidence"}
    assert set(counted(FileLink.level)) == {"public", "verified", "parties"}
    assert set(counted(Inquiry.state)) >= set(INQUIRY.states) - {"negotiating"}
    changed = select(SettingValue.state).order_by(SettingValue.id)
    assert db.session.scalars(changed).all().count("proposed") == 2
    assigned = select(func.count(ReviewTask.id)).where(ReviewTask.assignee_id.is_not(None))
    assert db.session.scalar(assigned) == 1


def exclusively_sold() -> set[str]:
    """Keys of the achievements that a registered contract takes off the market."""
    return {
        line["achievement"]
        for each in contract_texts.load().contracts
        if each.state in ("registered", "completed")
        and is_exclusive(each.raw["kind"], each.raw.get("scope", ""))
        for line in each.raw["lines"]
        if "achievement" in line
    }


def test_each_listing_ends_as_its_text_says(demonstration: Flask) -> None:
    """State, revisions and public content follow the file."""
    names = dict.fromkeys(("draft", "submitted", "returned", "withdrawn"), "draft")
    sold = exclusively_sold()
    for found in texts.load().listings:
        query = select(Revision).where(Revision.title == found.raw["title"]).order_by(Revision.ordinal)
        rows = list(db.session.scalars(query))
        listing = rows[0].listing
        assert listing.kind == found.kind
        assert listing.state == ("dealt" if found.key in sold else names.get(found.state, found.state))
        expected = ["approved"] if found.published_days is not None else [found.state]
        expected = ["approved", *expected] if found.earlier else expected
        expected += [found.pending_edit.state] if found.pending_edit else []
        assert [row.state for row in rows] == expected
        assert len(rows) == len(listing.revisions)


def test_an_edit_under_review_leaves_the_public_text_as_it_was(demonstration: Flask) -> None:
    """The published revision is the approved one, whatever was typed since."""
    edited = [each for each in texts.load().listings if each.pending_edit]
    assert {each.pending_edit.state for each in edited if each.pending_edit} == {"submitted", "returned"}
    for each in edited:
        newest = db.session.scalars(
            select(Revision).where(Revision.title == each.raw["title"]).order_by(Revision.ordinal.desc())
        ).first()
        assert newest is not None
        assert newest.listing.published is not None
        assert newest.listing.published.ordinal == newest.ordinal - 1


def test_numbers_have_no_gap(demonstration: Flask) -> None:
    """A number is taken at the first submission, and none is lost."""
    for kind, letter in (("achievement", "A"), ("demand", "D")):
        taken = sorted(
            db.session.scalars(select(Listing.number).where(Listing.kind == kind, Listing.number != ""))
        )
        assert taken == [f"SZ-{letter}-{place:05d}" for place in range(1, len(taken) + 1)]


def test_time_passed_in_order_and_not_beyond_now(demonstration: Flask) -> None:
    """The trail tells of two years, in order, and nothing of it lies ahead."""
    moments = db.session.scalars(select(AuditEvent.at).order_by(AuditEvent.id)).all()
    assert moments == sorted(moments)
    assert moments[-1] <= clock.now()
    assert (moments[-1] - moments[0]).days > 600
    newest = db.session.scalar(select(func.max(Listing.published_at)))
    assert newest is not None
    assert (clock.now() - newest).days < 30
    assert db.session.scalar(select(func.max(DailyCount.day))) <= clock.today()
    # Today other tests of this process open pages that they were never shown in a list.
    shown = select(DailyCount).where(DailyCount.opened > DailyCount.shown, DailyCount.day < clock.today())
    assert db.session.scalars(shown).all() == []


def test_everything_is_marked_and_promised_work_is_done(demonstration: Flask) -> None:
    """is_demo on every organisation and person; outbox empty; trail sealed and unbroken; index complete."""
    assert all(counted(Person.is_demo).keys())
    assert all(counted(Organisation.is_demo).keys())
    assert set(counted(OutboxMessage.state)) == {"done"}
    found = audit.verify()
    assert (found.fault, found.unsealed) == ("", 0)
    assert not outside().index.needs_rebuild()
    offices = select(Organisation.office_division).where(Organisation.office_division.is_not(None))
    assert set(db.session.scalars(offices)) == set(FIRST_REVIEW_OFFICES)


def test_announcements_are_published_and_one_waits_for_a_second_person(demonstration: Flask) -> None:
    """Every kind is there, a withdrawn one too; the policy that waits was not written by who will publish it."""
    rows = db.session.execute(select(Announcement.kind, Announcement.state, Announcement.title)).all()
    assert {kind for kind, state, _title in rows if state == "published"} == {"notice", "policy", "guide"}
    assert Counter(state for _kind, state, _title in rows) == {"published": 9, "withdrawn": 1, "draft": 1}
    assert all("演示" in title and "{" not in title for _kind, _state, title in rows)
    publisher = actors.actor_of(
        db.session.scalars(select(Person.id).filter_by(email="publisher@kjj.example")).one()
    )
    assert publishing.waiting_count(publisher) == 1


def test_notices_are_partly_read(demonstration: Flask) -> None:
    """A notice centre with both kinds, and fresh ones unread."""
    read = db.session.scalars(select(Notice.read_at)).all()
    assert 0 < read.count(None) < len(read) / 2


def test_roles_are_in_force(demonstration: Flask) -> None:
    """Everybody acts with the roles of the file, today."""
    for person in texts.load().people:
        row = accounts.by_email(person.login)
        assert row is not None
        actor = actors.actor_of(row.id)
        assert {(grant.role, grant.scope) for grant in actor.grants} == set(person.grants)
        assert actor.is_manager == (person.standing == "manager")


def test_licences_lie_with_their_organisations(demonstration: Flask) -> None:
    """Whoever signed up has a licence on the profile; offices were set up without."""
    for organisation in db.session.scalars(select(Organisation)):
        links = files.links_of("profile", organisation.profile_id or 0, "licence")
        assert len(links) == (0 if organisation.kind == "authority" else 1)


@pytest.mark.parametrize("person", SHOWN, ids=lambda person: person.login)
def test_every_printed_login_works(demonstration: Flask, person: texts.PersonText) -> None:
    """Typed into the sign-in page, each leads to the workbench of that person."""
    client: InspectingClient = demonstration.test_client()  # type: ignore[assignment]
    client.submit("/login", {"email": person.login, "password": PASSWORD})
    desk = client.page("/desk")
    assert person.name in desk.text


def test_no_login_works_where_demonstration_mode_is_off(demonstration: Flask) -> None:
    """A database that came from a demonstration opens no door elsewhere, nor do its sessions."""
    client: InspectingClient = demonstration.test_client()  # type: ignore[assignment]
    row = accounts.by_email("admin@kjj.example")
    assert row is not None
    client.sign_in(row.id)
    assert client.get("/admin").status_code == 200
    outside().demo_mode = False
    try:
        assert client.get("/admin").status_code in (302, 401, 403)
        assert accounts.by_email("admin@kjj.example") is None
        refused: InspectingClient = demonstration.test_client()  # type: ignore[assignment]
        answer = refused.submit("/login", {"email": "admin@kjj.example", "password": PASSWORD})
        assert answer.request.path == "/login"
    finally:
        outside().demo_mode = True


def rows() -> dict[str, int]:
    """How many rows each table has."""
    found = {}
    for table in db.metadata.sorted_tables:
        found[table.name] = db.session.scalar(text(f'SELECT count(*) FROM "{table.name}"')) or 0
    return found


def test_a_second_load_changes_nothing(demonstration: Flask) -> None:
    """And it says so within a second."""
    before = rows()
    db.session.rollback()
    assert loader.is_loaded()
    started = time.monotonic()
    done = demonstration.test_cli_runner().invoke(args=["demo", "load"], catch_exceptions=False)
    assert time.monotonic() - started < 1
    assert done.exit_code == 0
    assert "already loaded" in done.output
    assert rows() == before
