"""The history of a contract: its versions, how they differ, and who did what when."""

from marketplace.services.deals.history.comparing import Comparison, Version, compare, versions
from marketplace.services.deals.history.course import Event, timeline

__all__ = ["Comparison", "Event", "Version", "compare", "timeline", "versions"]
