"""Pages of the reviews: the list of the offices, one case, examinations."""
