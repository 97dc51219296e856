"""公示公告: what everybody reads, and where the authority writes."""
