"""The demonstration's organisations and people: they sign up, are verified, invited and granted like others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from marketplace.demo import material
from marketplace.demo.plan import Plan
from marketplace.demo.texts import OrganisationText, PersonText, Texts
from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, VISITOR, Actor, Role
from marketplace.domain.identifiers import parse_phone
from marketplace.domain.people import legal
from marketplace.domain.people.profiles import ProfileData
from marketplace.extensions import db
from marketplace.models.people import Organisation, OrganisationProfile, Person
from marketplace.models.platform import MailMessage, ReviewTask
from marketplace.services.people import (
    accounts,
    actors,
    grants,
    invitations,
    members,
    organisations,
    signup,
    verification,
)
from marketplace.services.platform import reviews

PASSWORD = "demo-Suzhou-2026"  # noqa: S105 - printed in the open; accounts that have it live in demonstrations only
ADMIN = "admin@kjj.example"


@dataclass
class People:
    """Plans organisations and people; knows their ids by key and login once they exist."""

    plan: Plan
    texts: Texts
    organisation_ids: dict[str, int] = field(default_factory=dict)
    person_ids: dict[str, int] = field(default_factory=dict)
    _hash: str = ""
    _actors: dict[str, Actor] = field(default_factory=dict)

    def schedule(self) -> None:
        """Put every step into the plan: the authority first, as it verifies the others."""
        for organisation in self.texts.organisations:
            joined = self.plan.moment(organisation.joined_days, organisation.key)
            if organisation.kind == "authority":
                self.changing(joined, partial(self._set_up, organisation))
            else:
                self.changing(joined, partial(self._sign_up, organisation))
                self._schedule_verification(organisation)
        for person in self.texts.people:
            self._schedule_person(person)

    def actor(self, login: str) -> Actor:
        """Return a person as an actor, as of the moment at which the clock stands."""
        if login not in self._actors:
            self._actors[login] = actors.actor_of(self.person_ids[login])
        return self._actors[login]

    def changing(self, at: datetime, do: Callable[[], object]) -> None:
        """Plan ``do``, after which people may be entitled to something else than before."""

        def change() -> None:
            self._actors.clear()
            do()
            self._actors.clear()

        self.plan.add(at, change)

    def organisation(self, key: str) -> Organisation:
        """Return an organisation by its key."""
        return db.session.get_one(Organisation, self.organisation_ids[key])

    def _schedule_verification(self, text: OrganisationText) -> None:
        if text.state == "verified":
            at = self.plan.moment(text.verified_days, text.key, "verified")
            self.changing(at, lambda: verification.approve(self.actor(ADMIN), self._task(text.key)))
        if text.returned is not None:
            at = self.plan.moment(text.returned.days, text.key, "returned")
            self.changing(at, lambda: self._return(text))

    def _schedule_person(self, text: PersonText) -> None:
        organisation = self.texts.organisation(text.organisation)
        joined = self.plan.moment(organisation.joined_days, organisation.key)
        if organisation.kind == "authority":
            self.changing(joined + timedelta(minutes=5), lambda: self._appoint(text))
        elif text.standing == "agent":
            invited = self.plan.moment(organisation.verified_days + 2, text.login)
            self.changing(invited, lambda: self._invite(text))
            self.changing(invited + timedelta(hours=2), lambda: self._accept(text))
        if text.grants:
            first = (
                organisation.verified_days + 4
                if organisation.kind != "authority"
                else organisation.joined_days
            )
            at = max(self.plan.moment(first, text.login, "granted"), joined + timedelta(minutes=10))
            self.changing(
                at if text.login != ADMIN else joined + timedelta(minutes=6), lambda: self._grant(text)
            )

    def _set_up(self, text: OrganisationText) -> None:
        """Set up an office: a 管理部门 does not sign up by itself."""
        row = organisations.create(SYSTEM, text.uscc, text.kind, _profile(text), "approved", is_demo=True)
        if text.key.startswith("office-"):
            row.office_division = text.division
        self.organisation_ids[text.key] = row.id
        organisations.announce(row)

    def _appoint(self, text: PersonText) -> None:
        person = accounts.create(self._new(text), legal.current_versions(), how="demo", is_demo=True)
        self.person_ids[text.login] = person.id
        members.join(SYSTEM, person, self.organisation(text.organisation), text.standing)

    def _sign_up(self, text: OrganisationText) -> None:
        """Go through the sign-up as its pages do."""
        head = self.texts.head_of(text.key)
        draft = signup.find(signup.start(VISITOR, None, text.uscc))
        if draft is None:
            raise ValueError(f"{text.key}: the sign-up was not kept")
        signup.keep_uploads(draft, [material.licence(text)])
        signup.save_organisation(draft, text.kind, _profile(text))
        draft.password_hash = self._hashed()
        signup.save_person(draft, head.name, head.login, head.phone, "")
        person = signup.send(VISITOR, draft, legal.current_versions())
        person.is_demo = True
        self.person_ids[head.login] = person.id
        row = organisations.own(actors.actor_of(person.id))
        row.is_demo = True
        self.organisation_ids[text.key] = row.id
        db.session.flush()

    def _invite(self, text: PersonText) -> None:
        head = self.actor(self.texts.head_of(text.organisation).login)
        invitations.invite(head, self.organisation(text.organisation), text.name, text.login)

    def _accept(self, text: PersonText) -> None:
        """Accept with the link of the letter, as its reader does."""
        letter = db.session.scalars(
            select(MailMessage).where(
                MailMessage.recipient == text.login, MailMessage.template == "invitation"
            )
        ).one()
        token = str(letter.params["path"]).rpartition("/")[2]
        person = invitations.accept_as_new(token, self._new(text), legal.current_versions())
        person.is_demo = True
        self.person_ids[text.login] = person.id
        db.session.flush()

    def _new(self, text: PersonText) -> accounts.NewPerson:
        return accounts.NewPerson(text.name, text.login, parse_phone(text.phone), self._hashed())

    def _hashed(self) -> str:
        """Return the hash of the one password; Argon2 takes its time on purpose, so it is made once."""
        self._hash = self._hash or accounts.hash_password(PASSWORD)
        return self._hash

    def _grant(self, text: PersonText) -> None:
        for role, scope in text.grants:
            if role is Role.SYSTEM_ADMIN:
                person = db.session.get_one(Person, self.person_ids[text.login])
                grants.make(SYSTEM, person, role, scope, clock.today())
            else:
                wish = grants.Wish(role, scope or "", clock.today())
                grants.grant(self.actor(ADMIN), self.person_ids[text.login], wish)

    def _task(self, key: str) -> ReviewTask:
        profile: OrganisationProfile | None = self.organisation(key).profile
        task = reviews.open_task_for("profile", profile.id) if profile else None
        if task is None:
            raise ValueError(f"{key}: nothing waits for verification")
        return task

    def _return(self, text: OrganisationText) -> None:
        decision = text.returned
        if decision is not None:
            task = self._task(text.key)
            verification.return_(self.actor(ADMIN), task, list(decision.reasons), decision.text)


def _profile(text: OrganisationText) -> ProfileData:
    return ProfileData(
        name=text.name,
        division=text.division,
        address=text.address,
        legal_representative=text.legal_representative,
        contact_name=text.contact_name,
        contact_phone=text.phone,
        contact_email=text.email,
        size=text.size,
        sector=text.sector,
        introduction=text.introduction,
    )
