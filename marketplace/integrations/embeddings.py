"""Embeddings: any OpenAI-compatible endpoint, off unless an address is configured.

``POST {url}/embeddings`` with {"model", "input": [texts], "encoding_format": "float"} answers
{"data": [{"index", "embedding"}]}. Vectors come back of length one.
"""

import json
import math
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 20.0
BATCH = 32
"""Texts of one request."""
LONGEST = 6_000
"""Characters of a text that are sent: models cut far earlier or refuse."""
LARGEST_ANSWER = 64 * 1024 * 1024


class EmbeddingsUnavailable(Exception):
    """The endpoint is silent, refuses, or answers what cannot be read."""


class Embeddings(Protocol):
    """Anything that gives each text a vector."""

    model: str

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector of length one for each of up to BATCH texts, in order; raises EmbeddingsUnavailable."""
        ...


class HttpEmbeddings:
    """An OpenAI-compatible endpoint."""

    def __init__(self, url: str, key: str, model: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url, self.key, self.model, self.timeout = url.rstrip("/"), key, model, timeout

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """As the protocol says."""
        body = {"model": self.model, "input": [text[:LONGEST] for text in texts], "encoding_format": "float"}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = Request(f"{self.url}/embeddings", json.dumps(body).encode(), headers, method="POST")  # noqa: S310
        try:
            with urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
                told = json.loads(answer.read(LARGEST_ANSWER))
        except (URLError, OSError, HTTPException, ValueError) as fault:
            raise EmbeddingsUnavailable(f"{type(fault).__name__}: {fault}") from fault
        return _vectors(told, len(texts))


def _vectors(told: Any, number: int) -> list[list[float]]:
    try:
        rows = sorted(told["data"], key=lambda row: int(row["index"]))
        if [int(row["index"]) for row in rows] != list(range(number)):
            raise EmbeddingsUnavailable(f"{len(rows)} vectors for {number} texts")
        vectors = [_unit([float(value) for value in row["embedding"]]) for row in rows]
    except (KeyError, TypeError, ValueError) as fault:
        raise EmbeddingsUnavailable(f"unreadable answer: {type(fault).__name__}") from fault
    if len({len(vector) for vector in vectors}) > 1:
        raise EmbeddingsUnavailable("vectors of different lengths")
    return vectors


def _unit(vector: list[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector))
    if not length or not math.isfinite(length):
        raise EmbeddingsUnavailable("a vector without a direction")
    return [value / length for value in vector]


def open_embeddings(url: str, key: str, model: str) -> Embeddings | None:
    """Return the endpoint where an address and a model are configured, else None.

    Raises ValueError for an address that is neither http nor https.
    """
    if not url or not model:
        return None
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("MARKETPLACE_EMBEDDINGS_URL must begin with http:// or https://")
    return HttpEmbeddings(url, key, model)
