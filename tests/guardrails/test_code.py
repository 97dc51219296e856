"""Habits of the code that no linter knows."""

import ast
import io
import re
import tokenize

from tests.support.tree import PACKAGE, ROOT, nodes_of, python_files

UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def test_only_the_unit_of_work_commits() -> None:
    """One place decides when a change is final: rows, audit and outbox go together."""
    committing = set()
    for one in python_files(PACKAGE):
        for node in nodes_of(one):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr == "commit":
                target = ast.unparse(called.value)
                if "session" in target:
                    committing.add(str(one.relative_to(PACKAGE)))
    assert committing == {"services/unit.py"}


def test_nothing_is_left_for_later() -> None:
    """Unfinished work is not marked, it is finished."""
    marked = []
    for one in [*python_files(PACKAGE), *python_files(ROOT / "migrations")]:
        for token in tokenize.generate_tokens(io.StringIO(one.read_text("utf-8")).readline):
            if token.type == tokenize.COMMENT and UNFINISHED.search(token.string):
                marked.append(f"{one.relative_to(ROOT)}:{token.start[0]}")
    assert marked == []


def test_the_application_never_prints() -> None:
    """Commands use click.echo, everything else the structured log."""
    printing = [
        f"{one.relative_to(ROOT)}:{node.lineno}"
        for one in python_files(PACKAGE)
        for node in nodes_of(one)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_time_comes_from_the_clock() -> None:
    """Whoever asks the system for the time cannot be tested on a fixed day."""
    asking = []
    for one in python_files(PACKAGE):
        if one == PACKAGE / "domain" / "clock.py":
            continue
        for node in nodes_of(one):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                call = ast.unparse(node.func)
                if call.endswith(("datetime.now", "datetime.utcnow", "date.today", "time.time")):
                    asking.append(f"{one.relative_to(ROOT)}:{node.lineno} {call}")
    assert asking == []
