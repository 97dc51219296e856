"""The coded lists that pages of contracts translate, by the name of the field they belong to."""

from collections.abc import Iterable, Mapping

from marketplace.domain import taxonomy
from marketplace.domain.deals import terms
from marketplace.domain.deals.texts import INSTALMENT_LABELS, LABELS, LINE_LABELS, PARTY_LABELS
from marketplace.domain.taxonomy import Taxonomy

LISTS: Mapping[str, Taxonomy] = {
    "kind": terms.KINDS,
    "licence_scope": terms.LICENCE_SCOPES,
    "payment_mode": terms.PAYMENT_MODES,
    "plan_source": terms.PLAN_SOURCES,
    "rights_involved": terms.RIGHTS_INVOLVED,
    "objective": terms.OBJECTIVES,
    "nature": terms.NATURES,
    "country": terms.COUNTRIES,
    "disclosure": terms.DEAL_DISCLOSURES,
    "field": taxonomy.NATIONAL_FIELDS,
    "tags": taxonomy.CITY_TAGS,
    "pricing": taxonomy.PRICING_METHODS,
    "size": taxonomy.ORGANISATION_SIZES,
    "sector": taxonomy.APPLICATION_SECTORS,
    "ip_type": taxonomy.IP_TYPES,
    "ip_status": taxonomy.IP_STATUSES,
}

NAMES: Mapping[str, str] = {
    **{name: label for labels in LABELS.values() for name, label in labels.items()},
    **{f"party_{name}": label for name, label in PARTY_LABELS.items()},
    **{f"line_{name}": label for name, label in LINE_LABELS.items()},
    **{f"instalment_{name}": label for name, label in INSTALMENT_LABELS.items()},
}
"""Names of the fields (msgids)."""


def words_of(name: str, codes: str | Iterable[str]) -> list[str]:
    """Return the msgids of one code or several of the list ``name``; codes of former lists are left out."""
    several = [codes] if isinstance(codes, str) else codes
    return [LISTS[name].label_of(code) for code in several if code in LISTS[name]]
