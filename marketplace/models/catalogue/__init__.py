"""What the market lists: achievements and demands, and their revisions."""

from marketplace.models.catalogue.listings import Listing
from marketplace.models.catalogue.revisions import AchievementRevision, DemandRevision, IpRight, Revision
from marketplace.models.catalogue.saved import Favourite, ListingReminder, SavedHit, SavedSearch

__all__ = [
    "AchievementRevision",
    "DemandRevision",
    "Favourite",
    "IpRight",
    "Listing",
    "ListingReminder",
    "Revision",
    "SavedHit",
    "SavedSearch",
]
