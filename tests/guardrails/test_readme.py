"""The README says what is there: the map is the tree, the settings are those of config.py, every path exists."""

import re
import tomllib

import pytest
from PIL import Image

from tests.support.tree import PACKAGE, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = re.search(r"## Map of the code\n\n```\n(.*?)```", README, re.DOTALL)
LARGEST_PICTURE = 150_000


def test_the_map_is_the_tree() -> None:
    """Every room and module at the top, and nothing that is not there."""
    assert MAP is not None
    drawn = set(re.findall(r"^  ([a-z_]+(?:/|\.py)) ", MAP.group(1), re.MULTILINE))
    rooms = {f"{one.name}/" for one in PACKAGE.iterdir() if one.is_dir() and any(one.glob("*.py"))}
    modules = {one.name for one in PACKAGE.glob("*.py")} - {"__init__.py"}
    assert drawn == rooms | modules
    for name in re.findall(r"^([a-z]+(?:/|\.py)) ", MAP.group(1), re.MULTILINE):
        assert (ROOT / name).exists(), name


def test_every_setting_is_listed_and_no_other() -> None:
    """What config.py reads stands in the table, and what stands there is read."""
    read = set(
        re.findall(r'"(MARKETPLACE_[A-Z_]+|DATABASE_URL)"', (PACKAGE / "config.py").read_text("utf-8"))
    )
    table = README[README.index("## Configure") : README.index("## Read on")]
    listed = set(re.findall(r"`(MARKETPLACE_[A-Z_]+|DATABASE_URL)`", table))
    assert listed == read


def test_every_document_is_linked_and_every_link_leads_somewhere() -> None:
    """docs/*.md without a line in the README are not found by anybody."""
    linked = set(re.findall(r"`((?:docs|tests)/[\w./]+\.(?:md|py))`", README))
    assert {f"docs/{one.name}" for one in (ROOT / "docs").glob("*.md")} <= linked
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_commands_of_make_exist() -> None:
    """What the README tells to type is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets


def test_every_login_is_one_of_the_demonstration() -> None:
    """Each address in the README belongs to somebody who is loaded."""
    people = (PACKAGE / "demo" / "texts" / "people.toml").read_text("utf-8")
    known = set(re.findall(r'"([a-z0-9-]+@[a-z-]+\.example)"', people))
    assert tomllib.loads(people)
    named = set(re.findall(r"`([a-z0-9-]+@[a-z-]+\.example)`", README.partition("## Configure")[0]))
    assert named
    assert named <= known


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\((docs/images/[\w-]+\.png)\)", README))))
def test_pictures_are_there_and_small(path: str) -> None:
    """1280 wide, at most 150 kB."""
    picture = ROOT / path
    assert picture.stat().st_size <= LARGEST_PICTURE
    with Image.open(picture) as opened:
        assert opened.width == 1280
