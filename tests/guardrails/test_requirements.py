"""Every package is pinned, and nothing comes in unpinned behind another."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.tree import ROOT

FILES = ["requirements.txt", "tests/requirements.txt"]


def normal(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Name to version and extras, of all lines that are not comments."""
    found = {}
    for line in path.read_text("utf-8").splitlines():
        words = line.partition("#")[0].strip()
        if words:
            match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[([a-z,]+)\])?==([0-9][0-9A-Za-z.]*)", words)
            assert match, f"{path.name}: {words!r} is not pinned to one version"
            found[normal(match[1])] = (match[3], frozenset((match[2] or "").split(",")) - {""})
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_pinned_versions_are_the_installed_ones(name: str) -> None:
    """What was tested is what gets installed elsewhere."""
    pinned = pins(ROOT / name)
    assert {one: metadata.version(one) for one in pinned} == {one: pin[0] for one, pin in pinned.items()}


@pytest.mark.parametrize("name", FILES)
def test_packages_behind_packages_are_pinned(name: str) -> None:
    """Installing today and next year gives the same."""
    known = pins(ROOT / "requirements.txt") | pins(ROOT / name)
    loose = set()
    for package, (_, extras) in known.items():
        for text in metadata.requires(package) or []:
            needed = Requirement(text)
            wanted = needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            )
            if wanted and normal(needed.name) not in known:
                loose.add(f"{needed.name} (for {package})")
    assert loose == set()
