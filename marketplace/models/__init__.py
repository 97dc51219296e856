"""Tables, relations and what the database itself must never let be false."""

from marketplace.models import catalogue, people, platform

__all__ = ["catalogue", "people", "platform"]
