"""What the market lists: achievements and demands, their revisions, and what readers keep and report of them."""

from marketplace.models.catalogue.corrections import Correction
from marketplace.models.catalogue.imports import ImportedListing
from marketplace.models.catalogue.listings import Listing
from marketplace.models.catalogue.revisions import AchievementRevision, DemandRevision, IpRight, Revision
from marketplace.models.catalogue.saved import Favourite, ListingReminder, SavedHit, SavedSearch
from marketplace.models.catalogue.search_words import SearchWord

__all__ = [
    "AchievementRevision",
    "Correction",
    "DemandRevision",
    "Favourite",
    "ImportedListing",
    "IpRight",
    "Listing",
    "ListingReminder",
    "Revision",
    "SavedHit",
    "SavedSearch",
    "SearchWord",
]
