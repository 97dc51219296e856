"""An organisation's own data: dated profiles, changes to them, and what is in force on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.identifiers import parse_uscc
from marketplace.domain.people.profiles import (
    PROFILE_FIELDS,
    REVIEWED_FIELDS,
    ProfileData,
    changed_fields,
    checked_profile,
)
from marketplace.domain.states import PROFILE
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Organisation, OrganisationProfile
from marketplace.models.platform import FileLink, ReviewTask
from marketplace.services import workflow
from marketplace.services.matching.ranking import changes
from marketplace.services.platform import audit, files, outbox, reviews


def subject_of(organisation: Organisation, *makers: int | None) -> Subject:
    """Return what the rules need to know of an organisation; ``makers`` submitted what is decided."""
    return Subject(
        "organisation",
        organisation_id=organisation.id,
        makers=frozenset(maker for maker in makers if maker is not None),
    )


def get(organisation_id: int) -> Organisation:
    """Return an organisation; NotFound when there is none."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(N_("没有这个单位"))
    return found


def own(actor: Actor) -> Organisation:
    """Return the actor's organisation; NotFound for people who are in none."""
    if actor.organisation_id is None:
        raise NotFound(N_("您还没有加入任何单位"))
    return get(actor.organisation_id)


def by_uscc(uscc: str) -> Organisation | None:
    """Return the organisation with a USCC."""
    return db.session.scalar(select(Organisation).where(Organisation.uscc == uscc))


def data_of(profile: OrganisationProfile) -> ProfileData:
    """Return a profile as plain values."""
    return ProfileData(**{name: getattr(profile, name) for name in PROFILE_FIELDS})


def create(
    actor: Actor, uscc: str, kind: str, data: ProfileData, state: str = "pending", is_demo: bool = False
) -> Organisation:
    """Create an organisation with its first profile, ``pending`` or (by the platform itself) ``approved``.

    Raises DomainError for a wrong code, ValidationFailed for wrong data; a code that is in already is refused
    by the database at the field ``uscc``.
    """
    approved = state == "approved"
    organisation = Organisation(
        uscc=parse_uscc(uscc),
        kind=kind,
        state="verified" if approved else "unverified",
        verified_at=clock.now() if approved else None,
        is_demo=is_demo,
    )
    db.session.add(organisation)
    db.session.flush()
    audit.record(actor, "organisation.create", "organisation", organisation.id, kind=kind)
    profile = add_profile(actor, organisation, checked_profile(data), state)
    organisation.profile = profile
    db.session.flush()
    return organisation


def add_profile(
    actor: Actor, organisation: Organisation, data: ProfileData, state: str = "pending"
) -> OrganisationProfile:
    """Add the next profile of an organisation."""
    ordinals = select(OrganisationProfile.ordinal).where(
        OrganisationProfile.organisation_id == organisation.id
    )
    approved = state == "approved"
    profile = OrganisationProfile(
        organisation_id=organisation.id,
        ordinal=max(db.session.scalars(ordinals), default=0) + 1,
        state=state,
        valid_from=clock.today() if approved else None,
        decided_at=clock.now() if approved else None,
        submitted_by=actor.person_id,
        **{name: getattr(data, name) for name in PROFILE_FIELDS},
    )
    db.session.add(profile)
    db.session.flush()
    audit.record(
        actor, "profile.create", "profile", profile.id,
        organisation=organisation.id, ordinal=profile.ordinal,
    )  # fmt: skip
    return profile


def open_change(organisation: Organisation) -> OrganisationProfile | None:
    """Return the profile that waits for verification or correction, if any."""
    return db.session.scalar(
        select(OrganisationProfile)
        .where(
            OrganisationProfile.organisation_id == organisation.id,
            OrganisationProfile.state.in_(("pending", "returned")),
        )
        .order_by(OrganisationProfile.ordinal.desc())
        .limit(1)
    )


Upload = tuple[str, bytes]
"""An uploaded file: its name and its bytes."""


def keep_licences(actor: Actor, subject_kind: str, subject_id: int, uploads: Sequence[Upload]) -> None:
    """Keep uploaded licence files with what is being filled in, before the rest of the form is right.

    The caller has checked that the actor may change the subject. Raises DomainError with field ``licence``.
    """
    try:
        for name, content in uploads:
            stored = files.store(actor, name, content, "licence")
            files.attach(actor, stored, subject_kind, subject_id, "licence")
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "licence", **refused.params) from refused


def keep_uploads(actor: Actor, organisation: Organisation, uploads: Sequence[Upload]) -> None:
    """Keep licence files for the change that the actor is filling in."""
    require(actor, Permission.EDIT_ORGANISATION, subject_of(organisation))
    keep_licences(actor, "organisation", organisation.id, uploads)


def licences(organisation: Organisation) -> list[FileLink]:
    """Return the licence files that the next change would be sent with: of what it begins from, and kept ones."""
    base = open_change(organisation) or organisation.profile
    before = files.links_of("profile", base.id, "licence") if base is not None else []
    return before + files.links_of("organisation", organisation.id, "licence")


def change(
    actor: Actor, organisation: Organisation, kind: str, data: ProfileData, dropped: Collection[int] = ()
) -> OrganisationProfile:
    """Submit changed data. What is in force stays so until the change is verified.

    A returned change is corrected and sent again; a change of contact data alone is in force at once.
    ``kind`` may differ only while the organisation is unverified. Kept uploads join it; of its licence files
    those whose link is in ``dropped`` are left out. Raises Conflict while another change waits.
    """
    require(actor, Permission.EDIT_ORGANISATION, subject_of(organisation))
    waiting = open_change(organisation)
    if waiting is not None and waiting.state == "pending":
        raise Conflict(N_("已有一份资料正在审核，撤回后才能修改"), code="change_waiting")
    kept = [link for link in licences(organisation) if link.id not in dropped]
    fixed = organisation.kind == "authority"
    data = checked_profile(data, None if fixed else kind, None if fixed else len(kept))
    _change_kind(organisation, kind)
    profile = waiting or _begin_change(actor, organisation, data, kept)
    if waiting is not None:
        _correct(actor, waiting, data)
    _set_licences(actor, organisation, profile, kept)
    _send(actor, organisation, profile, resubmitted=waiting is not None)
    return profile


def _set_licences(
    actor: Actor, organisation: Organisation, profile: OrganisationProfile, kept: list[FileLink]
) -> None:
    """Leave ``profile`` with exactly the files of ``kept``, and nothing kept for later."""
    here = files.links_of("profile", profile.id, "licence")
    wanted = {link.file_id: link for link in kept}
    for link in here:
        if link.file_id not in wanted:
            files.detach(actor, link)
    present = {link.file_id for link in here}
    for file_id, link in wanted.items():
        if file_id not in present:
            files.attach(actor, link.file, "profile", profile.id, "licence")
    for link in files.links_of("organisation", organisation.id, "licence"):
        files.detach(actor, link)


def _change_kind(organisation: Organisation, kind: str) -> None:
    if kind == organisation.kind:
        return
    if organisation.state != "unverified":
        raise DomainError("kind_fixed", N_("单位认证后不能更改单位类型，请联系平台管理员"), field="kind")
    organisation.kind = kind


def _correct(actor: Actor, profile: OrganisationProfile, data: ProfileData) -> None:
    for name in PROFILE_FIELDS:
        setattr(profile, name, getattr(data, name))
    profile.submitted_by = actor.person_id
    db.session.flush()


def _begin_change(
    actor: Actor, organisation: Organisation, data: ProfileData, kept: list[FileLink]
) -> OrganisationProfile:
    current = organisation.profile
    changed = changed_fields(data_of(current), data) if current is not None else list(PROFILE_FIELDS)
    before = files.links_of("profile", current.id, "licence") if current is not None else []
    same_files = {link.file_id for link in before} == {link.file_id for link in kept}
    verified = organisation.state == "verified"
    if verified and not changed and same_files:
        raise DomainError("nothing_changed", N_("没有任何改动，无需提交"))
    profile = add_profile(actor, organisation, data)
    if verified and same_files and not set(changed) & set(REVIEWED_FIELDS):
        put_in_force(organisation, profile)
        workflow.apply(PROFILE, profile, "adopt", SYSTEM, subject_of(organisation))
    return profile


def _send(actor: Actor, organisation: Organisation, profile: OrganisationProfile, resubmitted: bool) -> None:
    if resubmitted:
        workflow.apply(PROFILE, profile, "resubmit", actor, subject_of(organisation))
    if organisation.state == "unverified":
        organisation.profile = profile
        db.session.flush()
    if profile.state == "pending":
        reviews.open_task("organisation", "profile", profile.id, organisation, profile.name)
    else:
        announce(organisation)


def withdraw(actor: Actor, organisation: Organisation) -> None:
    """Take back the change that waits for verification or correction."""
    require(actor, Permission.EDIT_ORGANISATION, subject_of(organisation))
    profile = open_change(organisation)
    if profile is None:
        raise Conflict(N_("没有等待审核的资料"))
    workflow.apply(PROFILE, profile, "withdraw", actor, subject_of(organisation))
    task = reviews.open_task_for("profile", profile.id)
    if task is not None:
        reviews.cancel(task)


def put_in_force(organisation: Organisation, profile: OrganisationProfile) -> None:
    """Let ``profile`` hold from today on. Its predecessor's ``valid_to`` is the first day without it."""
    before = organisation.profile
    if before is not None and before.id != profile.id and before.state == "approved":
        before.valid_to = clock.today()
    profile.valid_from, profile.decided_at = clock.today(), clock.now()
    organisation.profile = profile


def announce(organisation: Organisation) -> None:
    """Promise that the index looks at the organisation and its listings again."""
    outbox.enqueue("index", kind="organisation", id=organisation.id)
    changes.changed("organisation", organisation.id)


def profile_on(organisation_id: int, day: date) -> OrganisationProfile | None:
    """Return the verified data in force on a day: what a contract of that day snapshots."""
    return db.session.scalar(
        select(OrganisationProfile)
        .where(
            OrganisationProfile.organisation_id == organisation_id,
            OrganisationProfile.state == "approved",
            OrganisationProfile.valid_from <= day,
            or_(OrganisationProfile.valid_to.is_(None), OrganisationProfile.valid_to > day),
        )
        .order_by(OrganisationProfile.ordinal.desc())
        .limit(1)
    )


def receipt_number(profile: OrganisationProfile) -> str:
    """Return the number under which a submission is spoken of: 受理编号."""
    return f"RZ-{profile.organisation_id:05d}-{profile.ordinal:02d}"


@dataclass(frozen=True)
class Version:
    """A line of the history: the profile, what it changed, and the last decision on it."""

    profile: OrganisationProfile
    changed: list[str]
    task: ReviewTask | None


def history(organisation: Organisation) -> list[Version]:
    """Return all profiles, newest first, each with the fields that differ from the one before it."""
    query = (
        select(OrganisationProfile)
        .where(OrganisationProfile.organisation_id == organisation.id)
        .order_by(OrganisationProfile.ordinal)
    )
    profiles = list(db.session.scalars(query))
    tasks = last_tasks([profile.id for profile in profiles])
    found: list[Version] = []
    before: OrganisationProfile | None = None
    for profile in profiles:
        changed = changed_fields(data_of(before), data_of(profile)) if before is not None else []
        found.append(Version(profile, changed, tasks.get(profile.id)))
        before = profile if profile.state == "approved" or before is None else before
    return found[::-1]


def last_tasks(profile_ids: list[int]) -> dict[int, ReviewTask]:
    """Return the newest review task of each profile."""
    query = (
        select(ReviewTask)
        .where(ReviewTask.subject_kind == "profile", ReviewTask.subject_id.in_(profile_ids))
        .order_by(ReviewTask.id)
    )
    return {task.subject_id: task for task in db.session.scalars(query)}


@files.reader("profile")
def _may_read_profile(actor: Actor, link: FileLink) -> bool:
    """Licence files are for the organisation itself and for those who verify or audit."""
    profile = db.session.get(OrganisationProfile, link.subject_id)
    return profile is not None and _inside_or_reader(actor, profile.organisation_id)


@files.reader("organisation")
def _may_read_kept(actor: Actor, link: FileLink) -> bool:
    return _inside_or_reader(actor, link.subject_id)


def _inside_or_reader(actor: Actor, organisation_id: int) -> bool:
    inside = actor.organisation_id is not None and actor.organisation_id == organisation_id
    return inside or may(actor, Permission.READ_ORGANISATIONS)
