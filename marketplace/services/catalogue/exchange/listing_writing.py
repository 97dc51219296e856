"""Checked rows become drafts of the importing organisation: never more than drafts, unless each is to be submitted."""

from collections import Counter
from collections.abc import Sequence

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.catalogue.content import ITEMS, blank
from marketplace.domain.errors import ValidationFailed
from marketplace.domain.states.revisions import EDITABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import ImportedListing, Listing, Revision
from marketplace.services.catalogue import drafts, listings, revisions
from marketplace.services.catalogue.exchange.checked import CHANGED, NEW, Draft
from marketplace.services.platform import audit

SUBMITTED, INCOMPLETE, OVERTAKEN = "submitted", "incomplete", "overtaken"


def write(actor: Actor, kind: str, found: Sequence[Draft], job_id: int, submit: bool) -> Counter[str]:
    """Write checked rows inside one transaction of the caller; return how many became what.

    ``submit``: the actor declared 不涉密 and 权属 for all of them, so what is complete is sent to review. A listing
    that went to review between check and writing is left as it is (``overtaken``).
    """
    require(actor, Permission.CREATE_LISTING)
    counted: Counter[str] = Counter()
    written = _add(actor, kind, [draft for draft in found if draft.changes is None], job_id)
    counted[NEW] = len(written)
    for draft in found:
        if draft.changes is not None:
            changed = _change(actor, draft, draft.changes, job_id)
            counted[CHANGED if changed else OVERTAKEN] += 1
            written += [(draft, draft.changes)] if changed else []
    db.session.flush()
    if submit:
        for draft, listing_id in written:
            counted[SUBMITTED if _submit(actor, draft, listing_id) else INCOMPLETE] += 1
    return counted


def _add(actor: Actor, kind: str, found: Sequence[Draft], job_id: int) -> list[tuple[Draft, int]]:
    """Add new listings with their first drafts, a few statements for all of them."""
    made = [
        Listing(kind=kind, organisation_id=actor.organisation_id, created_by=actor.person_id)
        for _one in found
    ]
    db.session.add_all(made)
    db.session.flush()
    texts = [_first_draft(actor, listing, draft) for listing, draft in zip(made, found, strict=True)]
    db.session.add_all(texts)
    db.session.add_all(
        _claim(listing.id, actor, kind, draft, job_id) for listing, draft in zip(made, found, strict=True)
    )
    db.session.flush()
    for listing, text in zip(made, texts, strict=True):
        audit.record(actor, "listing.create", "listing", listing.id, kind=kind)
        audit.record(actor, "revision.create", "revision", text.id, listing=listing.id, ordinal=1)
    return [(draft, listing.id) for listing, draft in zip(made, found, strict=True)]


def _first_draft(actor: Actor, listing: Listing, draft: Draft) -> Revision:
    empty = {name: blank(item) for name, item in ITEMS[listing.kind].items()}
    revision = revisions.new(actor, listing, 1)
    revisions.fill(revision, {**empty, **draft.values})
    return revision


def _change(actor: Actor, draft: Draft, listing_id: int, job_id: int) -> bool:
    listing = listings.get_own(actor, listing_id, lock=True)
    revision = revisions.begin_next(actor, listing)
    if revision.state not in EDITABLE_STATES:
        return False
    revisions.write(revision, draft.values)
    drafts.touch(revision)
    present = db.session.get(ImportedListing, listing_id)
    if present is None:
        db.session.add(_claim(listing_id, actor, listing.kind, draft, job_id))
    else:
        present.external_key, present.job_id = draft.external_key or present.external_key, job_id
        if not draft.by_number:
            present.digest = draft.digest
    return True


def _claim(listing_id: int, actor: Actor, kind: str, draft: Draft, job_id: int) -> ImportedListing:
    return ImportedListing(
        listing_id=listing_id,
        organisation_id=actor.organisation_id,
        kind=kind,
        external_key=draft.external_key,
        digest=draft.digest,
        job_id=job_id,
    )


def _submit(actor: Actor, draft: Draft, listing_id: int) -> bool:
    if not draft.complete:
        return False
    try:
        drafts.submit(actor, listing_id, declared=True)
    except ValidationFailed:
        # A change on the site met the table's: its owner looks at it.
        return False
    return True
