"""The matcher: which achievements fit a demand, which demands an achievement could serve, how well, and why."""
