"""Quality of listings: duplicates, meters, and what readers find wrong."""
