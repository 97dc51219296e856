"""The shape of the tree: small files, small folders, every noun in one area."""

import pytest

from tests.support.tree import AREAS, PACKAGE, ROOT, code_folders, python_files, source_files

LONGEST_FILE = 450
FULLEST_FOLDER = 12


def test_no_file_is_too_long_to_read() -> None:
    """A file beyond 450 lines is two subjects."""
    # A migration is a record of what was done, mostly generated, and never edited afterwards.
    files = [one for one in source_files() if "versions" not in one.parts]
    lengths = {str(one.relative_to(ROOT)): len(one.read_text("utf-8").splitlines()) for one in files}
    assert {one: lines for one, lines in lengths.items() if lines > LONGEST_FILE} == {}
    assert len(lengths) > 20


def test_no_folder_holds_more_than_a_dozen_modules() -> None:
    """Beyond a dozen a room divides by areas."""
    crowded = {}
    for folder in code_folders():
        modules = [one for one in folder.glob("*.py") if one.name != "__init__.py"]
        if len(modules) > FULLEST_FOLDER:
            crowded[str(folder.relative_to(ROOT))] = len(modules)
    assert crowded == {}


@pytest.mark.parametrize("room", ["models", "services", "web", "forms"])
def test_rooms_divide_by_the_same_areas(room: str) -> None:
    """Whoever knows one room knows the others."""
    areas = {one.name for one in (PACKAGE / room).iterdir() if one.is_dir() and any(one.glob("*.py"))}
    assert areas <= AREAS


def test_a_noun_stands_in_the_same_area_everywhere() -> None:
    """models/people/grants.py and services/catalogue/grants.py would send a reader to the wrong door."""
    found: dict[str, set[str]] = {}
    for one in python_files(PACKAGE):
        parts = one.relative_to(PACKAGE).parts
        if len(parts) == 3 and parts[1] in AREAS and parts[2] != "__init__.py":
            found.setdefault(parts[2], set()).add(parts[1])
    assert {noun: areas for noun, areas in found.items() if len(areas) > 1} == {}


def test_every_module_says_what_it_is_for() -> None:
    """A docstring at the top of every module of the application."""
    silent = [
        str(one.relative_to(ROOT))
        for one in python_files(PACKAGE)
        if (words := one.read_text("utf-8").lstrip()) and not words.startswith(('"""', 'r"""'))
    ]
    assert silent == []
