"""Use cases as verbs. They take an actor and plain values, flush, and never commit."""

from flask import Flask


def configure(app: Flask) -> None:
    """Hand the services the outside world they work with: the index, the mailer, the file store."""
    from marketplace.services import outside
    from marketplace.services.platform.lists import terms

    outside.configure(app)
    terms.install()
