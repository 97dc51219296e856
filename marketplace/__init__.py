"""The technology-transfer marketplace of 宿州市: the application factory."""

from typing import Any

from flask import Flask

from marketplace import config


def create_app(environment: str | None = None, **overrides: Any) -> Flask:
    """Build the application. Opens no connection and writes nothing: that is left to commands and requests."""
    app = Flask(
        __name__, template_folder="../templates", static_folder="../static", static_url_path="/static"
    )
    app.config.from_mapping(config.load(environment, overrides))
    _bind_extensions(app)
    _open_doors(app)
    _prepare_rooms(app)
    return app


def _bind_extensions(app: Flask) -> None:
    from marketplace import database, extensions

    database.configure(app)
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory="migrations", render_as_batch=True)
    for extension in (extensions.login, extensions.csrf, extensions.limiter, extensions.babel):
        extension.init_app(app)


def _prepare_rooms(app: Flask) -> None:
    from marketplace import jobs, logs, services

    logs.configure(app)
    services.configure(app)
    jobs.configure(app)


def _open_doors(app: Flask) -> None:
    from marketplace import cli, web

    web.register(app)
    cli.register(app)
