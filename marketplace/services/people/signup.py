"""Signing up an organisation: "am I already in?" first, then step by step, kept after each, sent once."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Role
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.identifiers import parse_email, parse_uscc
from marketplace.domain.people import legal
from marketplace.domain.people.profiles import ProfileData, checked_profile
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.people import Organisation, Person, SignupDraft
from marketplace.models.platform import FileLink, Notice
from marketplace.services.people import accounts, actors, grants, members, organisations
from marketplace.services.people.organisations import Upload
from marketplace.services.people.tokens import new_token, token_digest
from marketplace.services.platform import files, notices, reviews

LASTS = timedelta(days=7)
LONGEST_KEPT = 5000
"""Characters of one answer that are kept although they are too many to be right."""
SENT_LASTS = timedelta(minutes=10)
"""How long after sending the same browser is led to what it sent: long enough for an impatient second click."""


def checked_code(text: str) -> str:
    """Return a USCC in its canonical writing; raises DomainError with field ``uscc``."""
    try:
        return parse_uscc(text)
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "uscc", **refused.params) from refused


def start(actor: Actor, draft: SignupDraft | None, uscc: str) -> str | None:
    """Begin a sign-up for a code, or go on with ``draft`` under another code; return a new secret, or None.

    Raises Conflict for people who are in an organisation, and when the code is in already.
    """
    if actor.organisation_id is not None:
        raise Conflict(N_("您已在一个单位中，一人同时只能在一个单位"), code="already_member")
    if organisations.by_uscc(uscc) is not None:
        raise Conflict(N_("此统一社会信用代码的单位已经入驻"), code="already_in")
    if draft is not None and draft.organisation_id is None:
        draft.uscc = uscc
        db.session.flush()
        return None
    token = new_token()
    db.session.add(SignupDraft(token_digest=token_digest(token), uscc=uscc, expires_at=clock.now() + LASTS))
    db.session.flush()
    return token


def find(token: str | None, lock: bool = False) -> SignupDraft | None:
    """Return the sign-up behind a secret, None when there is none or its time is over.

    ``lock`` makes a second sender wait for the first.
    """
    if not token:
        return None
    query = select(SignupDraft).where(
        SignupDraft.token_digest == token_digest(token), SignupDraft.expires_at > clock.now()
    )
    return db.session.scalar(query.with_for_update() if lock else query)


def require(token: str | None, lock: bool = False) -> SignupDraft:
    """Return the sign-up behind a secret; Conflict when its time is over."""
    draft = find(token, lock)
    if draft is None:
        raise Conflict(N_("填写已超过七天，请从统一社会信用代码重新开始"), code="signup_expired")
    return draft


def keep_typed(draft: SignupDraft, step: str, values: Mapping[str, str]) -> None:
    """Keep what was typed in a step as it was typed, right or wrong; the step then counts as not done."""
    typed = {name: str(value or "")[:LONGEST_KEPT] for name, value in values.items()}
    rest = {key: value for key, value in draft.data.items() if key != step}
    draft.data = {**rest, "typed": {**draft.data.get("typed", {}), step: typed}}
    db.session.flush()


def typed_in(draft: SignupDraft, step: str) -> dict[str, str]:
    """Return what was typed in a step last."""
    kept: dict[str, str] = draft.data.get("typed", {}).get(step, {})
    return kept


def save_organisation(draft: SignupDraft, kind: str, data: ProfileData) -> None:
    """Keep the data of the organisation as checked; raises ValidationFailed with every field that is wrong."""
    clean = checked_profile(data, kind, len(licences(draft)))
    draft.data = {**draft.data, "organisation": {"kind": kind, "profile": asdict(clean)}}
    db.session.flush()


def keep_uploads(draft: SignupDraft, uploads: list[Upload]) -> None:
    """Keep licence files at once, whatever else the form still lacks; DomainError with field ``licence``."""
    organisations.keep_licences(Actor(), "signup", draft.id, uploads)


def drop_upload(draft: SignupDraft, link_id: int) -> None:
    """Take a licence file off again; NotFound for a file of anything else."""
    files.detach(Actor(), files.get_link("signup", draft.id, link_id))


def licences(draft: SignupDraft) -> list[FileLink]:
    """Return the licence files kept so far."""
    return files.links_of("signup", draft.id, "licence")


def save_person(draft: SignupDraft, name: str, email: str, phone: str, password: str) -> None:
    """Keep the future 负责人; an empty password keeps the one given before. Raises ValidationFailed."""
    checked = accounts.checked_person(name, email, phone, password, draft.password_hash)
    draft.password_hash = checked.password_hash
    person = {"name": checked.name, "email": checked.email, "phone": checked.phone}
    draft.data = {**draft.data, "person": person}
    db.session.flush()


def profile_of(draft: SignupDraft) -> ProfileData | None:
    """Return the data of the organisation, None before that step is done."""
    kept: dict[str, Any] | None = draft.data.get("organisation")
    return ProfileData(**kept["profile"]) if kept else None


def kind_of(draft: SignupDraft) -> str:
    """Return the kind of organisation chosen, '' before that step is done."""
    return str(draft.data.get("organisation", {}).get("kind", ""))


def division_of(draft: SignupDraft) -> str:
    """Return the division chosen, '' before that step is done."""
    profile = profile_of(draft)
    return profile.division if profile is not None else ""


def missing_step(actor: Actor, draft: SignupDraft) -> str | None:
    """Return the first step that is not done: ``organisation``, ``person``, or None when all are."""
    if profile_of(draft) is None or not licences(draft):
        return "organisation"
    if actor.person_id is None and not (draft.data.get("person") and draft.password_hash):
        return "person"
    return None


def send(actor: Actor, draft: SignupDraft, versions: dict[str, str]) -> Person:
    """Send the sign-up: organisation, profile, review task, 负责人. Sending again returns the same person.

    ``actor`` is a visitor, or somebody signed in who is in no organisation. ``versions`` are the texts agreed
    to. Raises Conflict when a step is missing, DomainError at ``uscc``, ``email`` or ``agreed``.
    """
    if draft.organisation_id is not None and draft.person_id is not None:
        return db.session.get_one(Person, draft.person_id)
    profile = profile_of(draft)
    if profile is None or missing_step(actor, draft) is not None:
        raise Conflict(N_("还有步骤没有填完，请返回补充"), code="step_missing")
    person = _person_of(actor, draft, versions)
    who = actors.actor_of(person.id)
    if organisations.by_uscc(draft.uscc) is not None:
        raise DomainError("already_in", N_("此统一社会信用代码的单位已经入驻"), field="uscc")
    organisation = organisations.create(who, draft.uscc, kind_of(draft), profile)
    members.join(who, person, organisation, "manager")
    _take_licences(actors.actor_of(person.id), draft, organisation)
    _open_review(organisation, person)
    draft.organisation_id, draft.person_id = organisation.id, person.id
    draft.data, draft.password_hash = {}, ""
    draft.expires_at = clock.now() + SENT_LASTS
    db.session.flush()
    return person


def _person_of(actor: Actor, draft: SignupDraft, versions: dict[str, str]) -> Person:
    if actor.person_id is not None:
        accounts.agree(actor, versions)
        return accounts.own(actor)
    kept = draft.data["person"]
    new = accounts.NewPerson(kept["name"], kept["email"], kept["phone"], draft.password_hash)
    return accounts.create(new, versions, how="signup")


def _take_licences(actor: Actor, draft: SignupDraft, organisation: Organisation) -> None:
    """Move the licence files to the first profile; they now belong to the organisation."""
    for link in licences(draft):
        link.file.organisation_id = link.file.organisation_id or organisation.id
        link.file.uploaded_by = link.file.uploaded_by or actor.person_id
        files.attach(actor, link.file, "profile", organisation.profile_id or 0, "licence")
        files.detach(actor, link)


def _open_review(organisation: Organisation, person: Person) -> None:
    profile = organisation.profile
    if profile is None:
        raise ValueError("an organisation is created with a profile")
    task = reviews.open_task("organisation", "profile", profile.id, organisation, profile.name)
    notices.send_mail(
        person.email, "welcome", name=person.name, organisation=organisation.name,
        number=organisations.receipt_number(profile), due=task.due_on.isoformat(), path="/desk/organisation",
    )  # fmt: skip


def ask_to_join(uscc: str, name: str, email: str) -> None:
    """Tell the 负责人 of an organisation that somebody wants to be invited; the same wish again tells nothing new.

    Answers alike whether anybody could be told, so that nothing is learnt about people. Raises DomainError
    with field ``name`` or ``email``.
    """
    name = accounts.checked_name(name)
    try:
        email = parse_email(email)
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "email", **refused.params) from refused
    organisation = organisations.by_uscc(uscc)
    manager = members.manager_of(organisation) if organisation is not None else None
    if organisation is None or manager is None or _asked_before(manager, email):
        return
    notices.notify(
        [manager.id], "join_requested", "my_members", organisation.id,
        title=organisation.name, name=clean_line(name), email=email,
    )  # fmt: skip


def _asked_before(manager: Person, email: str) -> bool:
    query = select(Notice.params).where(
        Notice.person_id == manager.id,
        Notice.kind == "join_requested",
        Notice.created_at > clock.now() - timedelta(days=1),
    )
    return any(params.get("email") == email for params in db.session.scalars(query))


def found_platform(uscc: str, profile: ProfileData, person: accounts.NewPerson) -> Person:
    """Set up the first 管理部门 with its 负责人 as 系统管理员, who then does everything else on the pages.

    Raises Conflict once there is a 系统管理员; DomainError or ValidationFailed for wrong data.
    """
    if actors.holders_of(Role.SYSTEM_ADMIN):
        raise Conflict(N_("已有系统管理员，请由其在“角色授权”中办理"), code="already_founded")
    organisation = organisations.create(SYSTEM, checked_code(uscc), "authority", profile, "approved")
    made = accounts.create(person, legal.current_versions(), how="founded")
    members.join(SYSTEM, made, organisation, "manager")
    grants.make(SYSTEM, made, Role.SYSTEM_ADMIN, None, clock.today())
    organisations.announce(organisation)
    return made
