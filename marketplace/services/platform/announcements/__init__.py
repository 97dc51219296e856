"""公示公告: what the authority writes and publishes, shown together with the 公示 of other areas."""
