"""Commands of ``flask --app wsgi``: each a thin call into services."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.config import require_shared_secret
from marketplace.domain import clock
from marketplace.domain.errors import DomainError, ValidationFailed
from marketplace.domain.people.profiles import ProfileData
from marketplace.domain.policy.batch import BadWorld, compute_lines
from marketplace.domain.states import MACHINES, diagram
from marketplace.integrations.billing import BillingUnavailable
from marketplace.integrations.billing_fake import FakeStripe
from marketplace.jobs import bell
from marketplace.retrieval.matching.ownership import MatcherBusy
from marketplace.services import dispatch
from marketplace.services.catalogue import indexing
from marketplace.services.deals.billing import reconciling
from marketplace.services.matching.ranking import learning, tending
from marketplace.services.outside import outside
from marketplace.services.people import accounts, signup
from marketplace.services.platform import audit, reference
from marketplace.services.unit import unit_of_work

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def register(app: Flask) -> None:
    """Add the command groups to ``app``."""
    from marketplace.demo.commands import demo

    groups = (audit_group, demo, docs_group, matching_group, outbox_group, people_group, reference_group)
    for group in (*groups, search_group, stripe_group, subsidy_group):
        app.cli.add_command(group)
    app.cli.add_command(prepare)
    app.cli.add_command(worker)


@click.command("prepare")
@click.pass_context
def prepare(context: click.Context) -> None:
    """Make everything ready to serve: tables, reference data, search index; safe to repeat.

    In demonstration mode the demonstration is loaded too and its logins are printed. One command, because
    every start of an interpreter costs seconds that a second `make run` does not have.
    """
    from marketplace.demo.commands import demo_load, demo_logins

    flask_migrate.upgrade()
    context.invoke(reference_load)
    if current_app.config["DEMO_MODE"]:
        context.invoke(demo_load)
    context.invoke(search_ensure)
    context.invoke(matching_ensure)
    if current_app.config["DEMO_MODE"]:
        context.invoke(demo_logins)


reference_group = AppGroup("reference", help="Data that the rules stand on.")


@reference_group.command("load")
def reference_load() -> None:
    """Load the working-day calendar and other shipped tables; safe to repeat."""
    with unit_of_work():
        click.echo(f"calendar days added: {reference.load_calendar()}")


people_group = AppGroup("people", help="Organisations and people.")


@people_group.command("create-admin")
@click.option("--organisation", prompt="管理部门全称")
@click.option("--uscc", prompt="统一社会信用代码")
@click.option("--division", prompt="住所行政区划代码（6位，到区县）", default="341302", show_default=True)
@click.option("--address", prompt="详细地址")
@click.option("--representative", prompt="法定代表人")
@click.option("--phone", prompt="联系电话")
@click.option("--name", prompt="系统管理员姓名")
@click.option("--email", prompt="系统管理员邮箱")
@click.option("--password", prompt="密码", hide_input=True, confirmation_prompt=True)
def people_create_admin(
    organisation: str, uscc: str, division: str, address: str, representative: str, phone: str,
    name: str, email: str, password: str,
) -> None:  # fmt: skip
    """Set up the first authority and its system administrator; refused once there is one."""
    profile = ProfileData(organisation, division, address, representative, name, phone, email)
    try:
        person = accounts.checked_person(name, email, phone, password)
        with unit_of_work():
            signup.found_platform(uscc, profile, person)
    except ValidationFailed as failed:
        lines = [f"{error.field}: {error.message % error.params}" for error in failed.errors]
        raise click.ClickException("\n".join(lines)) from failed
    except DomainError as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{person.email} is 系统管理员 of {profile.name}")


stripe_group = AppGroup("stripe", help="Payment online.")


@stripe_group.command("reconcile")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="First day of payment; default: 90 days ago."
)
@click.option(
    "--catch-up", is_flag=True, help="Record what the provider told and nobody heard, then compare again."
)
def stripe_reconcile(since: datetime | None, catch_up: bool) -> None:
    """List what the payment provider and the ledger disagree on, one JSON object a line; exit code 1 when any."""
    first = since.date() if since else clock.today() - timedelta(days=90)
    try:
        found = reconciling.compare(first)
        if catch_up and found:
            click.echo(f"{reconciling.catch_up(found)} checkouts asked again", err=True)
            found = reconciling.compare(first)
    except (DomainError, BillingUnavailable) as refused:
        raise click.ClickException(str(refused)) from refused
    for each in found:
        _print_json({"words": reconciling.KINDS[each.kind], **asdict(each)})
    if found:
        raise SystemExit(1)


@stripe_group.command("fake")
@click.option("--port", type=int, default=0, help="Loopback port; 0 takes a free one.")
@click.option("--webhook", default="", help="Where to tell what happened.")
@click.option("--store", type=click.Path(path_type=Path), help="File that keeps its memory.")
def stripe_fake(port: int, webhook: str, store: Path | None) -> None:
    """Run the stand-in for the payment provider on loopback, for demonstrations: it moves no money."""
    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("the stand-in is for demonstrations, never for a real site")
    running = FakeStripe(port, webhook, store=store)
    click.echo(f"stand-in for the payment provider on {running.base}")
    running.serve()


search_group = AppGroup("search", help="The search index.")


@search_group.command("reindex")
def search_reindex() -> None:
    """Build the index anew from the database, with all cores."""
    total = indexing.count_documents()
    with click.progressbar(length=total, label="reindex") as bar:
        done = indexing.rebuild(lambda count: bar.update(count - bar.pos))
    click.echo(f"{done} documents indexed")


@search_group.command("ensure")
def search_ensure() -> None:
    """Build the index if it is missing or was made by another version of the analysis chain."""
    if outside().index.needs_rebuild():
        click.echo(f"{indexing.rebuild()} documents indexed")


@search_group.command("evaluate")
@click.argument("corpus", type=FILE)
@click.argument("queries", type=FILE)
@click.option("--engine", type=click.Choice(["whoosh"]), default="whoosh", show_default=True)
def search_evaluate(corpus: Path, queries: Path, engine: str) -> None:
    """Measure the search on lines {id, title, body} and {query, relevant: [id]}; print one JSON object."""
    from marketplace.retrieval.evaluate import evaluate_search

    _print_json(evaluate_search(corpus, queries, engine))


matching_group = AppGroup("matching", help="Which achievements fit which demands.")


@matching_group.command("refresh")
def matching_refresh() -> None:
    """Learn the weights of all published texts and rank everything, both ways."""
    with click.progressbar(length=1, label="refresh") as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        try:
            done = learning.refresh(told)
        except MatcherBusy as busy:
            raise click.ClickException(str(busy)) from busy
    click.echo(f"{done['documents']} texts ranked, {done['written']} lists changed")


@matching_group.command("ensure")
def matching_ensure() -> None:
    """Rank everything if it was never done, or was done with another analysis chain or knowledge table."""
    if outside().matcher.active and tending.why_learn() in ("missing", "outdated"):
        click.echo(f"{learning.refresh()['documents']} texts ranked")


@matching_group.command("evaluate")
@click.argument("file", type=FILE)
def matching_evaluate(file: Path) -> None:
    """Measure the matcher on lines {demand_id, title, content, judgments: [{achievement, level}]}; print one JSON
    object.

    A bad line is named with its field on standard error; then the exit code is 2.
    """
    from marketplace.retrieval.matching.evaluate import BadLine, evaluate_matching

    try:
        _print_json(evaluate_matching(file))
    except BadLine as bad:
        click.echo(f"{file.name}: {bad}", err=True)
        raise SystemExit(2) from bad


subsidy_group = AppGroup("subsidy", help="The subsidy arithmetic, for anyone to re-compute.")


@subsidy_group.command("compute")
@click.argument("file", type=FILE)
def subsidy_compute(file: Path) -> None:
    """Compute the worlds of FILE, one JSON object a line; print one JSON object a line.

    A bad world is named on standard error with its line, event and field; then the exit code is 2.
    """
    bad = False
    with file.open("rb") as lines:
        for computed in compute_lines(lines):
            if isinstance(computed, BadWorld):
                bad = True
                click.echo(str(computed), err=True)
            else:
                # Plain ASCII can be written whatever an id holds and whatever the terminal's encoding is.
                click.echo(json.dumps(computed))
    if bad:
        raise SystemExit(2)


audit_group = AppGroup("audit", help="The tamper-evident trail.")


@audit_group.command("verify")
def audit_verify() -> None:
    """Recompute the hash chain from the events; exit code 1 when a link does not fit."""
    found = audit.verify()
    _print_json({"links": found.links, "head": found.head, "unsealed": found.unsealed, "fault": found.fault})
    if found.fault:
        raise SystemExit(1)


docs_group = AppGroup("docs", help="Pages of docs/ that are written from the code.")


@docs_group.command("states")
@click.option("--output", type=click.Path(path_type=Path), default=Path("docs/states.md"), show_default=True)
def docs_states(output: Path) -> None:
    """Write the state diagrams from the transition tables."""
    output.write_text(diagram.page(MACHINES.values()), encoding="utf-8")


outbox_group = AppGroup("outbox", help="Promises to keep.")


@outbox_group.command("drain")
def outbox_drain() -> None:
    """Keep every promise that is due, here and now, and seal the audit trail."""
    click.echo(f"{dispatch.drain()} messages handled")
    audit.seal_all()


@click.command("worker")
def worker() -> None:
    """Run the worker until it is told to stop. One worker serves a site: it is the index's only writer."""
    require_shared_secret(current_app.config)
    bell.run_worker()


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
