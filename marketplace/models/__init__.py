"""Tables, relations and what the database itself must never let be false."""

from marketplace.models import catalogue, deals, matching, people, platform, subsidy

__all__ = ["catalogue", "deals", "matching", "people", "platform", "subsidy"]
