"""What of the catalogue leaves the site as a visitor sees it: site map, share pictures, fact sheets."""
