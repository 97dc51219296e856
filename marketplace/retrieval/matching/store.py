"""The matcher on disk: plain arrays in a folder of its own for each state, and a file that names the present one.

A state is written whole beside the present one and then named, so a writer that dies leaves the old one in place. It
carries the fingerprint of the chain, the knowledge table and this package; under another one it must be built anew.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from marketplace.retrieval.matching.matcher import KINDS, Matcher, Side
from marketplace.retrieval.matching.reading import Reader
from marketplace.retrieval.matching.vectors import PartCounts, Vocabulary, Weights

PRESENT = "present.json"
_PARTS = ("title", "content")


class Outdated(Exception):
    """There is no state, or it was made by another chain, table or version of the matcher."""


def save(matcher: Matcher, folder: Path) -> None:
    """Write the matcher's state; what changed since the last refresh is written as any other row."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"state-{_last(folder) + 1:08d}"
    fresh = folder / name
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    (fresh / "terms.json").write_text(json.dumps(matcher.vocabulary.terms, ensure_ascii=False), "utf-8")
    weights = matcher.weights
    np.save(fresh / "idf.npy", weights.idf)
    np.save(fresh / "known_idf.npy", weights.known_idf)
    _save_rows(fresh / "learnt", weights.learnt)
    for kind, side in matcher.sides.items():
        np.save(fresh / f"{kind}-keys.npy", np.array(side.present, dtype=np.int64))
        _save_rows(fresh / f"{kind}-vectors", side.whole(matcher.width))
        for part, counts in zip(_PARTS, side.merged(len(matcher.vocabulary)), strict=True):
            _save_rows(fresh / f"{kind}-{part}-terms", counts.terms)
            _save_rows(fresh / f"{kind}-{part}-known", counts.known)
    named = {"state": name, "fingerprint": matcher.reader.fingerprint, "texts": weights.count}
    waiting = folder / (PRESENT + ".new")
    waiting.write_text(json.dumps(named), "utf-8")
    os.replace(waiting, folder / PRESENT)
    for old in folder.glob("state-*"):
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def load(folder: Path, reader: Reader | None = None, rows: bool = True) -> Matcher:
    """The matcher as it was saved; raises Outdated when it must be built from the texts.

    Without ``rows`` both sides are empty and only vocabulary and weights are there: enough to score and explain
    texts given as such, and small enough for a web process.
    """
    reader = reader or Reader()
    named = _named(folder)
    if named.get("fingerprint") != reader.fingerprint:
        raise Outdated(f"{folder.name}: made as {named.get('fingerprint', 'nothing')}")
    state = folder / str(named["state"])
    matcher = Matcher(reader)
    matcher.vocabulary = Vocabulary(json.loads((state / "terms.json").read_text("utf-8")))
    matcher.weights = Weights(
        reader,
        matcher.vocabulary,
        int(named["texts"]),
        np.load(state / "idf.npy"),
        np.load(state / "known_idf.npy"),
        _load_rows(state / "learnt"),
    )
    for kind in KINDS if rows else ():
        title, content = (
            PartCounts(_load_rows(state / f"{kind}-{part}-terms"), _load_rows(state / f"{kind}-{part}-known"))
            for part in _PARTS
        )
        keys = np.load(state / f"{kind}-keys.npy")
        matcher.sides[kind] = Side(keys, (title, content), _load_rows(state / f"{kind}-vectors"))
    return matcher


def _named(folder: Path) -> dict[str, Any]:
    try:
        named = json.loads((folder / PRESENT).read_text("utf-8"))
    except FileNotFoundError as error:
        raise Outdated(f"{folder.name}: no state") from error
    return dict(named)


def _last(folder: Path) -> int:
    return max((int(one.name.removeprefix("state-")) for one in folder.glob("state-*")), default=0)


def _save_rows(path: Path, rows: sp.csr_matrix) -> None:
    rows = sp.csr_matrix(rows)
    for name in ("data", "indices", "indptr"):
        np.save(path.with_name(f"{path.name}-{name}.npy"), getattr(rows, name))
    np.save(path.with_name(f"{path.name}-shape.npy"), np.array(rows.shape))


def _load_rows(path: Path) -> sp.csr_matrix:
    data, indices, indptr, shape = (
        np.load(path.with_name(f"{path.name}-{name}.npy")) for name in ("data", "indices", "indptr", "shape")
    )
    return sp.csr_matrix((data, indices, indptr), tuple(int(length) for length in shape))
