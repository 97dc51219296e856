"""Where the project's files are, for the tests that read the source itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "marketplace"
TEMPLATES = ROOT / "templates"
AREAS = {"platform", "people", "catalogue", "deals", "subsidy", "matching"}


def python_files(folder: Path) -> list[Path]:
    """All modules below a folder."""
    return sorted(one for one in folder.rglob("*.py") if "__pycache__" not in one.parts)


def template_files() -> list[Path]:
    """All templates."""
    return sorted(one for one in TEMPLATES.rglob("*") if one.is_file() and not one.name.startswith("."))


def source_files() -> list[Path]:
    """Everything people write and read: modules, templates, own scripts and styles."""
    own = [one for kind in ("*.js", "*.css") for one in (ROOT / "static").rglob(kind)]
    code = [one for name in ("marketplace", "migrations", "tests") for one in python_files(ROOT / name)]
    return [*code, *template_files(), *(one for one in own if "vendor" not in one.parts)]


def code_folders() -> list[Path]:
    """Every folder that holds modules."""
    return sorted({one.parent for name in ("marketplace", "tests") for one in python_files(ROOT / name)})


@cache
def nodes_of(module: Path) -> list[ast.AST]:
    """Every node of a module's syntax tree, read once."""
    return list(ast.walk(ast.parse(module.read_text("utf-8"))))


def imported_modules(module: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in the file."""
    for node in nodes_of(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
