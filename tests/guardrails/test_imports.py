"""Who may import whom."""

import subprocess
import sys

import pytest

from tests.support.tree import PACKAGE, ROOT, imported_modules, python_files

REQUEST_WORLD = {"flask", "flask_login", "flask_wtf", "flask_babel", "flask_limiter", "wtforms"}
# Which application is running, and having it render a mail, is no question about a request.
APPLICATION = {"flask", "flask.Flask", "flask.current_app", "flask.render_template"}
BOUND_TO_APPLICATION = {"services/__init__.py", "services/outside.py", "integrations/mail.py"}


def test_the_import_contracts_hold() -> None:
    """The contracts of pyproject.toml, in words when one is broken."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_domain_needs_only_the_standard_library() -> None:
    """Its rules can be read, tested and reused without anything installed."""
    foreign = {
        f"{one.relative_to(ROOT)}: {name}"
        for one in python_files(PACKAGE / "domain")
        for name in imported_modules(one)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("marketplace.domain")
        if name != "marketplace"
    }
    assert foreign == set()


@pytest.mark.parametrize("room", ["services", "models", "domain", "retrieval", "integrations"])
def test_inner_rooms_never_see_a_request_or_a_form(room: str) -> None:
    """Use cases take an actor and plain values, so that commands, jobs and tests can call them as well."""
    modules = python_files(PACKAGE / room)
    seen = {
        f"{one.relative_to(ROOT)}: {name}"
        for one in modules
        for name in imported_modules(one)
        if name.split(".")[0] in REQUEST_WORLD
        and not (str(one.relative_to(PACKAGE)) in BOUND_TO_APPLICATION and name in APPLICATION)
    }
    assert modules
    assert seen == set()


def test_no_page_asks_the_database() -> None:
    """Pages show what services find: so the engine can make no difference to them, and one engine tests them."""
    asking = {
        f"{one.relative_to(PACKAGE)}: {name}"
        for one in python_files(PACKAGE / "web")
        for name in imported_modules(one)
        if name.split(".")[0] == "sqlalchemy" and name.count(".")
    }
    assert asking == {"web/platform/health.py: sqlalchemy.text"}
