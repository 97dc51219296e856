"""Several people at once, each in a browser of their own."""

from collections.abc import Callable

import pytest

from marketplace.models.people import Person
from tests.support.client import InspectingClient


@pytest.fixture
def enter(new_client: Callable[[], InspectingClient]) -> Callable[[Person], InspectingClient]:
    """Signs a person in with a browser that nobody else uses."""

    def sign_in(person: Person) -> InspectingClient:
        visitor = new_client()
        visitor.sign_in(person.id)
        return visitor

    return sign_in
