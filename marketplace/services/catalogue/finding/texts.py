"""What a listing says, as searchable text: for the index and for the snippets, always for one amount of showing.

Contacts are never searchable: a telephone number is given to readers, not to search boxes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marketplace.domain import regions, taxonomy
from marketplace.domain.access import Shown
from marketplace.domain.money import format_wan
from marketplace.domain.taxonomy import Taxonomy
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing, Revision
from marketplace.models.people import Organisation


def labels(terms: Taxonomy, codes: Iterable[str]) -> list[str]:
    """Return the labels of the known among ``codes``, each once: two lists of the city share some words."""
    return list(dict.fromkeys(terms.label_of(code) for code in codes if code in terms))


def label(terms: Taxonomy, code: str) -> str:
    """Return the label of ``code``, or nothing for a code that is empty or unknown."""
    return terms.label_of(code) if code in terms else ""


def row_text(row: Any) -> str:
    """Return the words of one row of 量化指标, in the order of its columns."""
    return " ".join(str(word) for word in row.values() if word) if isinstance(row, Mapping) else ""


def body(listing: Listing, revision: Revision, shown: Shown) -> str:
    """Return the text below the title that a reader who is shown so much can find it by, a line for each part."""
    if isinstance(revision, AchievementRevision):
        lines = _achievement(listing, revision)
    elif isinstance(revision, DemandRevision):
        lines = _demand(listing, revision, shown)
    else:
        raise TypeError(f"no text for {type(revision).__name__}")
    return "\n".join(line for line in lines if line)


def _achievement(listing: Listing, revision: AchievementRevision) -> Iterator[str]:
    yield revision.benefit
    yield revision.summary
    yield revision.problem
    yield revision.advantages
    yield from map(row_text, revision.metrics)
    yield " ".join(revision.keywords)
    yield revision.maturity_proof
    yield revision.cases
    yield " ".join(revision.completed_by)
    yield " ".join(revision.team)
    for right in revision.ip_rights:
        yield " ".join((label(taxonomy.IP_TYPES, right.ip_type), right.number, right.owner))
    yield from _common(revision)
    yield " ".join(labels(taxonomy.COOPERATION_WAYS, revision.ways))
    yield listing.organisation.name
    yield " ".join((listing.number or "", revision.registration_number))


def _demand(listing: Listing, revision: DemandRevision, shown: Shown) -> Iterator[str]:
    if shown is Shown.NOTHING:
        return
    yield revision.summary
    yield " ".join(revision.keywords)
    yield label(taxonomy.DEMAND_TYPES, revision.demand_type)
    yield from _common(revision)
    yield " ".join(labels(taxonomy.DEMAND_COOPERATION_WAYS, revision.ways))
    yield listing.number or ""
    if shown is Shown.FULL_TEXT:
        yield revision.situation
        yield from map(row_text, revision.metrics)
        yield revision.requirements
        yield listing.organisation.name


def _common(revision: Revision) -> Iterator[str]:
    yield label(taxonomy.NATIONAL_FIELDS, revision.field)
    yield " ".join(labels(taxonomy.CITY_TAGS, revision.tags))


def flowing(text: str) -> str:
    """Return a body as running text for a passage: lines that do not end in a mark get a full stop."""
    lines = (line.strip() for line in text.split("\n"))
    return "".join(line if line[-1] in "。！？；" else f"{line}。" for line in lines if line)


def organisation_body(organisation: Organisation) -> str:
    """Return the public text of an organisation below its name."""
    profile = organisation.profile
    if profile is None:
        return organisation.uscc
    lines = (
        profile.introduction,
        label(taxonomy.ORGANISATION_KINDS, organisation.kind),
        label(taxonomy.APPLICATION_SECTORS, profile.sector),
        regions.full_name(profile.division) if regions.exists(profile.division) else "",
        organisation.uscc,
    )
    return "\n".join(line for line in lines if line)


def amount(fen: int | None) -> str:
    """Return an amount in 万元 for a text, nothing for None."""
    return "" if fen is None else format_wan(fen)
