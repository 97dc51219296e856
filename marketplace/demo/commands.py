"""Commands of the demonstration: load it, and say with which logins it is entered."""

import time
import unicodedata
from collections.abc import Callable

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.demo import loader, texts
from marketplace.demo.people import PASSWORD

demo = AppGroup("demo", help="The demonstration: invented organisations, people, achievements and demands.")

REFUSAL = (
    "The demonstration is refused: DEMO_MODE is off, and demonstration accounts, whose password is printed "
    "in the open, never exist outside demonstration mode. Set MARKETPLACE_ENV=demo and use a database of its own."
)


@demo.command("load")
@click.option(
    "--scale", type=click.IntRange(min=0), default=0, help="Also add N achievements and N/5 demands."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same texts.")
def demo_load(scale: int, seed: int) -> None:
    """Load the demonstration; what is already there stays as it is."""
    _refuse_outside_demonstration()
    started = time.monotonic()
    if loader.is_loaded():
        click.echo("demonstration: already loaded")
    else:
        _with_bar("demonstration", loader.steps_to_do(), loader.load)
        click.echo(f"demonstration: loaded in {time.monotonic() - started:.0f} s")
    if scale:
        _scale(scale, seed)


def _scale(count: int, seed: int) -> None:
    from marketplace.demo import scale

    started = time.monotonic()
    total = scale.rows_to_add(count)
    _with_bar("scale", total, lambda advance: scale.add(count, seed, advance))
    inserted = time.monotonic()
    documents = scale.documents()
    _with_bar("index", documents, scale.index)
    click.echo(
        f"scale: {total} published in {inserted - started:.0f} s, "
        f"{documents} documents indexed in {time.monotonic() - inserted:.0f} s"
    )


def _with_bar(label: str, length: int, work: Callable[[Callable[[int], None]], None]) -> None:
    with click.progressbar(length=length, label=f"{label:>13}") as bar:
        work(bar.update)


@demo.command("logins")
def demo_logins() -> None:
    """Print the logins of the demonstration, their roles, and the one password."""
    _refuse_outside_demonstration()
    found = texts.load()
    rows = [("登录名", "姓名", "身份", "单位")]
    for person in found.people:
        if person.show:
            rows.append(
                (person.login, person.name, person.show, found.organisation(person.organisation).name)
            )
    widths = [max(_columns(row[place]) for row in rows) for place in range(3)]
    for row in rows:
        cells = [cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[3]]))
    click.echo(f"密码（全部演示账号相同）: {PASSWORD}")


def _columns(text: str) -> int:
    """Return how many columns ``text`` takes in a terminal: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _refuse_outside_demonstration() -> None:
    if not current_app.config["DEMO_MODE"]:
        raise click.ClickException(REFUSAL)
