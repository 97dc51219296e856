"""Vectors of meaning: fetched by a long job, kept for each text and model, blended where they are there.

A ranking never waits for the service: it takes what is kept, and what comes later is ranked again. Without a
configured service, and with the setting at 0, nothing of this happens.
"""

import hashlib
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.integrations.embeddings import BATCH, Embeddings, EmbeddingsUnavailable
from marketplace.models.matching import TextEmbedding
from marketplace.models.platform import Job
from marketplace.retrieval.matching.learnt.dense import SAMPLE, Dense, pack
from marketplace.retrieval.matching.matcher import KINDS
from marketplace.retrieval.matching.ownership import Held
from marketplace.retrieval.matching.reading import Text
from marketplace.services.matching.ranking import changes, collecting
from marketplace.services.matching.ranking.batches import batched
from marketplace.services.outside import outside
from marketplace.services.platform import longjobs, settings
from marketplace.services.unit import unit_of_work

JOB = "embed_texts"
MANY = 1_000
"""From so many new vectors on everything is ranked anew instead of one by one."""
REFRESH = "match_refresh"
REST = timedelta(hours=1)
"""After a fetch that fell short nobody asks the service for so long."""


def digest_of(text: Text) -> str:
    """Return what a text's vector is kept under."""
    return hashlib.sha256(_sent(text).encode()).hexdigest()


def _sent(text: Text) -> str:
    return f"{text.title}\n{text.content}".strip()


def _share() -> float:
    return int(settings.get("match.embedding_percent")) / 100


def apply(held: Held, ids: Collection[int] | None) -> None:
    """Give the matcher the kept vectors of ``ids`` (None: of all, with the scale learnt anew)."""
    service, matcher = outside().embeddings, held.matcher
    share = _share() if service is not None else 0.0
    if service is None or not share:
        matcher.dense = None
        return
    if matcher.dense is None or ids is None:
        matcher.dense, ids = Dense(share), None
    matcher.dense.share = share
    for some in batched(_digests(ids), collecting.CHUNK):
        kept = _kept(service, {digest for _, _, digest, _ in some})
        for _, key, digest, _ in some:
            if digest in kept:
                matcher.dense.put(key, kept[digest])
    if ids is None:
        _calibrate(held, matcher.dense)
    db.session.rollback()


def _digests(ids: Collection[int] | None) -> Iterator[tuple[str, int, str, Text]]:
    for kind in KINDS:
        for key, _, text in collecting.read(kind, collecting.versions(kind, ids)):
            yield kind, key, digest_of(text), text


def _kept(service: Embeddings, digests: Collection[str]) -> dict[str, bytes]:
    query = select(TextEmbedding.text_digest, TextEmbedding.vector)
    query = query.where(TextEmbedding.model == service.model, TextEmbedding.text_digest.in_(sorted(digests)))
    return {row.text_digest: row.vector for row in db.session.execute(query)}


def _calibrate(held: Held, dense: Dense) -> None:
    """Compare both scales on some demands with all achievements that words bring near them."""
    matcher, dense_before = held.matcher, held.matcher.dense
    matcher.dense = None
    asked = matcher.sides["demand"].present[:SAMPLE]
    pairs = [
        (demand, match.key, match.score)
        for demand, matches in matcher.top("demand", asked, 50).items()
        for match in matches
    ]
    matcher.dense = dense_before
    dense.calibrate(pairs)


def want(held: Held) -> None:
    """Promise that missing vectors are fetched, where a service is configured and its share is not nothing."""
    dense = held.matcher.dense
    if dense is None or all(key in dense.vectors for key in held.marks):
        return
    last = last_fetch()
    if last is not None and last.result.get("missing") and clock.now() - last.created_at < REST:
        return
    with unit_of_work():
        longjobs.start(SYSTEM, JOB)


def last_fetch() -> Job | None:
    """Return the last job that fetched vectors, or None."""
    return db.session.scalar(select(Job).where(Job.kind == JOB).order_by(Job.id.desc()).limit(1))


def fetch(_job: Job, progress: longjobs.Progress) -> dict[str, Any]:
    """Fetch the vectors that are missing, a batch at a time; what a fault leaves is fetched by the next job.

    Returns how many were ``fetched`` and how many are ``missing``.
    """
    service = outside().embeddings
    if service is None:
        return {"fetched": 0, "missing": 0}
    wanted: dict[str, tuple[Text, list[tuple[str, int]]]] = {}
    for some in batched(_digests(None), collecting.CHUNK):
        kept = _kept(service, {digest for _, _, digest, _ in some})
        for kind, key, digest, text in some:
            if digest not in kept:
                wanted.setdefault(digest, (text, []))[1].append((kind, key))
    db.session.rollback()
    fetched = 0
    for batch in batched(wanted.items(), BATCH):
        try:
            vectors = service.embed([_sent(text) for _, (text, _) in batch])
        except EmbeddingsUnavailable:
            break
        _keep(service, batch, vectors, len(wanted) <= MANY)
        fetched += len(batch)
        progress(fetched, len(wanted))
    if fetched and len(wanted) > MANY:
        with unit_of_work():
            longjobs.start(SYSTEM, REFRESH)
    return {"fetched": fetched, "missing": len(wanted) - fetched}


def _keep(
    service: Embeddings,
    batch: list[tuple[str, tuple[Text, list[tuple[str, int]]]]],
    vectors: list[list[float]],
    rank: bool,
) -> None:
    with unit_of_work():
        for (digest, (_, places)), vector in zip(batch, vectors, strict=True):
            row = TextEmbedding(text_digest=digest, model=service.model, vector=pack(vector))
            row.created_at = clock.now()
            db.session.merge(row)
            for kind, key in places if rank else ():
                changes.changed(kind, key)
