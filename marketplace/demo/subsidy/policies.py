"""Policies of the demonstration: clauses of the draft plan loaded as 有效, marked 演示, with batches around today."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.demo.people import People
from marketplace.demo.plan import Plan
from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.money import FEN_PER_WAN
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.parameters import initial, shown
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.subsidy.registers import batches, versions
from marketplace.services.subsidy.registers.versions import Wording

WRITER, SECOND = "policy@kjj.example", "policy2@kjj.example"
_BASIS = "演示：条款取自征求意见稿，为演示装作有效，不代表已经公布的政策。"
_CONTACT = "市科技局成果转化科（演示）\n电话 0557-3000000，工作日 9:00—17:00"


def schedule(plan: Plan, people: People, days: int) -> None:
    """Plan the policies for the day ``days`` from today, once the people of 政策管理 are there."""
    plan.add(
        plan.moment(days, "policies"),
        lambda: ensure_demo_policies(
            people.actor(WRITER), people.actor(SECOND), clock.beijing(plan.now).date()
        ),
    )


def ensure_demo_policies(writer: Actor, second: Actor, today: date) -> None:
    """Load the policies of the demonstration through the services, unless they are there already.

    Item 8: an older version that was repealed, the one in force, a later one that is still 草案; item 10 in force;
    a batch that is over, an open one and a coming one.
    """
    if db.session.scalar(select(PolicyVersion.id).where(PolicyVersion.is_demo).limit(1)) is not None:
        return
    this = today.year
    old = _version(
        writer, "purchase", _wording("purchase", date(this - 3, 1, 1), date(this - 2, 12, 31)),
        {"invoice_required": False},
    )  # fmt: skip
    _confirm(writer, second, old, "confirm")
    versions.act(second, old.id, "repeal", "由新版本取代")
    now = _version(writer, "purchase", _wording("purchase", date(this - 1, 1, 1), None), {})
    _confirm(writer, second, now, "confirm")
    coming = replace(_wording("purchase", date(this + 1, 1, 1), None), says="draft")
    later = _version(
        writer, "purchase", coming,
        {"min_grant_fen": FEN_PER_WAN, "enterprise_year_cap_fen": 100 * FEN_PER_WAN},
    )  # fmt: skip
    _confirm(writer, second, later, "confirm_draft")
    certificate = _version(
        writer, "high_tech", _wording("high_tech", None, None), {"annual_budget_fen": 30 * FEN_PER_WAN}
    )
    _confirm(writer, second, certificate, "confirm")
    _announce(writer, now, certificate, today)


def _wording(clause: str, window_from: date | None, window_to: date | None) -> Wording:
    definition = CLAUSES[clause]
    return Wording(
        says="law",
        document=definition.document,
        document_number="",
        item=definition.item,
        words=definition.words,
        legal_basis=_BASIS,
        valid_from=window_from,
        valid_to=window_to,
        window_from=window_from,
        window_to=window_to,
    )


def _version(writer: Actor, clause: str, wording: Wording, changed: Mapping[str, Any]) -> PolicyVersion:
    parameters = CLAUSES[clause].parameters
    values = initial(parameters) | dict(changed)
    typed = {
        one.key: values[one.key] if one.kind in ("codes", "choice", "flag") else shown(one, values[one.key])
        for one in parameters
    }
    row = versions.create(writer, clause)
    versions.write(writer, row.id, wording, typed, None)
    row.is_demo = True
    return row


def _confirm(writer: Actor, second: Actor, row: PolicyVersion, action: str) -> None:
    versions.act(writer, row.id, "propose")
    versions.act(second, row.id, action)


def _announce(writer: Actor, purchase: PolicyVersion, certificate: PolicyVersion, today: date) -> None:
    first = date(today.year - 1, 1, 1)

    def batch(version: PolicyVersion, title: str, number: str, low: int, high: int, *steps: str) -> None:
        apply_from, apply_to = today + timedelta(days=low), today + timedelta(days=high)
        earliest = first if version is purchase else date(apply_from.year - 1, 1, 1)
        batches.create(
            writer,
            batches.BatchData(
                version.id,
                title,
                number,
                apply_from,
                apply_to,
                earliest,
                max(first, apply_to),
                _CONTACT,
                steps,
            ),
        )

    year = today.year
    name = "购买市外先进技术成果补助"
    batch(purchase, f"{name}第一批（{year}，演示）", f"演示〔{year}〕1号", -300, -120)
    batch(purchase, f"{name}第二批（{year}，演示）", f"演示〔{year}〕2号", -110, -60)
    batch(purchase, f"{name}第三批（{year}，演示）", f"演示〔{year}〕3号", -30, 45)
    batch(purchase, f"{name}第四批（{year}，演示）", f"演示〔{year}〕4号", 75, 105, "expert")
    before = (today - timedelta(days=430)).year
    batch(certificate, f"高新技术企业认定补助（{before}，演示）", f"演示〔{before}〕1号", -430, -400)
    batch(certificate, f"高新技术企业认定补助（{year}，演示）", f"演示〔{year}〕5号", -30, 60)
