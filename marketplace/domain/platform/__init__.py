"""Rules of the shared services: what is audited, what may be set, what people are told."""
