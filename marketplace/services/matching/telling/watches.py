"""How often each person hears of new matches of a listing, and the link in a mail that ends it."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.platform import notices as notice_words
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchWatch
from marketplace.models.people import Membership, Person
from marketplace.models.platform import NoticePreference
from marketplace.services.people import tokens
from marketplace.services.platform import notices

USUAL = notice_words.USUAL["match"]

WISHES: Mapping[str, str] = {
    "immediate": N_("立即发邮件"),
    "daily": N_("每日汇总"),
    "weekly": N_("每周汇总"),
    "off": N_("不通知"),
}
"""What a person may choose for a listing. "off" is silence, on the site too; for the whole group of notices, where
nothing was chosen for the listing, it only means no mail."""

MUTE = "mute matches"


def wishes(listing: Listing) -> dict[int, str]:
    """Return how each person of the owning organisation wants mail of the listing's new matches.

    Who wants to hear nothing at all, not even on the site, is left out.
    """
    people = notices.members_of(listing.organisation_id)
    said = _said(people, [listing.id])
    general = _general(people)
    found = {one: said.get((one, listing.id)) or general.get(one, USUAL) for one in people}
    return {one: wish for one, wish in found.items() if said.get((one, listing.id)) != "off"}


def chosen(actor: Actor, listing_ids: Collection[int]) -> dict[int, str]:
    """Return what the actor chose for each of these listings; "" where they chose nothing for it."""
    said = _said([actor.person_id or 0], listing_ids)
    return {one: said.get((actor.person_id or 0, one), "") for one in listing_ids}


def usual(person_id: int) -> str:
    """Return what holds for listings for which the person chose nothing."""
    return _general([person_id]).get(person_id, USUAL)


def choose(actor: Actor, listing_id: int, value: str) -> Listing:
    """Set how often the actor hears of a listing of their organisation: a word of WISHES, "" for as usual.

    Raises NotFound for another organisation's listing, DomainError for a word the page does not offer.
    """
    listing = db.session.get(Listing, listing_id)
    if listing is None or listing.organisation_id != actor.organisation_id or actor.person_id is None:
        raise NotFound()
    require(actor, Permission.EDIT_LISTING, Subject(listing.kind, listing.organisation_id))
    if value and value not in WISHES:
        raise DomainError("frequency_unknown", N_("请选择接收方式"), field="frequency")
    if value:
        _set(actor.person_id, listing, value)
        return listing
    watch = db.session.get(MatchWatch, (listing_id, actor.person_id))
    if watch is not None:
        db.session.delete(watch)
        notices.change_frequency(actor.person_id, subject_kind(listing), listing.id, usual(actor.person_id))
    db.session.flush()
    return listing


def _set(person_id: int, listing: Listing, value: str) -> None:
    db.session.merge(MatchWatch(listing_id=listing.id, person_id=person_id, frequency=value))
    # What still waits for a digest goes as it is wanted now.
    notices.change_frequency(person_id, subject_kind(listing), listing.id, value)
    db.session.flush()


def subject_kind(listing: Listing) -> str:
    """Return the kind of subject that a notice of the listing's matches leads to."""
    return f"{listing.kind}_matches"


def mute_path(person_id: int, listing_id: int) -> str:
    """Return the path at which the person ends the mails of a listing without signing in."""
    return f"/desk/matches/mute/{tokens.signed(MUTE, person_id, listing_id)}"


def muted_by(token: str) -> tuple[Person, Listing]:
    """Return whom and what a link speaks of. Raises NotFound for anything this site did not sign, or has outlived."""
    person_id, listing_id = tokens.read_signed(MUTE, token, 2)
    person, listing = db.session.get(Person, person_id), db.session.get(Listing, listing_id)
    if person is None or listing is None or person.closed_at is not None:
        raise NotFound()
    if not _belongs(person_id, listing.organisation_id):
        raise NotFound()
    return person, listing


def mute(token: str) -> Listing:
    """Do what the link of a mail promises: the person hears no more of the listing's matches."""
    person, listing = muted_by(token)
    _set(person.id, listing, "off")
    return listing


def is_muted(person: Person, listing: Listing) -> bool:
    """Return whether the person hears nothing of the listing's matches already."""
    return _said([person.id], [listing.id]).get((person.id, listing.id)) == "off"


def _belongs(person_id: int, organisation_id: int) -> bool:
    query = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organisation_id == organisation_id,
        Membership.ended_at.is_(None),
    )
    return db.session.scalar(query) is not None


def _said(people: Collection[int], listing_ids: Collection[int]) -> dict[tuple[int, int], str]:
    query = select(MatchWatch).where(MatchWatch.person_id.in_(people), MatchWatch.listing_id.in_(listing_ids))
    return {(one.person_id, one.listing_id): one.frequency for one in db.session.scalars(query)}


def _general(people: Collection[int]) -> Mapping[int, str]:
    """Return what people chose for all matches together, where they did."""
    query = select(NoticePreference).where(
        NoticePreference.person_id.in_(people), NoticePreference.kind == "match"
    )
    return {one.person_id: one.frequency for one in db.session.scalars(query)}
