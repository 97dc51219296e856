"""Signing up: what it makes, what it refuses, and that sending twice is harmless."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR
from marketplace.domain.errors import Conflict, DomainError, NotFound, ValidationFailed
from marketplace.domain.people import legal
from marketplace.models.people import Consent, Membership, Organisation, Person, SignupDraft
from marketplace.models.platform import AuditEvent, FileLink, Notice, ReviewTask
from marketplace.services.people import accounts, actors, signup
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests.factories import PASSWORD, actor, make_organisation, make_person, make_uscc
from tests.support.people import PROFILE, organisation_of, png, sign_up

pytestmark = pytest.mark.usefixtures("session")


def test_signing_up_makes_everything_at_once(session, drain, mailbox) -> None:
    """Organisation, pending profile, task, 负责人, consents, licence, mail."""
    person = sign_up()
    organisation = organisation_of(person)
    assert (organisation.state, organisation.kind) == ("unverified", "enterprise")
    profile = organisation.profile
    assert (profile.state, profile.ordinal, profile.submitted_by) == ("pending", 1, person.id)
    task = session.scalars(select(ReviewTask)).one()
    assert (task.kind, task.subject_kind, task.subject_id) == ("organisation", "profile", profile.id)
    assert session.scalars(select(Membership)).one().position == "manager"
    consents = {row.document: row.document_version for row in session.scalars(select(Consent))}
    assert consents == legal.current_versions()
    links = files.links_of("profile", profile.id, "licence")
    assert [link.level for link in links] == ["parties"]
    assert links[0].file.organisation_id == organisation.id
    drain()
    assert organisation.profile.name in mailbox.last("head@example.com").body


def test_the_trail_holds_no_personal_data(session) -> None:
    """Ids and codes only."""
    sign_up()
    told = " ".join(str(event.details) for event in session.scalars(select(AuditEvent)))
    assert all(word not in told for word in ("赵负责", "head@example.com", "13800138000"))
    tags = set(session.scalars(select(AuditEvent.tag)))
    assert {
        "organisation.create",
        "profile.create",
        "person.create",
        "consent.give",
        "membership.start",
    } <= tags


def test_sending_twice_makes_one_organisation(session) -> None:
    """The second click leads to what the first one made, with no secret left in the draft."""
    with unit_of_work():
        token = signup.start(VISITOR, None, make_uscc())
        draft = signup.require(token)
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        signup.save_person(draft, "赵负责", "head@example.com", "13800138000", PASSWORD)
    with unit_of_work():
        first = signup.send(VISITOR, signup.require(token, lock=True), legal.current_versions()).id
    with unit_of_work():
        again = signup.send(VISITOR, signup.require(token, lock=True), {}).id
    assert first == again
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1
    draft = session.scalars(select(SignupDraft)).one()
    assert (draft.data, draft.password_hash) == ({}, "")
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert signup.find(token) is None


def test_sending_at_the_same_moment_makes_one_organisation(app, session) -> None:
    """Two requests of an impatient finger run side by side; both lead to the same person."""
    with unit_of_work():
        token = signup.start(VISITOR, None, make_uscc())
        draft = signup.require(token)
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        signup.save_person(draft, "赵负责", "head@example.com", "13800138000", PASSWORD)
    start = Barrier(2)

    def send() -> int:
        with app.app_context():
            start.wait(timeout=20)
            with unit_of_work():
                return signup.send(VISITOR, signup.require(token, lock=True), legal.current_versions()).id

    with ThreadPoolExecutor(2) as hands:
        sent = [hand.result() for hand in [hands.submit(send), hands.submit(send)]]
    session.rollback()
    assert sent[0] == sent[1]
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_a_code_that_is_in_is_refused_even_at_the_end(session) -> None:
    """Somebody else was faster between the first step and the last."""
    uscc = make_uscc()
    with unit_of_work():
        token = signup.start(VISITOR, None, uscc)
        draft = signup.require(token)
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        signup.save_person(draft, "甲", "a@example.com", "13800138000", PASSWORD)
    sign_up(uscc)
    with pytest.raises(DomainError) as refused, unit_of_work():
        signup.send(VISITOR, signup.require(token), legal.current_versions())
    assert refused.value.field == "uscc"
    assert accounts.by_email("a@example.com") is None
    with pytest.raises(Conflict), unit_of_work():
        signup.start(VISITOR, None, uscc)


def test_nobody_signs_up_while_in_an_organisation() -> None:
    """One organisation at a time."""
    person = make_person(make_organisation())
    with pytest.raises(Conflict), unit_of_work():
        signup.start(actor(person), None, make_uscc())


def test_somebody_signed_in_signs_up_with_the_same_account(session) -> None:
    """No second account for the same person."""
    person = make_person()
    with unit_of_work():
        draft = signup.require(signup.start(actor(person), None, make_uscc()))
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        assert signup.missing_step(actor(person), draft) is None
        sent = signup.send(actor(person), draft, legal.current_versions())
    assert sent.id == person.id
    assert actors.actor_of(person.id).is_manager
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_steps_cannot_be_skipped() -> None:
    """Every step by itself, with everything wrong named at once."""
    with unit_of_work():
        draft = signup.require(signup.start(VISITOR, None, make_uscc()))
        assert signup.missing_step(VISITOR, draft) == "organisation"
        with pytest.raises(Conflict):
            signup.send(VISITOR, draft, legal.current_versions())
        with pytest.raises(ValidationFailed) as refused:
            signup.save_organisation(draft, "authority", replace(PROFILE, contact_email="nobody"))
        assert [error.field for error in refused.value.errors] == ["kind", "contact_email", "licence"]
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        assert signup.missing_step(VISITOR, draft) == "person"
        signup.save_person(draft, "赵负责", "head@example.com", "13800138000", PASSWORD)
        assert signup.missing_step(VISITOR, draft) is None


@pytest.mark.parametrize("versions", [{}, {"agreement": "1999", "privacy": "1999"}])
def test_without_agreement_to_the_texts_in_force_nothing_is_sent(session, versions) -> None:
    """An old version does not count either."""
    with unit_of_work():
        token = signup.start(VISITOR, None, make_uscc())
        draft = signup.require(token)
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        signup.save_person(draft, "赵负责", "head@example.com", "13800138000", PASSWORD)
    with pytest.raises(DomainError) as refused, unit_of_work():
        signup.send(VISITOR, signup.require(token), versions)
    assert refused.value.field == "agreed"
    assert session.scalars(select(Person)).all() == []


def test_what_was_typed_is_kept_and_undoes_the_step() -> None:
    """Wrong answers are kept as typed; the step then has to be done again."""
    with unit_of_work():
        draft = signup.require(signup.start(VISITOR, None, make_uscc()))
        signup.keep_uploads(draft, [("a.png", png())])
        signup.save_organisation(draft, "enterprise", PROFILE)
        signup.keep_typed(draft, "organisation", {"name": "长" * 10_000, "contact_phone": "12"})
        assert signup.typed_in(draft, "organisation")["contact_phone"] == "12"
        assert len(signup.typed_in(draft, "organisation")["name"]) == signup.LONGEST_KEPT
        assert signup.missing_step(VISITOR, draft) == "organisation"


def test_files_of_another_draft_cannot_be_dropped(session) -> None:
    """A link id of somebody else is not found."""
    with unit_of_work():
        mine = signup.require(signup.start(VISITOR, None, make_uscc()))
        other = signup.require(signup.start(VISITOR, None, make_uscc()))
        signup.keep_uploads(other, [("a.png", png())])
        link = signup.licences(other)[0]
        with pytest.raises(NotFound):
            signup.drop_upload(mine, link.id)
        signup.drop_upload(other, link.id)
        assert signup.licences(other) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.png", b""), ("fake.png", b"MZ\x90\x00 a program"), ("page.png", b"<html><script>1</script>")],
)
def test_licences_must_be_what_they_claim(name: str, content: bytes) -> None:
    """Disguised files are refused at their field."""
    with unit_of_work():
        draft = signup.require(signup.start(VISITOR, None, make_uscc()))
        with pytest.raises(DomainError) as refused:
            signup.keep_uploads(draft, [(name, content)])
        assert refused.value.field == "licence"


def test_asking_to_join_tells_the_manager_once_and_the_asker_nothing(session) -> None:
    """Known or not, the answer is the same."""
    person = sign_up()
    uscc = organisation_of(person).uscc
    for _again in range(2):
        with unit_of_work():
            signup.ask_to_join(uscc, "新同事", "new@example.com")
    with unit_of_work():
        signup.ask_to_join(make_uscc(), "新同事", "new@example.com")
    notices = session.scalars(select(Notice).where(Notice.kind == "join_requested")).all()
    assert [notice.person_id for notice in notices] == [person.id]
    with pytest.raises(DomainError) as refused, unit_of_work():
        signup.ask_to_join(uscc, "", "new@example.com")
    assert refused.value.field == "name"
    with pytest.raises(DomainError) as refused, unit_of_work():
        signup.ask_to_join(uscc, "某", "not-a-mail")
    assert refused.value.field == "email"


def test_sign_ups_given_up_are_forgotten(session) -> None:
    """After a week nothing of them is left, files included."""
    with unit_of_work():
        token = signup.start(VISITOR, None, make_uscc())
        signup.keep_uploads(signup.require(token), [("a.png", png())])
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert signup.find(token) is None
        accounts.forget_old()
    assert session.scalars(select(SignupDraft)).all() == []
    assert session.scalars(select(FileLink)).all() == []
