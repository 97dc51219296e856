"""Documents that are written from the code say what the code says."""

from marketplace.domain.states import MACHINES, diagram
from tests.support.tree import ROOT


def test_the_state_diagrams_are_those_of_the_tables():
    written = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
    assert written == diagram.page(MACHINES.values()), "run: flask --app wsgi docs states"
