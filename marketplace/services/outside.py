"""Where services find the outside world of the current application: index, mailer, file store, public address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask, current_app

from marketplace.integrations.billing import Billing, open_billing
from marketplace.integrations.documents import Documents, open_documents
from marketplace.integrations.embeddings import Embeddings, open_embeddings
from marketplace.integrations.mail import Mailer, open_mailer
from marketplace.integrations.scanner import NoScanner, Scanner
from marketplace.integrations.storage import FolderStorage, Storage
from marketplace.retrieval.index import SearchIndex
from marketplace.retrieval.matching.ownership import Home
from marketplace.retrieval.whoosh_index import WhooshIndex
from marketplace.services.catalogue.words import table


@dataclass
class Outside:
    """What one application is connected to. The index opens on first use, so that making an app does no I/O."""

    search_dir: Path
    # The matcher's state; only the worker's process ever fills it with the texts.
    matcher: Home
    static_dir: Path
    mailer: Mailer
    storage: Storage
    scanner: Scanner
    public_url: str
    secret: str
    # Argon2id, by default with the library's current parameters (RFC 9106, low memory).
    hasher: PasswordHasher
    # Accounts of the demonstration, whose password is printed in the open, work only where this is on.
    demo_mode: bool = False
    # The payment provider, or None: then nothing is offered and nothing calls out.
    billing: Billing | None = None
    # What gives texts a vector of meaning, or None: then matching stands on words alone.
    embeddings: Embeddings | None = None
    # Called after every commit; the jobs room puts the worker's bell here.
    wake: Callable[[], None] = lambda: None
    # Called when a long job waits; a worker puts its second thread here, anybody else performs it on the spot.
    call_jobs: Callable[[], None] | None = None
    _index: SearchIndex | None = None
    _documents: list[Documents | None] = field(default_factory=list)

    @property
    def index(self) -> SearchIndex:
        """The search index."""
        if self._index is None:
            self._index = WhooshIndex(self.search_dir, table.analyzer)
        return self._index

    @property
    def documents(self) -> Documents | None:
        """What makes PDF files; None where its libraries are missing. They are looked for once, on first use."""
        if not self._documents:
            self._documents.append(open_documents(self.static_dir))
        return self._documents[0]


def configure(app: Flask) -> None:
    """Make the outside of ``app`` from its configuration."""
    config: dict[str, Any] = app.config
    app.extensions["marketplace_outside"] = Outside(
        search_dir=config["SEARCH_DIR"],
        matcher=Home(config["MATCHER_DIR"], config["MATCHER_ACTIVE"]),
        static_dir=Path(app.static_folder or ""),
        mailer=open_mailer(config["SMTP_URL"], config["MAIL_DIR"], config["MAIL_FROM"]),
        storage=FolderStorage(config["FILES_DIR"]),
        scanner=NoScanner(),
        public_url=config["PUBLIC_URL"].rstrip("/"),
        secret=config["SECRET_KEY"],
        hasher=PasswordHasher(**config["ARGON2"]),
        demo_mode=config["DEMO_MODE"],
        embeddings=open_embeddings(
            config["EMBEDDINGS_URL"], config["EMBEDDINGS_KEY"], config["EMBEDDINGS_MODEL"]
        ),
        billing=open_billing(config["STRIPE_KEY"], config["STRIPE_WEBHOOK_SECRET"], config["STRIPE_BASE"]),
    )


def outside() -> Outside:
    """Return the outside of the current application."""
    found: Outside = current_app.extensions["marketplace_outside"]
    return found
