"""What the market lists: achievements and demands, and their revisions."""

from marketplace.models.catalogue.listings import Listing
from marketplace.models.catalogue.revisions import AchievementRevision, DemandRevision, IpRight, Revision

__all__ = ["AchievementRevision", "DemandRevision", "IpRight", "Listing", "Revision"]
