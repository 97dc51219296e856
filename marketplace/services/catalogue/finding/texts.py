"""What a listing says, as searchable text: for the index and for the snippets, always for one amount of showing.

Contacts are never searchable: a telephone number is given to readers, not to search boxes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marketplace.domain import regions, taxonomy
from marketplace.domain.access import Shown
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
    return _join([*_prose(revision, shown), *_particulars(listing, revision, shown)])


def prose(revision: Revision, shown: Shown) -> str:
    """Return the part of the body that is written in sentences: what a passage is best taken from."""
    return _join(_prose(revision, shown))


def _join(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _prose(revision: Revision, shown: Shown) -> Iterator[str]:
    if isinstance(revision, AchievementRevision):
        yield from (revision.benefit, revision.summary, revision.problem, revision.advantages)
        yield from (revision.maturity_proof, revision.cases)
    elif isinstance(revision, DemandRevision) and shown is not Shown.NOTHING:
        yield revision.summary
        if shown is Shown.FULL_TEXT:
            yield from (revision.situation, revision.requirements)


def _particulars(listing: Listing, revision: Revision, shown: Shown) -> Iterator[str]:
    if shown is Shown.NOTHING:
        return
    yield " ".join(revision.keywords)
    yield label(taxonomy.NATIONAL_FIELDS, revision.field)
    yield " ".join(labels(taxonomy.CITY_TAGS, revision.tags))
    yield listing.number or ""
    if isinstance(revision, AchievementRevision):
        yield from _of_achievement(revision)
    elif isinstance(revision, DemandRevision):
        yield label(taxonomy.DEMAND_TYPES, revision.demand_type)
        yield " ".join(labels(taxonomy.DEMAND_COOPERATION_WAYS, revision.ways))
    if shown is Shown.FULL_TEXT:
        yield from map(row_text, revision.metrics)
        yield listing.organisation.name


def _of_achievement(revision: AchievementRevision) -> Iterator[str]:
    yield " ".join(revision.completed_by)
    yield " ".join(revision.team)
    for right in revision.ip_rights:
        yield " ".join((label(taxonomy.IP_TYPES, right.ip_type), right.number, right.owner))
    yield " ".join(labels(taxonomy.COOPERATION_WAYS, revision.ways))
    yield revision.registration_number


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
