"""HTTP only: guards, the shell around pages, one blueprint a noun."""

import pkgutil
from importlib import import_module

from flask import Blueprint, Flask

from marketplace.web import (
    assets,
    catalogue,
    counting,
    deals,
    guards,
    matching,
    numbers,
    people,
    platform,
    shell,
    subsidy,
)

AREAS = (platform, people, catalogue, matching, deals, subsidy)


def register(app: Flask) -> None:
    """Put the shell around ``app`` and open every blueprint of the areas."""
    numbers.install(app)
    # The shell first: a refusal by a guard wears its headers too.
    shell.install(app)
    guards.install(app)
    counting.install(app)
    assets.install(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def blueprints() -> list[Blueprint]:
    """Return the blueprint of each module in the areas: a page exists because its module does."""
    found = []
    for area in AREAS:
        for module in pkgutil.walk_packages(area.__path__, f"{area.__name__}."):
            blueprint = getattr(import_module(module.name), "blueprint", None)
            if blueprint is not None:
                found.append(blueprint)
    return found
