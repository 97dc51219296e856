"""Quality of listings: corrections, and what is said of a text in the making."""
