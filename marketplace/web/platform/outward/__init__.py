"""The site as machines and other sites see it: canonical addresses, structured data, site maps, share pictures."""
