"""Organisations, people and listings for tests: rows where a rule is not the point, services where it is.

Every function commits, so that requests of the same test see what it made.
"""

from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.identifiers import uscc_check_character
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, IpRight, Listing, Revision
from marketplace.models.people import Membership, Organisation, OrganisationProfile, Person, RoleGrant
from marketplace.services.catalogue import decisions, drafts, listings, revisions
from marketplace.services.people import accounts, actors
from marketplace.services.platform import numbering, outbox, reviews
from marketplace.services.unit import unit_of_work

PASSWORD = "correct-horse-battery-2026"
_serial = count(1)


def _next() -> int:
    return next(_serial)


def make_uscc(kind: str = "enterprise") -> str:
    """Return a valid USCC that no other call returns."""
    prefix = {"enterprise": "91", "university": "12", "authority": "11", "broker": "91"}[kind]
    body = f"{prefix}341302MA{_next():07d}"
    return body + uscc_check_character(body)


def make_organisation(
    kind: str = "enterprise",
    name: str = "",
    division: str = "341302",
    verified: bool = True,
    office: str | None = None,
    uscc: str = "",
) -> Organisation:
    """Make an organisation with an approved profile, or with one that waits for verification."""
    number = _next()
    with unit_of_work():
        organisation = Organisation(
            uscc=uscc or make_uscc(kind),
            kind=kind,
            state="verified" if verified else "unverified",
            verified_at=clock.now() if verified else None,
            office_division=office,
        )
        db.session.add(organisation)
        db.session.flush()
        profile = OrganisationProfile(
            organisation_id=organisation.id,
            ordinal=1,
            state="approved" if verified else "pending",
            valid_from=clock.today() if verified else None,
            name=name or f"测试单位{number}",
            division=division,
            address="汴河路1号",
            legal_representative="王测试",
            contact_name="李测试",
            contact_phone="0557-3000000",
            contact_email=f"contact{number}@example.com",
            introduction="用于测试的单位。",
        )
        db.session.add(profile)
        db.session.flush()
        organisation.profile_id = profile.id
        if not verified:
            reviews.open_task("organisation", "profile", profile.id, organisation, profile.name)
    return db.session.get_one(Organisation, organisation.id)


def make_person(
    organisation: Organisation | None = None,
    position: str = "agent",
    name: str = "",
    email: str = "",
    roles: tuple[Role, ...] = (),
    scope: str | None = None,
) -> Person:
    """Make a person with PASSWORD, in an organisation where one is given, who holds ``roles``."""
    number = _next()
    with unit_of_work():
        person = Person(
            email=email or f"person{number}@example.com",
            name=name or f"测试人{number}",
            phone="13000000000",
            password_hash=_hash(),
        )
        db.session.add(person)
        db.session.flush()
        if organisation is not None:
            db.session.add(
                Membership(person_id=person.id, organisation_id=organisation.id, position=position)
            )
        _grant(person, roles, scope)
    return db.session.get_one(Person, person.id)


@cache
def _hash() -> str:
    """Argon2 takes its time on purpose; one hash serves every test person."""
    return accounts.hash_password(PASSWORD)


def make_staff(*roles: Role, scope: str | None = None, authority: Organisation | None = None) -> Person:
    """Make a person of a 管理部门 who holds ``roles``."""
    return make_person(authority or make_organisation("authority"), roles=roles, scope=scope)


def known_person(name: str) -> Person:
    """Return the one person of the test that is called so, for hands that rows need and no test varies."""
    return _known(name) or make_person(email=f"{name}@known.example")


def known_staff(role: Role) -> Person:
    """Return the one person of the test who holds a role for what happens by the way; made when first asked for."""
    found = _known(role.value)
    if found is None:
        email = f"{role.value}@known.example"
        found = make_person(make_organisation("authority"), email=email, roles=(role,))
    return found


def _known(name: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == f"{name}@known.example"))


def grant(person: Person, *roles: Role, scope: str | None = None) -> None:
    """Give a person roles from yesterday on."""
    with unit_of_work():
        _grant(person, roles, scope)


def _grant(person: Person, roles: tuple[Role, ...], scope: str | None) -> None:
    for role in roles:
        wanted = scope or ("341302" if role is Role.SUBSIDY_FIRST_REVIEWER else None)
        db.session.add(
            RoleGrant(
                person_id=person.id,
                role=role.value,
                scope=wanted,
                valid_from=clock.today() - timedelta(days=1),
            )
        )


def actor(person: Person) -> Actor:
    """Return the person as an actor."""
    return actors.actor_of(person.id)


ACHIEVEMENT: dict[str, Any] = {
    "title": "大豆基无醛木材胶粘剂",
    "benefit": "甲醛未检出，胶合强度 0.96 MPa，成本高 11%",
    "summary": "以大豆蛋白为主料的木材胶粘剂，热压后甲醛未检出，可在现有脲醛胶产线上使用，已完成两家工厂的试产。",
    "keywords": ["无醛", "胶粘剂"],
    "field": "05",
    "tags": [],
    "sectors": ["C"],
    "completed_by": ["测试研究所"],
    "team": ["甲乙丙"],
    "problem": "脲醛胶板材持续释放甲醛，环保标准提高后出口受阻，而现有无醛胶强度不足且需要改造产线。",
    "advantages": "不改产线，胶合强度高于国家标准，原料来自本地大豆加工副产物，供应稳定，储存期超过九十天。",
    "metrics": [
        {"indicator": "甲醛释放量", "current": "0.8 mg/L", "achieved": "未检出", "evidence": "检测报告"}
    ],
    "attribute": "original",
    "forms": ["product"],
    "level": "china_leading",
    "stage": "middle",
    "maturity": ("generic", 7),
    "maturity_proof": "两家工厂各试产三批，共四百立方米，合格率百分之九十八。",
    "evaluation": "acceptance",
    "ways": ["ordinary"],
    "pricing": "listing",
    "price_fen": 26_000_000,
    "contact_name": "赵测试",
    "contact_phone": "0557-3000001",
}
DEMAND: dict[str, Any] = {
    "title": "人造板无醛胶替代技术",
    "demand_type": "adoption",
    "field": "05",
    "keywords": ["无醛胶"],
    "summary": "现用脲醛胶甲醛超标，寻找不改产线即可使用的无醛胶，胶合强度不低于零点七兆帕，成本增加不超过两成。",
    "situation": "年产板材六万立方米，使用脲醛胶，甲醛释放量偏高，出口订单流失，试过两种无醛胶均因强度不足停用。",
    "metrics": [{"indicator": "甲醛释放量", "present": "0.8 mg/L", "target": "0.05 mg/L"}],
    "budget_fen": 80_000_000,
    "ways": ["licence"],
    "ip_ownership": "demander",
    "requirements": "能提供中试样品。",
    "disclosure": "public",
    "contact_name": "钱测试",
    "contact_phone": "0557-3000002",
}
PATENT = {"ip_type": "invention", "number": "201310699744.2", "status": "valid", "owner": "测试研究所"}


def make_draft(owner: Person, kind: str = "achievement", **content: Any) -> Listing:
    """Make a complete draft through the services; ``content`` changes single fields."""
    with unit_of_work():
        listing = listings.create(actor(owner), kind)
        revision = revisions.in_work(listing)
        assert revision is not None
        _fill(revision, kind, content)
    return db.session.get_one(Listing, listing.id)


def _fill(revision: Revision, kind: str, content: dict[str, Any]) -> None:
    complete = dict(ACHIEVEMENT if kind == "achievement" else DEMAND)
    if kind == "achievement":
        complete["ip_rights"] = [PATENT]
    else:
        complete["due_on"] = clock.today() + timedelta(days=200)
    revisions.write(revision, {**complete, **content})
    revision.declared_at = clock.now()
    # A saved draft is never mistaken for an untouched one.
    revision.change_note = "made by a test"
    db.session.flush()


def make_submitted(owner: Person, kind: str = "achievement", **content: Any) -> Listing:
    """Make a listing whose first revision waits for review."""
    listing = make_draft(owner, kind, **content)
    with unit_of_work():
        drafts.submit(actor(owner), listing.id, declared=True)
    return db.session.get_one(Listing, listing.id)


def make_published(
    owner: Person, kind: str = "achievement", reviewer: Person | None = None, **content: Any
) -> Listing:
    """Make a listing that is public: submitted by its owner, approved by a reviewer, promised to the index."""
    listing = make_submitted(owner, kind, **content)
    reviewer = reviewer or make_staff(Role.ACHIEVEMENT_REVIEWER, Role.DEMAND_REVIEWER)
    with unit_of_work():
        revision = revisions.in_work(listing)
        assert revision is not None
        task = reviews.open_task_for("revision", revision.id)
        assert task is not None
        decisions.approve(actor(reviewer), task)
    return db.session.get_one(Listing, listing.id)


def make_many_published(organisation: Organisation, number: int, kind: str = "achievement") -> list[Listing]:
    """Make ``number`` public listings as rows, quickly, for tests of lists; ``title`` ends in a serial number."""
    base = dict(ACHIEVEMENT if kind == "achievement" else DEMAND)
    base.pop("maturity", None)
    model = AchievementRevision if kind == "achievement" else DemandRevision
    made = []
    with unit_of_work():
        for index in range(number):
            listing = Listing(
                kind=kind,
                organisation_id=organisation.id,
                state="draft",
                number=numbering.listing_number(kind),
            )
            db.session.add(listing)
            db.session.flush()
            revision = model(listing_id=listing.id, ordinal=1, state="approved", **base)
            revision.title = f"{base['title']}第{index + 1}号"
            revision.submitted_at = revision.decided_at = clock.now()
            if isinstance(revision, AchievementRevision):
                revision.maturity_scale, revision.maturity_level = "generic", 7
                revision.ip_rights.append(IpRight(position=0, **PATENT))
            db.session.add(revision)
            db.session.flush()
            listing.published_id, listing.published_at, listing.state = revision.id, clock.now(), "published"
            listing.confirmed_at, listing.expires_on = clock.now(), clock.today() + timedelta(days=365)
            outbox.enqueue("index", kind=kind, id=listing.id)
            made.append(listing)
    return made


def grant_of(person: Person) -> RoleGrant:
    """Return a role grant of a person."""
    return db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).first()
