"""Before buying: what a purchase would bring, under which conditions, and which papers it takes."""
