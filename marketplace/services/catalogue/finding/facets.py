"""The facets of the three lists: what a listing counts under, and what a filter may ask for.

Facets are values of one text: what a text does not tell, its facets do not tell either. An anonymous demand
has therefore no organisation and no county, only its province.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from marketplace.domain import regions, taxonomy
from marketplace.domain.access import Shown
from marketplace.domain.taxonomy import Taxonomy
from marketplace.domain.text import N_
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing, Revision
from marketplace.models.people import Organisation

WAN = 1_000_000
"""Fen in 万元."""

PRICE_STEPS = (("0-50", 50 * WAN), ("50-200", 200 * WAN), ("200-500", 500 * WAN))
PRICE_LABELS = {
    "0-50": N_("50 万元以下"),
    "50-200": N_("50–200 万元"),
    "200-500": N_("200–500 万元"),
    "500+": N_("500 万元及以上"),
    "open": N_("面议"),
}
ORIGIN_LABELS = {"outside": N_("市外"), "city": N_("市内")}
OTHER = "other"


@dataclass(frozen=True)
class Facet:
    """A facet of a list.

    ``label_of`` gives the label (msgid) of a value the page could have offered, None for any other. ``ordered``
    facets keep the order of ``codes``; the others are shown by their number of hits. ``codes`` is None where
    values are not a closed list; ``named`` marks values whose labels are rows of the database.
    """

    name: str
    label: str
    label_of: Callable[[str], str | None]
    codes: tuple[str, ...] | None = None
    ordered: bool = False
    named: bool = False


def _of(name: str, terms: Taxonomy, ordered: bool = False, label: str = "") -> Facet:
    return Facet(
        name, label or terms.label, lambda code: terms.label_of(code) if code in terms else None, terms.codes,
        ordered,
    )  # fmt: skip


def _mapped(name: str, label: str, words: Mapping[str, str], ordered: bool = True) -> Facet:
    return Facet(name, label, words.get, tuple(words), ordered)


def _tag_labels() -> dict[str, str]:
    """Tags of one wording stand in two lists of the city: only these tell their list."""
    terms = list(taxonomy.CITY_TAGS)
    known = [term.label for term in terms]
    return {
        term.code: f"{term.label}（{term.group}）" if known.count(term.label) > 1 else term.label
        for term in terms
    }


def _province(code: str) -> str | None:
    return regions.short_name(code) if code.endswith("0000") and regions.exists(code) else None


def _due(value: str) -> str | None:
    return value if len(value) == 4 and value.isdecimal() and value.isascii() else None


def _row_id(value: str) -> str | None:
    return value if value.isascii() and value.isdecimal() and 0 < len(value) < 16 else None


_FIELD = _of("field", taxonomy.NATIONAL_FIELDS)
_TAG = Facet("tag", N_("产业方向"), lambda code: _tag_labels().get(code), taxonomy.CITY_TAGS.codes)
_ORIGIN = _mapped("origin", N_("来自"), ORIGIN_LABELS)
_REGION = Facet("region", N_("所在省份"), _province)
_COUNTY = _mapped("county", N_("市内县区"), regions.FIRST_REVIEW_OFFICES)
_TRADING_KINDS = Taxonomy(
    taxonomy.ORGANISATION_KINDS.key,
    taxonomy.ORGANISATION_KINDS.label,
    tuple(term for term in taxonomy.ORGANISATION_KINDS if term.code != "authority"),
)
_ORGANISATION = Facet("organisation", N_("单位"), _row_id, named=True)

FACETS: Mapping[str, tuple[Facet, ...]] = {
    "achievement": (
        _FIELD,
        _ORIGIN,
        _of("maturity", taxonomy.MATURITY_BANDS, ordered=True),
        _of("way", taxonomy.COOPERATION_WAYS),
        _mapped("price", N_("价格"), PRICE_LABELS),
        _of("ip", taxonomy.IP_TYPES),
        _TAG,
        _REGION,
        _COUNTY,
        _ORGANISATION,
    ),
    "demand": (
        _of("demand_type", taxonomy.DEMAND_TYPES),
        _FIELD,
        _mapped("price", N_("拟投入资金"), PRICE_LABELS),
        Facet("due", N_("期望完成年份"), _due, ordered=True),
        _of("demand_way", taxonomy.DEMAND_COOPERATION_WAYS),
        _TAG,
        _ORIGIN,
        _REGION,
        _COUNTY,
        _ORGANISATION,
    ),
    "organisation": (
        _of("organisation_kind", _TRADING_KINDS),
        _ORIGIN,
        _REGION,
        _COUNTY,
    ),
}


def price_band(fen: int | None) -> str:
    """Return the band of an amount; ``open`` where there is none."""
    if fen is None:
        return "open"
    return next((code for code, limit in PRICE_STEPS if fen < limit), "500+")


def origin_of(division: str) -> str:
    """Return ``city`` or ``outside`` for a domicile."""
    return "city" if regions.in_city(division) else "outside"


def _county_of(division: str) -> tuple[str, ...]:
    return (division,) if division in regions.FIRST_REVIEW_OFFICES else ()


def listing_facets(listing: Listing, revision: Revision, shown: Shown) -> dict[str, tuple[str, ...]]:
    """Return the facets of the text that ``shown`` tells of."""
    division = listing.organisation.profile.division if listing.organisation.profile else ""
    found: dict[str, Iterable[str]] = {
        "field": (revision.field,),
        "tag": revision.tags,
        "origin": (origin_of(division),),
        "region": (regions.province_of(division),) if regions.exists(division) else (),
    }
    if shown is Shown.FULL_TEXT:
        found["county"] = _county_of(division)
        found["organisation"] = (str(listing.organisation_id),)
    if isinstance(revision, AchievementRevision):
        found |= _achievement_facets(revision)
    elif isinstance(revision, DemandRevision):
        found |= _demand_facets(revision)
    return {name: tuple(dict.fromkeys(value for value in values if value)) for name, values in found.items()}


def _achievement_facets(revision: AchievementRevision) -> dict[str, Iterable[str]]:
    level = revision.maturity_level
    return {
        "maturity": (taxonomy.maturity_band(revision.maturity_scale, level),) if level else (),
        "way": revision.ways,
        "price": (price_band(revision.price_fen),),
        "ip": [right.ip_type for right in revision.ip_rights],
    }


def _demand_facets(revision: DemandRevision) -> dict[str, Iterable[str]]:
    return {
        "demand_type": (revision.demand_type,),
        "demand_way": revision.ways,
        "price": (price_band(revision.budget_fen),),
        "due": (str(revision.due_on.year),) if revision.due_on else (),
    }


def organisation_facets(organisation: Organisation) -> dict[str, tuple[str, ...]]:
    """Return the facets of an organisation."""
    division = organisation.profile.division if organisation.profile else ""
    return {
        "organisation_kind": (organisation.kind,),
        "origin": (origin_of(division),),
        "region": (regions.province_of(division),) if regions.exists(division) else (),
        "county": _county_of(division),
    }
