"""What the market lists: achievements and demands, their revisions, and questions about them."""

from marketplace.models.catalogue.inquiries import Inquiry
from marketplace.models.catalogue.listings import Listing
from marketplace.models.catalogue.revisions import AchievementRevision, DemandRevision, IpRight, Revision

__all__ = ["AchievementRevision", "DemandRevision", "Inquiry", "IpRight", "Listing", "Revision"]
