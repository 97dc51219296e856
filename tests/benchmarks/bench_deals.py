"""Speed of the contract ledger and the turnover at 20,000 contracts and 60,000 payments, and of the import.

``python -m tests.benchmarks.bench_deals [contracts]`` makes an instance of its own on SQLite, prints one JSON object
with the measures that are missed. Times are those of whole requests inside this process, warm.
"""

import json
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from marketplace import create_app
from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.deals import terms
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.taxonomy import CITY_TAGS, NATIONAL_FIELDS
from marketplace.extensions import db, limiter
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
    Instalment,
    Payment,
    PaymentAllocation,
    TradedAchievement,
    TurnoverEntry,
)
from marketplace.models.platform import Job
from marketplace.services import dispatch
from marketplace.services.deals.importing import jobs
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

MEASURES = {"ledger_p95_ms": 150.0, "turnover_p95_ms": 200.0}
LEAST = {"import_contracts_per_second": 200.0}
PAYMENTS_EACH = 3
IMPORTED = 1000
LEDGER = [
    "", "?page=2", "?page=400", "?sort=amount", "?sort=registered_up", "?q=公司1", "?q=合同77 公司", "?field=05",
    "?district=341302", "?side=in", "?side=inside&category=licence", "?overdue=1", "?related=1", "?route=external",
    "?registered_from=2025-01-01&registered_to=2025-12-31", "?counted_from=2025-01-01&counted_to=2025-03-31&side=out",
    "?direction=l08", "?state=registered&sort=amount_up",
]  # fmt: skip
TURNOVER = [
    "", "?year=2025", "?by=field", "?by=category&step=quarter", "?by=direction&view=in", "?view=distinct&step=year",
    "?measure=technical&by=field&year=2024",
]  # fmt: skip


def fill(count: int, seed: int = 20) -> None:
    """Registered contracts of the last five years with three verified payments each, by rows."""
    pick, today = random.Random(seed), clock.today()
    offices, outside = list(FIRST_REVIEW_OFFICES), ["340111", "110101", "320505", "310115"]
    fields, tags, kinds = list(NATIONAL_FIELDS.codes), list(CITY_TAGS.codes), list(terms.KINDS.codes)
    rows: dict[Any, list[dict[str, Any]]] = {}
    for key in range(1, count + 1):
        day = today - timedelta(days=pick.randrange(5 * 365))
        amount = pick.randrange(1, 2000) * 1_000_000
        seller, buyer = pick.choices([(1, 0), (0, 1), (1, 1)], [7, 2, 1])[0]
        seller_at = pick.choice(outside if seller and not (seller and buyer) else offices)
        buyer_at = pick.choice(offices if seller else outside)
        field, tag, kind = pick.choice(fields), pick.choice(tags), pick.choice(kinds)
        for model, values in _contract(key, day, amount, field, tag, kind, (buyer_at, seller_at)):
            rows.setdefault(model, []).append(values)
    links = [(each["id"], each["id"]) for each in rows[ContractVersion]]
    with unit_of_work():
        for model in (
            TradedAchievement, Contract, ContractVersion, ContractParty, ContractLine, Instalment, ContractRegistration,
            TurnoverEntry, Payment, PaymentAllocation,
        ):  # fmt: skip
            db.session.execute(insert(model), rows[model])
        db.session.connection().exec_driver_sql("UPDATE contracts SET version_id = id")
    assert len(links) == count


def _contract(
    key: int, day: date, amount: int, field: str, tag: str, kind: str, places: tuple[str, str]
) -> list[tuple[Any, dict[str, Any]]]:
    now = clock.now()
    each = amount // (PAYMENTS_EACH + 1)
    found: list[tuple[Any, dict[str, Any]]] = [
        (TradedAchievement, {"id": key, "name": f"成果{key}"}),
        (Contract, {"id": key, "filing_number": f"BH{day.year}-{key:05d}", "public_code": f"code{key}", "version": 1,
                    "origin": "imported", "state": "registered", "signed_on": day, "created_at": now}),
        (ContractVersion, {"id": key, "contract_id": key, "ordinal": 1, "title": f"技术合同{key}", "kind": kind,
                           "amount_fen": amount, "technical_fen": amount, "field": field, "tags": [tag], "version": 1,
                           "related_party": key % 50 == 0, "frozen_at": now, "rights_involved": []}),
        (ContractLine, {"version_id": key, "traded_id": key, "amount_fen": amount, "technical_fen": amount}),
        (ContractRegistration, {"contract_id": key, "route": "local" if places[1][:4] == "3413" else "external",
                                "number": f"{day.year}340101{key:06d}", "registered_on": day, "turnover_fen": amount,
                                "technical_fen": amount, "version": 1, "checklist": {}}),
        (TurnoverEntry, {"contract_id": key, "kind": "register", "counted_on": day, "year": day.year,
                         "month": day.month, "amount_fen": amount, "technical_fen": amount, "contracts": 1,
                         "seller_division": places[1], "buyer_division": places[0], "category": kind.partition(".")[0],
                         "field": field, "tag": tag}),
    ]  # fmt: skip
    for position, (role, place) in enumerate(zip(("buyer", "seller"), places, strict=True)):
        found.append(
            (
                ContractParty,
                {
                    "version_id": key,
                    "role": role,
                    "position": position,
                    "division": place,
                    "name": f"公司{(key * 7 + position) % 3000}",
                    "uscc": f"{key:018d}",
                },
            )
        )
    for place in range(PAYMENTS_EACH):
        number = (key - 1) * PAYMENTS_EACH + place + 1
        found += [
            (Instalment, {"version_id": key, "position": place, "amount_fen": max(1, each),
                          "due_on": day + timedelta(days=90 * place)}),
            (Payment, {"id": number, "kind": "payment", "state": "verified", "paid_on": day, "version": 1,
                       "amount_fen": max(1, each), "evidence": "bank_transfer", "bank": "HSB",
                       "serial": f"S{number}", "verified_at": now}),
            (PaymentAllocation, {"payment_id": number, "contract_id": key, "traded_id": key,
                                 "amount_fen": max(1, each)}),
        ]  # fmt: skip
    return found


def times(client: InspectingClient, path: str, queries: list[str], rounds: int = 4) -> list[float]:
    """Milliseconds of each request, sorted; the first round only warms."""
    found = []
    for turn in range(rounds + 1):
        for query in queries:
            limiter.reset()
            started = time.perf_counter()
            answer = client.get(path + query)
            spent = 1000 * (time.perf_counter() - started)
            if answer.status_code != 200:
                raise SystemExit(f"{path}{query} answered {answer.status_code}")
            if turn:
                found.append(spent)
    return sorted(found)


def speed_of_import(registrar: Any) -> dict[str, float]:
    """Contracts a second from the uploaded table to the last chunk, checking and writing."""
    from tests.services.deals.importing.table import row, workbook

    content = workbook([row(serial, number=f"202534029900{serial:04d}") for serial in range(IMPORTED)])
    with unit_of_work():
        check = jobs.start_check(registrar, "合同.xlsx", content).id
    started = time.perf_counter()
    dispatch.perform_jobs()
    checked = time.perf_counter()
    with unit_of_work():
        jobs.start_import(registrar, check, "all")
    dispatch.perform_jobs()
    written = time.perf_counter()
    done = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    if done.result.get("imported") != IMPORTED:
        raise SystemExit(f"the import ended as {done.state}: {done.error}")
    return {
        "check_seconds": round(checked - started, 2),
        "import_contracts_per_second": round(IMPORTED / (written - checked), 1),
    }


def measure(app: Flask, count: int) -> dict[str, Any]:
    """Fill an empty site and ask it everything."""
    fill(count)
    assert db.session.scalar(select(func.count()).select_from(Payment)) == PAYMENTS_EACH * count
    person, registrar = factories.make_staff(Role.FINANCE), factories.make_staff(Role.CONTRACT_REGISTRAR)
    client = InspectingClient(app)
    client.inspecting = False
    client.sign_in(person.id)
    ledger = times(client, "/admin/contracts", LEDGER)
    turnover = times(client, "/turnover", TURNOVER)
    return {
        "ledger_p50_ms": _share(ledger, 0.5), "ledger_p95_ms": _share(ledger, 0.95),
        "turnover_p50_ms": _share(turnover, 0.5), "turnover_p95_ms": _share(turnover, 0.95),
        **speed_of_import(factories.actor(registrar)),
    }  # fmt: skip


def _share(found: list[float], share: float) -> float:
    return round(found[min(len(found) - 1, int(len(found) * share))], 1)


def missed(found: dict[str, Any]) -> list[str]:
    """The measures that are not kept, in words."""
    above = [
        f"{name} is {found[name]}, wanted ≤ {most}" for name, most in MEASURES.items() if found[name] > most
    ]
    below = [
        f"{name} is {found[name]}, wanted ≥ {least}" for name, least in LEAST.items() if found[name] < least
    ]
    return above + below


def run(count: int = 20_000) -> dict[str, Any]:
    """Make the site, measure it, and return the figures with what is missed."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        app = create_app(
            "testing", SQLALCHEMY_DATABASE_URI=f"sqlite:///{home / 'bench.db'}", INSTANCE=home,
            SEARCH_DIR=home / "search", FILES_DIR=home / "files", MAIL_DIR=home / "mail",
            PUBLIC_URL="http://localhost",
        )  # fmt: skip
        for command in (["db", "upgrade"], ["reference", "load"]):
            app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        stack.enter_context(app.app_context())
        found = {"contracts": count, "payments": PAYMENTS_EACH * count, **measure(app, count)}
        db.session.remove()
        db.engine.dispose()
    return {**found, "missed": missed(found)}


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:2])), ensure_ascii=False))
