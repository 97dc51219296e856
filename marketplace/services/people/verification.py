"""Verification of organisations: the decision on a profile, and what an administrator may do to an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.domain import clock, regions
from marketplace.domain.access import SYSTEM, Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.people.profiles import (
    LABELS,
    PROFILE_FIELDS,
    VERIFIED_FIELDS,
    division_hint,
    kind_label,
)
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.states import ORGANISATION, PROFILE
from marketplace.domain.taxonomy import APPLICATION_SECTORS, ORGANISATION_SIZES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.people import Membership, Organisation, OrganisationDecision, OrganisationProfile
from marketplace.models.platform import ReviewTask
from marketplace.services import workflow
from marketplace.services.people import invitations, members, organisations
from marketplace.services.people.organisations import announce, put_in_force, subject_of
from marketplace.services.people.roster.standing import checked_reason
from marketplace.services.platform import files, notices, outbox, reviews
from marketplace.services.platform.reviews import Content, Elements, FieldRow


def profile_of(task: ReviewTask) -> OrganisationProfile:
    """Return the profile that a task is about."""
    profile = db.session.get(OrganisationProfile, task.subject_id)
    if task.subject_kind != "profile" or profile is None:
        raise NotFound()
    return profile


def approve(actor: Actor, task: ReviewTask, note: str = "") -> None:
    """Verify a profile: it is in force from today, and the organisation is verified with it.

    Raises Conflict when it was decided or withdrawn meanwhile, or the organisation is suspended; NotAllowed for
    people of the organisation itself.
    """
    profile = profile_of(task)
    organisation = profile.organisation
    about = subject_of(organisation, profile.submitted_by)
    put_in_force(organisation, profile)
    profile.decided_by = actor.person_id
    if organisation.verified_at is None:
        outbox.enqueue("news", kind="organisation", id=organisation.id)
    organisation.verified_at = clock.now()
    workflow.apply(PROFILE, profile, "approve", actor, about, note=note)
    workflow.apply(ORGANISATION, organisation, "verify", SYSTEM, about)
    reviews.finish(actor, task, "approved", [], note, about.makers)
    _tell(organisation, "organisation_verified")
    announce(organisation)


def return_(actor: Actor, task: ReviewTask, reasons: list[str], note: str = "") -> None:
    """Return a profile for correction, with coded reasons (domain/platform/reasons.py) and words.

    What is in force stays in force. Raises DomainError with field ``reasons`` or ``note`` where the why is missing.
    """
    profile = profile_of(task)
    about = subject_of(profile.organisation, profile.submitted_by)
    reasons = check_reasons("organisation", reasons, note)
    profile.decided_by, profile.decided_at = actor.person_id, clock.now()
    workflow.apply(PROFILE, profile, "return", actor, about, reasons, note)
    reviews.finish(actor, task, "returned", reasons, note, about.makers)
    _tell(profile.organisation, "organisation_returned")


def suspend(actor: Actor, organisation: Organisation, note: str) -> None:
    """Suspend an organisation: it may sign in and read, but counts as unverified everywhere."""
    _move(actor, organisation, "suspend", note)
    _tell(organisation, "organisation_suspended")


def restore(actor: Actor, organisation: Organisation, note: str) -> None:
    """Restore a suspended organisation."""
    _move(actor, organisation, "restore", note)
    _tell(organisation, "organisation_restored")


def close(actor: Actor, organisation: Organisation, note: str) -> None:
    """Close an organisation for good: what waits lapses, its people are free to join another."""
    _move(actor, organisation, "close", note)
    profile = organisations.open_change(organisation)
    if profile is not None:
        workflow.apply(PROFILE, profile, "lapse", SYSTEM, subject_of(organisation))
        task = reviews.open_task_for("profile", profile.id)
        if task is not None:
            reviews.cancel(task)
    invitations.lapse_of(organisation)
    people = notices.members_of(organisation.id)
    members.dissolve(actor, organisation)
    for person_id in sorted(people):
        # Each on the page of their own account: the organisation's is theirs no more.
        notices.notify([person_id], "organisation_closed", "account", person_id, title=organisation.name)


MOVES = {"suspend": suspend, "restore": restore, "close": close}
"""Action of the ORGANISATION machine that an administrator may take → the function that takes it."""


def _move(actor: Actor, organisation: Organisation, action: str, note: str) -> None:
    note = checked_reason(note)
    workflow.apply(ORGANISATION, organisation, action, actor, subject_of(organisation), note=note)
    db.session.add(
        OrganisationDecision(
            organisation_id=organisation.id, action=action, note=note, decided_by=actor.person_id
        )
    )
    announce(organisation)


def decisions_on(organisation: Organisation) -> list[OrganisationDecision]:
    """Return what was done to an organisation as a whole, newest first."""
    query = select(OrganisationDecision).where(OrganisationDecision.organisation_id == organisation.id)
    return list(db.session.scalars(query.order_by(OrganisationDecision.id.desc())))


def _tell(organisation: Organisation, kind: str) -> None:
    people = notices.members_of(organisation.id)
    notices.notify(people, kind, "my_organisation", organisation.id, title=organisation.name)


@dataclass(frozen=True)
class Mark:
    """What the verified mark says: when it was given last, and which things were compared with the licence."""

    at: datetime
    verified: tuple[str, ...]


def mark_of(organisation: Organisation) -> Mark | None:
    """Return the verified mark of an organisation, or None when it is not verified now."""
    if organisation.state != "verified" or organisation.verified_at is None:
        return None
    labels = (N_("统一社会信用代码"), *(LABELS[name] for name in VERIFIED_FIELDS), LABELS["licence"])
    return Mark(organisation.verified_at, labels)


def material(task: ReviewTask) -> Content:
    """Return what the reviewer compares: every field with what is in force now, the licence, and warnings."""
    profile = profile_of(task)
    organisation = profile.organisation
    in_force = organisation.profile if organisation.state != "unverified" else None
    if in_force is not None and in_force.id == profile.id:
        in_force = _predecessor(profile)
    return Content(
        rows=_rows(organisation, profile, in_force),
        files=files.links_of("profile", profile.id, "licence"),
        warnings=_warnings(organisation, profile),
    )


def _predecessor(profile: OrganisationProfile) -> OrganisationProfile | None:
    query = select(OrganisationProfile).where(
        OrganisationProfile.organisation_id == profile.organisation_id,
        OrganisationProfile.state == "approved",
        OrganisationProfile.ordinal < profile.ordinal,
    )
    return db.session.scalar(query.order_by(OrganisationProfile.ordinal.desc()).limit(1))


def _rows(
    organisation: Organisation, profile: OrganisationProfile, in_force: OrganisationProfile | None
) -> list[FieldRow]:
    fixed = [
        FieldRow("uscc", N_("统一社会信用代码"), ((organisation.uscc,),)),
        FieldRow("kind", LABELS["kind"], ((kind_label(organisation.kind),),)),
    ]
    return fixed + [
        FieldRow(
            name,
            LABELS[name],
            field_words(name, profile),
            field_words(name, in_force) if in_force is not None else None,
        )
        for name in PROFILE_FIELDS
    ]


def field_words(name: str, profile: OrganisationProfile) -> Elements:
    """Return the value of a field of a profile in words."""
    value: str = getattr(profile, name)
    if not value:
        return ()
    if name == "division":
        return ((regions.full_name(value) if regions.exists(value) else value,),)
    lists: Mapping[str, Mapping[str, str]] = {
        "size": dict(ORGANISATION_SIZES.choices),
        "sector": dict(APPLICATION_SECTORS.choices),
    }
    return ((lists.get(name, {}).get(value, value),),)


def _warnings(organisation: Organisation, profile: OrganisationProfile) -> list[Words]:
    found = []
    hint = division_hint(organisation.uscc, profile.division)
    if hint is not None:
        words = N_("信用代码第3至8位的登记机关所在地是%(hint)s，与填写的住所所在地不同，请对照证照核对")
        found.append(Words(words, {"hint": regions.full_name(hint)}))
    same = select(Organisation.id).join(
        OrganisationProfile, Organisation.profile_id == OrganisationProfile.id
    )
    same = same.where(OrganisationProfile.name == profile.name, Organisation.id != organisation.id)
    if db.session.scalar(same.limit(1)) is not None:
        found.append(Words(N_("另有一个单位使用同样的名称，请核对是否重复入驻")))
    members_now = select(Membership.id).where(
        Membership.organisation_id == organisation.id, Membership.ended_at.is_(None)
    )
    if db.session.scalar(members_now.limit(1)) is None:
        found.append(Words(N_("这个单位目前没有任何成员，通过后无人能够管理")))
    return found
