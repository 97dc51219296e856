"""Structured data of a page (schema.org, JSON-LD): built from what the page shows, so it tells nothing more."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from marketplace.domain import clock, money
from marketplace.domain.platform.announcements import KINDS
from marketplace.models.platform import Announcement
from marketplace.services.catalogue.pages import AchievementView, DemandView
from marketplace.services.people.directory import OrganisationView
from marketplace.web.platform.outward.addresses import absolute

CONTEXT = "https://schema.org"
Node = dict[str, Any]

ORGANISATION_TYPES = {"university": "CollegeOrUniversity", "authority": "GovernmentOrganization"}
"""Kind of organisation → type of schema.org; every other is an Organization."""


def listing(view: AchievementView | DemandView) -> Node:
    """Return the description of a listing's page: the item, who offers or seeks it, and where the page stands."""
    endpoint, list_words = (
        ("achievements", _("找成果")) if view.kind == "achievement" else ("demands", _("找需求"))
    )
    url = absolute(url_for(f"{endpoint}.detail", listing_id=view.listing_id))
    item = _achievement(view, url) if isinstance(view, AchievementView) else _demand(view, url)
    item |= {
        "@id": f"{url}#item",
        "identifier": view.number,
        "name": view.title,
        "keywords": list(view.keywords),
        "url": url,
        "category": _(view.field) if view.field else "",
        "image": share_picture(view),
    }
    graph = [_bare(item), trail([(list_words, url_for(f"{endpoint}.index")), (view.title, url)])]
    if view.owner is not None:
        owner = _owner(view.owner.id, view.owner.name)
        graph.append(owner | ({"seeks": {"@id": item["@id"]}} if view.kind == "demand" else {}))
    return {"@context": CONTEXT, "@graph": graph}


def share_picture(view: AchievementView | DemandView) -> str:
    """Return the full address of a listing's share picture; "" while its page is not public."""
    if not view.public:
        return ""
    return absolute(url_for("share_pictures.listing", kind=view.kind, listing_id=view.listing_id))


def _achievement(view: AchievementView, url: str) -> Node:
    """Return an achievement: a Product where it has a price, else a CreativeWork, which may go without an offer."""
    described = {"description": view.benefit or view.summary}
    owner = {"@id": _owner_id(view.owner.id)} if view.owner is not None else None
    if view.price_fen is None:
        changed = _day(view.updated_at)
        return {
            "@type": "CreativeWork",
            "abstract": view.summary,
            "dateModified": changed,
            "inLanguage": "zh-CN",
            "provider": owner,
        } | described
    offer = {
        "@type": "Offer",
        "url": url,
        "price": money.format_yuan(view.price_fen).replace(",", ""),
        "priceCurrency": "CNY",
        "availability": f"{CONTEXT}/{'InStock' if _is_open(view) else 'SoldOut'}",
        "priceValidUntil": view.valid_until.isoformat() if view.valid_until else "",
        "seller": owner,
    }
    properties = [
        {"@type": "PropertyValue", "name": row.indicator, "value": row.after}
        for row in view.metrics
        if row.indicator and row.after
    ]
    return {
        "@type": "Product",
        "sku": view.number,
        "manufacturer": owner,
        "additionalProperty": properties,
        "offers": _bare(offer),
    } | described


def _demand(view: DemandView, url: str) -> Node:
    budget = view.budget_fen
    return {
        "@type": "Demand",
        "description": view.summary,
        "mainEntityOfPage": url,
        "availabilityStarts": _day(view.published_at),
        "availabilityEnds": view.due_on.isoformat() if view.due_on else "",
        "areaServed": _("安徽省宿州市") if view.origin == "city" else "",
        "itemOffered": {"@type": "Service", "name": view.title, "serviceType": _(view.demand_type)}
        if view.demand_type
        else None,
        "priceSpecification": {
            "@type": "PriceSpecification",
            "maxPrice": money.format_yuan(budget).replace(",", ""),
            "priceCurrency": "CNY",
        }
        if budget is not None
        else None,
    }


def _is_open(view: AchievementView) -> bool:
    return view.state is not None and view.state.code == "published"


def organisation(view: OrganisationView) -> Node:
    """Return the description of an organisation's page."""
    node = _owner(view.id, view.name, view.kind_code) | {
        "description": view.introduction,
        "address": view.address,
        "taxID": view.uscc,
        "sameAs": view.website or "",
    }
    crumbs = [(_("认证单位"), url_for("organisations.index")), (view.name, node["url"])]
    return {"@context": CONTEXT, "@graph": [_bare(node), trail(crumbs)]}


def website() -> Node:
    """Return the description of the site itself: who runs it, and how to search it."""
    site, home = current_app.config["SITE"], absolute(url_for("home.index"))
    template = absolute(url_for("achievements.index")) + "?q={search_term_string}"
    host = {
        "@type": "GovernmentOrganization",
        "@id": f"{home}#host",
        "name": site["host"],
        "areaServed": _("安徽省宿州市"),
    }
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@type": "WebSite",
                "name": site["name"],
                "url": home,
                "inLanguage": "zh-CN",
                "publisher": {"@id": host["@id"]},
                "potentialAction": {
                    "@type": "SearchAction",
                    "target": {"@type": "EntryPoint", "urlTemplate": template},
                    "query-input": "required name=search_term_string",
                },
            },
            host,
        ],
    }


def turnover(years: Sequence[int], as_of: date, measures: Sequence[str]) -> Node:
    """Return the description of the turnover as a data set with its download."""
    url = absolute(url_for("turnover.index"))
    return _bare(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "name": _("宿州市技术合同成交额"),
            "description": _(
                "已登记、至少一方在宿州市、金额确定的技术合同，按登记证明的日期计入，分输出、吸纳、合计与去重口径；单位万元，不足三份合同的数字不公开。"
            ),
            "url": url,
            "inLanguage": "zh-CN",
            "isAccessibleForFree": True,
            "dateModified": as_of.isoformat(),
            "temporalCoverage": f"{min(years)}/{max(years)}" if years else "",
            "spatialCoverage": {"@type": "Place", "name": _("安徽省宿州市")},
            "variableMeasured": list(measures),
            "creator": {"@type": "GovernmentOrganization", "name": current_app.config["SITE"]["host"]},
            "distribution": {
                "@type": "DataDownload",
                "encodingFormat": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "contentUrl": absolute(url_for("turnover.download")),
            },
        }
    )


def article(row: Announcement, words: str) -> Node:
    """Return the description of an announcement's page; ``words``: the beginning of its text."""
    url = absolute(url_for("announcements.detail", announcement_id=row.id))
    item = {
        "@type": "Article",
        "headline": row.title,
        "description": words,
        "url": url,
        "inLanguage": "zh-CN",
        "articleSection": _(KINDS[row.kind]),
        "datePublished": _day(row.published_at),
        "expires": row.valid_to.isoformat() if row.valid_to else "",
        "publisher": {
            "@type": "GovernmentOrganization",
            "name": row.issuer or current_app.config["SITE"]["host"],
        },
    }
    crumbs = [(_("公示公告"), url_for("announcements.index")), (row.title, url)]
    return {"@context": CONTEXT, "@graph": [_bare(item), trail(crumbs)]}


def trail(crumbs: Sequence[tuple[str, str]]) -> Node:
    """Return 当前位置 as a BreadcrumbList; (label, path or address) from the top, the home page before them."""
    whole = [(_("首页"), url_for("home.index")), *crumbs]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": label,
                "item": address if "://" in address else absolute(address),
            }
            for place, (label, address) in enumerate(whole, 1)
        ],
    }


def _owner_id(organisation_id: int) -> str:
    return absolute(url_for("organisations.detail", organisation_id=organisation_id)) + "#organisation"


def _owner(organisation_id: int, name: str, kind: str = "") -> Node:
    return {
        "@type": ORGANISATION_TYPES.get(kind, "Organization"),
        "@id": _owner_id(organisation_id),
        "name": name,
        "url": absolute(url_for("organisations.detail", organisation_id=organisation_id)),
    }


def _day(moment: Any) -> str:
    return clock.beijing(moment).date().isoformat() if moment is not None else ""


def _bare(node: Mapping[str, Any]) -> Node:
    """Leave out what is empty: a machine takes an empty value for a statement."""
    return {name: value for name, value in node.items() if value or value is True}
